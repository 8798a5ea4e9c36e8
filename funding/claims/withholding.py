"""Withhold an instalment, with a reason that the structure reads, and resume it; the clock waits meanwhile."""

import datetime

from django.db import transaction
from django.utils import timezone

from accounts.errors import Refusal
from accounts.french import euros, long_date
from accounts.models import Event, JournalEntry
from accounts.notify import notify
from funding.claims.clock import pay_before
from funding.instalments import lock, refuse_before, refuse_future


def withhold(*, instalment, by, reason, on=None, version=None):
    """Stop an instalment before its certification: a condition is not met.

    Args:
        by: an officer or a finance officer.
        reason: why; the structure reads it.
        on: Paris date, today when None.

    Raises:
        Refusal: no reason, or a wrong date.
        StalePage: it is certified already, or not to pay.
    """
    on = on or timezone.localdate()
    reason = " ".join((reason or "").split())
    if not reason:
        raise Refusal("Dites pourquoi l’échéance est retenue : la structure lit ce motif.", field="reason")
    with transaction.atomic():
        award, instalment = lock(instalment, version)
        refuse_future(on)
        refuse_before(on, instalment.due_on, "l’échéance est exigible depuis")
        instalment.move("withhold", by=by, on=on, reason=reason)
        JournalEntry.write(action="withhold_reason", subject=instalment, actor=by, details={"reason": reason})
        tell(award, instalment, "withheld", f"n’est pas versé pour l’instant.\n\nMotif : {reason}")
    return instalment


def resume(*, instalment, by, version=None):
    """Take a withheld instalment up again where it was; the days of the withholding are given back to its clock.

    Raises:
        StalePage: it is not withheld.
    """
    with transaction.atomic():
        award, instalment = lock(instalment, version)
        if instalment.due_on is None:
            instalment.move("resume", by=by)
        else:
            instalment.move("resume_due", by=by, pay_by=pushed_back(instalment))
        tell(award, instalment, f"resumed-{instalment.version}", "suit de nouveau son cours.")
    return instalment


def pushed_back(instalment):
    """The last day to pay, later by as many days as the withholding lasted."""
    held = (timezone.localdate() - (instalment.withheld_on or timezone.localdate())).days
    return pay_before(instalment) + datetime.timedelta(days=held)


def tell(award, instalment, what, end):
    for member in award.organisation.members.filter(is_active=True) if award.organisation else ():
        notify(
            Event.PAYMENT,
            key=f"instalment:{instalment.pk}:{what}:{instalment.version}:{member.pk}",
            recipient=member,
            subject=f"Versement de {euros(instalment.cents)}",
            body=(
                f"Bonjour,\n\nLe versement de {euros(instalment.cents)} prévu le {long_date(instalment.expected_on)} "
                f"{end}\n\nLe détail est sur la page « Versements » de votre dossier."
            ),
        )
