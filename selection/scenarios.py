"""Scenarios of a wave: drawn up, edited, named, thrown away. Nothing is reserved and nothing is prepared by them."""

from django.db import transaction
from django.utils import timezone

from accounts.errors import Refusal, StalePage
from accounts.french import euros
from accounts.models import JournalEntry
from accounts.permissions import require
from applications.models import Application, ApplicationState
from selection.models import Outcome, PreparedOutcome, Scenario, ScenarioLine
from selection.outcomes import refuse_tied
from selection.sessions import lock_deliberation, refuse_adopted, session_of
from selection.sharing import Given, bounds_of, given_by_ranking

PREPARE = "selection.prepare"
MOVABLE = (Outcome.PROPOSED, Outcome.WAITLIST, Outcome.NOT_RETAINED)
REASON_MAX_LENGTH = 300


class LinesRefused(Refusal):
    """Some lines of a page were refused: none is written. `by_dossier`: {application id: Refusal}."""

    def __init__(self, by_dossier):
        super().__init__("Certaines lignes sont à corriger : rien n’a été enregistré.")
        self.by_dossier = by_dossier


# --- Drawing up --------------------------------------------------------------------------------------------------


def create_scenario(*, wave, name, origin, by, source=None, waitlist=5):
    """Draw up a scenario of a wave in deliberation.

    Args:
        name: unlike any other of the wave.
        origin: a `Scenario.Origin` other than PROPOSAL (`proposals.propose`): the ranking alone, what is prepared, or
            a copy of `source`.
        waitlist: how many dossiers wait, from the ranking alone.

    Raises:
        Refusal: the name is missing or taken, there is nothing to share, or the proposal is adopted.
    """
    require(by, PREPARE)
    with transaction.atomic():
        wave = lock_deliberation(wave)
        refuse_adopted(session_of(wave))
        if origin == Scenario.Origin.COPY:
            given = given_by_copy(source)
        elif origin == Scenario.Origin.PREPARED:
            given = given_by_outcomes(wave)
        else:
            given = given_by_ranking(wave, waitlist)
        return draw_up(wave=wave, name=name, origin=origin, given=given, by=by)


def draw_up(*, wave, name, origin, given, by, asked=None, findings=None):
    """Write a scenario and its lines, in the caller's transaction. `given`: {application id: `Given`}.

    Raises:
        Refusal: the name is missing or taken, or there is no dossier.
    """
    scenario = Scenario(wave=wave, origin=origin, created_by=by, asked=asked or {}, findings=findings or {})
    scenario.name = free_name(wave, name)
    if not given:
        raise Refusal("Aucun dossier de la vague n’est prêt pour le comité : terminez d’abord leurs évaluations.")
    scenario.save()
    ScenarioLine.objects.bulk_create(
        ScenarioLine(
            scenario=scenario,
            application_id=key,
            outcome=one.outcome,
            amount_cents=one.cents,
            line_id=one.line_id,
            fiscal_year=one.fiscal_year,
            reason=one.reason[:REASON_MAX_LENGTH],
            edited_by_id=one.edited_by_id,
            edited_at=one.edited_at,
        )
        for key, one in given.items()
    )
    JournalEntry.write(action="create_scenario", subject=scenario, actor=by, details={"origin": str(origin)})
    return scenario


def free_name(wave, name, but=None):
    """The name, tidied.

    Raises:
        Refusal: it is missing, too long, or another scenario of the wave has it.
    """
    name = " ".join(name.split())
    if not name:
        raise Refusal("Donnez un nom au scénario.", field="name")
    if len(name) > Scenario._meta.get_field("name").max_length:
        raise Refusal("Soixante signes au plus : raccourcissez ce nom.", field="name")
    if Scenario.objects.filter(wave=wave, name__iexact=name).exclude(pk=but.pk if but else None).exists():
        raise Refusal("Un scénario de cette vague porte déjà ce nom : choisissez-en un autre.", field="name")
    return name


def given_by_copy(source):
    rows = ScenarioLine.objects.filter(scenario=source, application__state=ApplicationState.REVIEWED)
    return {
        line.application_id: Given(
            line.outcome,
            line.amount_cents,
            line.line_id,
            line.fiscal_year,
            line.reason,
            line.edited_by_id,
            line.edited_at,
        )
        for line in rows
    }


