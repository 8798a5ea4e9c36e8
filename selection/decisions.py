"""The decisions of a wave: signed together, then announced together."""

from collections import defaultdict

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.errors import Refusal, StalePage
from accounts.french import long_date
from accounts.models import Event
from accounts.notify import notify
from accounts.permissions import require
from applications import outcomes as published_outcomes
from applications.evaluations.doors import closed_dossiers
from applications.fabriques import record_fact
from applications.models import Application, ApplicationState, FabriqueFact
from documents import requests as documents
from funding import agreements, awards, schedules
from funding.models import Award, Instalment, Schedule
from programme.letter_scopes import scopes_of_dossier
from programme.models import CallVersion, Wave
from programme.waves import mark_announced, mark_decided
from selection import derogations
from selection.delegations import delegation_for
from selection.letter_checks import refuse_incomplete, refuse_other_letters, written
from selection.letter_work import follow, letters_of
from selection.letters import KIND_OF_ACT, Signing, announcement_mail, facts_of
from selection.models import Decision, Outcome, PanelSession, PreparedOutcome, SignatureDelegation
from selection.notification import open_letter
from selection.outcomes import named, refuse_open_requests
from selection.sending import announcement_block, progress_of_letters

__all__ = ["announce", "letters_of", "open_letter", "prepare_agreements", "sign_wave"]

Act, State = Decision.Act, Decision.State
ACT_OF_OUTCOME = {
    Outcome.PROPOSED: Act.AWARD,
    Outcome.WAITLIST: Act.WAITLIST,
    Outcome.NOT_RETAINED: Act.REFUSAL,
    Outcome.DEFERRED: Act.DEFERRAL,
}
# What the mail to each applicant names.
TOLD = ("application__fabrique", "application__organisation", "application__wave__call__programme")
SIGNED_FIRST = list(ACT_OF_OUTCOME)
TIED = "un dossier de la vague vous est fermé, à cause d’un lien : une autre personne qui a délégation signe la vague."


class LettersMissing(Refusal):
    """A letter of the wave is not made: nothing is announced until all are."""

    title = "L’annonce attend des courriers"


# --- Signing -----------------------------------------------------------------------------------------------------


def sign_wave(*, wave, by, version=None, digest=""):
    """Sign every decision of a wave at once: AE committed in full, one letter asked for each, the wave decided.

    The letters follow from their rows, whatever happens to the broker.

    Args:
        by: the signatory; holds a delegation that covers each act, each amount and today (CRPA L212-1).
        version: of the wave that the page showed.
        digest: of the letters that the page showed (`letter_checks.digest_of`); "" when the caller is not a page.

    Returns:
        The `Decision`s, in the order of the proposal.

    Raises:
        NotDelegated: an act, an amount or the day is not covered; nothing is signed.
        StalePage: the wave is signed already, the page is old, or a letter changed since it was read.
        LettersIncomplete: a letter could not be made: a field of it is empty; nothing is signed.
        Refusal: nothing is adopted, a dossier left meanwhile, its AE fell with the year, or `by` has a tie with one.
    """
    require(by, "selection.sign")
    with transaction.atomic():
        wave = lock_wave(wave, version)
        refuse_signed(wave)
        session = adopted_session(wave)
        refuse_open_requests(Application.objects.filter(wave=wave))
        prepared = prepared_outcomes(wave)
        refuse_tied(by, prepared)
        refuse_changed_since(wave, prepared)
        proposed = [p for p in prepared if p.outcome == Outcome.PROPOSED]
        signing = Signing(wave=wave, session=session, signatory=by, at=timezone.now(), laureates=len(proposed))
        refuse_fallen_reservations(proposed, signing.on)
        decisions = sign_each(signing, prepared)
        commit_awards(signing, proposed)
        instalments = payments_of(signing, proposed)
        derogations.of_signed_wave(wave, decisions, prepared, by)
        mark_decided(wave=wave, by=by)
        letters = [
            (decision, written(decision, facts_of, signing, decision, one, instalments.get(one.award_id, ())))
            for decision, one in zip(decisions, prepared, strict=True)
        ]
        refuse_incomplete(letters)
        refuse_other_letters(letters, digest)
        follow(wave, [ask_for(decision, facts, by) for decision, facts in letters], by=by)
    return decisions


def refuse_tied(by, prepared):
    """Nobody decides on a dossier that is closed to her: somebody else who has a delegation signs the wave."""
    closed = closed_dossiers(by)
    if any(outcome.application_id in closed for outcome in prepared):
        raise Refusal(TIED[0].upper() + TIED[1:])


def lock_wave(wave, version):
    wave = Wave.objects.select_for_update(of=("self",)).select_related("call__programme").get(pk=wave.pk)
    if wave.state not in (Wave.State.DECIDED, Wave.State.ANNOUNCED):
        wave.expect_version(version)
    return wave


