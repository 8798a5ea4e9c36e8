"""Deadlines are in Paris time; overseas, the local hour stands beside."""

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