def given_by_outcomes(wave):
    """What is prepared; a dossier without outcome is not retained, and says so."""
    prepared = {one.application_id: one for one in PreparedOutcome.objects.filter(wave=wave)}
    keys = (
        Application.objects.filter(wave=wave, state=ApplicationState.REVIEWED)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    missing = Given(Outcome.NOT_RETAINED, reason="Sans issue préparée.")
    return {key: given_by_outcome(prepared[key]) if key in prepared else missing for key in keys}


def given_by_outcome(one):
    return Given(one.outcome, one.amount_cents, one.line_id, one.fiscal_year, one.departure_reason)


# --- Editing -----------------------------------------------------------------------------------------------------


def edit_scenario(*, scenario, changes, by, version=None):
    """Move dossiers, change amounts, say why: all of the changes of a page, or none.

    More than the money or the places allow may be typed: the page says what is missing, adopting refuses it.

    Args:
        changes: {dossier (anything with its `pk`): `outcome`, `amount_cents`, `budget_line`, `fiscal_year` and
            `reason`, all of them}.
        version: of the scenario that the page showed.

    Returns:
        The scenario; its `changed` holds the lines written, in the order of `changes`.

    Raises:
        LinesRefused: with the refusal of each dossier.
        StalePage: somebody edited it meanwhile, or the proposal is adopted.
    """
    require(by, PREPARE)
    with transaction.atomic():
        scenario = lock(scenario, version)
        bounds = bounds_of(scenario.wave)
        changes = {one.pk: change for one, change in changes.items()}
        lines = lines_to_edit(scenario, changes, by)
        refused = {}
        for line in lines:
            try:
                edit_line(line, by=by, bounds=bounds, **changes[line.application_id])
            except Refusal as refusal:
                refused[line.application_id] = refusal
        if refused:
            raise LinesRefused(refused)
        scenario.changed = tuple(lines)
        scenario.save()
        details = {"dossiers": sorted(changes)}
        JournalEntry.write(action="edit_scenario", subject=scenario, actor=by, details=details)
    return scenario


def lines_to_edit(scenario, keys, by):
    """The `ScenarioLine`s of these dossiers, new ones for those that came since, each with its dossier."""
    of_wave = Application.objects.filter(wave=scenario.wave).select_related("fabrique")
    dossiers = (of_wave.visible_to(by) if by else of_wave).in_bulk(list(keys))
    if len(dossiers) < len(keys):
        for one in of_wave.filter(pk__in=keys).exclude(pk__in=dossiers):
            refuse_tied(one, by)
        raise StalePage("Un dossier de cette page n’est pas de la vague : rechargez-la, puis recommencez.")
    known = {line.application_id: line for line in scenario.lines.filter(application__in=keys)}
    lines = [known.get(key) or ScenarioLine(scenario=scenario, application_id=key) for key in keys]
    for line in lines:
        line.application = dossiers[line.application_id]
    return lines


def edit_line(line, *, by, bounds, outcome, amount_cents, budget_line, fiscal_year, reason):
    refuse_unknown(line, outcome)
    if outcome == Outcome.PROPOSED:
        refuse_amount(line.application, bounds, amount_cents, budget_line)
    if reason == line.reason and outcome != line.outcome:
        # It explained the outcome of before.
        reason = ""
    line.outcome, line.reason = outcome, reason.strip()[:REASON_MAX_LENGTH]
    # A dossier that waits keeps the amount it would have: it may come back.
    if amount_cents and budget_line:
        line.amount_cents, line.line, line.fiscal_year = amount_cents, budget_line, fiscal_year
    line.edited_by, line.edited_at = by, timezone.now()
    line.save()


def refuse_unknown(line, outcome):
    if line.application.state != ApplicationState.REVIEWED:
        raise Refusal(f"Ce dossier n’est plus au comité : son état est « {line.application.get_state_display()} ».")
    if outcome not in MOVABLE and outcome != line.outcome:
        raise Refusal("Ajournez un dossier sur la page du comité : l’ajournement a son motif et sa vague.")
    if line.outcome == Outcome.DEFERRED and outcome != Outcome.DEFERRED:
        raise Refusal("Ce dossier est ajourné : changez d’abord son issue sur la page du comité.")


def refuse_amount(application, bounds, cents, line):
    if not (cents and line):
        raise Refusal("Un dossier proposé a un montant et une ligne budgétaire.", field="amount_cents")
    if cents > application.requested_cents:
        raise Refusal(
            f"Le montant dépasse les {euros(application.requested_cents)} demandés. Réduisez-le.", field="amount_cents"
        )
    one = bounds.get((application.call_version_id, application.segment))
    if one is None:
        raise Refusal(
            f"L’appel n’a pas de bornes pour le segment « {application.get_segment_display()} » : "
            "le dossier ne peut pas être proposé."
        )
    if not one.min_cents <= cents <= one.max_cents:
        raise Refusal(
            f"{euros(cents)} sort des bornes de l’appel pour ce segment, "
            f"de {euros(one.min_cents)} à {euros(one.max_cents)}. Corrigez le montant.",
            field="amount_cents",
        )


def lock(scenario, version):
    """The scenario of a wave in deliberation whose proposal is not adopted, locked after its wave."""
    wave = lock_deliberation(scenario.wave)
    refuse_adopted(session_of(wave))
    found = Scenario.objects.select_for_update(of=("self",)).filter(pk=scenario.pk).first()
    if found is None:
        raise StalePage("Ce scénario a été supprimé entre-temps. Choisissez-en un autre.")
    found.expect_version(version)
    found.wave = wave
    return found


def rename_scenario(*, scenario, name, by, version=None):
    """Give a scenario another name.

    Raises:
        Refusal: the name is missing or taken. StalePage: the page is old, or the proposal is adopted.
    """
    require(by, PREPARE)
    with transaction.atomic():
        scenario = lock(scenario, version)
        before, scenario.name = scenario.name, free_name(scenario.wave, name, but=scenario)
        scenario.save()
        JournalEntry.write(action="rename_scenario", subject=scenario, actor=by, details={"before": before})
    return scenario


def drop_scenario(*, scenario, by, version=None):
    """Throw a scenario away; nothing was made of it.

    Raises:
        StalePage: the page is old, or the proposal is adopted.
    """
    require(by, PREPARE)
    with transaction.atomic():
        scenario = lock(scenario, version)
        JournalEntry.write(action="drop_scenario", subject=scenario, actor=by)
        scenario.lines.all().delete()
        scenario.delete()
