"""A decision withdrawn in proportion of what was not done: instalments cancelled, AE given back, the rest asked back.

CRPA L242-2 2°: a grant is withdrawn at any time when its conditions are not met; L121-1, L122-1: after a hearing.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from accounts.errors import Refusal, StalePage
from accounts.french import euros, integer
from accounts.models import Event
from accounts.permissions import require
from documents.ending_facts import WithdrawalFacts
from documents.models import Document
from funding.conventions import snapshots, standing
from funding.endings import hearings, notices, recoveries, reducing
from funding.endings.partners_heard import tell_partners
from funding.endings.prorata import parts_of
from funding.models import Award, Hearing, Instalment, Recovery, Withdrawal
from funding.models.recovery import DECIDE

A, W = Award.State, Withdrawal.State
MAY_BE_WITHDRAWN = (*reducing.ALIVE, A.COMPLETED)
CONSIDERED = "retirer votre aide, en tout ou en partie, en proportion de ce qui n’a pas été fait"


@dataclass(frozen=True)
class Measure:
    """What was to be done and what was.

    Args:
        what: in words ("jours d’ouverture en 2026"). planned, done: in one unit, whole numbers.
    """

    what: str
    planned: int
    done: int


def open_withdrawal(*, award, ground, facts, cents, known_on, answer_by, by, notice=None, version=None):
    """Tell the structure that the decision may be withdrawn, wholly or in part, and until when she may answer.

    Args:
        cents: what could be withdrawn at most. Others as `recoveries.open_recovery`.
        notice: the `FormalNotice` that was left without effect, if it follows one.

    Raises:
        Refusal: a part is missing, the time is too short, more than what stands.
        StalePage: a withdrawal is under way, or the award has ended.
    """
    with transaction.atomic():
        award = standing.lock(award, version)
        refuse_ended(award)
        if award.withdrawals.filter(state=W.HEARING).exists():
            raise StalePage("Un retrait est déjà en phase contradictoire pour cette attribution.")
        if cents > standing_total(award):
            raise Refusal(f"L’aide est de {euros(standing_total(award))} : il ne se retire pas plus.", field="cents")
        hearing = hearings.open_hearing(
            award, ground=ground, facts=facts, cents=cents, known_on=known_on, answer_by=answer_by,
            considered=CONSIDERED, by=by, notice=notices.begin_what_follows(notice, award, by) if notice else None,
        )  # fmt: skip
        withdrawal = Withdrawal.objects.create(award=award, hearing=hearing)
        tell_partners(hearing)
        return withdrawal


def standing_total(award):
    """What the award grants, less what is asked back of it already, in cents."""
    return award.total_cents - recoveries.asked_back_cents(award)


def parts(award, measure):
    """The `prorata.Parts` that a measure makes of an award.

    Raises:
        Refusal: what is done is more than what was planned, or nothing is left to withdraw.
    """
    if measure.planned <= 0:
        raise Refusal("Ce qui était prévu est un nombre positif.", field="planned")
    if not 0 <= measure.done < measure.planned:
        raise Refusal(
            "Ce qui est réalisé va de 0 à moins que ce qui était prévu : sinon il n’y a rien à retirer.", field="done"
        )
    found = parts_of(standing_total(award), recoveries.recoverable_cents(award), measure.done, measure.planned)
    if not found.withdrawn_cents:
        raise Refusal("Cette proportion ne retire pas un centime : il n’y a rien à décider.", field="done")
    return found


def decide(*, withdrawal, measure, act, reason, by, version=None):
    """Withdraw the decision in proportion of what was not done, after the hearing.

    What is not paid is cancelled and its AE given back; what is paid beyond what is kept is asked back by a recovery,
    decided by the same act.

    Args:
        measure: the `Measure`. act: number or title of the decision. reason: as the letter says it.
        by: a decision-maker whose delegation covers what is withdrawn.

    Returns:
        The `Withdrawal`, decided.

    Raises:
        Refusal: the structure may still answer, more than what was considered, a payment is on its way.
        StalePage: it is decided or dropped, or the award has ended.
    """
    require(by, DECIDE)
    with transaction.atomic():
        withdrawal = lock(withdrawal, version)
        award, on = withdrawal.award, timezone.localdate()
        refuse_ended(award)
        hearings.refuse_unheard(withdrawal.hearing, on)
        standing.refuse_bad_act(award, on, reason, act)
        found = parts(award, measure)
        refuse_more_than_heard(withdrawal.hearing, found)
        signed = hearings.signed_facts(award, by, found.withdrawn_cents)
        done = reducing.Act(
            on=on, act=act.strip(), reason=f"Décision retirée : {reason.strip()}", by=by,
            key=f"withdrawal:{withdrawal.pk}", withdraws=True,
        )  # fmt: skip
        withdrawal.schedule_before = snapshots.standing(award)["instalments"]
        released = take_away(award, found, done)
        fill_in(withdrawal, measure, found, released)
        withdrawal.move("decide", by=by, on=on, act=done.act, reason=reason.strip())
        write_to(withdrawal, signed, by)
        if found.recovered_cents:
            ask_back(withdrawal, signed, by)
        if not found.kept_cents:
            for end in _ended:
                end(award=award, on=on, number=withdrawal.document.number, by=by)
    return withdrawal


_ended: list[Callable] = []


def when_withdrawn(function):
    """Have the floor above, which keeps the decisions, end the one that is withdrawn whole.

    Args:
        function: called with the award, the Paris date, the number of the decision that withdraws, and who signs.
    """
    _ended.append(function)


def take_away(award, found, act):
    """Bring the award down to what is kept, or to what is paid when that is more. Returns the AE given back."""
    paid = hearings.paid_cents(award)
    left = max(found.kept_cents + recoveries.asked_back_cents(award), paid)
    reduction = reducing.reduce_to(award, left, act)
    reducing.finish(award, act, ending="withdraw" if not found.kept_cents else "")
    return reduction.released_cents


def fill_in(withdrawal, measure, found, released):
    withdrawal.measure, withdrawal.planned_units, withdrawal.done_units = measure.what, measure.planned, measure.done
    withdrawal.total_cents, withdrawal.kept_cents = found.total_cents, found.kept_cents
    withdrawal.cancelled_cents, withdrawal.recovered_cents = found.cancelled_cents, found.recovered_cents
    withdrawal.released_cents = released


def ask_back(withdrawal, signed, by):
    """The recovery of what was paid beyond what is kept: heard and decided with the withdrawal."""
    recovery = Recovery.objects.create(award=withdrawal.award, hearing=withdrawal.hearing, withdrawal=withdrawal)
    recovery.move(
        "decide", by=by, on=withdrawal.decided_on, act=withdrawal.act, reason=withdrawal.reason,
        due_cents=withdrawal.recovered_cents,
    )  # fmt: skip
    recoveries.write_to(recovery, signed, by)


def write_to(withdrawal, signed, by):
    hearings.tell(
        withdrawal.award, Event.DECISION, f"withdrawal:{withdrawal.pk}:decided",
        "Votre aide est retirée, en tout ou en partie",
        f"{euros(withdrawal.withdrawn_cents)} sont retirés sur {euros(withdrawal.total_cents)}. La lettre est sur "
        "votre page ; elle dit comment contester.",
        letter=True,
    )  # fmt: skip
    facts = letter_facts(withdrawal, signed)
    withdrawal.document = hearings.ask_letter(withdrawal, Document.Kind.WITHDRAWAL_DECISION, facts, by)
    withdrawal.save(update_fields=["document"])


def letter_facts(withdrawal, signed):
    award, hearing = withdrawal.award, withdrawal.hearing
    return WithdrawalFacts(
        **signed, total_cents=withdrawal.total_cents, kept_cents=withdrawal.kept_cents,
        amount_cents=withdrawal.withdrawn_cents, cancelled_cents=withdrawal.cancelled_cents,
        recovered_cents=withdrawal.recovered_cents, granted_on=award.committed_on, heard_from=hearing.opened_on,
        calculation=calculation_words(withdrawal), reason=withdrawal.reason,
        observations=hearings.observations_words(hearing),
    )  # fmt: skip


def calculation_words(withdrawal):
    return (
        f"{withdrawal.measure} : {integer(withdrawal.done_units)} sur {integer(withdrawal.planned_units)} prévus. "
        f"Vous gardez la même part de l’aide, arrondie au centime supérieur, soit {euros(withdrawal.kept_cents)} sur "
        f"{euros(withdrawal.total_cents)}."
    )


def drop(*, withdrawal, reason, by, version=None):
    """Withdraw nothing: the observations convinced, or it was a mistake.

    Raises:
        Refusal: no reason given. StalePage: it is decided already.
    """
    if not (reason or "").strip():
        raise Refusal("Dites pourquoi : la structure lira ce motif.", field="reason")
    with transaction.atomic():
        withdrawal = lock(withdrawal, version)
        withdrawal.move("drop", by=by, reason=reason.strip())
        hearings.tell(
            withdrawal.award, Event.DECISION, f"withdrawal:{withdrawal.pk}:dropped", "Votre aide reste la même",
            f"Le service ne retire rien : {reason.strip()}",
        )  # fmt: skip
    return withdrawal


def refuse_ended(award):
    if award.state not in MAY_BE_WITHDRAWN:
        raise StalePage(f"L’attribution est « {award.get_state_display().lower()} » : il n’y a rien à retirer.")


def refuse_more_than_heard(hearing, found):
    if found.withdrawn_cents > hearing.asked_cents:
        raise Refusal(
            f"Cette proportion retire {euros(found.withdrawn_cents)}, et la structure a répondu sur "
            f"{euros(hearing.asked_cents)} au plus : abandonnez et ouvrez une autre procédure.",
            field="done",
        )


def consequences(award, found):
    """What a withdrawal does, in words."""
    said = [f"{euros(found.kept_cents)} maintenus sur {euros(found.total_cents)}"]
    if found.cancelled_cents:
        said.append(f"{euros(found.cancelled_cents)} de versements annulés")
        said.append("Leurs AE redeviennent libres si elles sont de l’année, sinon elles sont perdues")
    if found.recovered_cents:
        said.append(f"{euros(found.recovered_cents)} demandés en retour par un reversement")
    ordered = award.instalments.live().filter(state=Instalment.State.ORDERED).count()
    return said + ([f"{ordered} échéance mise en paiement : elle reste telle quelle"] if ordered else [])


def lock(withdrawal, version=None):
    """The award, its hearing, the withdrawal: the same order everywhere."""
    award = standing.lock(withdrawal.award, None)
    locked = Withdrawal.objects.select_for_update(of=("self",)).get(pk=withdrawal.pk)
    locked.expect_version(version)
    locked.award, locked.hearing = award, Hearing.objects.get(pk=locked.hearing_id)
    locked.hearing.award = award
    return locked
