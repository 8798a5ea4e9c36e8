"""Giving back AE that will not be spent: available again in their year, lost afterwards unless an act recycles them.

GBCP art. 160: the withdrawal of a commitment of an earlier year gives no AE back, unless a decision says so.
"""

from django.db import transaction
from django.db.models import Max, Sum

from accounts.errors import Refusal
from accounts.french import euros
from funding.draws import net_draws, standing_cents
from funding.ledger import Leg, Slot, is_known, post
from funding.models import Account, Award, Instalment, Kind, Posting

P = Posting.Kind
KINDS = (P.DECOMMIT, P.LAPSE, P.RECYCLE)


def give_back(*, award, cents, on, act, by, key, recycled_by=None):
    """Take committed AE back from an award: the last draws first, never what is liquidated.

    Args:
        cents: how much, in cents.
        on: Paris date of the act.
        act: its number or title.
        by: who acts, or None for the system.
        key: idempotency key; one posting a kind ends with ":decommit", ":lapse" or ":recycle".
        recycled_by: the recorded `Act` that lets AE of earlier years be used again in the year of `on`; None: they
            lapse.

    Returns:
        The `Posting`s made or already known.

    Raises:
        Refusal: the award has less than that to give back, a payment under way needs it, or the recycling act is
            later than `on`.
    """
    with transaction.atomic():
        award = Award.objects.select_for_update(of=("self",), no_key=True).get(pk=award.pk)
        if known := known_under(key):
            return known
        refuse_act_to_come(recycled_by, on)
        refuse_under_way(award, cents)
        legs = legs_of(award, cents, on, recycles=recycled_by is not None)
        return [
            post(
                key=f"{key}:{kind}", kind=kind, effective_on=on, actor=by, act=str(act)[:200], legs=parts,
                act_file=recycled_by if kind == P.RECYCLE else None,
            )
            for kind, parts in legs.items()
        ]  # fmt: skip


def known_under(key):
    """The postings that this key made, if it was used."""
    return list(Posting.objects.filter(key__in=[f"{key}:{kind}" for kind in KINDS]).order_by("pk"))


def was_given_back(key):
    return any(is_known(f"{key}:{kind}") for kind in KINDS)


def refuse_act_to_come(recycled_by, on):
    if recycled_by is not None and recycled_by.dated_on > on:
        raise Refusal(
            "La décision de recyclage est datée après le retrait : corrigez l’une des deux dates.", field="on"
        )


def legs_of(award, cents, on, *, recycles=False):
    """{posting kind: legs}: AE of the year are available again; those of earlier years lapse, or are recycled."""
    left, legs = cents, {}
    held = committed_by_account(award)
    for draw, _ in reversed(net_draws(award)):
        slot = (draw.line_id, draw.fiscal_year)
        part = min(left, held.get(slot, 0))
        if not part:
            continue
        left, held[slot] = left - part, held[slot] - part
        kind, to = destination(award, slot, on.year, recycles)
        found = legs.setdefault(kind, {})
        found[slot, to] = found.get((slot, to), 0) + part
    if left:
        raise Refusal(
            f"Il ne reste que {euros(cents - left)} engagés et non payés sur cette attribution : "
            f"{euros(cents)} ne peuvent pas être rendus.",
            field="amount",
        )
    return {
        kind: [Leg(Slot(Kind.AE_COMMITTED, *slot, award.pk), to, part) for (slot, to), part in found.items()]
        for kind, found in legs.items()
    }


def destination(award, slot, year, recycles):
    """(posting kind, where the AE of a draw go) when they are given back in `year`."""
    line_id, fiscal_year = slot
    if fiscal_year == year:
        return P.DECOMMIT, Slot(Kind.AE_OPENED, line_id, fiscal_year)
    if recycles:
        return P.RECYCLE, Slot(Kind.AE_OPENED, line_id, year)
    return P.LAPSE, Slot(Kind.AE_LAPSED, line_id, fiscal_year, award.pk)


def foreseen(award, cents, on):
    """(cents available again, cents that lapse) if `cents` were given back that day."""
    legs = legs_of(award, cents, on) if cents else {}
    return tuple(sum(leg.cents for leg in legs.get(kind, ())) for kind in (P.DECOMMIT, P.LAPSE))


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
