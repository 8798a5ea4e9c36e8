"""Decisions signed one by one after the announcement of their wave: each takes the place of another.

Prepared (a dossier that is called, one whose date is past, one whose appeal is upheld: `late_ways`), signed by whoever
holds a delegation, handed over once its letter is made. A decision has an author: the clock prepares, it never signs
(CRPA L212-1).
"""

from dataclasses import replace

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.errors import Refusal, StalePage
from accounts.french import long_date, plural
from accounts.permissions import require
from applications import outcomes as published_outcomes
from documents import requests as documents
from documents.models import Document
from funding import awards, schedules
from funding.models import Draw
from programme.models import CallVersion, Wave
from selection import derogations
from selection.decisions import (
    LettersMissing,
    adopted_session,
    ask_for,
    payments_of,
    record_selection,
    tell_applicant,
)
from selection.delegations import delegation_for
from selection.late_awards import Called, plans_of
from selection.late_ways import in_place, way_of
from selection.letter_checks import refuse_incomplete, written
from selection.letter_work import follow
from selection.letters import Signing, facts_of
from selection.models import SIGN, Decision, Derogation, SignatureDelegation
from selection.sending import letter_of

Act, State = Decision.Act, Decision.State
BATCH = 200


def prepared_late(wave):
    """What waits for a signature after the announcement of a wave, awards first."""
    rows = Decision.objects.filter(wave=wave, state=State.PREPARED, replaces__isnull=False)
    return rows.select_related(
        "application__fabrique__commune",
        "application__wave__call__programme",
        "application__organisation",
        "application__call_version",
        "application__officer",
        "award",
        "replaces",
    ).order_by("act", F("replaces__rank").asc(nulls_last=True), "pk")


def sign_late(*, wave, decisions, by):
    """Sign some of the decisions prepared after an announcement: all of them, or none.

    Args:
        wave: an announced wave.
        decisions: keys of prepared `Decision`s of that wave (`public_id`).
        by: the signatory; holds a delegation that covers each act, each amount and today.

    Returns:
        The signed `Decision`s.

    Raises:
        NotDelegated: one is not covered; nothing is signed.
        StalePage: one is signed or given up meanwhile.
        Refusal: none was chosen, a dossier left, its date is past, or its AE fell with the year.
    """
    require(by, SIGN)
    wanted = set(decisions)
    if not wanted:
        raise Refusal("Choisissez au moins une décision à signer.", field="decisions")
    with transaction.atomic():
        wave = (
            Wave.objects.select_for_update(of=("self",), no_key=True).select_related("call__programme").get(pk=wave.pk)
        )
        rows = list(prepared_late(wave).filter(public_id__in=wanted).select_for_update(of=("self",)))
        if len(rows) != len(wanted):
            raise StalePage(
                "Une de ces décisions est déjà signée ou abandonnée. Rien n’a été signé : rechargez la page."
            )
        signing = Signing(wave=wave, session=adopted_session(wave), signatory=by, at=timezone.now(), laureates=0)
        for decision in rows:
            way_of(decision.replaces).refuse_unsignable(decision, signing.on)
        delegations = delegations_of(signing, rows)
        for decision, delegation in zip(rows, delegations, strict=True):
            decision.move("sign", by=by, at=signing.at, delegation=delegation)
            note_departure(decision, by)
        called = {d.pk: called_from(d) for d in rows if d.act == Act.AWARD}
        plan_each(signing, rows)
        commit_each(signing, called)
        instalments = payments_of(signing, list(called.values()))
        letters = [(d, written(d, letter_facts, signing, d, called.get(d.pk), instalments)) for d in rows]
        refuse_incomplete(letters)
        follow(wave, [ask_for(decision, facts, by) for decision, facts in letters], by=by)
    return rows


def note_departure(decision, by):
    """Called before a dossier with a better place: what was a reason becomes a derogation when it is signed."""
    if decision.departure_reason:
        derogations.write(
            wave=decision.wave, rule=Derogation.Rule.WAITLIST_ORDER, reason=decision.departure_reason, by=by,
            application=decision.application, decision=decision,
        )  # fmt: skip


def delegations_of(signing, decisions):
    """The delegation of each: all are checked before the first is signed."""
    held = list(
        SignatureDelegation.objects.in_force(holder=signing.signatory, programme=signing.programme, on=signing.on)
    )
    return [
        delegation_for(
            signatory=signing.signatory,
            programme=signing.programme,
            delegations=held,
            act=decision.act,
            cents=decision.amount_cents,
            on=signing.on,
            place=decision.application.fabrique.commune,
        )
        for decision in decisions
    ]


def called_from(decision):
    draw = Draw.objects.select_related("line").get(award=decision.award)
    return Called(
        application=decision.application,
        line=draw.line,
        fiscal_year=draw.fiscal_year,
        award=decision.award,
        amount_cents=decision.amount_cents,
        ground=decision.ground,
    )


