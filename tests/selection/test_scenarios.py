"""Scenarios: drawn up, edited, proposed; adopting one reserves all of it, or nothing at all."""

import pytest
from django.db import IntegrityError, transaction

from accounts import jobs
from accounts.errors import NotAllowed, Refusal, StalePage
from accounts.models import Job, JobRow, JournalEntry
from applications.models import Application, Fabrique
from funding.ledger import InsufficientFunds
from funding.models import Account, Award, Posting
from funding.reconciliation import differences
from selection import proposals
from selection.adoption import Words, adopt_scenario, adopted_of
from selection.models import Outcome, PanelSession, PreparedOutcome, Scenario, ScenarioLine
from selection.outcomes import prepare, undo_adoption
from selection.proposals import Asked, ask_proposal, propose
from selection.scenarios import LinesRefused, create_scenario, drop_scenario, edit_scenario, rename_scenario
from tests import factories
from tests.selection.conftest import GRANT, YEAR, build, line_with, meet, prepare_all, reviewed, wait

pytestmark = pytest.mark.django_db
WORDS = Words(ground="Partenariats à consolider.", departure_reason="Minimum régional.")


def from_ranking(panel, name="A. Classement seul", **fields):
    return create_scenario(wave=panel.wave, name=name, origin="ranking", by=panel.officer, **fields)


def outcomes_of(scenario):
    return [line.outcome for line in scenario.lines.order_by("application_id")]


def change(panel, outcome, cents=GRANT, reason="", line=None):
    line = line or panel.line
    return {
        "outcome": outcome,
        "amount_cents": cents,
        "budget_line": line,
        "fiscal_year": YEAR,
        "reason": reason,
    }


def edit(panel, scenario, changes, **fields):
    return edit_scenario(scenario=scenario, changes=changes, by=panel.officer, **fields)


def balances():
    rows = Account.objects.filter(kind__in=["ae_opened", "ae_reserved"])
    return {(one.kind, one.award_id): one.balance_cents for one in rows if one.balance_cents}


# --- Drawing up and editing --------------------------------------------------------------------------------------


def test_the_ranking_alone_funds_the_best_while_the_money_lasts(panel):
    scenario = from_ranking(panel, waitlist=1)
    assert outcomes_of(scenario) == ["proposed", "proposed", "waitlist", "not_retained"]
    assert scenario.lines.get(application=panel.dossiers[2]).reason == "Les AE restantes ne suffisent pas."


def test_the_ranking_alone_goes_on_the_next_line_and_stops_at_the_capacity(db):
    panel = build(4, money=GRANT, capacity=2)
    line_with(5 * GRANT, code="P364")
    scenario = from_ranking(panel, waitlist=0)
    assert outcomes_of(scenario) == ["proposed", "proposed", "not_retained", "not_retained"]
    assert list(scenario.lines.filter(outcome="proposed").order_by("pk").values_list("line__code", flat=True)) == [
        "P112-12",
        "P364",
    ]
    assert "capacité" in scenario.lines.get(application=panel.dossiers[2]).reason


def test_a_scenario_reserves_and_prepares_nothing(panel):
    before = balances()
    scenario = from_ranking(panel)
    edit(panel, scenario, {panel.dossiers[2]: change(panel, "proposed")})
    assert balances() == before
    assert not PreparedOutcome.objects.exists()
    assert not Award.objects.exists()


def test_a_scenario_starts_from_what_is_prepared_or_from_another(panel):
    prepare_all(panel)
    first = create_scenario(wave=panel.wave, name="Préparé", origin="prepared", by=panel.officer)
    assert outcomes_of(first) == ["proposed", "proposed", "waitlist", "not_retained"]
    edit(panel, first, {panel.dossiers[0]: change(panel, "waitlist")})
    copy = create_scenario(wave=panel.wave, name="Copie", origin="copy", source=first, by=panel.officer)
    assert outcomes_of(copy) == ["waitlist", "proposed", "waitlist", "not_retained"]


