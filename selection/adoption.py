"""Adopting a scenario: its lines become the prepared outcomes, and all of their AE is reserved, or nothing happens."""

from dataclasses import dataclass

from django.db import transaction

from accounts.errors import NotAllowed, Refusal
from accounts.french import plural
from accounts.models import JournalEntry
from accounts.permissions import require
from applications.models import Application, ApplicationState
from selection.departures import departures
from selection.models import Outcome, PreparedOutcome, Scenario
from selection.moderation import ranking
from selection.outcomes import adopt, in_rank_order, named, prepare
from selection.scenarios import PREPARE, lock
from selection.sessions import refuse_no_session, session_of


@dataclass(frozen=True)
class Words:
    """What the letters and the minutes say of the dossiers that have no words of their own yet.

    Attributes:
        ground: of those that are not retained. reduced_ground: of those that get less than they asked.
        departure_reason: of those that leave the order of the ranking.
        over_capacity: why more are proposed than the wave's capacity.
    """

    ground: str = ""
    reduced_ground: str = ""
    departure_reason: str = ""
    over_capacity: str = ""


def adopt_scenario(*, scenario, by, words=None, version=None, session_version=None):
    """Adopt a scenario: outcomes prepared and AE reserved for every funded dossier, or nothing at all.

    Args:
        words: `Words`.
        version: of the scenario that the page showed. session_version: of the panel's day.

    Returns:
        The new `Award`s, best ranked first.

    Raises:
        InsufficientFunds: a line has less than the scenario takes on it; nothing is prepared or reserved.
        Refusal: a ground or a reason is missing, a dossier is not in the scenario, the panel has not met.
        NotAllowed: `by` has a tie with a dossier of the wave: the list is adopted by somebody else.
        StalePage: the scenario has changed since, or the proposal is adopted.
    """
    require(by, PREPARE)
    words = words or Words()
    with transaction.atomic():
        scenario = lock(scenario, version)
        wave = scenario.wave
        refuse_no_session(session_of(wave))
        lines = lines_to_adopt(scenario)
        refuse_tied_with_any(wave, by)
        refuse_left_out(wave, lines)
        write_outcomes(wave, lines, words, by)
        granted = adopt(
            wave=wave,
            by=by,
            reason_if_over_capacity=words.over_capacity,
            scenario=scenario,
            version=session_version,
        )
        JournalEntry.write(action="adopt_scenario", subject=scenario, actor=by, details={"awards": len(granted)})
    return granted


def adopted_of(wave, session):
    """The scenario that is the proposal adopted now, or None."""
    if session is None or not session.is_adopted:
        return None
    return Scenario.objects.filter(wave=wave, adopted_at=session.adopted_at).first()


def refuse_tied_with_any(wave, by):
    """Who left an item does not adopt the list that holds it (CRPA R133-12); the sentence does not name it."""
    at_panel = Application.objects.filter(wave=wave, state=ApplicationState.REVIEWED)
    if by is not None and at_panel.exclude(pk__in=Application.objects.visible_to(by)).exists():
        raise NotAllowed("Vous avez un lien avec un dossier de cette vague : une autre personne adopte le scénario.")


def lines_to_adopt(scenario):
    """The lines of the dossiers still at the panel; one withdrawn since leaves by itself."""
    rows = scenario.lines.filter(application__state=ApplicationState.REVIEWED)
    return list(rows.select_related("application__fabrique", "application__wave", "line").order_by("pk"))


def refuse_left_out(wave, lines):
    known = [line.application_id for line in lines]
    missing = Application.objects.filter(wave=wave, state=ApplicationState.REVIEWED).exclude(pk__in=known)
    if names := list(missing.select_related("fabrique").order_by("pk")):
        raise Refusal(
            f"{plural(len(names), 'dossier')} de la vague hors de ce scénario : {named(names)}. Donnez-leur une issue."
        )


# --- Outcomes ----------------------------------------------------------------------------------------------------


def write_outcomes(wave, lines, words, by):
    """Prepare what differs from what is prepared already."""
    known = {one.application_id: one for one in PreparedOutcome.objects.filter(wave=wave)}
    refuse_unwritten_deferrals(lines, known)
    leaving = departing(wave, lines)
    wanted = [(line, fields_of(line, known.get(line.application_id), words, line in leaving)) for line in lines]
    changed = [(line, fields) for line, fields in wanted if fields and differs(known.get(line.application_id), fields)]
    refuse_without_words([(line, fields) for line, fields in wanted if fields], leaving)
    for line, fields in changed:
        prepare(application=line.application, by=by, **fields)


def refuse_unwritten_deferrals(lines, known):
    unwritten = [
        line.application
        for line in lines
        if line.outcome == Outcome.DEFERRED
        and (line.application_id not in known or known[line.application_id].outcome != Outcome.DEFERRED)
    ]
    if unwritten:
        raise Refusal(f"Le motif d’ajournement manque pour : {named(unwritten)}. Écrivez-le sur la page du comité.")


def departing(wave, lines):
    """The lines that leave the order of the ranking, equals left as they are."""
    found = ranking(wave)
    place = {line.application.pk: (line.rank or len(found) + 1, index) for index, line in enumerate(found)}
    return departures(in_rank_order(lines, place))


def fields_of(line, known, words, departs):
    """Keyword arguments of `outcomes.prepare`; None for a deferral, which stays as it is prepared."""
    if line.outcome == Outcome.DEFERRED:
        return None
    ground = known.ground if known and known.outcome == line.outcome else ""
    reduced = line.is_funded and line.amount_cents < line.application.requested_cents
    if line.is_funded and not reduced:
        ground = ""
    elif reduced:
        ground = ground or words.reduced_ground.strip()
    elif line.outcome == Outcome.NOT_RETAINED:
        ground = ground or words.ground.strip()
    cents, _, fiscal_year = line.money
    kept = known.departure_reason if known else ""
    reason = (line.reason or words.departure_reason.strip() or kept) if departs else ""
    return {
        "outcome": line.outcome,
        "amount_cents": cents,
        "line": line.line if line.is_funded else None,
        "fiscal_year": fiscal_year,
        "ground": ground,
        "departure_reason": reason[:300],
    }


def differs(known, fields):
    return known is None or any(getattr(known, name) != value for name, value in fields.items())


def refuse_without_words(wanted, leaving):
    """Say at once how many words are missing, on the field that gives them to all."""
    rejected = [one.application for one, f in wanted if one.outcome == Outcome.NOT_RETAINED and not f["ground"]]
    if rejected:
        raise Refusal(
            f"{plural(len(rejected), 'dossier non proposé', 'dossiers non proposés')} sans motif : {named(rejected)}. "
            "Donnez le motif commun : il figurera dans leur courrier.",
            field="ground",
        )
    reduced = [
        one.application
        for one, f in wanted
        if one.is_funded and one.amount_cents < one.application.requested_cents and not f["ground"]
    ]
    if reduced:
        raise Refusal(
            f"Le montant est réduit pour : {named(reduced)}. Dites pourquoi : la lettre le dira.",
            field="reduced_ground",
        )
    silent = [one.application for one, f in wanted if one in leaving and not f["departure_reason"]]
    if silent:
        raise Refusal(
            f"L’ordre du classement n’est pas suivi pour : {named(silent)}. Donnez le motif de l’écart.",
            field="departure_reason",
        )