def plan_each(signing, decisions):
    """The payments that were asked for with the award; without any, those of the call are planned."""
    for decision in decisions:
        if decision.schedule:
            schedules.plan(award=decision.award, instalments=plans_of(decision), by=signing.signatory)


def commit_each(signing, called):
    """AE are committed in full when the act is signed, unless the call says that the agreement commits."""
    for key, one in called.items():
        if one.fiscal_year < signing.on.year:
            raise Refusal(
                f"{one.application} : les AE réservées sur {one.fiscal_year} sont tombées le 31 décembre. Abandonnez "
                f"cette attribution, et préparez-la de nouveau sur une ligne de {signing.on.year}."
            )
        if one.application.call_version.commitment_act == CallVersion.CommitmentAct.DECISION:
            awards.commit(
                awards=[one.award],
                on=signing.on,
                act=f"Décision sur le dossier {one.application.reference} signée le {long_date(signing.on)}",
                by=signing.signatory,
                key=f"promote:{key}:commit",
            )


def letter_facts(signing, decision, called, instalments):
    """The letter says what was decided before, and what founds this decision: no favourable opinion of the panel."""
    if called is None:
        return facts_of(signing, decision, decision, ())
    facts = facts_of(signing, decision, called, instalments.get(called.award.pk, ()))
    return replace(facts, reasons=reasons_of(signing, decision))


def reasons_of(signing, decision):
    """Why the award comes now; the reason of a reduced amount is said apart."""
    reduced = decision.amount_cents != decision.application.requested_cents
    text = way_of(decision.replaces).opening(signing, decision)
    return text if reduced or not decision.ground else f"{text} {decision.ground}"


# --- Handing over ------------------------------------------------------------------------------------------------


def signed_late():
    """Signed after the announcement, and not handed over yet."""
    rows = Decision.objects.filter(state=State.SIGNED, replaces__isnull=False, wave__state=Wave.State.ANNOUNCED)
    return rows.filter(in_place())


def hand_over(*, decision, by=None, at=None):
    """Hand a late decision over: its letter released, the outcome published, the decision before it at its end.

    Args:
        by: whoever does it by hand; None: the service, as soon as the letter is made (the signature asked for it).
        at: aware instant, now by default.

    Raises:
        LettersMissing: its letter is not made yet.
        StalePage: it is handed over already, or the dossier left.
    """
    if by is not None:
        require(by, SIGN)
    at = at or timezone.now()
    with transaction.atomic():
        decision = Decision.objects.select_for_update(of=("self",)).get(pk=decision.pk)
        if not signed_late().filter(pk=decision.pk).exists():
            raise StalePage(decision.refused_transition_message())
        letter = letter_of(decision)
        if letter is None or letter.rendered_at is None:
            raise LettersMissing(
                "Le courrier de cette décision n’est pas encore fabriqué : attendez quelques minutes."
            )
        end_replaced(decision, letter, by, at)
        documents.release(documents=Document.objects.about(decision), at=at, by=by)
        published_outcomes.publish(
            application=decision.application, act=decision.act, by=by, at=at, ground=decision.ground
        )
        decision = Decision.objects.select_related(
            "application__fabrique", "application__submitted_by", "application__created_by", "replaces"
        ).get(pk=decision.pk)
        if decision.act == Act.AWARD:
            record_selection(decision, at, by)
        decision.move("issue", by=by, at=at)
        way_of(decision.replaces).finish(decision)
        tell_applicant(decision)
    return decision


def end_replaced(decision, letter, by, at):
    """The decision before has no effect any more; whoever verifies its letter learns which one took its place."""
    before = Decision.objects.select_for_update(of=("self",)).get(pk=decision.replaces_id)
    how, void = way_of(before).end(before, timezone.localdate(decision.signed_at))
    before.move(how, by=by)
    if replaced := letter_of(before):
        documents.void(document=replaced, on=timezone.localdate(at), how=void, by_number=letter.number, by=by)


def hand_over_ready():
    """Hand over every late decision whose letter is made; safe at any moment. Returns how many."""
    waiting = signed_late().order_by("pk")
    made = Document.objects.filter(
        subject_type=Decision._meta.label, subject_id__in=waiting.values("pk"), rendered_at__isnull=False
    )
    done = 0
    for decision in waiting.filter(pk__in=made.values("subject_id"))[:BATCH]:
        try:
            hand_over(decision=decision)
            done += 1
        except StalePage:
            # Somebody else did it, or the dossier left, since it was read.
            continue
    return done


def late_sentence(wave):
    """What waits for a signature, in words; "" when nothing does."""
    count = prepared_late(wave).count()
    return (
        f"{plural(count, 'décision attend', 'décisions attendent')} une signature depuis l’annonce." if count else ""
    )
