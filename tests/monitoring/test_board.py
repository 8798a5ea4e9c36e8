"""The board and the forecasts: each figure opens its rows, is counted by hand, and stays what it was that day."""

import datetime

import pytest
import time_machine
from django.db import transaction
from django.test import Client

from applications.models import FabriqueFact
from funding import awards, budgets, schedules
from funding.envelopes import investing
from funding.envelopes.acts import record_act
from funding.models import Act, Line, Movement, Posting, Source
from funding.outlook.slippage import slippage
from monitoring.clocks import Clocks
from monitoring.panels.board import panels
from monitoring.panels.facts import Facts
from monitoring.panels.room import outlook_of, rooms_table
from monitoring.panels.schedule import keys_table, percent
from monitoring.steering import Board
from programme.models import Wave
from tests import factories
from tests.funding import conftest as make
from tests.funding.conftest import CAP, GRANT, today
from tests.monitoring.town import DAY, Asked, pay, shown, text_of

pytestmark = pytest.mark.django_db

# --- Every figure opens its rows ---------------------------------------------------------------------------------


def links_of(programme, reader, **days):
    """[(panel, table, row, heading, value, address)] of every figure of every panel."""
    return [
        (panel.key, table.key, row.label, heading, value, url)
        for panel in panels(Facts(Asked(programme, **days), reader))
        for table in panel.tables
        for row in [*table.rows, *([table.total] if table.total else [])]
        for value, url, (heading, kind) in zip(row.values, row.urls, table.columns, strict=False)
        if url and value and kind in ("cents", "integer")
    ]


# Worked out from what their rows add up to: the target less the laureates, the places that an amount pays…
WORKED_OUT = {"Manquent", "Places (AE)", "Places (CP)", "Places", "CP libres"}


def counted(answer, value_is_money):
    listing = answer.context["listing"]
    return listing.sums.get("total_0", 0) or 0 if value_is_money else listing.count


@pytest.mark.parametrize("days", [{}, {"as_of": datetime.timedelta(days=200)}], ids=["today", "200 days ago"])
def test_every_figure_is_the_sum_of_the_rows_behind_it(town, days):
    person = factories.auditor()
    client = Client()
    client.force_login(person)
    at = {key: today() - span for key, span in days.items()}
    found = links_of(town[0], person, **at)
    assert len(found) > (60 if not at else 15)
    for panel, table, row, heading, value, url in found:
        answer = client.get(url)
        assert answer.status_code == 200, url
        if heading == "Manquent":
            target = [shown for *_, of, name, shown, _ in found if (of, name) == (row, "Cible")] or [
                town[0].targets.get(segment="").number
            ]
            assert target[0] - answer.context["listing"].count == value, (row, url)
        if "annonces" in url or heading in WORKED_OUT:
            continue
        by_count = "fabriques" in url or heading == "Échéances"
        if table == "mois" or (panel, table, heading) == ("besoins-cp", "annees", "Prévu"):
            # What is late counts in this month and this year, as its rows do.
            assert counted(answer, True) == value, (panel, table, row, heading, url)
            continue
        assert counted(answer, not by_count) == value, (panel, table, row, heading, url)


def figure_of(reader, url):
    return counted(reader.get(url), True)


def test_the_places_that_money_pays_are_worked_out_of_their_rows(town, reader):
    """« Places » and « CP libres »: no row counts them, the rows of the three amounts give them."""
    facts = Facts(Asked(town[0]), factories.auditor())
    found, table = outlook_of(facts), rooms_table(facts, outlook_of(facts))
    headings = [heading for heading, _ in table.columns]
    assert WORKED_OUT - {"Manquent"} == {"Places (AE)", "Places (CP)", "Places", "CP libres"} <= set(headings)
    checked = 0
    for row, year in zip(table.rows, found.years, strict=True):
        shown_of, urls = dict(zip(headings, row.values, strict=True)), dict(zip(headings, row.urls, strict=False))
        if shown_of["AE restantes"] is None or shown_of["CP disponibles"] is None:
            continue
        ae, cp, waiting = (
            figure_of(reader, urls[name])
            for name in ("AE restantes", "CP disponibles", "CP attendus par les attributions")
        )
        by_ae, by_cp = max(ae, 0) // found.average, max(cp - waiting, 0) // year.first_payment
        assert (shown_of["Places (AE)"], shown_of["CP libres"]) == (by_ae, cp - waiting)
        assert (shown_of["Places (CP)"], shown_of["Places"]) == (by_cp, min(by_ae, by_cp))
        checked += 1
    assert checked


