"""The refusal born of our silence (CRPA L231-4 3°): noted once at its date, as a fact. The examination goes on.

An award stays possible afterwards; it takes the place of the refusal. What a deadline does to the clock does not wait
for anybody either: a request that nobody answered lets the clock run again from its deadline (L114-5).
"""

import datetime
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, F, Min, Q
from django.utils import timezone

from accounts.french import long_date, plural
from accounts.models import JournalEntry
from applications.clocks import local_day, resume
from applications.evaluations.doors import but, closed_dossiers
from applications.models import UNDER_EXAMINATION, Application, CorrectionRequest

BATCH = 500
RUNNING = {"clock_suspended_on": None, "implied_rejection_noted_at": None, "submitted_at__isnull": False}


def sweep(now=None):
    """Let the clocks run again whose deadline is past, then note the refusals born of silence.

    Safe at any moment and any number of times, by several processes at once.

    Args:
        now: aware instant, the present by default.

    Returns:
        (clocks that run again, refusals noted).
    """
    now = now or timezone.now()
    resumed = sum(resume_expired(key, now) for key in expired(now))
    noted = sum(note_refusal(key, now) for key in silent_since(local_day(now)))
    return resumed, noted


def expired(now):
    """Keys of the dossiers whose clock stands still although the deadline of the request is past."""
    rows = CorrectionRequest.objects.filter(
        closed_at=None, suspends_clock=True, due_at__lte=now, application__clock_suspended_on__isnull=False
    )
    return list(rows.order_by("pk").values_list("application", flat=True)[:BATCH])


def resume_expired(key, now):
    """Nothing came: the clock runs again from the deadline. False when somebody else did it, or an answer came."""
    with transaction.atomic():
        application = Application.objects.select_for_update(of=("self",)).select_related("fabrique").get(pk=key)
        asked = application.correction_requests.filter(closed_at=None, suspends_clock=True, due_at__lte=now).first()
        if asked is None or application.clock_suspended_on is None:
            return False
        resume(application, asked, now)
        # Not `save()`: no page that people are reading becomes stale by the passing of a day.
        Application.objects.filter(pk=key).update(
            clock_suspended_on=None, implied_rejection_on=application.implied_rejection_on
        )
        details = {"due_at": asked.due_at.isoformat(), "refusal_on": application.implied_rejection_on.isoformat()}
        JournalEntry.write(action="resume_clock", subject=application, actor=None, details=details)
    return True


def silent_rows():
    """Dossiers under examination whose clock runs and has not run out."""
    return Application.objects.filter(state__in=UNDER_EXAMINATION, **RUNNING)


def silent_since(day):
    rows = silent_rows().filter(implied_rejection_on__lte=day)
    return list(rows.order_by("implied_rejection_on", "pk").values_list("pk", flat=True)[:BATCH])


def note_refusal(key, now):
    """Write the fact, once: the UPDATE says who was first."""
    with transaction.atomic():
        day = local_day(now)
        rows = silent_rows().filter(pk=key, implied_rejection_on__lte=day)
        if not rows.update(implied_rejection_noted_at=now):
            return False
        application = Application.objects.select_related("fabrique").get(pk=key)
        details = {"on": application.implied_rejection_on.isoformat()}
        JournalEntry.write(action="implied_rejection", subject=application, actor=None, details=details)
    return True


@dataclass(frozen=True)
class WaveSilence:
    """What silence does to one wave: how many clocks end before the announcement, the first of them, those over."""

    before: int
    earliest: datetime.date | None
    noted: int
    announcement_on: datetime.date | None

    @property
    def warns(self):
        return bool(self.before or self.noted)

    def sentences(self):
        """What staff read, in French."""
        if self.before and self.announcement_on:
            yield (
                f"L’annonce est prévue le {long_date(self.announcement_on)} : "
                f"{plural(self.before, 'dossier sera refusé', 'dossiers seront refusés')} par notre silence avant, "
                f"le premier le {long_date(self.earliest)}."
            )
        elif self.before:
            yield (
                f"L’annonce n’a pas de date. {plural(self.before, 'dossier attend', 'dossiers attendent')} une "
                f"réponse, la première avant le {long_date(self.earliest)} : ensuite, notre silence vaut refus."
            )
        if self.noted:
            yield (
                f"{plural(self.noted, 'refus est né', 'refus sont nés')} de notre silence. "
                "Une décision reste possible pour chacun."
            )


def silence_of_wave(wave, *, reader=None):
    """The `WaveSilence` of a wave; one query, and those that say what is closed to `reader`.

    Args:
        reader: whoever reads it: the dossiers that are closed to her are counted nowhere. None: the service.
    """
    under = Q(state__in=UNDER_EXAMINATION, submitted_at__isnull=False)
    early = under & Q(clock_suspended_on=None, implied_rejection_noted_at=None)
    if wave.announcement_on:
        early &= Q(implied_rejection_on__lt=wave.announcement_on)
    rows = but(Application.objects.filter(wave=wave), closed_dossiers(reader))
    counted = rows.aggregate(
        before=Count("pk", filter=early),
        earliest=Min("implied_rejection_on", filter=early),
        noted=Count("pk", filter=under & Q(implied_rejection_noted_at__isnull=False)),
    )
    return WaveSilence(announcement_on=wave.announcement_on, **counted)


def precedes_announcement():
    """Condition: the refusal born of silence comes before the day on which the wave is to be announced."""
    return Q(wave__announcement_on__gt=F("implied_rejection_on"))