def test_names_are_given_and_differ_in_a_wave(panel):
    with pytest.raises(Refusal, match="Donnez un nom"):
        from_ranking(panel, "  ")
    with pytest.raises(Refusal, match="Soixante"):
        from_ranking(panel, "x" * 61)
    scenario = from_ranking(panel, "Plafond  120")
    assert scenario.name == "Plafond 120"
    with pytest.raises(Refusal, match="déjà ce nom"):
        from_ranking(panel, "plafond 120")
    other = from_ranking(panel, "B")
    with pytest.raises(Refusal, match="déjà ce nom"):
        rename_scenario(scenario=other, name="PLAFOND 120", by=panel.officer)
    assert rename_scenario(scenario=other, name="b", by=panel.officer).name == "b"
    with pytest.raises(IntegrityError), transaction.atomic():
        Scenario.objects.create(wave=panel.wave, name="B", origin="ranking", created_by=panel.officer)


def test_an_edit_is_kept_with_its_version_and_its_journal(panel):
    scenario = from_ranking(panel, waitlist=1)
    edited = edit(
        panel, scenario, {panel.dossiers[1]: change(panel, "proposed", 10_000_000)}, version=scenario.version
    )
    assert edited.version == scenario.version + 1
    assert scenario.lines.get(application=panel.dossiers[1]).amount_cents == 10_000_000
    entry = JournalEntry.objects.get(action="edit_scenario")
    assert entry.actor == panel.officer
    with pytest.raises(StalePage):
        edit(panel, scenario, {panel.dossiers[1]: change(panel, "waitlist")}, version=scenario.version)
    assert scenario.lines.get(application=panel.dossiers[1]).outcome == "proposed"


def test_a_dossier_that_waits_keeps_the_amount_it_would_have(panel):
    scenario = from_ranking(panel)
    edit(panel, scenario, {panel.dossiers[0]: change(panel, "waitlist", 12_000_000)})
    line = scenario.lines.get(application=panel.dossiers[0])
    assert (line.outcome, line.amount_cents, line.money) == ("waitlist", 12_000_000, (None, None, None))


def test_the_reason_of_the_outcome_of_before_goes_with_it(panel):
    scenario = from_ranking(panel, waitlist=1)
    reason = scenario.lines.get(application=panel.dossiers[2]).reason
    assert reason
    edit(panel, scenario, {panel.dossiers[2]: change(panel, "proposed", reason=reason)})
    assert scenario.lines.get(application=panel.dossiers[2]).reason == ""
    edit(panel, scenario, {panel.dossiers[2]: change(panel, "proposed", reason="Seul lieu de la vallée")})
    assert scenario.lines.get(application=panel.dossiers[2]).reason == "Seul lieu de la vallée"


def test_an_amount_out_of_the_bounds_or_above_what_is_asked_is_refused_with_the_whole_page(panel):
    scenario = from_ranking(panel)
    first, second, *_ = panel.dossiers
    changes = {first: change(panel, "proposed", 1_000), second: change(panel, "waitlist")}
    with pytest.raises(LinesRefused) as refused:
        edit(panel, scenario, changes)
    assert set(refused.value.by_dossier) == {first.pk}
    assert "bornes" in refused.value.by_dossier[first.pk].message
    assert outcomes_of(scenario)[:2] == ["proposed", "proposed"]
    with pytest.raises(LinesRefused) as refused:
        edit(panel, scenario, {first: change(panel, "proposed", GRANT + 100)})
    assert "demandés" in refused.value.by_dossier[first.pk].message


def test_who_has_a_tie_does_not_touch_the_line_of_that_dossier(panel):
    scenario = from_ranking(panel)
    chair = panel.chair
    reviewed_by_chair = panel.dossiers[0]
    reviewed_by_chair.assignments.create(reviewer=chair, state="recused")
    with pytest.raises(NotAllowed):
        edit_scenario(scenario=scenario, changes={reviewed_by_chair: change(panel, "waitlist")}, by=chair)
    edit_scenario(scenario=scenario, changes={panel.dossiers[1]: change(panel, "waitlist")}, by=chair)


