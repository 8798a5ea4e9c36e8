"""The funding line as its page shows it and as it is driven, with and without htmx."""

import re
from collections import Counter
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts import jobs
from accounts.models import Job
from applications.models import Fabrique
from funding.budgets import freeze, open_credits
from funding.models import Award
from selection.cash import Cash
from selection.funding_line import read_line
from selection.line_shown import blocked
from selection.models import PreparedOutcome, Scenario
from selection.proposals import Asked, propose
from selection.scenario_forms import ProposalForm
from selection.scenarios import create_scenario, edit_scenario
from tests import factories
from tests.selection.conftest import GRANT, YEAR, build, meet, reviewed
from tests.selection.test_meetings import opened, vote_together
from tests.selection.test_scenarios import change, from_ranking

pytestmark = pytest.mark.django_db
NBSP = "\u00a0"
HTMX = {"HX-Request": "true"}


def url(panel, scenario=None, **query):
    path = reverse("selection:funding_line", args=[panel.wave.public_id])
    query |= {"scenario": scenario.public_id} if scenario else {}
    return f"{path}?{'&'.join(f'{key}={value}' for key, value in query.items())}"


def key():
    return timezone.now().strftime("%Y%m%d%H%M%S%f")


def row(panel, dossier, outcome="proposed", amount="150 000", reason=""):
    prefix = f"d{dossier.public_id.hex}"
    credit = f"{panel.line.public_id}:{YEAR}"
    typed = {"outcome": outcome, "amount": amount, "credit": credit, "reason": reason}
    return {f"{prefix}-{name}": value for name, value in typed.items()}


def send(client, panel, act, scenario=None, data=None, person=None, htmx=False, **fields):
    client.force_login(person or panel.officer)
    body = {"act": act, "idempotency_key": key(), **(data or {}), **fields}
    if scenario and "version" not in body:
        body["version"] = factories.fresh(scenario).version
    return client.post(url(panel, scenario), body, headers=HTMX if htmx else {})


def page(client, panel, person=None, **query):
    client.force_login(person or panel.officer)
    response = client.get(url(panel, query.pop("scenario", None), **query))
    assert response.status_code == 200
    return response.content.decode()


# --- Driving -----------------------------------------------------------------------------------------------------


def test_a_first_scenario_is_created_edited_and_adopted_without_javascript(client, panel):
    assert "Aucun scénario" in page(client, panel)
    data = {"nouveau-name": "A. Classement", "nouveau-origin": "ranking", "nouveau-waitlist": "1"}
    response = send(client, panel, "create", data=data)
    scenario = Scenario.objects.get()
    assert response.status_code == 302
    assert str(scenario.public_id) in response["Location"]
    shown = page(client, panel)
    assert f"2{NBSP}proposés" in shown
    assert f"300{NBSP}000{NBSP}€" in shown
    response = send(client, panel, "save", scenario, row(panel, panel.dossiers[1], amount="100 000"))
    assert response.status_code == 302
    assert scenario.lines.get(application=panel.dossiers[1]).amount_cents == 10_000_000
    meet(panel)
    response = send(client, panel, "adopt", scenario)
    assert response.status_code == 422
    assert "sans motif" in response.content.decode()
    assert not Award.objects.exists()
    words = {"adopter-ground": "Partenariats à consolider.", "adopter-reduced_ground": "Un poste n’est pas retenu."}
    response = send(client, panel, "adopt", scenario, words)
    assert response.status_code == 302
    assert Award.objects.count() == 2
    assert "Proposition adoptée" in page(client, panel)


def test_one_edit_is_answered_with_the_part_of_the_page_that_it_changes(client, panel):
    scenario = from_ranking(panel, waitlist=1)
    data = row(panel, panel.dossiers[1], outcome="waitlist")
    response = send(client, panel, "save", scenario, data, htmx=True)
    html = response.content.decode()
    assert response.status_code == 200
    assert html.lstrip().startswith('<div id="ligne">')
    assert f"1{NBSP}proposé<" in html
    assert f"reste <strong>150{NBSP}000{NBSP}€" in html
    assert f'name="version" value="{factories.fresh(scenario).version}"' in html


def test_typed_text_comes_back_with_its_sentence(client, panel):
    scenario = from_ranking(panel)
    data = row(panel, panel.dossiers[0], amount="1 000 000")
    for htmx in (False, True):
        response = send(client, panel, "save", scenario, data, htmx=htmx)
        html = response.content.decode()
        assert response.status_code == 422
        assert "demandés. Réduisez-le." in html
        assert 'value="1 000 000"' in html
    response = send(client, panel, "save", scenario, row(panel, panel.dossiers[0], amount="cent mille"))
    assert "Saisissez un montant en euros" in response.content.decode()


