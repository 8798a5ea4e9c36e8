"""What is owed back to a structure is counted wherever the State says what it has to pay, on both clocks."""

import datetime

import pytest
import time_machine

from accounts.models import Role
from funding.balances import passages
from funding.endings.closing import SECTIONS
from funding.models import Recovery
from funding.outlook import refunds as outlook
from funding.outlook.cut import cut
from funding.outlook.jpe import jpe
from funding.outlook.remaining import remaining
from funding.then import Then
from monitoring.panels.facts import Facts
from monitoring.panels.needs import needs_panel
from monitoring.panels.schedule import REFUNDS, schedule_panel
from tests.funding import conftest as make
from tests.funding.conftest import CAP, today
from tests.funding.endings.conftest import days, withdraw
from tests.funding.endings.test_undoing import collected, refund, reinstated, undo
from tests.monitoring.town import Asked, text_of

pytestmark = pytest.mark.django_db
OFF_CREDITS = 100


def at(day):
    return time_machine.travel(datetime.datetime.combine(day, datetime.time(12), datetime.UTC))


@pytest.fixture
def owed(answered, decider, finance, line):
    """50 000 € came back, all but one euro of it gave CP back, and the withdrawal is undone."""
    found = withdraw(answered, decider, done=0)
    reinstated(collected(found, finance), CAP - OFF_CREDITS, line, finance[0])
    return undo(found, decider)


@pytest.fixture
def reader(db):
    return make.make_user(Role.AUDITOR)


def programme_of(withdrawal):
    return withdrawal.award.wave.call.programme


def left_of(withdrawal, **clocks):
    clocks = {"as_of": today(), "known_on": today(), **clocks}
    return remaining(**clocks, programme=programme_of(withdrawal))


def test_nothing_is_owed_before_the_withdrawal_is_undone(answered, decider, finance, line):
    found = withdraw(answered, decider, done=0)
    reinstated(collected(found, finance), CAP, line, finance[0])
    assert outlook.refunds() == []


def test_what_took_credits_waits_for_credits_and_the_ledger_is_not_moved(owed, line):
    (one,) = outlook.refunds()
    assert (one.cents, one.on_credits, one.line, one.on) == (CAP, CAP - OFF_CREDITS, line.pk, today())
    left = left_of(owed)
    assert left.total == 2 * CAP  # the ledger's: what is owed back is on no AE
    assert sum(part.cents for part in left.waiting_for_cp) == 2 * CAP + CAP - OFF_CREDITS


def test_each_part_given_back_leaves_what_is_owed(owed, finance):
    refund(finance[1], 300)
    (one,) = outlook.refunds()
    assert (one.cents, one.on_credits) == (CAP - 300, CAP - OFF_CREDITS - 300)
    refund(finance[1], CAP - 300, reference="RB2")
    assert outlook.refunds() == []


def test_a_past_day_and_what_was_known_then(owed, finance):
    first = today()
    with at(first + days(5)):
        # Given back on the third day, known on the fifth.
        refund(finance[1], CAP, on=first + days(2))
        assert outlook.refunds() == [] and outlook.refunds(as_of=first + days(2)) == []
        assert outlook.total(outlook.refunds(as_of=first + days(1))) == CAP
        late = outlook.refunds(as_of=first + days(4), known_on=first + days(4))
        assert [(one.cents, one.on_credits) for one in late] == [(CAP, CAP - OFF_CREDITS)]
        assert outlook.refunds(as_of=first - days(1)) == [] and outlook.refunds(known_on=first - days(1)) == []


def test_the_forecasts_count_it(owed, reader):
    facts = Facts(Asked(programme_of(owed)), reader)
    assert facts.needs.years[0].planned == needed(facts, today().year)
    table = jpe(left_of(owed), passages(programme=programme_of(owed), by_month=True), year=today().year)
    rows = {row.label: row for row in schedule_panel(facts).tables[0].rows}
    total = schedule_panel(facts).tables[0].total
    assert rows[REFUNDS].values[4] == rows[REFUNDS].values[9] == CAP - OFF_CREDITS
    assert total.values[9] == table.total.left + CAP - OFF_CREDITS
    assert total.values[4] == table.total.to_come + CAP - OFF_CREDITS
    bill = schedule_panel(facts).table("plf")
    assert bill.total.values[0] == bill.rows[-1].values[0] + bill.rows[-2].values[0] == 3 * CAP - OFF_CREDITS
    assert any("à rendre à des structures" in note for note in needs_panel(facts).notes)


def needed(facts, year):
    return sum(part.cents for part in facts.left.waiting_for_cp if part.expected_on.year <= year)


def test_a_cut_serves_it_first(owed):
    """Its CP are there since the reinstatement: nobody else waits for them, and no cut takes them."""
    left, year = left_of(owed), today().year
    asked = {"year": year, "line": None, "left": left, "held": {}}
    balances = {("cp_available", owed.award.draws.first().line_id, year): CAP - OFF_CREDITS}
    found = cut("cp", CAP, balances=balances, **asked)
    assert (found.free, found.impossible) == (0, CAP)


def test_the_closing_and_the_rest_to_pay_show_it(owed, reader, client):
    rows = SECTIONS["remboursements"].rows(reader, today().year)
    assert [(one.back_cents, one.credit_cents) for one in rows] == [(CAP, CAP - OFF_CREDITS)]
    assert not SECTIONS["remboursements"].rows(reader, today().year - 1)
    assert not SECTIONS["remboursements"].rows(reader, today().year, Then(today() - days(1)))
    client.force_login(reader)
    page = text_of(client.get("/pilotage/budget/restes-a-payer/"))
    assert "Remboursements dus aux structures, dont 49 999 € sur des CP" in page and "Total à payer" in page
    lines = b"".join(client.get("/pilotage/budget/restes-a-payer/", {"format": "csv"})).decode()
    assert "Remboursements dus" in lines
    closing = text_of(client.get(f"/pilotage/budget/cloture/{today().year}/"))
    assert "Charges à payer : remboursements dus" in closing and "Jugement n° 2501234" in closing


def test_every_figure_opens_its_rows(owed, reader, client):
    client.force_login(reader)
    page = text_of(client.get("/pilotage/previsions/echeances/"))
    assert "49 999 € à rendre à des structures sur des CP" in page
    page = text_of(client.get("/pilotage/previsions/echeances/", {"nature": "remboursements"}))
    assert Recovery.objects.get().get_absolute_url() in page and owed.get_absolute_url() in page
    assert "50 000 €" in page and "49 999 €" in page
    of_one_year = text_of(client.get("/pilotage/previsions/echeances/", {"exercice": today().year}))
    assert "à rendre à des structures" not in of_one_year


def test_a_closed_dossier_is_counted_without_its_name(owed, client):
    from applications.models import Recusal

    officer = make.make_user(Role.OFFICER)
    Recusal.objects.create(
        application=owed.award.application, user=officer, kind="declared", text="Lien", origin="declared"
    )
    client.force_login(officer)
    page = text_of(client.get("/pilotage/previsions/echeances/", {"nature": "remboursements"}))
    assert owed.award.fabrique.name not in page and "de dossiers qui vous sont fermés" in page
