"""The minimum opening time that a call promises: a shorter deposit wants a reason, which is kept and shown."""

import datetime

from django.db import transaction
from django.utils import timezone

from accounts import french
from accounts.errors import Refusal
from accounts.models import JournalEntry
from accounts.permissions import require
from programme.models import Call, Wave
from programme.models.wave import STEER

ONE_DAY = datetime.timedelta(days=1)


def short_window(wave, version, *, at=None):
    """The whole days of a deposit that is shorter than the call promises without saying why; None when all is well.

    Args:
        version: the `CallVersion` whose promise holds, or None.
        at: an instant: what was open before it does not count (the call was not published yet).
    """
    if version is None or not wave.has_window() or wave.short_window_reason:
        return None
    opening = max(wave.opens_at, at) if at else wave.opens_at
    # A form gives minutes: a deposit planned now for thirty days lasts thirty days.
    length = wave.closes_at - opening + datetime.timedelta(minutes=1)
    if wave.closes_at <= opening or length >= version.minimum_opening_days * ONE_DAY:
        return None
    return length // ONE_DAY


def refuse_short_window(wave):
    """Refuse a window shorter than the call promises, unless the wave says why.

    Raises:
        Refusal: tied to the field of the reason.
    """
    published = wave.call.state == Call.State.PUBLISHED
    version = wave.call.version_in_force() if published else wave.call.draft_version()
    days = short_window(wave, version, at=timezone.now() if published else None)
    if days is not None:
        raise Refusal(
            f"Le dépôt serait ouvert {french.plural(days, 'jour')}, et l’appel en promet au moins "
            f"{version.minimum_opening_days} : repoussez la clôture, ou dites pourquoi il est plus court.",
            field="short_window_reason",
        )


def explain_window(*, wave, reason, by, version=None):
    """Say why the deposit of a planned wave is open for less time than the call promises.

    Args:
        reason: in the words that the public reads.
        version: the version of the wave that the page was made from.

    Raises:
        NotAllowed, StalePage.
        Refusal: no reason.
    """
    require(by, STEER)
    reason = (reason or "").strip()
    if not reason:
        raise Refusal("Dites pourquoi le dépôt est ouvert moins longtemps : la phrase sera lue.", field="reason")
    with transaction.atomic():
        wave = Wave.objects.select_for_update(of=("self",)).get(pk=wave.pk)
        wave.expect_version(version)
        wave.short_window_reason = reason[:300]
        wave.save(update_fields=["short_window_reason"])
        JournalEntry.write(action="explain_window", subject=wave, actor=by, details={"reason": reason})
    return wave