def refuse_signed(wave):
    if wave.state in (Wave.State.DECIDED, Wave.State.ANNOUNCED):
        first = Decision.objects.filter(wave=wave).select_related("signed_by").order_by("pk").first()
        who = f" par {first.signed_by} le {long_date(first.signed_at)}" if first else ""
        raise StalePage(f"{wave} est déjà signée{who}. Rien n’a été signé une seconde fois.")
    if wave.state != Wave.State.DELIBERATION:
        raise StalePage(f"{wave} n’est pas en comité : son état est « {wave.get_state_display()} ».")


def adopted_session(wave):
    session = PanelSession.objects.filter(wave=wave).first()
    if session is None or not session.is_adopted:
        raise Refusal("La proposition du comité n’est pas adoptée : il n’y a rien à signer.")
    return session


def prepared_outcomes(wave):
    """What was adopted, in the order in which it is signed; an outcome without a rank was not part of it."""
    adopted = (
        PreparedOutcome.objects.filter(wave=wave, rank__isnull=False)
        .select_related(
            "application__fabrique__commune",
            "application__wave__call__programme",
            "application__organisation",
            "application__call_version",
            "application__officer",
            "award__application__call_version",
            "award__organisation",
            "line",
            "deferred_to",
        )
        .prefetch_related("award__draws")
    )
    return sorted(adopted, key=lambda p: (SIGNED_FIRST.index(p.outcome), p.rank, p.pk))


def refuse_changed_since(wave, prepared):
    """A dossier that left after the adoption frees its AE only when the adoption is undone."""
    left = [p.application for p in prepared if p.application.state != ApplicationState.REVIEWED]
    if left:
        raise Refusal(
            f"Depuis l’adoption, l’état a changé pour : {named(left)}. "
            "Annulez l’adoption, puis adoptez la proposition à jour : les crédits réservés seront libérés."
        )
    known = [p.application_id for p in prepared]
    late = Application.objects.filter(wave=wave, state=ApplicationState.REVIEWED).exclude(pk__in=known)
    if missing := list(late.select_related("fabrique").order_by("pk")):
        raise Refusal(f"Sans issue préparée : {named(missing)}. Annulez l’adoption et complétez la proposition.")


def refuse_fallen_reservations(proposed, on):
    fallen = sorted({p.fiscal_year for p in proposed if p.fiscal_year < on.year})
    if fallen:
        raise Refusal(
            f"Les AE réservées sur {fallen[0]} sont tombées le 31 décembre. Annulez l’adoption et proposez les "
            f"montants sur une ligne de {on.year}."
        )


def sign_each(signing, prepared):
    """One decision a dossier, each under the delegation that covers it: all are checked before the first is signed."""
    held = list(
        SignatureDelegation.objects.in_force(holder=signing.signatory, programme=signing.programme, on=signing.on)
    )
    delegations = [
        delegation_for(
            signatory=signing.signatory,
            programme=signing.programme,
            delegations=held,
            act=ACT_OF_OUTCOME[p.outcome],
            cents=p.amount_cents or 0,
            on=signing.on,
            place=p.application.fabrique.commune,
        )
        for p in prepared
    ]
    return [sign_one(signing, p, delegation) for p, delegation in zip(prepared, delegations, strict=True)]


def sign_one(signing, prepared, delegation):
    decision = decision_from(signing, prepared)
    decision.save()
    decision.move("sign", by=signing.signatory, at=signing.at, delegation=delegation)
    return decision


def decision_from(signing, prepared):
    """The decision that an adopted outcome becomes, not written yet."""
    act = ACT_OF_OUTCOME[prepared.outcome]
    waits = act == Act.WAITLIST
    return Decision(
        application=prepared.application,
        wave=signing.wave,
        act=act,
        award=prepared.award,
        amount_cents=prepared.amount_cents or 0,
        ground=prepared.ground,
        rank=prepared.rank if waits else None,
        valid_until=signing.session.waitlist_until if waits else None,
        deferred_to=prepared.deferred_to,
        improvements=prepared.improvements,
    )


def commit_awards(signing, proposed):
    """AE are committed in full when the act is signed, unless the call says that the agreement commits."""
    by_decision = [
        p.award for p in proposed if p.application.call_version.commitment_act == CallVersion.CommitmentAct.DECISION
    ]
    if by_decision:
        awards.commit(
            awards=by_decision,
            on=signing.on,
            act=f"Décisions de la {signing.wave} signées le {long_date(signing.on)} par {signing.signatory}",
            by=signing.signatory,
            key=f"sign:{signing.wave.pk}",
        )