def test_only_those_who_prepare_may(panel):
    scenario = from_ranking(panel)
    for person in (factories.auditor(), factories.panel_member(), panel.signatory):
        with pytest.raises(NotAllowed):
            create_scenario(wave=panel.wave, name="X", origin="ranking", by=person)
        with pytest.raises(NotAllowed):
            edit_scenario(scenario=scenario, changes={}, by=person)
        with pytest.raises(NotAllowed):
            propose(wave=panel.wave, name="X", asked=Asked(), by=person)
        with pytest.raises(NotAllowed):
            adopt_scenario(scenario=scenario, by=person)


def test_a_scenario_can_be_thrown_away_until_the_proposal_is_adopted(panel):
    drop_scenario(scenario=from_ranking(panel, "Essai"), by=panel.officer)
    assert not ScenarioLine.objects.exists()
    scenario = from_ranking(panel)
    meet(panel)
    adopt_scenario(scenario=scenario, by=panel.officer, words=WORDS)
    with pytest.raises(StalePage, match="adoptée"):
        drop_scenario(scenario=factories.fresh(scenario), by=panel.officer)


# --- Adopting ----------------------------------------------------------------------------------------------------


def test_adopting_prepares_the_outcomes_and_reserves_every_award_in_one_posting(panel):
    meet(panel)
    scenario = from_ranking(panel, waitlist=1)
    granted = adopt_scenario(scenario=scenario, by=panel.officer, words=WORDS, version=scenario.version)
    assert [award.application_id for award in granted] == [dossier.pk for dossier in panel.dossiers[:2]]
    assert Posting.objects.filter(kind="reserve").count() == 1
    known = PreparedOutcome.objects.order_by("application_id")
    assert [one.outcome for one in known] == ["proposed", "proposed", "waitlist", "not_retained"]
    assert known.last().ground == "Partenariats à consolider."
    assert differences() == []
    session = PanelSession.objects.get(wave=panel.wave)
    assert adopted_of(panel.wave, session) == scenario
    assert JournalEntry.objects.filter(action="adopt_scenario").count() == 1


def test_one_euro_too_much_and_nothing_at_all_is_reserved_or_prepared(panel):
    meet(panel)
    scenario = from_ranking(panel, waitlist=1)
    edit(panel, scenario, {panel.dossiers[2]: change(panel, "proposed", 7_500_000)})
    before = balances()
    words = Words(ground="Partenariats à consolider.", reduced_ground="Un poste n’est pas retenu.")
    with pytest.raises(InsufficientFunds, match="il manque"):
        adopt_scenario(scenario=scenario, by=panel.officer, words=words)
    assert balances() == before
    assert not PreparedOutcome.objects.exists()
    assert not Award.objects.exists()
    assert not Posting.objects.filter(kind="reserve").exists()
    assert factories.fresh(scenario).adopted_at is None
    assert not PanelSession.objects.get(wave=panel.wave).is_adopted


def test_several_lines_are_reserved_together_or_not_at_all(db):
    panel = build(3, money=2 * GRANT)
    second = line_with(GRANT, code="P364")
    meet(panel)
    scenario = from_ranking(panel, waitlist=0)
    assert outcomes_of(scenario) == ["proposed"] * 3
    edit(panel, scenario, {panel.dossiers[0]: change(panel, "proposed", line=second)})
    before = balances()
    with pytest.raises(InsufficientFunds):
        adopt_scenario(scenario=scenario, by=panel.officer, words=WORDS)
    assert balances() == before
    edit(panel, scenario, {panel.dossiers[0]: change(panel, "proposed")})
    assert len(adopt_scenario(scenario=scenario, by=panel.officer, words=WORDS)) == 3
    assert differences() == []


