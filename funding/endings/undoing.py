"""A withdrawal undone, after an upheld appeal or by a judgment: the award stands again as it did the day before.

CRPA L243-3: what was withdrawn illegally is given back by withdrawing the withdrawal, an act that creates no right; a
judgment annuls it for the past. The aid, its instalments and the act that granted it then stand again.
AE given back belong to whoever took them since: they are taken again from a line that has them free.
"""

from collections.abc import Callable

from django.db import transaction
from django.db.models import Sum

from accounts.errors import Refusal, StalePage
from accounts.french import euros, long_date
from accounts.models import Event, JournalEntry
from accounts.permissions import require
from documents.ending_facts import UndoneWithdrawalFacts
from documents.models import Document
from funding.conventions import standing
from funding.conventions.commitments import draw_on
from funding.draws import next_draw
from funding.endings import hearings, reducing, withdrawals
from funding.endings.planning_again import plans_again
from funding.endings.releases import KINDS
from funding.instalments import complete_if_paid, refuse_before
from funding.models import Agreement, Award, Kind, Movement, Recovery, Withdrawal
from funding.models.recovery import DECIDE
from funding.schedules import replan

A, W, R = Award.State, Withdrawal.State, Recovery.State


def undo(*, withdrawal, act, on, reason, by, line=None, version=None):
    """Take a withdrawal back: AE taken again, instalments planned again, what was asked back dropped or owed back.

    A second call does nothing.

    Args:
        act: number or title of the decision or judgment that undoes it. on: its Paris date; the AE are those of its
            year.
        reason: as the letter says it.
        by: a decision-maker whose delegation covers what was withdrawn.
        line: the `Line` that gives the AE; None: the ones that they were given back to.

    Returns:
        The `Withdrawal`, undone.

    Raises:
        InsufficientFunds: the line has not that much left; nothing is undone.
        Refusal: the year of `on` is closed, a part is missing, or an amendment is open.
        StalePage: it is not decided, or the award has ended otherwise since.
    """
    require(by, DECIDE)
    with transaction.atomic():
        withdrawal = withdrawals.lock(withdrawal)
        if withdrawal.state == W.UNDONE:
            return withdrawal
        withdrawal.expect_version(version)
        award = withdrawal.award
        refuse_not_decided(withdrawal)
        standing.refuse_bad_act(award, on, reason, act)
        refuse_before(on, withdrawal.decided_on, "le retrait est décidé le")
        reducing.refuse_open_amendment(award)
        act, reason = act.strip(), reason.strip()
        signed = hearings.signed_facts(award, by, withdrawal.withdrawn_cents)
        take_again(withdrawal, line, on, act, by)
        stand_again(award, withdrawal, on)
        plan_again(award, withdrawal, on)
        drop_recovery(withdrawal, act, by)
        withdrawal.move("undo", by=by, on=on, act=act, reason=reason)
        write_to(withdrawal, signed, by)
        if not withdrawal.kept_cents:
            for stand in _undone:
                stand(award=award, by=by)
    return withdrawal


_undone: list[Callable] = []


def when_undone(function):
    """Have the floor above, which keeps the decisions, let the one that was withdrawn whole stand again.

    Args:
        function: called with the award and who signs.
    """
    _undone.append(function)


def refuse_not_decided(withdrawal):
    if withdrawal.state != W.DECIDED:
        raise StalePage(withdrawal.refused_transition_message())
    award, whole = withdrawal.award, not withdrawal.kept_cents
    possible = (A.WITHDRAWN,) if whole else withdrawals.MAY_BE_WITHDRAWN
    if award.state not in possible:
        raise StalePage(
            f"L’attribution est « {award.get_state_display().lower()} » depuis ce retrait : il ne s’annule plus."
        )
    if withdrawal.award.withdrawals.filter(state=W.DECIDED, pk__gt=withdrawal.pk).exists():
        raise Refusal("Un autre retrait a été décidé depuis : annulez d’abord le plus récent.")


# --- Money ---------------------------------------------------------------------------------------------------------


def given_back_by(withdrawal):
    """{line key: AE that the withdrawal gave back, in cents}."""
    keys = [f"withdrawal:{withdrawal.pk}:{kind}" for kind in KINDS]
    rows = Movement.objects.filter(posting__key__in=keys, from_account__kind=Kind.AE_COMMITTED).order_by()
    found = rows.values_list("from_account__line").annotate(cents=Sum("amount_cents"))
    return dict(found.order_by("from_account__line"))


def take_again(withdrawal, line, on, act, by):
    """Reserve and commit again what was given back, on AE of the year of the act."""
    award, parts = withdrawal.award, given_back_by(withdrawal)
    if line is not None and parts:
        parts = {line.pk: sum(parts.values())}
    category = award.draws.order_by("pk").values_list("category", flat=True).first() or ""
    for line_id, cents in parts.items():
        next_draw(award=award, line_id=line_id, fiscal_year=on.year, cents=cents, category=category)
        draw_on(
            award=award, line_id=line_id, fiscal_year=on.year, cents=cents, on=on, act=act, by=by,
            key=f"withdrawal:{withdrawal.pk}:undo:{line_id}",
        )  # fmt: skip


