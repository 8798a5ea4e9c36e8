"""The panel's proposal: outcomes prepared one by one, adopted or undone together. Nothing of it is published."""

from django.db import transaction
from django.utils import timezone

from accounts.errors import NotAllowed, Refusal, StalePage
from accounts.french import euros, long_date, plural
from accounts.models import JournalEntry
from accounts.permissions import require
from applications.asked_items import waiting
from applications.models import Application, ApplicationState
from funding import awards
from programme.models import SegmentBounds
from programme.waves import exceed_capacity
from selection import addenda, opinions
from selection.departures import ORDER, unexplained
from selection.models import Outcome, PreparedOutcome
from selection.moderation import ranking
from selection.sessions import hold_panel, lock_deliberation, refuse_adopted, refuse_no_session, session_of

__all__ = ["adopt", "hold_panel", "prepare", "prepare_many", "undo_adoption"]

S = ApplicationState
STILL_EXAMINED = (S.SUBMITTED, S.CORRECTION_REQUESTED, S.ADMISSIBLE, S.IN_REVIEW)
NAMED_AT_MOST = 5


def prepare(
    *, application, outcome, by, amount_cents=None, line=None, fiscal_year=None, ground="", departure_reason="",
    version=None,
):  # fmt: skip
    """Prepare the outcome of one dossier; the applicant sees nothing of it.

    Args:
        outcome: an `Outcome`.
        amount_cents, line, fiscal_year: for a proposed dossier, the grant in cents and the AE it will draw on.
        ground: what the letter will say of the reasons; compulsory for one that is not retained or deferred, or whose
            amount is reduced.
        departure_reason: why this dossier leaves the order of the ranking.
        version: of the prepared outcome that the page showed, 0 when it showed none; None when not from a page.

    Raises:
        Refusal: a part is missing, the amount leaves the bounds of the call or exceeds what was asked, the reviews
            are not all in, or the proposal is adopted.
        StalePage: somebody prepared it meanwhile.
    """
    require(by, "selection.prepare")
    with transaction.atomic():
        wave = lock_deliberation(application.wave)
        refuse_adopted(session_of(wave))
        application = Application.objects.select_related("fabrique", "call_version").get(pk=application.pk, wave=wave)
        refuse_tied(application, by)
        refuse_not_reviewed(application)
        prepared = prepared_or_new(application, version)
        prepared.outcome, prepared.prepared_by = outcome, by
        prepared.departure_reason = departure_reason.strip()
        prepared.ground = ground.strip()
        set_money(prepared, amount_cents, line, fiscal_year)
        if outcome != Outcome.DEFERRED:
            prepared.deferred_to, prepared.improvements = None, ""
        refuse_incomplete(prepared)
        prepared.save()
        details = {"outcome": str(outcome), "amount_cents": prepared.amount_cents}
        JournalEntry.write(action="prepare_outcome", subject=application, actor=by, details=details)
    return prepared


class OutcomesRefused(Refusal):
    """Some outcomes of a page were refused: none is written. `by_dossier`: {application id: Refusal}."""

    def __init__(self, by_dossier):
        super().__init__("Certaines issues sont à corriger : rien n’a été enregistré.")
        self.by_dossier = by_dossier


def prepare_many(*, wave, changes, by):
    """Prepare the outcomes that a page changed, all of them or none.

    Args:
        wave: the wave of them all.
        changes: keyword arguments of `prepare`, one dict a dossier.

    Returns:
        How many were prepared.

    Raises:
        OutcomesRefused: with the refusal of each dossier.
        StalePage: the proposal is adopted, or the wave has moved.
    """
    require(by, "selection.prepare")
    refused = {}
    with transaction.atomic():
        refuse_adopted(session_of(lock_deliberation(wave)))
        for change in sorted(changes, key=lambda change: change["application"].pk):
            try:
                prepare(by=by, **change)
            except Refusal as refusal:
                refused[change["application"].pk] = refusal
        if refused:
            raise OutcomesRefused(refused)
    return len(changes)


def prepared_or_new(application, version):
    prepared = PreparedOutcome.objects.select_for_update().filter(application=application).first()
    if prepared is None:
        if version:
            raise StalePage
        return PreparedOutcome(application=application, wave_id=application.wave_id)
    prepared.expect_version(version)
    prepared.application = application
    return prepared


def set_money(prepared, amount_cents, line, fiscal_year):
    if prepared.outcome != Outcome.PROPOSED:
        amount_cents = line = fiscal_year = None
    prepared.amount_cents, prepared.line, prepared.fiscal_year = amount_cents, line, fiscal_year


def refuse_incomplete(prepared):
    if prepared.outcome in (Outcome.NOT_RETAINED, Outcome.DEFERRED) and not prepared.ground:
        raise Refusal("Donnez le motif : il figurera dans le courrier.", field="ground")
    if prepared.outcome == Outcome.PROPOSED:
        if not (prepared.amount_cents and prepared.line and prepared.fiscal_year):
            raise Refusal(
                "Un dossier proposé a un montant, une ligne budgétaire et un exercice.", field="amount_cents"
            )
        refuse_amount(prepared)