def test_a_stale_page_changes_nothing_and_says_so(client, panel):
    scenario = from_ranking(panel)
    edit_scenario(scenario=scenario, changes={panel.dossiers[1]: change(panel, "waitlist")}, by=panel.chair)
    data = row(panel, panel.dossiers[0], outcome="waitlist")
    response = send(client, panel, "save", scenario, data, version="1")
    assert response.status_code == 409
    response = send(client, panel, "save", scenario, data, version="1", htmx=True)
    assert response.status_code == 409
    assert response["HX-Retarget"] == "body"
    assert scenario.lines.get(application=panel.dossiers[0]).outcome == "proposed"


def test_rows_that_the_page_did_not_show_stay_as_they_are(client, panel):
    scenario = from_ranking(panel, waitlist=1)
    send(client, panel, "save", scenario, row(panel, panel.dossiers[0], outcome="not_retained"))
    outcomes = list(scenario.lines.order_by("application_id").values_list("outcome", flat=True))
    assert outcomes == ["not_retained", "proposed", "waitlist", "not_retained"]


def test_a_scenario_is_renamed_copied_and_thrown_away(client, panel):
    scenario = from_ranking(panel)
    assert send(client, panel, "rename", scenario, {"nom-name": "Premier"}).status_code == 302
    data = {"nouveau-name": "Second", "nouveau-origin": "copy"}
    assert send(client, panel, "create", scenario, data).status_code == 302
    second = Scenario.objects.get(name="Second")
    assert second.origin == "copy"
    assert send(client, panel, "drop", second).status_code == 302
    assert list(Scenario.objects.values_list("name", flat=True)) == ["Premier"]
    assert send(client, panel, "save", second, {}, version="1").status_code == 404


def test_a_proposal_is_asked_for_made_by_the_worker_and_shown_with_its_prices(client, panel):
    Fabrique.objects.filter(pk=panel.dossiers[3].fabrique_id).update(region="Guyane")
    shown = page(client, panel)
    data = dict(re.findall(r'name="(calcul-[^"]+)"[^>]*?value="([^"]*)"', shown))
    data |= {"calcul-name": "B. Minimum régional", "calcul-regional_minimum": "1", "calcul-count_earlier": ""}
    response = send(client, panel, "propose", data=data)
    assert response.status_code == 302, response.content.decode()
    assert "calcul en cours" in page(client, panel)
    jobs.run(Job.objects.get().pk)
    html = page(client, panel)
    assert f"Le minimum régional coûte 10,0{NBSP}points" in html
    assert "minimum régional, Guyane" in html
    assert "minimum de 1 atteint" in html
    assert Scenario.objects.get().asked["regional_minimum"] == 1
    data |= {"calcul-name": "C", "calcul-most": "1"}
    assert send(client, panel, "propose", data=data).status_code == 302
    jobs.run(Job.objects.latest("pk").pk)
    assert "portez la capacité de 1 à 2" in page(client, panel)


def test_a_year_whose_cp_are_used_up_is_a_ceiling_of_zero_and_not_none(client, panel):
    opened = {
        "axis": "cp", "line": panel.line, "fiscal_year": YEAR, "cents": 8_000_000, "by": None,
        "act": "Loi de finances", "effective_on": timezone.localdate(),
    }  # fmt: skip
    open_credits(**opened, key="cp")
    freeze(**opened, key="gel")
    data = dict(re.findall(r'name="(calcul-[^"]+)"[^>]*?value="([^"]*)"', page(client, panel)))
    assert data[f"calcul-cp_{YEAR}"] == "0"
    # Nothing is opened for the next one: no ceiling.
    assert f"calcul-cp_{YEAR + 1}" not in data
    assert send(client, panel, "propose", data=data | {"calcul-name": "B"}).status_code == 302
    assert Job.objects.get().arguments["asked"]["cp"] == {str(YEAR): 0}
    jobs.run(Job.objects.get().pk)
    assert nobody_is_funded(page(client, panel))


