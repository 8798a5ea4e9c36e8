"""The pages of the board and of the forecasts: who reads them, their files, the printed board, what they cost."""

import html

import pytest
from django.test import Client

from accounts.models import Role
from applications.models import Recusal
from funding.envelopes import investing
from funding.envelopes.acts import record_act
from funding.models import Act, Posting
from monitoring.panels.board import BOARD, FORECASTS
from tests import factories
from tests.funding import conftest as make
from tests.funding.conftest import GRANT, today
from tests.monitoring.conftest import laureate, signed_in
from tests.monitoring.town import DAY, text_of

pytestmark = pytest.mark.django_db
PAGES = [
    "/pilotage/tableau/",
    "/pilotage/previsions/",
    *(f"/pilotage/tableau/{key}/" for key in BOARD),
    *(f"/pilotage/previsions/{key}/" for key in FORECASTS),
    "/pilotage/previsions/coupe/?nature=cp&exercice=%d&ligne=&montant=1000",
    "/pilotage/previsions/coupe/?nature=ae&exercice=%d&ligne=&montant=1000",
    "/pilotage/previsions/echeances/",
    "/pilotage/mouvements/?chiffre=ae-engage",
    "/pilotage/tableau/impressions/",
    "/pilotage/previsions/paiements/",
]


def path_of(path):
    return path % today().year if "%d" in path else path


# --- Pages -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PAGES)
def test_each_page_stands_full(town, reader, path):
    text = text_of(reader.get(path_of(path)))
    assert text.count("<h1") == 1
    assert " style=" not in text


@pytest.mark.parametrize("path", PAGES)
def test_each_page_stands_before_anything(programme, reader, path):
    assert text_of(reader.get(path_of(path))).count("<h1") == 1


def test_without_a_scheme_nothing_is_found(db, reader):
    for path in PAGES:
        assert reader.get(path_of(path)).status_code == 404


def test_a_panel_or_a_figure_that_does_not_exist_is_not_found(town, reader):
    for path in ("/pilotage/tableau/autre/", "/pilotage/previsions/argent/", "/pilotage/mouvements/?chiffre=autre",
                 "/pilotage/tableau/argent/?format=csv&tableau=autre"):  # fmt: skip
        assert reader.get(path).status_code == 404


def test_a_day_to_come_is_refused_in_words(town, reader):
    for path in ("/pilotage/tableau/", "/pilotage/previsions/besoins-cp/", "/pilotage/mouvements/"):
        answer = reader.get(f"{path}?au=2999-01-01")
        assert answer.status_code == 422
        assert "à venir" in html.unescape(answer.content.decode())


def test_staff_alone_reads(town):
    assert Client().get("/pilotage/tableau/").status_code == 302
    for role in (Role.APPLICANT, Role.REVIEWER):
        assert signed_in(role).get("/pilotage/tableau/").status_code == 403


# --- Files and paper ---------------------------------------------------------------------------------------------


def test_every_table_is_a_file(town, reader):
    for family, keys in (("tableau", BOARD), ("previsions", FORECASTS)):
        for key in keys:
            answer = reader.get(f"/pilotage/{family}/{key}/")
            for table in answer.context["panel"].tables:
                for kind in ("csv", "xlsx"):
                    file = reader.get(f"/pilotage/{family}/{key}/?format={kind}&tableau={table.key}")
                    assert file.status_code == 200
                    assert f"au-{today().isoformat()}" in file["Content-Disposition"]
                    assert b"".join(file.streaming_content)


def test_the_file_of_the_schedule_adds_up(town, reader):
    content = b"".join(reader.get("/pilotage/previsions/echeancier-cp/?format=csv").streaming_content)
    lines = [line.split(";") for line in content.decode("utf-8-sig").splitlines()]
    assert lines[0][0] == "AE de"
    assert lines[-1][0] == "Total"
    assert lines[-1][-1] == "250000,00"


# --- What is closed, and what it costs ---------------------------------------------------------------------------


def test_a_closed_dossier_is_named_nowhere(town):
    _, old, new, held = town
    person = factories.officer()
    for award in (old, new, held):
        Recusal.objects.create(
            application=award.application, user=person, kind="declared", text="Proche", origin="declared"
        )
    client = Client()
    client.force_login(person)
    amount = 10 * GRANT // 100
    paths = [
        *map(path_of, PAGES),
        f"/pilotage/previsions/coupe/?nature=cp&exercice={today().year}&ligne=&montant={amount}",
        f"/pilotage/previsions/coupe/?nature=ae&exercice={today().year}&ligne=&montant={amount}",
        f"/pilotage/ecritures/{Posting.objects.filter(kind='commit').first().public_id}/",
        f"/pilotage/budget/exercices/{today().year}/?chiffre=ae-engage",
    ]
    for path in paths:
        text = text_of(client.get(path))
        for award in (old, new, held):
            assert award.fabrique.name not in text, path
            assert award.organisation.name not in text, path
    file = b"".join(client.get("/pilotage/mouvements/?chiffre=ae-engage&format=csv").streaming_content).decode()
    assert old.fabrique.name not in file
    assert "Dossier qui vous est fermé" in file