def refuse_amount(prepared):
    application = prepared.application
    if prepared.amount_cents > application.requested_cents:
        raise Refusal(
            f"Le montant proposé dépasse les {euros(application.requested_cents)} demandés. Réduisez-le.",
            field="amount_cents",
        )
    if prepared.amount_cents < application.requested_cents and not prepared.ground:
        raise Refusal("Dites pourquoi le montant demandé est réduit : la lettre le dira.", field="ground")
    bounds = bounds_of(application)
    if not bounds.min_cents <= prepared.amount_cents <= bounds.max_cents:
        raise Refusal(
            f"{euros(prepared.amount_cents)} sort des bornes de l’appel pour ce segment, "
            f"de {euros(bounds.min_cents)} à {euros(bounds.max_cents)}. Corrigez le montant.",
            field="amount_cents",
        )


def bounds_of(application):
    bounds = SegmentBounds.objects.filter(version=application.call_version, segment=application.segment).first()
    if bounds is None:
        raise Refusal(
            f"{application} : l’appel n’a pas de bornes pour le segment « {application.get_segment_display()} ». "
            "Le dossier ne peut pas être proposé."
        )
    return bounds


def refuse_tied(application, by):
    """Who declared a tie leaves the item (CRPA R133-12)."""
    if by is not None and not Application.objects.visible_to(by).filter(pk=application.pk).exists():
        raise NotAllowed(f"Vous avez déclaré un lien avec {application} : une autre personne prépare son issue.")


def refuse_open_requests(applications):
    """Nothing is proposed, adopted or signed while a structure is being asked for something.

    Raises:
        Refusal: names the dossiers, and says what to do.
    """
    if asked := waiting(applications):
        raise Refusal(
            f"Une demande de pièces est en cours pour : {named(asked)}. Attendez la réponse, ou reprenez l’examen "
            "une fois le délai passé : aucune décision ne se prend avant."
        )


def refuse_not_reviewed(application):
    if application.state == S.CORRECTION_REQUESTED:
        refuse_open_requests(Application.objects.filter(pk=application.pk))
    if application.state != S.REVIEWED:
        raise Refusal(
            f"{application} : l’état est « {application.get_state_display()} ». Seul un dossier dont toutes les "
            "évaluations attendues sont rendues peut recevoir une issue. Relancez les évaluations ou retirez-les."
        )


def adopt(*, wave, by, reason_if_over_capacity="", scenario=None, version=None):
    """Adopt the proposal and reserve the AE of every proposed dossier: all of them, or none.

    Args:
        reason_if_over_capacity: wanted when more dossiers are proposed than the wave's capacity.
        scenario: the `Scenario` that these outcomes come from, locked by the caller.
        version: of the panel session that the page showed.

    Returns:
        The new `Award`s, best ranked first.

    Raises:
        InsufficientFunds: a line has less than is proposed on it; nothing is reserved.
        Refusal: a dossier has no outcome or no opinion of the panel, a departure has no reason, or the capacity is
            exceeded without one.
    """
    require(by, "selection.prepare")
    with transaction.atomic():
        wave = lock_deliberation(wave)
        session = refuse_no_session(session_of(wave))
        session.expect_version(version)
        refuse_adopted(session)
        prepared = ranked_outcomes(wave)
        refuse_unready(wave, prepared)
        opinions.refuse_missing(session, prepared)
        opinions.refuse_unexplained(wave, prepared)
        proposed = [p for p in prepared if p.outcome == Outcome.PROPOSED]
        exceed_capacity(wave=wave, laureates=len(proposed), reason=reason_if_over_capacity, by=by)
        granted = reserve_all(wave, session, proposed, by)
        number_ranks(prepared)
        session.adopted_at, session.adopted_by = timezone.now(), by
        session.save()
        if scenario is not None:
            scenario.adopted_at = session.adopted_at
            scenario.save()
        total = sum(p.amount_cents for p in proposed)
        details = {"proposed": len(proposed), "total_cents": total}
        JournalEntry.write(action="adopt_proposal", subject=wave, actor=by, details=details)
        addenda.adopted(session, by=by)
    return granted


def ranked_outcomes(wave):
    """The prepared outcomes of the dossiers still examined, best ranked first, locked.

    Dossiers of equal score stand in the order of their outcomes: nobody is passed over among equals.
    """
    lines = ranking(wave)
    place = {line.application.pk: (line.rank or len(lines) + 1, index) for index, line in enumerate(lines)}
    prepared = (
        PreparedOutcome.objects.select_for_update(of=("self",))
        .filter(wave=wave, application__state=S.REVIEWED)
        .select_related(
            "application__fabrique__organisation", "application__call_version", "application__organisation", "line"
        )
        .order_by("pk")
    )
    return in_rank_order(prepared, place)


