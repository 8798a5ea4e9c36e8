"""What a cancelled title had brought back is owed again to the structure: given back by the accountant, noted here.

Money that came back went to the general budget: the accountant gives it back by cancelling his revenue, without
credits. What had given CP back by a *rétablissement de crédits* (LOLF art. 17 IV) is an expense again: it is paid on
the CP of the year of the payment (LOLF art. 28), from the line that had received them or from another one.
"""

from django.db import transaction
from django.db.models import Sum

from accounts.errors import Refusal, StalePage
from accounts.french import euros
from accounts.models import Event, JournalEntry
from accounts.permissions import require
from funding.endings import hearings, recoveries, reinstating
from funding.instalments import refuse_before, refuse_future
from funding.ledger import Leg, Slot, post
from funding.models import Kind, Movement, Posting, Recovery, RecoveryEntry
from funding.models.recovery import COLLECT

R = Recovery.State
REFUNDED = RecoveryEntry.Kind.REFUNDED


def taken_again_cents(recovery):
    """CP that a *rétablissement* had given back and that the refunds of a recovery took again, in cents."""
    rows = Movement.objects.filter(posting__kind=Posting.Kind.REFUND, posting__key__startswith=key_of(recovery))
    return rows.aggregate(total=Sum("amount_cents"))["total"] or 0


def key_of(recovery):
    return key_of_pk(recovery.pk)


def key_of_pk(pk):
    return f"recovery:{pk}:refund:"


def on_credits_cents(recovery):
    """What is owed again on credits: what a *rétablissement* had given back of it and is not paid again, in cents."""
    return min(recovery.to_refund_cents, reinstating.reinstated_on(recovery) - taken_again_cents(recovery))


def record_refund(*, recovery, cents, on, reference, by, line=None, version=None):
    """Note what the accountant gave back to the structure; the last cent closes the recovery.

    What is owed on credits is paid first, on CP of the year of `on`.

    Args:
        cents: at most what came back and is not given back yet.
        on: Paris date of the accountant. reference: his.
        by: a finance officer. line: the `Line` that pays; None: the one whose CP had been reinstated.

    Raises:
        InsufficientFunds: the line has not that many CP; nothing is noted.
        Refusal: more than is owed, a date out of order, no reference, or this fact is noted already.
        StalePage: nothing is owed on it.
    """
    require(by, COLLECT)
    reference = " ".join((reference or "").split())[:150]
    with transaction.atomic():
        recovery = recoveries.lock(recovery, version)
        if recovery.state != R.REFUNDING:
            raise StalePage(f"Ce reversement est « {recovery.get_state_display().lower()} » : rien n’est à rendre.")
        refuse_bad_refund(recovery, cents, on, reference)
        pay_on_credits(recovery, cents, on, reference, line, by)
        RecoveryEntry.objects.create(
            recovery=recovery, kind=REFUNDED, cents=cents, on=on, reference=reference, recorded_by=by
        )
        details = {"kind": REFUNDED, "cents": cents, "on": on.isoformat(), "reference": reference}
        JournalEntry.write(action="record_refund", subject=recovery, actor=by, details=details)
        return settle(recoveries.lock(recovery), on, by)


def refuse_bad_refund(recovery, cents, on, reference):
    if not reference:
        raise Refusal("Donnez la référence du comptable.", field="reference")
    refuse_future(on)
    refuse_before(on, recovery.withdrawal.undone_on, "le retrait est annulé le")
    if not 0 < cents <= recovery.to_refund_cents:
        raise Refusal(
            f"{euros(recovery.to_refund_cents)} restent à rendre à la structure : choisissez un montant positif qui "
            "ne dépasse pas ce reste.",
            field="cents",
        )
    if recovery.entries.filter(kind=REFUNDED, reference=reference).exists():
        raise Refusal("Ce fait est déjà noté sous cette référence : rien n’a été noté deux fois.", field="reference")


def pay_on_credits(recovery, cents, on, reference, line, by):
    part = min(cents, on_credits_cents(recovery))
    if not part:
        return
    line_id = line.pk if line is not None else reinstated_line(recovery.award)
    leg = Leg(
        Slot(Kind.CP_AVAILABLE, line_id, on.year),
        Slot(Kind.CP_PAID, line_id, on.year, recovery.award_id),
        part,
    )
    post(
        key=f"{key_of(recovery)}{reference}", kind=Posting.Kind.REFUND, effective_on=on, actor=by,
        act=f"{recovery.withdrawal.undone_act}, remboursement {reference}"[:200], legs=[leg],
    )  # fmt: skip


def reinstated_line(award):
    """The line whose CP were reinstated last."""
    back = Movement.objects.filter(posting__kind=Posting.Kind.REINSTATE, from_account__award=award)
    return back.order_by("-pk").values_list("to_account__line", flat=True).first()


def settle(recovery, on, by):
    if recovery.to_refund_cents:
        recovery.save()
        return recovery
    recovery.move("close_refunded", by=by, on=on)
    hearings.tell(
        recovery.award, Event.PAYMENT, f"recovery:{recovery.pk}:refunded", "Ce que vous aviez reversé vous est rendu",
        f"Le comptable vous a rendu {euros(recovery.refunded_cents)}, le retrait de votre aide étant annulé.",
    )  # fmt: skip
    return recovery
