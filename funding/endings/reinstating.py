"""Rétablissement de crédits: what came back of a payment gives CP back, by an act, in time (LOLF art. 17 IV)."""

from django.db import transaction
from django.db.models import Sum

from accounts.errors import Refusal
from accounts.french import euros
from accounts.models import JournalEntry
from accounts.permissions import require
from funding.endings import recoveries
from funding.envelopes.acts import founded_on
from funding.ledger import Leg, Slot, is_known, post
from funding.models import Account, Kind, Movement, Posting

PERMISSION = "funding.open_credits"
# Until the end of the year after that of the payment (arrêté on the procedures of reinstatement).
YEARS = 1


def reinstated_cents(award):
    """CP already given back on what an award was paid, in cents."""
    back = Movement.objects.filter(posting__kind=Posting.Kind.REINSTATE, from_account__award=award)
    return back.aggregate(total=Sum("amount_cents"))["total"] or 0


def reinstatable_cents(award):
    """What was collected on the recoveries of an award and gave no CP back yet, in cents."""
    collected = award.recoveries.aggregate(total=Sum("collected_cents"))["total"] or 0
    return collected - reinstated_cents(award)


def reinstate(*, recovery, cents, line, on, act, by, key):
    """Make CP available again on a line, for the year of the act, out of what was collected.

    Args:
        recovery: the `Recovery` that came back, at least in part.
        cents: at most what was collected and gave nothing back yet.
        line: the `Line` that the act names. on: Paris date; its year is that of the CP.
        act: the recorded `Act`. by: a finance officer. key: idempotency key.

    Raises:
        Refusal: more than was collected, or the payment is of a year too old.
        NotAllowed: `by` may not move credits.
    """
    require(by, PERMISSION)
    with transaction.atomic():
        recovery = recoveries.lock(recovery)
        if is_known(key):
            return Posting.objects.get(key=key)
        refuse_too_much(recovery, cents)
        legs = legs_of(recovery.award, cents, line, on.year)
        posting = post(
            key=key, kind=Posting.Kind.REINSTATE, effective_on=on, actor=by, legs=legs, **founded_on(act, on)
        )
        details = {"cents": cents, "act": str(act), "line": line.code}
        JournalEntry.write(action="reinstate_credits", subject=recovery, actor=by, details=details)
    return posting


def refuse_too_much(recovery, cents):
    most = min(recovery.collected_cents, reinstatable_cents(recovery.award))
    if not 0 < cents <= most:
        raise Refusal(
            f"{euros(most)} sont revenus et n’ont pas encore rétabli de crédits : choisissez un montant positif, "
            "au plus celui-là. Ce qui est remis ou admis en non-valeur n’en rétablit pas.",
            field="cents",
        )


def legs_of(award, cents, line, year):
    """From what was paid, the latest year first, to the CP of `year` on `line`."""
    left, legs = cents, []
    paid = Account.objects.filter(award=award, kind=Kind.CP_PAID, fiscal_year__gte=year - YEARS, balance_cents__gt=0)
    for account in paid.order_by("-fiscal_year", "pk"):
        part = min(left, account.balance_cents)
        if part:
            origin = Slot(Kind.CP_PAID, account.line_id, account.fiscal_year, award.pk)
            legs.append(Leg(origin, Slot(Kind.CP_AVAILABLE, line.pk, year), part))
            left -= part
    if left:
        raise Refusal(
            f"{euros(left)} ont été payés avant {year - YEARS} : un rétablissement n’est possible que jusqu’à la fin "
            "de l’année qui suit le paiement. Le reste revient au budget général.",
            field="cents",
        )
    return legs