@pytest.mark.parametrize("typed", ["0", "0,00", f"0{NBSP}€"])
def test_a_ceiling_of_zero_typed_on_the_page_funds_nobody(client, panel, typed):
    """With all the CP that one wants opened: zero is what was typed, not what is left."""
    data = dict(re.findall(r'name="(calcul-[^"]+)"[^>]*?value="([^"]*)"', page(client, panel)))
    assert f"calcul-cp_{YEAR}" not in data, "nothing is opened, so nothing stands in the field"
    data |= {"calcul-name": "B. Aucun CP", f"calcul-cp_{YEAR}": typed}
    assert send(client, panel, "propose", data=data).status_code == 302
    jobs.run(Job.objects.get().pk)
    html = page(client, panel)
    assert nobody_is_funded(html)
    assert "Les plafonds de CP coûtent" in html, "the price of this ceiling, against what it leaves out"
    data |= {"calcul-name": "C. Sans plafond", f"calcul-cp_{YEAR}": ""}
    assert send(client, panel, "propose", data=data).status_code == 302
    jobs.run(Job.objects.latest("pk").pk)
    assert Scenario.objects.get(name="C. Sans plafond").lines.filter(outcome="proposed").count() == 2


def nobody_is_funded(html):
    """The one scenario, and the page that shows it."""
    scenario = Scenario.objects.get()
    assert not scenario.lines.filter(outcome="proposed").exists()
    assert scenario.lines.count() == 4
    return f"0{NBSP}proposé" in html


@pytest.mark.parametrize(
    ("available", "needed", "shown"), [(None, 0, None), (0, 0, 0), (5_000, 9_000, 0), (9_000, 5_000, 4_000)]
)
def test_the_ceiling_of_a_year_is_what_is_left_of_it(panel, available, needed, shown):
    accounts = Cash(YEAR, {} if available is None else {YEAR: available}, Counter({YEAR: needed}))
    line = SimpleNamespace(wave=panel.wave, accounts=accounts, targets=[], segments=[])
    form = ProposalForm(page=line)
    assert form[f"cp_{YEAR}"].initial == shown
    typed = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    sent = ProposalForm(typed, page=line)
    assert sent.is_valid(), sent.errors
    assert sent.asked().cp == ({} if shown is None else {YEAR: shown})


def test_scenarios_stand_side_by_side_with_who_enters_who_leaves_and_why(client, panel):
    Fabrique.objects.filter(pk=panel.dossiers[3].fabrique_id).update(region="Guyane")
    first = from_ranking(panel, waitlist=1)
    second = propose(wave=panel.wave, name="B", asked=Asked(regional_minimum=1, waitlist=1), by=panel.officer)
    shown = page(client, panel, scenario=second)
    assert "B au lieu de A. Classement seul." in shown
    assert "▲ entre" in shown
    assert "▼ sort" in shown
    path = reverse("selection:compare_scenarios", args=[panel.wave.public_id])
    html = client.get(path, {"scenario": [first.public_id, second.public_id]}).content.decode()
    assert panel.dossiers[3].fabrique.name in html
    assert panel.dossiers[1].fabrique.name in html
    assert panel.dossiers[0].fabrique.name not in html
    assert "minimum régional, Guyane" in html
    assert f"300{NBSP}000{NBSP}€" in html
    assert "Rien à comparer" not in html


def test_a_choice_made_by_hand_says_whose_it_is_in_the_comparison_and_in_a_copy(client, panel):
    first = from_ranking(panel)
    edited = create_scenario(wave=panel.wave, name="B", origin="copy", source=first, by=panel.officer)
    edit_scenario(scenario=edited, changes={panel.dossiers[0]: change(panel, "waitlist")}, by=panel.chair)
    copied = create_scenario(wave=panel.wave, name="C", origin="copy", source=edited, by=panel.officer)
    client.force_login(panel.officer)
    path = reverse("selection:compare_scenarios", args=[panel.wave.public_id])
    for other in (edited, copied):
        html = client.get(path, {"scenario": [first.public_id, other.public_id]}).content.decode()
        assert f"Modifié à la main par {panel.chair}, le " in html
        assert "Selon le classement." in html


def test_one_scenario_has_nothing_to_be_compared_with(client, panel):
    from_ranking(panel)
    client.force_login(panel.officer)
    path = reverse("selection:compare_scenarios", args=[panel.wave.public_id])
    assert "Rien à comparer" in client.get(path).content.decode()


# --- Who ---------------------------------------------------------------------------------------------------------


def test_those_who_read_the_panel_read_it_and_change_nothing(client, panel):
    scenario = from_ranking(panel)
    for person in (factories.auditor(), factories.panel_member(), panel.signatory):
        html = page(client, panel, person)
        assert "Enregistrer et recalculer" not in html
        assert "Nouveau scénario" not in html
        data = row(panel, panel.dossiers[0], outcome="waitlist")
        assert send(client, panel, "save", scenario, data, person=person).status_code == 403
    client.force_login(factories.reviewer())
    assert client.get(url(panel)).status_code == 403
    assert scenario.lines.get(application=panel.dossiers[0]).outcome == "proposed"