def test_each_key_opens_the_rows_of_its_part(town, reader):
    """A percentage is what its rows add up to, of the AE of its line."""
    facts = Facts(Asked(town[0]), factories.auditor())
    engaged = {
        f"Engagements antérieurs à {facts.year}": facts.jpe.earlier,
        f"AE nouvelles de {facts.year}": facts.jpe.new,
        "Total": facts.jpe.total,
    }
    table = keys_table(facts)
    assert {row.label for row in table.rows} == set(engaged)
    for row in table.rows:
        assert len(row.urls) == len(row.values) == len(table.columns)
        for shown_as, url in zip(row.values, row.urls, strict=True):
            assert percent(figure_of(reader, url), engaged[row.label].engaged) == shown_as, (row.label, url)


def test_a_wave_is_placed_on_the_day_when_it_was_announced_not_when_it_was_planned(town):
    programme, *_ = town
    waves = Wave.objects.filter(call__programme=programme)
    day = FabriqueFact.objects.filter(kind="selected").earliest("effective_on").effective_on
    at = datetime.datetime.combine(day, datetime.time(12), datetime.UTC)
    Wave.objects.filter(pk=waves[0].pk).update(announced_at=at, announcement_on=day - datetime.timedelta(days=9))
    others = waves.exclude(pk=waves[0].pk)
    others.update(announced_at=None, announcement_on=day)
    trajectory = Facts(Asked(programme), factories.auditor()).board.trajectory
    assert trajectory[0][:2] == (day, str(waves[0].number))


def test_a_row_opens_its_movement_and_the_movement_its_act(town, reader):
    _, old, _, _ = town
    listing = reader.get("/pilotage/mouvements/?chiffre=ae-liquide").context["listing"]
    [row] = listing.rows
    text = text_of(reader.get(f"/pilotage/ecritures/{row.posting.public_id}/"))
    assert "Paiement DP-" in text
    assert f"/pilotage/echeances/{old.instalments.get(number=1).public_id}/" in text
    assert f"/pilotage/dossiers/{old.application.public_id}/decision/" in text
    waiting = reader.get("/pilotage/previsions/echeances/").context["listing"]
    committed = Movement.objects.filter(posting__kind=Posting.Kind.COMMIT).values_list("posting__public_id", flat=True)
    assert {row.commitment for row in waiting.rows} <= set(committed)
    assert all(row.commitment for row in waiting.rows)


def test_a_posting_opens_the_act_that_was_recorded(line, reader):

    act = record_act(kind=Act.Kind.FINANCE_ACT, number="2026-1", dated_on=today(), by=None)
    budgets.open_credits(axis="ae", line=line, fiscal_year=today().year, cents=1000, effective_on=today(), act=act,
                         by=None, key="acte")  # fmt: skip
    posting = Posting.objects.get(key="acte")
    assert f"/pilotage/budget/actes/{act.public_id}/" in text_of(
        reader.get(f"/pilotage/ecritures/{posting.public_id}/")
    )


# --- By hand -----------------------------------------------------------------------------------------------------


def test_the_schedule_of_cp_is_the_ledger_by_hand(town):
    programme, *_ = town
    year = today().year
    rows = dict(shown(programme)["echeancier-cp"]["echeancier"])
    # Before, committed, withdrawn, paid, to come, next, after next, beyond, unplanned, left.
    assert rows[str(year - 1)] == [2 * CAP, 0, 0, 0, CAP, CAP, 0, 0, 0, 2 * CAP]
    assert rows[f"Engagements antérieurs à {year}"] == rows[str(year - 1)]
    assert rows[str(year)] == [0, GRANT, 0, 0, CAP, CAP, CAP, 0, 0, GRANT]


