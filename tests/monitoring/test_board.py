"""The board and the forecasts: each figure opens its rows, on any day, in files and on paper."""

import datetime
import html
import io

import pikepdf
import pytest
import time_machine
from django.test import Client

from accounts.models import Role
from applications.models import Recusal
from funding import awards, budgets, instalments
from funding.models import Instalment, Movement, Posting
from monitoring.clocks import Clocks
from monitoring.panels.board import BOARD, FORECASTS, PANELS, panels
from monitoring.panels.facts import Facts
from monitoring.steering import Board
from tests import factories
from tests.funding import conftest as make
from tests.funding.conftest import CAP, GRANT, today
from tests.monitoring.conftest import laureate, signed_in

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)
PAGES = [
    "/pilotage/tableau/",
    "/pilotage/previsions/",
    *(f"/pilotage/tableau/{key}/" for key in BOARD),
    *(f"/pilotage/previsions/{key}/" for key in FORECASTS),
    "/pilotage/previsions/coupe/?nature=cp&exercice=%d&ligne=&montant=1000",
    "/pilotage/previsions/coupe/?nature=ae&exercice=%d&ligne=&montant=1000",
    "/pilotage/previsions/echeances/",
    "/pilotage/mouvements/?chiffre=ae-engage",
]


class Asked:
    """What a page asks of its address, without a page."""

    def __init__(self, programme, **days):
        self.programme = programme
        self.clocks = Clocks.at(**days)
        dates = {"au": days.get("as_of"), "connu_au": days.get("known_on")}
        self.parameters = {key: day.isoformat() for key, day in dates.items() if day}


def shown(programme, reader=None, **days):
    """{panel: {table: [(row, values)]}} of every panel on a day."""
    found = panels(Facts(Asked(programme, **days), reader or factories.auditor()))
    return {
        panel.key: {table.key: [(row.label, list(row.values)) for row in table.rows] for table in panel.tables}
        for panel in found
    }


def path_of(path):
    return path % today().year if "%d" in path else path


def text_of(answer):
    assert answer.status_code == 200, answer.status_code
    return html.unescape(answer.content.decode()).replace("\u00a0", " ")


@pytest.fixture
def town(line, promised):
    """Two fiscal years: an award of last year paid once, one of this year committed, one reserved, some frozen.

    Every award takes 150 000 € of AE, 50 000 € a year; figures are made by hand in the tests.
    """
    year = today().year
    past = datetime.date(year - 1, 3, 2)
    programme = line.programme
    earlier = make.make_wave(programme, number=1, agreement_required=False)
    make.open_credits(line, "ae", 2 * GRANT, year=year - 1, on=past)
    make.open_credits(line, "cp", 2 * CAP, year=year - 1, on=past)
    (old,) = make.reserve(earlier, [make.request_for(earlier, line, year=year - 1)], on=past)
    make.commit([old], on=past)
    awards.mark_notified(award=old, on=past)
    pay(old, 1, past + 40 * DAY)
    later = make.make_wave(programme, number=2, agreement_required=False)
    make.open_credits(line, "ae", 4 * GRANT)
    make.open_credits(line, "cp", CAP + CAP // 2)
    new, held = make.reserve(later, [make.request_for(later, line), make.request_for(later, line)])
    make.commit([new])
    budgets.freeze(
        axis="ae", line=line, fiscal_year=year, cents=CAP, effective_on=today(), act="Gel", by=None, key="gel"
    )
    for award in (old, new):
        make.announce(award)
    return programme, old, new, held


def pay(award, number, on):
    people = [make.make_user(Role.FINANCE_OFFICER, name=name) for name in ("Ada", "Blaise", "Colette")]
    instalment = award.instalments.get(number=number)
    instalments.certify(instalment=instalment, by=people[0], on=instalment.due_on)
    instalments.order(instalment=instalment, by=people[1], on=on)
    instalments.record_payment(instalment=instalment, by=people[2], on=on, chorus_reference=f"DP-{instalment.pk:05}")
    return Instalment.objects.get(pk=instalment.pk)


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


def test_staff_alone_reads(town):
    assert Client().get("/pilotage/tableau/").status_code == 302
    for role in (Role.APPLICANT, Role.REVIEWER):
        assert signed_in(role).get("/pilotage/tableau/").status_code == 403


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
        if "annonces" in url:
            continue
        by_count = "fabriques" in url or heading == "Échéances"
        if table == "mois" or (panel, table, heading) == ("besoins-cp", "annees", "Prévu"):
            # What is late counts in this month and this year, as its rows do.
            assert counted(answer, True) == value, (panel, table, row, heading, url)
            continue
        assert counted(answer, not by_count) == value, (panel, table, row, heading, url)


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
    from funding.envelopes.acts import record_act
    from funding.models import Act

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
    from funding.envelopes import investing
    from funding.envelopes.acts import record_act
    from funding.models import Act, Line, Source

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
    # 50 000 € frozen and 250 000 € free: the rest comes from the reservation.
    text = text_of(reader.get(f"{path}&nature=ae&montant=350000"))
    assert held.fabrique.name in text
    assert new.fabrique.name not in text
    # 75 000 € of CP for two payments of 50 000 €: the cut of 30 000 € leaves none of them whole.
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
    from django.db import transaction

    from funding import schedules

    rest = award.instalments.live().exclude(state="paid").order_by("number")
    plans = [
        schedules.Plan(one.kind, one.schedule_year.year + 2, one.cents, one.condition,
                       one.expected_on.replace(year=one.expected_on.year + 2, day=1))
        for one in rest
    ]  # fmt: skip
    with transaction.atomic():
        schedules.replan(award=award, instalments=plans, total_cents=award.total_cents, by=None)


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


def test_the_board_is_printed_with_its_day_its_pages_and_its_drawings(town, reader):
    answer = reader.get("/pilotage/tableau/pdf/")
    assert answer["Content-Type"] == "application/pdf"
    with pikepdf.open(io.BytesIO(answer.content)) as pdf:
        assert len(pdf.pages) >= len(PANELS)
        assert today().strftime("%Y") in str(pdf.docinfo["/Title"])
        assert pdf.Root.MarkInfo.Marked
    again = reader.get("/pilotage/tableau/pdf/")
    assert again.content == answer.content


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