@pytest.mark.parametrize("path", [page for page in PAGES if "coupe" not in page])
def test_a_page_costs_the_same_for_more_rows(town, line, reader, path, django_assert_max_num_queries):
    programme, *_ = town
    with django_assert_max_num_queries(22) as few:
        reader.get(path)
    wave = make.make_wave(programme, number=3)
    for _ in range(4):
        laureate(wave, line, opened_on=today())
    with django_assert_max_num_queries(22) as many:
        reader.get(path)
    assert len(few) == len(many)


def test_the_board_costs_fifteen_queries_at_most(town, reader, django_assert_max_num_queries):
    """With a fund of investment, today and on an earlier day on both clocks."""
    fund = with_a_fund(town[0])
    yesterday = (today() - DAY).isoformat()
    for path in ("/pilotage/tableau/", f"/pilotage/tableau/?au={yesterday}&connu_au={yesterday}"):
        with django_assert_max_num_queries(15):
            answer = reader.get(path)
        text_of(answer)
    assert fund.name in text_of(reader.get("/pilotage/tableau/"))


def with_a_fund(programme):
    contract = record_act(kind=Act.Kind.AGREEMENT, number="F-1", dated_on=today(), title="Convention", by=None)
    fund = investing.open_fund(
        programme=programme, name="Fonds tiers-lieux", manager="Un gestionnaire", size_cents=GRANT, act=contract,
        by=None,
    )  # fmt: skip
    share = investing.engage(
        fund=fund, kind="equity", label="Une participation", cents=GRANT // 2, on=today() - DAY, act=contract, by=None
    )
    for kind, cents in (("call", GRANT // 4), ("valuation", GRANT // 3)):
        investing.record_event(
            instrument=share, kind=kind, on=today() - DAY, cents=cents, act=contract, by=None, key=f"fund:{kind}"
        )
    return fund


# --- Every figure is a link to its rows ----------------------------------------------------------------------------

# What has no rows: a promise, and what is left of it.
NO_ROWS = {("territoires", "Cible"), ("territoires", "Manquent")}


def test_every_figure_is_a_link(town, reader, monkeypatch):
    monkeypatch.setattr("funding.outlook.slippage.ENOUGH", 1)
    bare = []
    for family, keys in (("tableau", BOARD), ("previsions", FORECASTS)):
        for key in keys:
            panel = reader.get(f"/pilotage/{family}/{key}/").context["panel"]
            for table in panel.tables:
                rows = [*table.rows, *([table.total] if table.total else [])]
                for row in rows:
                    bare += [
                        (key, table.key, row.label, cell.label)
                        for cell, value in zip(table.cells(row), row.values, strict=True)
                        if isinstance(value, int) and value and not cell.url and (key, cell.label) not in NO_ROWS
                    ]
    assert bare == []


def test_each_need_opens_the_instalments_that_add_up_to_it(town, reader, monkeypatch):
    """The range too: the rows are those that its scenario pays in the period."""
    monkeypatch.setattr("funding.outlook.slippage.ENOUGH", 1)
    panel = reader.get("/pilotage/previsions/besoins-cp/").context["panel"]
    seen = 0
    for key in ("annees", "cumul", "mois"):
        for row in panel.table(key).rows:
            for value, url in zip(row.values[:4], row.urls[:4], strict=True):
                if value:
                    listing = reader.get(url).context["listing"]
                    assert sum(one.part_cents for one in listing.queryset) == value, (key, row.label, url)
                    seen += 1
    assert seen > 12


def test_the_delays_open_the_payments_that_teach_them(town, reader):
    _, old, *_ = town
    text = text_of(reader.get("/pilotage/previsions/paiements/"))
    assert old.fabrique.name in text
    assert "/pilotage/ecritures/" in text
    assert old.fabrique.name not in text_of(reader.get("/pilotage/previsions/paiements/?au=2001-01-01"))


def test_the_next_finance_bill_spreads_all_that_is_left_to_pay(town, reader):
    """Each generation: what is left is the sum of its years, as on the échéancier; each amount opens rows that sum."""
    panel = reader.get("/pilotage/previsions/echeancier-cp/").context["panel"]
    bill, schedule = panel.table("plf"), panel.table("echeancier")
    assert bill.total.values[0] == schedule.total.values[-1] > 0
    for row in bill.rows:
        assert row.values[0] == sum(row.values[1:])
        for value, url in zip(row.values[1:6], row.urls[1:6], strict=True):
            listing = reader.get(url).context["listing"]
            assert sum(one.part_cents for one in listing.queryset) == value
