"""Deadlines are in Paris time; overseas, the local hour stands beside. And the legal clock of silence.

Silence on a financial request is a refusal after two months (CRPA L231-4 3°). Only a request of required pieces with
a deadline stops that clock, until they arrive or the deadline passes, whichever comes first (L114-5). Paris days.
"""

import calendar
import datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

from accounts.french import NBSP, long_date

# Département → (zone, town of « heure de … »); every other one lives on Paris time.
OVERSEAS = {
    "971": ("America/Guadeloupe", "Pointe-à-Pitre"),
    "972": ("America/Martinique", "Fort-de-France"),
    "973": ("America/Cayenne", "Cayenne"),
    "974": ("Indian/Reunion", "Saint-Denis de La Réunion"),
    "975": ("America/Miquelon", "Saint-Pierre"),
    "976": ("Indian/Mayotte", "Mamoudzou"),
    "977": ("America/St_Barthelemy", "Saint-Barthélemy"),
    "978": ("America/Marigot", "Marigot"),
    "986": ("Pacific/Wallis", "Mata-Utu"),
    "987": ("Pacific/Tahiti", "Papeete"),
    "988": ("Pacific/Noumea", "Nouméa"),
}


def overseas_time(at, commune):
    """« 7 h 42, heure de Cayenne », with the day when it is another one; "" where Paris time is the local time.

    Args:
        at: an aware instant.
        commune: the `Commune` of the place, or None.
    """
    zone, town = OVERSEAS.get(commune.departement if commune else "", ("", ""))
    if not zone:
        return ""
    local = at.astimezone(ZoneInfo(zone))
    minutes = f"{NBSP}{local.minute:02d}" if local.minute else ""
    day = f" le {long_date(local.date())}" if local.date() != timezone.localtime(at).date() else ""
    return f"{local.hour}{NBSP}h{minutes}{day}, heure de {town}"


def paris_and_local(at, commune):
    """« Heure de Paris, soit 7 h, heure de Cayenne. »"""
    local = overseas_time(at, commune)
    return f"Heure de Paris, soit {local}." if local else "Heure de Paris."


def local_day(at):
    """The day of an instant, Europe/Paris."""
    return timezone.localtime(at).date()


def months_after(day, months):
    """The same day some months later, or the last of that month: 31 December + 2 months = 28 or 29 February."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return datetime.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def suspended_from(application, on):
    """The day from which a request of required pieces stops the clock; None when there is no clock left to stop.

    Args:
        on: the day of the request.
    """
    refused_on = application.implied_rejection_on
    running = refused_on is not None and application.implied_rejection_noted_at is None and on < refused_on
    return on if running else None


def resumed(refused_on, suspended_on, ended_on):
    """The day of the refusal once the clock runs again: later by the days that it stood still.

    Args:
        refused_on: the day as it was when the clock stopped.
        suspended_on, ended_on: first day of the stop, and day of the answer or of the deadline.
    """
    return refused_on + max(ended_on - suspended_on, datetime.timedelta())


def suspension_end(asked, at):
    """The day on which a stop ends, for something that happens at `at`: never after the deadline of the request."""
    return local_day(min(at, asked.due_at) if asked else at)


def resume(application, asked, at):
    """Let the clock of a dossier run again, in memory; a clock that runs is left alone.

    Args:
        asked: the `CorrectionRequest` that stopped it.
        at: instant of the answer, or of its being noticed that nothing came.
    """
    if application.clock_suspended_on is None or application.implied_rejection_on is None:
        return
    application.implied_rejection_on = resumed(
        application.implied_rejection_on, application.clock_suspended_on, suspension_end(asked, at)
    )
    application.clock_suspended_on = None