def stand_again(award, withdrawal, on):
    """The award, and its agreement, are again in the state in which the withdrawal found them."""
    if award.state == A.COMPLETED and withdrawal.cancelled_cents:
        award.move("reinstate", by=None)
    if award.state != A.WITHDRAWN:
        return
    before = state_before(award)
    award.move("reinstate_committed" if before == A.COMMITTED else "reinstate", by=None)
    if before == A.SUSPENDED:
        award.move("suspend", by=None, on=award.suspended_on or on, reason="Suspendue avant le retrait")
    agreement = Agreement.objects.select_for_update(of=("self",)).filter(award=award, state="closed").first()
    if agreement is not None:
        agreement.move("reopen", by=None)


def state_before(award):
    entries = JournalEntry.objects.filter(subject_type=award._meta.label, subject_id=award.pk, action="withdraw")
    return entries.order_by("-pk").values_list("from_state", flat=True).first()


def plan_again(award, withdrawal, on):
    """Plan what the withdrawal cancelled, on the instalments that it found; counted like an amendment."""
    total = sum(one.cents for one in award.instalments.live()) + withdrawal.cancelled_cents
    if withdrawal.cancelled_cents:
        plans = plans_again(award, withdrawal.schedule_before, total, on)
        live = list(award.instalments.live())
        reducing.refuse_withheld(live, plans, total)
        replan(award=award, instalments=plans, total_cents=total, by=None)
        award.refresh_from_db()
        reducing.change_total(award, total)
    complete_if_paid(award, None)


def drop_recovery(withdrawal, act, by):
    """The title is cancelled; what came back of it is owed to the structure (`refunding`)."""
    recovery = getattr(withdrawal, "recovery", None)
    if recovery is not None and recovery.state != R.DROPPED:
        locked = Recovery.objects.select_for_update(of=("self",)).get(pk=recovery.pk)
        ending = "owe_back" if locked.collected_cents else "fall"
        locked.move(ending, by=by, reason=f"Retrait annulé par {act}")


def returned_cents(withdrawal):
    """What came back on the title of a withdrawal, in cents."""
    recovery = getattr(withdrawal, "recovery", None)
    return recovery.collected_cents if recovery is not None else 0


# --- In words ------------------------------------------------------------------------------------------------------


def write_to(withdrawal, signed, by):
    hearings.tell(
        withdrawal.award, Event.DECISION, f"withdrawal:{withdrawal.pk}:undone", "Le retrait de votre aide est annulé",
        f"{euros(withdrawal.withdrawn_cents)} vous sont rendus. La lettre est sur votre page « Versements ».",
        letter=True,
    )  # fmt: skip
    facts = letter_facts(withdrawal, signed)
    withdrawal.undone_document = hearings.ask_letter(withdrawal, Document.Kind.WITHDRAWAL_UNDONE, facts, by)
    withdrawal.save(update_fields=["undone_document"])


def letter_facts(withdrawal, signed):
    reason = withdrawal.undone_reason
    if back := returned_cents(withdrawal):
        reason += f"\n\nLe titre est annulé : le comptable vous rend les {euros(back)} que vous avez reversés."
    return UndoneWithdrawalFacts(
        **signed, amount_cents=withdrawal.withdrawn_cents, planned_cents=withdrawal.cancelled_cents,
        dropped_cents=withdrawal.recovered_cents, withdrawn_on=withdrawal.decided_on,
        withdrawal_number=withdrawal.document.number if withdrawal.document else "", act=withdrawal.undone_act,
        act_on=withdrawal.undone_on, reason=reason,
    )  # fmt: skip


def consequences(withdrawal, today):
    """What undoing a withdrawal does, in words."""
    taken = sum(given_back_by(withdrawal).values())
    said = [f"L’aide remonte de {euros(withdrawal.withdrawn_cents)}"]
    if taken:
        said.append(f"{euros(taken)} d’AE sont repris sur la ligne, sur les AE de l’année de l’acte")
    if withdrawal.cancelled_cents:
        said.append(f"{euros(withdrawal.cancelled_cents)} de versements sont planifiés de nouveau")
    if withdrawal.recovered_cents:
        said.append(f"{euros(withdrawal.recovered_cents)} ne sont plus demandés en retour")
    if back := returned_cents(withdrawal):
        said.append(f"{euros(back)} déjà reversés sont dus à la structure : le comptable les rend")
    if not withdrawal.kept_cents:
        said.append("La décision d’attribution et la convention sont de nouveau en vigueur")
    return [*said, f"La structure reçoit une lettre, datée du {long_date(today)}"]