def test_who_has_a_tie_sees_nothing_of_that_dossier(client, panel):
    scenario = from_ranking(panel)
    other = create_scenario(wave=panel.wave, name="B", origin="copy", source=scenario, by=panel.officer)
    edit_scenario(scenario=other, changes={panel.dossiers[0]: change(panel, "waitlist")}, by=panel.officer)
    hidden = panel.dossiers[0]
    hidden.assignments.create(reviewer=panel.chair, state="recused")
    path = reverse("selection:compare_scenarios", args=[panel.wave.public_id])
    for html in (page(client, panel, panel.chair, scenario=other), client.get(path).content.decode()):
        assert hidden.reference not in html
        assert hidden.fabrique.name + "<" not in html
        assert hidden.public_id.hex not in html
    assert hidden.reference in page(client, panel, panel.officer)


def test_a_scenario_of_another_wave_is_not_found(client, panel):
    other = build(1)
    scenario = from_ranking(other)
    client.force_login(panel.officer)
    assert client.get(url(panel, scenario)).status_code == 404
    assert client.get(url(panel) + "scenario=x").status_code == 404
    assert send(client, panel, "save", scenario, {}, version="1").status_code == 404


# --- What it says ------------------------------------------------------------------------------------------------


def test_money_places_regions_and_cash_follow_the_scenario(panel):
    open_credits(
        axis="cp", line=panel.line, fiscal_year=YEAR, cents=8_000_000, effective_on=timezone.localdate(),
        act="Loi de finances", by=None, key="cp",
    )  # fmt: skip
    scenario = from_ranking(panel, waitlist=1)
    line = read_line(panel.wave, reader=panel.officer, scenario=scenario)
    assert line.credits[0].after_cents == 0
    assert [(year.year, year.here_cents, year.gap_cents) for year in line.cash] == [
        (YEAR, 10_000_000, -2_000_000),
        (YEAR + 1, 10_000_000, None),
        (YEAR + 2, 10_000_000, None),
    ]
    assert [one["here"] for one in line.segments if one["label"] == "Hors grands centres urbains"] == [2]
    assert line.regions[0] | {"label": ""} == {
        "label": "", "before": 0, "here": 2, "total": 2, "candidates": 4, "least": 0,
    }  # fmt: skip
    edit_scenario(scenario=scenario, changes={panel.dossiers[2]: change(panel, "proposed")}, by=panel.officer)
    line = read_line(panel.wave, reader=panel.officer, scenario=scenario)
    assert line.credits[0].short_cents == GRANT
    assert "il manque" in line.line_text


def test_the_grey_zone_is_where_rank_intervals_cross_the_line(db):
    panel = build(0, money=3 * GRANT)
    for score in (9_500, 7_100, 7_080, 7_060, 7_040, 3_000):
        reviewed(panel.wave, [score - 200, score + 200])
    line = read_line(panel.wave, reader=panel.officer, scenario=from_ranking(panel))
    grey = {row.line.rank for row in line.grey}
    assert {3, 4} <= grey
    assert not {1, 6} & grey
    for row in line.rows:
        assert row.crosses == (row.line.rank_low <= 3 < row.line.rank_high)


def test_queries_do_not_grow_with_the_wave(client, django_assert_max_num_queries):
    def queries(ranks):
        panel = build(ranks)
        scenario = from_ranking(panel)
        edit_scenario(scenario=scenario, changes={panel.dossiers[0]: change(panel, "waitlist")}, by=panel.officer)
        client.force_login(panel.officer)
        client.get(url(panel))
        with CaptureQueriesContext(connection) as captured:
            client.get(url(panel))
        return len(captured)

    assert queries(2) == queries(6)


def test_a_get_writes_nothing(client, panel):
    from_ranking(panel)
    page(client, panel, voir="grise")
    page(client, panel, tout="")
    assert not PreparedOutcome.objects.exists()
    assert Scenario.objects.get().version == 1


def test_a_scenario_waits_for_the_opinion_of_the_panel_on_each_dossier(panel):
    meeting = opened(panel)
    scenario = from_ranking(panel)
    told = blocked(read_line(panel.wave, reader=panel.officer, scenario=scenario))
    assert told.startswith(f"4{NBSP}dossiers sans avis du comité")
    vote_together(panel, meeting, ["for"] * 4, source=scenario)
    assert blocked(read_line(panel.wave, reader=panel.officer, scenario=scenario)) == ""
