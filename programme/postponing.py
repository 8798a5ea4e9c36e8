"""Giving the deposit of a wave more time, for all, when the service was at fault."""

from django.db import transaction

from accounts import french
from accounts.errors import Refusal
from accounts.models import JournalEntry
from accounts.permissions import require
from programme.models import Wave
from programme.models.wave import STEER
from programme.waves import locked, refuse_disorder, trace, written


def postpone_closing(*, wave, closes_at, reason, by, version=None):
    """Move the end of the deposit later, and open it again when the instruction had already started.

    `waves.amend_wave` moves any date while the deposit is open; this one also repairs, after the closing, what the
    service took away.

    Args:
        closes_at: aware instant, later than the present closing.
        reason: why, in words that the file keeps and shows.
        version: the version of the wave that the page was made from, if any.

    Raises:
        NotAllowed, StalePage.
        Refusal: the examination has gone too far, or the new closing gives no time.
        BadCalendar: the dates that follow would not be in order.
    """
    require(by, STEER)
    with transaction.atomic():
        wave = locked(wave, version)
        refuse_too_far(wave)
        if closes_at <= wave.closes_at:
            now = french.deadline(wave.closes_at)
            raise Refusal(f"La nouvelle clôture vient après celle qui est prévue, le {now}.", field="closes_at")
        trace(wave, "closes_at", closes_at, reason[:300], by)
        wave.closes_at = closes_at
        refuse_disorder(wave)
        wave.save()
        details = {"reason": reason, "changes": written({"closes_at": closes_at})}
        JournalEntry.write(action="amend_wave", subject=wave, actor=by, details=details)
        if wave.state == Wave.State.INSTRUCTION:
            wave.move("reopen_deposit", by=by)
    return wave


def refuse_too_far(wave):
    if wave.state not in (Wave.State.COLLECTING, Wave.State.INSTRUCTION) or not wave.has_window():
        raise Refusal(
            f"La vague est « {wave.get_state_display()} » : son dépôt ne s’ouvre plus. "
            "Donnez un délai à chaque structure concernée, ou accueillez-la dans la vague suivante."
        )
