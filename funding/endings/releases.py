"""Giving back AE that will not be spent: available again in their year, lost afterwards (GBCP art. 160)."""

from django.db import transaction
from django.db.models import Max, Sum

from accounts.errors import Refusal
from accounts.french import euros
from funding.draws import net_draws, standing_cents
from funding.ledger import Leg, Slot, is_known, post
from funding.models import Account, Award, Instalment, Kind, Posting


def give_back(*, award, cents, on, act, by, key):
    """Take committed AE back from an award: the last draws first, never what is liquidated.

    Args:
        cents: how much, in cents.
        on: Paris date of the act.
        act: its number or title.
        by: who acts, or None for the system.
        key: idempotency key; one posting a kind ends with ":decommit" or ":lapse".

    Returns:
        The `Posting`s made or already known.

    Raises:
        Refusal: the award has less than that to give back, or a payment under way needs it.
    """
    with transaction.atomic():
        award = Award.objects.select_for_update(of=("self",), no_key=True).get(pk=award.pk)
        legs = {} if is_known(f"{key}:decommit") or is_known(f"{key}:lapse") else legs_of(award, cents, on)
        return [
            post(key=f"{key}:{kind}", kind=kind, effective_on=on, actor=by, act=act, legs=parts)
            for kind, parts in legs.items()
        ]


def legs_of(award, cents, on):
    """{posting kind: legs}: a retrait in the year of the AE gives them back, one of an earlier year loses them."""
    refuse_under_way(award, cents)
    left, legs = cents, {}
    held = committed_by_account(award)
    for draw, _ in reversed(net_draws(award)):
        slot = (draw.line_id, draw.fiscal_year)
        part = min(left, held.get(slot, 0))
        if not part:
            continue
        left, held[slot] = left - part, held[slot] - part
        same_year = draw.fiscal_year == on.year
        origin = Slot(Kind.AE_COMMITTED, *slot, award.pk)
        to = Slot(Kind.AE_OPENED, *slot) if same_year else Slot(Kind.AE_LAPSED, *slot, award.pk)
        legs.setdefault(Posting.Kind.DECOMMIT if same_year else Posting.Kind.LAPSE, []).append(Leg(origin, to, part))
    if left:
        raise Refusal(
            f"Il ne reste que {euros(cents - left)} engagés et non payés sur cette attribution : "
            f"{euros(cents)} ne peuvent pas être rendus.",
            field="amount",
        )
    return legs


def refuse_under_way(award, cents):
    """What the comptable is asked to pay keeps its AE: the payment, or the end of its order, finds them there."""
    live = Instalment.objects.live().filter(award=award)
    last = live.filter(state=Instalment.State.ORDERED).aggregate(number=Max("number"))["number"]
    if last is None:
        return
    needed = live.filter(number__lte=last).aggregate(cents=Sum("cents"))["cents"]
    left = max(standing_cents(award) - needed, 0)
    if cents > left:
        raise Refusal(
            f"L’échéance {last} est mise en paiement : {euros(left)} au plus peuvent être rendus. "
            "Attendez son paiement, ou annulez d’abord la mise en paiement.",
            field="amount",
        )


def committed_by_account(award):
    rows = Account.objects.filter(award=award, kind=Kind.AE_COMMITTED)
    return {(row.line_id, row.fiscal_year): row.balance_cents for row in rows}
