"""Rétablissement de crédits: what came back of a payment gives CP back, by an act, in time (LOLF art. 17 IV)."""

from django.db import transaction

from accounts.errors import Refusal
from accounts.french import euros
from accounts.models import JournalEntry
from accounts.permissions import require
from funding.endings import recoveries
from funding.envelopes.acts import founded_on
from funding.ledger import Leg, Slot, is_known, post
from funding.models import Account, Kind, Posting

PERMISSION = "funding.open_credits"
# Until the end of the year after that of the payment (arrêté on the procedures of reinstatement).
YEARS = 1


def reinstated_on(recovery):
    """CP given back out of what one recovery brought, in cents: each act is in its journal."""
    entries = JournalEntry.objects.filter(
        subject_type=recovery._meta.label, subject_id=recovery.pk, action="reinstate_credits"
    )
    return sum(details["cents"] for details in entries.values_list("details", flat=True))


def reinstatable_cents(recovery):
    """What a recovery that stands brought back and gave no CP back yet, in cents."""
    if recovery.state in recovery.__class__.GONE:
        return 0
    return recovery.collected_cents - reinstated_on(recovery)


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
    most = reinstatable_cents(recovery)
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