def in_rank_order(prepared, place):
    """`prepared` sorted; `place` is {application id: (rank, index in the ranking)}."""
    last = (len(place) + 1, len(place))

    def key(outcome):
        rank, index = place.get(outcome.application_id, last)
        return (rank, ORDER.get(outcome.outcome, 0), index)

    return sorted(prepared, key=key)


def refuse_unready(wave, prepared):
    """Every dossier of the wave has its outcome, and whoever leaves the ranking says why."""
    refuse_open_requests(Application.objects.filter(wave=wave))
    examined = Application.objects.filter(wave=wave, state__in=STILL_EXAMINED).count()
    if examined:
        raise Refusal(
            f"{plural(examined, 'dossier')} de la vague sans évaluation complète. Terminez leur examen, "
            "ou retirez les évaluations qui ne viendront pas, avant d’adopter la proposition."
        )
    known = {p.application_id for p in prepared}
    missing = Application.objects.filter(wave=wave, state=S.REVIEWED).exclude(pk__in=known).select_related("fabrique")
    if names := list(missing.order_by("pk")):
        raise Refusal(f"{plural(len(names), 'dossier')} sans issue préparée : {named(names)}. Donnez-leur une issue.")
    if not prepared:
        raise Refusal("Aucun dossier n’a d’issue préparée : il n’y a rien à adopter.")
    if leaving := sorted(unexplained(prepared), key=prepared.index):
        raise Refusal(
            "L’ordre du classement n’est pas suivi pour : "
            f"{named([p.application for p in leaving])}. Donnez le motif de l’écart, ou suivez le classement.",
            field="departure_reason",
        )


def named(applications):
    names = [str(application) for application in applications[:NAMED_AT_MOST]]
    more = len(applications) - len(names)
    return " ; ".join(names) + (f" et {more} de plus" if more else "")


def reserve_all(wave, session, proposed, by):
    """One posting for the whole proposal; the ledger refuses it whole when a line has not enough."""
    if not proposed:
        return []
    bounds = {(b.version_id, b.segment): b for b in SegmentBounds.objects.filter(version__call=wave.call)}
    requests = [
        awards.Request(
            fabrique=p.application.fabrique,
            total_cents=p.amount_cents,
            line=p.line,
            fiscal_year=p.fiscal_year,
            bounds=bounds[p.application.call_version_id, p.application.segment],
            application=p.application,
        )
        for p in proposed
    ]
    granted = awards.reserve(
        wave=wave,
        requests=requests,
        on=timezone.localdate(),
        act=f"Proposition du comité du {long_date(session.held_on)}, {wave}",
        by=by,
        key=f"adopt:{session.pk}:{session.version}",
    )
    for prepared, award in zip(proposed, granted, strict=True):
        prepared.award = award
    return granted


def number_ranks(prepared):
    """Keep each dossier's place: in the ranking, and for the waitlist in the order in which it will be called."""
    waiting = 0
    for place, outcome in enumerate(prepared, start=1):
        waiting += outcome.outcome == Outcome.WAITLIST
        outcome.rank = waiting if outcome.outcome == Outcome.WAITLIST else place
        outcome.save()


def undo_adoption(*, wave, by, reason, version=None):
    """Undo the adoption: every reservation goes back to its line, and outcomes may be changed again.

    Args:
        reason: why, kept in the journal and on the posting.
        version: of the panel session that the page showed.

    Raises:
        Refusal: no reason is given, or nothing is adopted.
        StalePage: the wave is signed already.
    """
    require(by, "selection.prepare")
    if not reason.strip():
        raise Refusal("Donnez le motif de l’annulation : il est gardé dans l’historique.", field="reason")
    with transaction.atomic():
        wave = lock_deliberation(wave)
        session = refuse_no_session(session_of(wave))
        session.expect_version(version)
        if not session.is_adopted:
            raise StalePage("La proposition n’est pas adoptée : il n’y a rien à annuler.")
        release_all(wave, session, by, reason.strip())
        forget_adoption(wave)
        session.adopted_at = session.adopted_by = None
        session.save()
        JournalEntry.write(action="undo_adoption", subject=wave, actor=by, details={"reason": reason.strip()})
        addenda.undone(session, reason=reason.strip(), by=by)
    return session


def release_all(wave, session, by, reason):
    reserved = PreparedOutcome.objects.filter(wave=wave, award__isnull=False).select_related("award").order_by("pk")
    if granted := [prepared.award for prepared in reserved]:
        awards.release(
            awards=granted,
            on=timezone.localdate(),
            act=f"Annulation de l’adoption, {wave}",
            by=by,
            key=f"undo:{session.pk}:{session.version}",
            reason=reason[:300],
        )


def forget_adoption(wave):
    adopted = PreparedOutcome.objects.select_for_update(of=("self",)).filter(wave=wave, rank__isnull=False)
    for prepared in adopted.order_by("pk"):
        prepared.award = prepared.rank = None
        prepared.save()
