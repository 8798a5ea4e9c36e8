"""Which act commits the AE of an award, and how much of it: all at once, or year by year (a call setting)."""

from django.db import transaction

from accounts.errors import Refusal
from accounts.french import euros
from accounts.models import JournalEntry
from accounts.permissions import require
from funding.draws import next_draw, standing_cents
from funding.instalments import refuse_stopped
from funding.ledger import Leg, Slot, is_known, post
from funding.models import Award, Kind, Posting
from funding.schedules import call_version_of
from programme.models import CallVersion

Extent = CallVersion.CommitmentExtent


def is_committed_by_agreement(award):
    """The AE wait for both signatures."""
    by_agreement = call_version_of(award).commitment_act == CallVersion.CommitmentAct.AGREEMENT
    return award.state == Award.State.RESERVED and by_agreement


def is_yearly(award):
    return call_version_of(award).commitment_extent == Extent.YEARLY


def uncommitted_cents(award):
    """What the award grants and no act has committed yet, in cents; 0 where the call commits in full."""
    return max(award.total_cents - standing_cents(award), 0) if is_yearly(award) else 0


def commit_year(*, award, line, fiscal_year, cents, on, act, by, key):
    """Commit one more yearly part of an award (RRCBE part 4 §1.8): its AE are reserved and committed at once.

    Args:
        line: the `Line` that gives the AE of `fiscal_year`.
        cents: the part, in cents; at most what is left to commit.
        on: Paris date of the act, in `fiscal_year`.
        act: its number or title.
        by: the decision-maker.
        key: idempotency key.

    Raises:
        InsufficientFunds: the line has less than is asked.
        Refusal: the call commits in full, or the part is more than what is left to commit.
    """
    require(by, "funding.commit")
    with transaction.atomic():
        award = Award.objects.select_for_update(of=("self",), no_key=True).get(pk=award.pk)
        if not is_known(f"{key}:commit"):
            refuse_bad_part(award, cents, act)
            next_draw(award=award, line_id=line.pk, fiscal_year=fiscal_year, cents=cents)
            details = {"year": fiscal_year, "cents": cents, "act": act}
            JournalEntry.write(action="commit_year", subject=award, actor=by, details=details)
        draw_on(award=award, line_id=line.pk, fiscal_year=fiscal_year, cents=cents, on=on, act=act, by=by, key=key)
    return award


def refuse_bad_part(award, cents, act):
    refuse_stopped(award)
    if award.state not in (Award.State.COMMITTED, Award.State.IN_FORCE):
        raise Refusal(f"L’attribution est « {award.get_state_display().lower()} » : rien ne s’engage de plus.")
    if not is_yearly(award):
        raise Refusal("L’appel engage en totalité : il n’y a pas de part annuelle à engager.")
    left = uncommitted_cents(award)
    if not 0 < cents <= left:
        raise Refusal(
            f"Il reste {euros(left)} à engager sur cette attribution : choisissez un montant positif qui ne dépasse "
            "pas ce reste.",
            field="amount",
        )
    if not act.strip():
        raise Refusal("Nommez l’acte qui engage cette part.", field="act")


def draw_on(*, award, line_id, fiscal_year, cents, on, act, by, key):
    """Reserve then commit AE for a locked award: two postings, one act."""
    reserve_on(award=award, line_id=line_id, fiscal_year=fiscal_year, cents=cents, on=on, act=act, by=by, key=key)
    commit_on(award=award, line_id=line_id, fiscal_year=fiscal_year, cents=cents, on=on, act=act, by=by, key=key)


def reserve_on(*, award, line_id, fiscal_year, cents, on, act, by, key):
    opened, reserved = slots(award, line_id, fiscal_year)[:2]
    legs = [Leg(opened, reserved, cents)]
    return post(key=f"{key}:reserve", kind=Posting.Kind.RESERVE, effective_on=on, actor=by, act=act, legs=legs)


def release_on(*, award, line_id, fiscal_year, cents, on, act, by, key):
    opened, reserved = slots(award, line_id, fiscal_year)[:2]
    legs = [Leg(reserved, opened, cents)]
    return post(key=f"{key}:release", kind=Posting.Kind.RELEASE, effective_on=on, actor=by, act=act, legs=legs)


def commit_on(*, award, line_id, fiscal_year, cents, on, act, by, key):
    _, reserved, committed = slots(award, line_id, fiscal_year)
    legs = [Leg(reserved, committed, cents)]
    return post(key=f"{key}:commit", kind=Posting.Kind.COMMIT, effective_on=on, actor=by, act=act, legs=legs)


def slots(award, line_id, fiscal_year):
    return (
        Slot(Kind.AE_OPENED, line_id, fiscal_year),
        Slot(Kind.AE_RESERVED, line_id, fiscal_year, award.pk),
        Slot(Kind.AE_COMMITTED, line_id, fiscal_year, award.pk),
    )