def test_words_that_letters_and_minutes_need_are_asked_for_before_anything_is_written(panel):
    meet(panel)
    scenario = from_ranking(panel, waitlist=1)
    with pytest.raises(Refusal, match="sans motif") as refused:
        adopt_scenario(scenario=scenario, by=panel.officer)
    assert refused.value.field == "ground"
    edit(panel, scenario, {panel.dossiers[0]: change(panel, "proposed", 10_000_000)})
    with pytest.raises(Refusal, match="réduit") as refused:
        adopt_scenario(scenario=scenario, by=panel.officer, words=Words(ground="x"))
    assert refused.value.field == "reduced_ground"
    edit(
        panel,
        scenario,
        {panel.dossiers[0]: change(panel, "waitlist"), panel.dossiers[2]: change(panel, "proposed")},
    )
    with pytest.raises(Refusal, match="ordre du classement") as refused:
        adopt_scenario(scenario=scenario, by=panel.officer, words=Words(ground="x", reduced_ground="y"))
    assert refused.value.field == "departure_reason"
    assert not PreparedOutcome.objects.exists()
    adopt_scenario(scenario=scenario, by=panel.officer, words=Words(ground="x", departure_reason="Accord du préfet"))
    assert PreparedOutcome.objects.filter(departure_reason="Accord du préfet").count() == 1


def test_a_panel_day_is_wanted_first_and_a_dossier_that_came_since_too(panel):
    scenario = from_ranking(panel, waitlist=3)
    with pytest.raises(Refusal, match="date du comité"):
        adopt_scenario(scenario=scenario, by=panel.officer, words=WORDS)
    meet(panel)
    late = reviewed(panel.wave, [8_000, 8_100])
    with pytest.raises(Refusal, match=late.reference):
        adopt_scenario(scenario=scenario, by=panel.officer, words=WORDS)
    edit(panel, scenario, {late: change(panel, "waitlist")})
    assert len(adopt_scenario(scenario=factories.fresh(scenario), by=panel.officer, words=WORDS)) == 2


def test_a_dossier_withdrawn_since_takes_nothing(panel):
    meet(panel)
    scenario = from_ranking(panel, waitlist=3)
    Application.objects.filter(pk=panel.dossiers[0].pk).update(state="withdrawn")
    granted = adopt_scenario(scenario=scenario, by=panel.officer, words=WORDS)
    assert [award.application_id for award in granted] == [panel.dossiers[1].pk]


def test_after_an_undo_another_scenario_is_adopted_and_takes_the_place_of_the_first(panel):
    meet(panel)
    first = from_ranking(panel, waitlist=3)
    second = create_scenario(wave=panel.wave, name="B", origin="copy", source=first, by=panel.officer)
    edit(panel, second, {panel.dossiers[1]: change(panel, "waitlist")})
    adopt_scenario(scenario=first, by=panel.officer, words=WORDS)
    undo_adoption(wave=panel.wave, by=panel.officer, reason="Nouvelle délibération")
    assert adopted_of(panel.wave, PanelSession.objects.get(wave=panel.wave)) is None
    adopt_scenario(scenario=factories.fresh(second), by=panel.officer, words=WORDS)
    assert adopted_of(panel.wave, PanelSession.objects.get(wave=panel.wave)) == second
    assert sorted(PreparedOutcome.objects.values_list("outcome", flat=True)) == ["proposed"] + ["waitlist"] * 3
    assert differences() == []


# --- Proposing ---------------------------------------------------------------------------------------------------


def in_region(dossier, region):
    Fabrique.objects.filter(pk=dossier.fabrique_id).update(region=region)


def test_the_regional_minimum_brings_one_in_says_why_and_what_it_costs(panel):
    in_region(panel.dossiers[3], "Guyane")
    scenario = propose(wave=panel.wave, name="B", asked=Asked(regional_minimum=1, waitlist=1), by=panel.officer)
    assert outcomes_of(scenario) == ["proposed", "waitlist", "not_retained", "proposed"]
    assert scenario.lines.get(application=panel.dossiers[3]).reason == "Entre : minimum régional, Guyane."
    assert "minimum régional" in scenario.lines.get(application=panel.dossiers[1]).reason
    prices = {price["family"]: price for price in scenario.findings["prices"]}
    assert prices["regions"]["points"] == 1_000
    assert scenario.findings["score"] == 9_100 + 7_600