def payments_of(signing, proposed):
    """{award id: instalments}: the schedule that the letter states is the one that will be paid."""
    granted = [p.award for p in proposed]
    planned = set(Schedule.objects.filter(award__in=granted, state="current").values_list("award_id", flat=True))
    for award in granted:
        if award.pk not in planned:
            plans = schedules.default_plan(award, signing.on)
            schedules.plan(award=award, instalments=plans, by=signing.signatory)
    instalments = defaultdict(list)
    rows = Instalment.objects.filter(award__in=granted).live().select_related("schedule_year")
    for instalment in rows.order_by("award_id", "number"):
        instalments[instalment.award_id].append(instalment)
    return instalments


def ask_for(decision, facts, by):
    """The one letter of a decision, asked for last: its number series stays locked until the commit."""
    return documents.request(
        kind=KIND_OF_ACT[Act(decision.act)],
        subject_type=Decision._meta.label,
        subject_id=decision.pk,
        facts=facts,
        by=by,
        scopes=scopes_of_dossier(decision.application),
    )


# --- Announcing --------------------------------------------------------------------------------------------------


def announce(*, wave, by, version=None):
    """Hand over every decision of a wave at one moment: outcomes published, letters released, applicants told.

    Args:
        by: the decision-maker.
        version: of the wave that the page showed.

    Returns:
        The number of decisions announced.

    Raises:
        LettersMissing: a letter is not made, or failed; the sentence says what to do.
        StalePage: the wave is announced already, or not signed.
    """
    require(by, "selection.sign")
    with transaction.atomic():
        wave = Wave.objects.select_for_update(of=("self",)).get(pk=wave.pk)
        refuse_not_decided(wave)
        wave.expect_version(version)
        signed = Decision.objects.filter(wave=wave, state=State.SIGNED)
        # A letter is written about those who are still there: who withdrew meanwhile receives nothing.
        signed = signed.exclude(application__state=ApplicationState.WITHDRAWN)
        refuse_missing_letters(signed)
        decisions = list(signed.select_related(*TOLD).order_by("pk"))
        at = timezone.now()
        documents.release(documents=letters_of(signed), at=at, by=by)
        for decision in decisions:
            announce_one(decision, at, by)
        mark_announced(wave=wave, by=by)
    return len(decisions)


def refuse_not_decided(wave):
    if wave.state == Wave.State.ANNOUNCED:
        raise StalePage(f"{wave} est déjà annoncée. Rien n’a été envoyé une seconde fois.")
    if wave.state != Wave.State.DECIDED:
        raise StalePage(f"{wave} n’est pas signée : il n’y a rien à annoncer.")


def refuse_missing_letters(decisions):
    if sentence := announcement_block(progress_of_letters(letters_of(decisions))):
        raise LettersMissing(sentence)


def announce_one(decision, at, by):
    application = decision.application
    published_outcomes.publish(
        application=application,
        act=decision.act,
        by=by,
        at=at,
        ground=decision.ground,
        until=decision.valid_until,
        rank=decision.rank,
    )
    if decision.act == Act.AWARD:
        record_selection(decision, at, by)
    decision.move("issue", by=by, at=at)
    tell_applicant(decision)


def record_selection(decision, at, by):
    """One place counts once, even when it is awarded again."""
    fabrique = decision.application.fabrique
    if not FabriqueFact.objects.filter(fabrique=fabrique, kind=FabriqueFact.Kind.SELECTED).exists():
        record_fact(
            fabrique=fabrique,
            kind=FabriqueFact.Kind.SELECTED,
            effective_on=timezone.localdate(at),
            evidence=f"Décision d’attribution signée le {long_date(decision.signed_at)}",
            by=by,
        )


def tell_applicant(decision):
    application = decision.application
    person = application.submitted_by or application.created_by
    subject, body = announcement_mail(application, f"{settings.PUBLIC_URL}/dossiers/{application.public_id}/decision/")
    notify(
        Event.DECISION,
        key=f"decision:{decision.pk}",
        url=f"/dossiers/{application.public_id}/decision/",
        recipient=person,
        subject=subject,
        body=body,
    )


def prepare_agreements(*, wave, by):
    """Draft the agreements of an announced wave: one for each award that needs one and has none yet.

    Args:
        by: an officer.

    Returns:
        How many were drafted.

    Raises:
        StalePage: the wave is not announced.
    """
    with transaction.atomic():
        wave = Wave.objects.select_for_update(of=("self",)).get(pk=wave.pk)
        if wave.state != Wave.State.ANNOUNCED:
            raise StalePage(f"{wave} n’est pas annoncée : les conventions se préparent après l’annonce.")
        waiting = awards_without_agreement(wave)
        for award in waiting:
            agreements.prepare(award=award, by=by)
    return len(waiting)


def awards_without_agreement(wave):
    """Announced awards that need an agreement and have none."""
    announced = Decision.objects.filter(wave=wave, act=Act.AWARD, state__in=[State.ISSUED, State.NOTIFIED])
    awarded = Award.objects.needing_agreement().filter(pk__in=announced.values("award"), agreement=None)
    return list(awarded.order_by("pk"))