def test_the_years_by_hand(town):
    programme, *_ = town
    year = today().year
    tables = shown(programme)["exercices"]
    # Opened, frozen, reserved, committed, lost, left.
    assert dict(tables["ae"])[str(year)] == [4 * GRANT, CAP, GRANT, GRANT, 0, 2 * GRANT - CAP]
    assert dict(tables["ae"])[f"{year - 1} (clos)"] == [2 * GRANT, 0, 0, GRANT, 0, GRANT]
    # Opened, frozen, ordered, paid, left.
    assert dict(tables["cp"])[f"{year - 1} (clos)"] == [2 * CAP, 0, 0, CAP, CAP]
    assert dict(tables["cp"])[str(year)] == [CAP + CAP // 2, 0, 0, 0, CAP + CAP // 2]


def test_delays_are_learned_from_the_payments_known_that_day(town):
    """Owed and expected on 2 March, paid forty days later; noted today."""
    programme, *_ = town
    paid_on = datetime.date(today().year - 1, 3, 2) + 40 * DAY
    learned = slippage(as_of=today(), known_on=today(), programme=programme)
    assert (learned.since_due, learned.since_expected) == ([40], [40])
    assert not learned.is_enough
    for clocks in ({"as_of": paid_on - DAY, "known_on": today()}, {"as_of": today(), "known_on": today() - DAY}):
        assert slippage(**clocks, programme=programme).payments == 0
    notes = [panel.notes for panel in panels(Facts(Asked(programme), factories.auditor()), ["besoins-cp"])]
    assert "Trop peu de paiements passés" in notes[0][0]


def test_the_chain_by_hand(town):
    programme, *_ = town
    rows = {label: values[0] for label, values in shown(programme)["argent"]["etapes"]}
    assert rows == {
        "Annoncé": None, "Ouvert (AE)": 6 * GRANT, "Réservé": GRANT, "Engagé": 2 * GRANT, "Payé": CAP,
        "Reste à payer": 2 * GRANT - CAP,
    }  # fmt: skip


def test_the_ageing_by_hand(town):
    programme, _, new, _ = town
    rows = dict(shown(programme)["echeances"]["anciennete"])
    assert sum(number for number, _ in rows.values()) == 5
    assert sum(cents for _, cents in rows.values()) == 5 * CAP
    awards.mark_notified(award=new, on=today())
    rows = dict(shown(programme)["echeances"]["anciennete"])
    assert rows["Exigible depuis 30 jours au plus"] == [1, CAP]


def test_the_fund_is_never_in_a_total_of_grants(town, line):

    programme, *_ = town
    before = shown(programme)
    act = record_act(kind=Act.Kind.DECISION, number="F-1", dated_on=today(), by=None)
    fund = investing.open_fund(programme=programme, name="Fonds", manager="Gestionnaire", size_cents=50_000_000_00,
                               act=act, by=None)  # fmt: skip
    investing.engage(fund=fund, kind="equity", label="Part", cents=GRANT, on=today(), act=act, by=None)
    source = Source.objects.create(name="Fonds", instrument="fund")
    of_fund = Line.objects.create(programme=programme, source=source, code="F", label="Fonds")
    make.open_credits(of_fund, "ae", 7 * GRANT)
    after = shown(programme)
    apart = after["argent"].pop("fonds"), before["argent"].pop("fonds")
    assert apart[0] != apart[1]
    assert after["exercices"].pop("ae-fonds")[0][1][0] == 7 * GRANT
    after["exercices"].pop("cp-fonds")
    assert after == before


def test_a_cut_writes_nothing_and_names_who_is_touched(town, reader):
    _, old, new, held = town
    before = (Posting.objects.count(), Movement.objects.count())
    path = f"/pilotage/previsions/coupe/?exercice={today().year}&ligne="
    # 50 000 € frozen and 250 000 € free: the rest comes from the reservation.
    text = text_of(reader.get(f"{path}&nature=ae&montant=350000"))
    assert held.fabrique.name in text
    assert new.fabrique.name not in text
    # 75 000 € of CP for two payments of 50 000 €: the cut of 30 000 € leaves none of them whole.
    answer = reader.get(f"{path}&nature=cp&montant=30000")
    rows = answer.context["panel"].table("touches").rows
    assert [row.values[0] for row in rows] == [new.fabrique.name, old.fabrique.name]
    assert "déjà sans CP avant la coupe" in rows[0].values[4]
    assert (Posting.objects.count(), Movement.objects.count()) == before
    assert reader.get(f"{path}&nature=cp&montant=").status_code == 422
    assert (
        reader.get(f"/pilotage/previsions/coupe/?exercice={today().year - 1}&ligne=&nature=cp&montant=10").status_code
        == 422
    )
    file = b"".join(
        reader.get(f"{path}&nature=cp&montant=30000&format=csv&tableau=touches").streaming_content
    ).decode()
    assert new.fabrique.name in file


# --- As it was that day ------------------------------------------------------------------------------------------


def test_a_past_day_is_what_was_shown_then(town, line):
    """Payments, amendments of the schedule, new awards: none of them changes what was shown."""
    programme, old, new, held = town
    then = today()
    before, steering = shown(programme), steered(programme)
    with time_machine.travel(datetime.datetime.now(datetime.UTC) + 20 * DAY, tick=False):
        awards.mark_notified(award=new, on=then + 3 * DAY)
        pay(new, 1, then + 10 * DAY)
        make.commit([held], on=then + 5 * DAY)
        replanned(old)
        assert shown(programme) != before
        assert shown(programme, as_of=then, known_on=then) == before
        assert steered(programme, as_of=then, known_on=then) == steering
        # What we know today of that day: the notification and the commitment came after it.
        assert shown(programme, as_of=then)["exercices"] == before["exercices"]


def steered(programme, **days):
    """What the steering page shows of money."""
    board = Board(programme, Clocks.at(**days))
    return board.figures.as_json()["lines"], board.need(), board.remaining_by_year(), board.left_card().sentence


def replanned(award):
    """An amendment puts everything that is not paid two years later."""

    rest = award.instalments.live().exclude(state="paid").order_by("number")
    plans = [
        schedules.Plan(one.kind, one.schedule_year.year + 2, one.cents, one.condition,
                       one.expected_on.replace(year=one.expected_on.year + 2, day=1))
        for one in rest
    ]  # fmt: skip
    with transaction.atomic():
        schedules.replan(award=award, instalments=plans, total_cents=award.total_cents, by=None)