def test_what_nothing_can_keep_is_refused_with_the_rule_to_loosen(panel):
    in_region(panel.dossiers[3], "Guyane")
    asked = Asked(most=1, regional_minimum=1)
    with pytest.raises(Refusal, match=r"portez la capacité de 1 à 2 ; ou renoncez au minimum régional"):
        propose(wave=panel.wave, name="B", asked=asked, by=panel.officer)
    with pytest.raises(Refusal, match=r"ouvrez 150\u00a0000\u00a0€ d’AE de plus"):
        propose(wave=panel.wave, name="B", asked=Asked(quotas={"outside_large_centres": (3, None)}), by=panel.officer)
    assert not Scenario.objects.exists()


def test_the_cp_of_a_year_hold(panel):
    scenario = propose(wave=panel.wave, name="B", asked=Asked(cp={YEAR: GRANT // 3}), by=panel.officer)
    assert outcomes_of(scenario).count("proposed") == 1


def test_reduced_amounts_fund_more_within_the_bounds_of_the_call(panel):
    asked = Asked(lowest_percent=60)
    scenario = propose(wave=panel.wave, name="B", asked=asked, by=panel.officer)
    amounts = [line.amount_cents for line in scenario.lines.filter(outcome="proposed")]
    assert len(amounts) == 3
    assert sum(amounts) == 2 * GRANT
    assert min(amounts) >= 9_000_000


def test_a_deferred_dossier_stays_so_and_is_left_out_of_the_calculation(panel):
    prepare(application=panel.dossiers[0], outcome="deferred", ground="À revoir", by=panel.officer)
    scenario = from_ranking(panel)
    assert outcomes_of(scenario)[0] == Outcome.DEFERRED
    proposal = propose(wave=panel.wave, name="B", asked=Asked(), by=panel.officer)
    assert outcomes_of(proposal) == ["deferred", "proposed", "proposed", "waitlist"]
    with pytest.raises(LinesRefused):
        edit(panel, proposal, {panel.dossiers[0]: change(panel, "proposed")})
    meet(panel)
    assert len(adopt_scenario(scenario=proposal, by=panel.officer, words=WORDS)) == 2
    assert PreparedOutcome.objects.get(application=panel.dossiers[0]).ground == "À revoir"


def test_a_worker_makes_the_proposal_and_its_refusal_is_told_in_words(panel, django_capture_on_commit_callbacks):
    job = ask_proposal(wave=panel.wave, name="B", asked=Asked(), by=panel.officer)
    with pytest.raises(Refusal, match="déjà en cours"):
        ask_proposal(wave=panel.wave, name="C", asked=Asked(), by=panel.officer)
    jobs.run(job.pk)
    assert Job.objects.get(pk=job.pk).status == "done"
    assert Scenario.objects.get(wave=panel.wave).name == "B"
    job = ask_proposal(
        wave=panel.wave, name="C", asked=Asked(most=1, quotas={"outside_large_centres": (2, None)}), by=panel.officer
    )
    jobs.run(job.pk)
    row = JobRow.objects.get(job=job)
    assert row.status == "refused"
    assert "portez la capacité de 1 à 2" in row.sentence
    assert proposals.KIND in jobs.KINDS


def test_proposing_changes_no_balance_and_prepares_nothing(panel):
    before = balances()
    propose(wave=panel.wave, name="B", asked=Asked(), by=panel.officer)
    assert balances() == before
    assert not PreparedOutcome.objects.exists()
    wait(panel, panel.dossiers[0])


def test_who_has_a_tie_does_not_adopt_and_is_told_no_name(panel):
    meet(panel)
    scenario = from_ranking(panel, waitlist=3)
    panel.dossiers[0].assignments.create(reviewer=panel.chair, state="recused")
    with pytest.raises(NotAllowed) as refused:
        adopt_scenario(scenario=scenario, by=panel.chair, words=WORDS)
    assert panel.dossiers[0].reference not in refused.value.message
    assert not PreparedOutcome.objects.exists()
