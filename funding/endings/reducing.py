"""An award brought down to what it keeps: instalments cancelled or cut, AE given back, never what was paid."""

from dataclasses import dataclass

from accounts.errors import Refusal
from accounts.french import euros
from funding.conventions import drafting, standing
from funding.draws import standing_cents
from funding.endings.releases import give_back
from funding.instalments import agreement_of, complete_if_paid
from funding.models import Award, Instalment
from funding.schedules import Plan, replan

S, A = Instalment.State, Award.State
ALIVE = (A.COMMITTED, A.IN_FORCE, A.SUSPENDED)
# What the comptable has, or has paid, is out of our hands; what is owed is paid unless the decision itself goes.
GONE_TO_PAY = (S.ORDERED, S.PAID)
OWED = (S.DUE, S.CERTIFIED, *GONE_TO_PAY)


@dataclass(frozen=True)
class Act:
    """The act that reduces an award.

    Args:
        on: its Paris date. act: number or title. reason: what the structure reads.
        by: who decides. key: idempotency key of the postings.
        recycled_by: recorded `Act` that recycles AE of earlier years, or None.
        withdraws: the decision itself is withdrawn: what is owed and not ordered may fall with it.
    """

    on: object
    act: str
    reason: str
    by: object
    key: str
    recycled_by: object = None
    withdraws: bool = False

    @property
    def untouched(self):
        return GONE_TO_PAY if self.withdraws else OWED


@dataclass(frozen=True)
class Reduction:
    """What a reduction did. Cents: instalments cancelled, AE given back."""

    cancelled_cents: int
    released_cents: int


def reduce_to(award, kept_cents, act):
    """Bring a locked award down to `kept_cents`, inside the caller's transaction.

    Args:
        kept_cents: what it grants from now on, in cents; at least what is paid or on its way.
        act: the `Act`.

    Returns:
        A `Reduction`.

    Raises:
        Refusal: more is paid, ordered or owed than would be kept; an amendment is open; an instalment is withheld.
    """
    live = list(
        award.instalments.live().select_for_update(of=("self",)).select_related("schedule_year").order_by("number")
    )
    before = sum(one.cents for one in live)
    refuse_too_low(live, kept_cents, act)
    refuse_open_amendment(award)
    keep, plans = sorted_out(live, kept_cents, act)
    refuse_withheld(live, plans, kept_cents)
    for one in live:
        if one not in keep:
            one.move("withdraw" if one.state in OWED else "cancel", by=None)
    if keep or plans:
        replan(award=award, instalments=plans, total_cents=kept_cents, by=None)
    released = max(standing_cents(award) - kept_cents, 0)
    if released:
        give_back(
            award=award, cents=released, on=act.on, act=act.act, by=act.by, key=act.key, recycled_by=act.recycled_by
        )
    award.refresh_from_db()
    change_total(award, kept_cents)
    return Reduction(cancelled_cents=before - kept_cents, released_cents=released)


def sorted_out(live, kept_cents, act):
    """(instalments left as they are, plans of what is still to pay): in their order, until `kept_cents` is reached."""
    keep = [one for one in live if one.state in act.untouched]
    left, plans = kept_cents - sum(one.cents for one in keep), []
    for one in live:
        if one in keep:
            continue
        if one.state in OWED and one.cents <= left:
            keep.append(one)
            left -= one.cents
        elif part := min(one.cents, left):
            plans.append(plan_of(one, part))
            left -= part
    return keep, plans


def plan_of(instalment, cents):
    return Plan(
        kind=instalment.kind, year=instalment.schedule_year.year, cents=cents, condition=instalment.condition,
        expected_on=instalment.expected_on,
    )  # fmt: skip


def change_total(award, kept_cents):
    """What stands from now on, counted like an amendment; nothing kept leaves the amount of the decision."""
    if kept_cents in (0, award.total_cents):
        return
    if award.initial_cents is None:
        award.initial_cents = award.total_cents
    award.total_cents, award.amendment_count = kept_cents, award.amendment_count + 1
    award.save(update_fields=["initial_cents", "total_cents", "amendment_count"])


def finish(award, act, *, ending):
    """After a reduction: the award ends by `ending` when nothing of it is left, or completes when all is paid."""
    if ending:
        award.move(ending, by=act.by, on=act.on, reason=act.reason[:500])
        standing.close_agreement(award, standing.Termination("agreed", act.reason, act.act), act.by)
        return
    if not award.instalments.live().exclude(state=S.PAID).exists() and award.state == A.SUSPENDED:
        award.move("resume", by=None)  # nothing is left to suspend
    complete_if_paid(award, None)


# --- What is refused ----------------------------------------------------------------------------------------------


def refuse_too_low(live, kept_cents, act):
    fixed = sum(one.cents for one in live if one.state in act.untouched)
    if kept_cents >= fixed:
        return
    ordered = [one for one in live if one.state == S.ORDERED]
    if act.withdraws and ordered:
        raise Refusal(
            f"L’échéance {ordered[0].number} est mise en paiement : annulez d’abord la mise en paiement, ou attendez "
            "que le comptable l’ait payée. Rien n’a été enregistré."
        )
    raise Refusal(
        f"{euros(fixed)} sont déjà exigibles ou payés : l’aide ne peut pas descendre à {euros(kept_cents)}. "
        "Ce qui est payé ne se reprend que par un reversement.",
        field="amount",
    )


def refuse_open_amendment(award):
    agreement = agreement_of(award)
    text = drafting.open_version(agreement) if agreement else None
    if text is not None and text.is_amendment:
        raise Refusal("Un avenant est en préparation ou en signature : menez-le à bien ou abandonnez-le d’abord.")


def refuse_withheld(live, plans, kept_cents):
    held = [one for one in live if one.state == S.WITHHELD]
    if held and plans and kept_cents:
        raise Refusal(
            f"L’échéance {held[0].number} est retenue : levez la retenue avant de changer le reste de l’échéancier."
        )
