"""The figures, on both clocks, from what really moved."""

import datetime
import io
import json

import pytest
from django.core.management import CommandError, call_command

from applications.models import FabriqueFact
from funding.models import Draw
from monitoring.clocks import Clocks
from monitoring.figures import Figures, compute
from monitoring.money import due_by_line
from monitoring.reconciliation import differences
from tests.funding import conftest as make
from tests.funding.conftest import CAP, GRANT, today
from tests.monitoring.conftest import laureate

pytestmark = pytest.mark.django_db
YESTERDAY = datetime.timedelta(days=1)
MONEY = {
    "announced_cents", "opened_cents", "reserved_cents", "committed_cents", "frozen_cents", "left_cents",
    "due_cents", "paid_cents", "remaining_to_pay_cents", "cp_opened_cents", "cp_left_cents",
}  # fmt: skip


def test_a_real_payment_moves_due_paid_and_remaining(paid, programme):
    figures = compute(programme=programme)
    assert figures["committed_cents"] == GRANT
    assert figures["due_cents"] == figures["paid_cents"] == CAP
    assert figures["remaining_to_pay_cents"] == GRANT - CAP
    assert figures["cp_opened_cents"] == CAP
    assert figures["cp_left_cents"] == figures["cp_ordered_cents"] == 0
    assert differences() == []


def test_an_instalment_is_due_before_it_is_paid(in_force, programme):
    figures = compute(programme=programme)
    assert (figures["due_cents"], figures["paid_cents"]) == (CAP, 0)
    assert figures["fabriques"]["contracted"] == 1


def test_left_is_opened_less_reserved_committed_and_frozen(line, wave, programme):
    make.open_credits(line, "ae", 5 * GRANT)
    first, _ = make.reserve(wave, [make.request_for(wave, line), make.request_for(wave, line)])
    make.commit([first])
    from funding import budgets

    budgets.freeze(
        axis="ae", line=line, fiscal_year=today().year, cents=CAP, effective_on=today(), act="Gel", by=None, key="gel"
    )
    figures = compute(programme=programme)
    assert (figures["opened_cents"], figures["reserved_cents"], figures["committed_cents"]) == (
        5 * GRANT,
        GRANT,
        GRANT,
    )
    assert figures["frozen_cents"] == CAP
    assert figures["left_cents"] == 5 * GRANT - GRANT - GRANT - CAP
    [row] = figures["lines"]
    assert {key: row[key] for key in row if key in figures} == {key: figures[key] for key in row if key in figures}
    assert (row["line"], row["fiscal_year"]) == (line.code, today().year)


def test_the_investment_fund_is_never_in_the_total_of_the_grants(in_force, line, programme):
    from funding.models import Line, Source

    fund = Line.objects.create(
        programme=programme, source=Source.objects.create(name="Fonds", instrument="fund"), code="F", label="Fonds",
    )  # fmt: skip
    before = compute(programme=programme)
    for axis in ("ae", "cp"):
        make.open_credits(fund, axis, 50_000_000_00)
    after = compute(programme=programme)
    assert {key: after[key] for key in MONEY} == {key: before[key] for key in MONEY}
    assert (after["fund"]["opened_cents"], after["fund"]["cp_opened_cents"]) == (50_000_000_00, 50_000_000_00)
    assert {row["line"]: row["instrument"] for row in after["lines"]} == {line.code: "grant", "F": "fund"}


def test_nothing_of_today_was_true_or_known_yesterday(paid, programme):
    for clock in ({"as_of": today() - YESTERDAY}, {"known_on": today() - YESTERDAY}):
        figures = compute(programme=programme, **clock)
        assert figures["committed_cents"] == figures["paid_cents"] == figures["due_cents"] == 0
        assert figures["fabriques"]["laureates"] == 0


def test_the_two_clocks_differ_for_what_was_learnt_late(line, wave, programme):
    place = laureate(wave, line, selected_on=today() - 30 * YESTERDAY)
    last_week = today() - 7 * YESTERDAY
    assert compute(programme=programme, as_of=last_week)["fabriques"]["laureates"] == 1
    assert compute(programme=programme, known_on=last_week)["fabriques"]["laureates"] == 0
    assert place.facts.count() == 1


def test_places_are_in_one_state_each(line, wave, programme, promised):
    long_ago = today() - 100 * YESTERDAY
    laureate(wave, line)
    laureate(wave, line, contracted_on=today())
    laureate(wave, line, opened_on=long_ago)
    left = laureate(wave, line)
    closed = laureate(wave, line, opened_on=long_ago)
    for place, kind in ((left, "left"), (closed, "closed")):
        FabriqueFact.objects.create(fabrique=place, kind=kind, effective_on=today(), evidence="Courrier")
    make.make_place(programme)
    counts = compute(programme=programme)["fabriques"]
    assert counts["by_state"] == {
        "candidate": 1, "laureate": 1, "contracted": 1, "open": 1, "closed": 1, "left": 1,
    }  # fmt: skip
    assert (counts["laureates"], counts["contracted"], counts["open"]) == (4, 1, 1)
    assert counts["open_before_selection"] == 1
    assert counts["by_segment"] == {"qpv": 0, "qpv_digital": 0, "outside_large_centres": 0, "unknown": 4}
    assert counts["by_wave"] == {"unknown": 0, "1": 4}
    assert counts["by_region"] == {"unknown": 4}
    assert counts["target"] == 300
    assert counts["targets_by_segment"]["qpv"] == 150


def test_a_place_funded_twice_counts_once_in_its_first_wave(line, wave, programme):
    place = laureate(wave, line)
    again = make.make_wave(programme, number=2)
    make.open_credits(line, "ae", GRANT)
    application = make.make_application(again, announced=True)
    application.fabrique = place
    application.save()
    make.commit(make.reserve(again, [make.request_for(again, line, application=application)]))
    assert compute(programme=programme)["fabriques"]["by_wave"] == {"unknown": 0, "1": 1}


def test_an_award_on_two_lines_owes_its_draws_in_their_order(in_force, programme):
    """The second line is used only once the first is."""
    other = make.make_line(programme)
    Draw.objects.create(award=in_force, line=other, fiscal_year=today().year, cents=CAP)
    money = Figures(programme, Clocks.at()).money
    first = in_force.draws.first()
    assert money.due[first.line_id, first.fiscal_year] == CAP
    assert sum(money.due.values()) == CAP
    assert sum(row.number for row in money.unpaid) == 3


def test_what_is_due_is_the_same_whichever_way_it_is_read(paid, line, programme):
    clocks = Clocks.at()
    read = {key: cents for key, cents in Figures(programme, clocks).money.due.items() if cents}
    assert read == dict(due_by_line(programme, clocks))


def test_the_command_writes_every_key(paid, programme):
    out = io.StringIO()
    call_command("figures", "--json", programme=programme.slug, stdout=out)
    figures = json.loads(out.getvalue())
    assert set(figures) >= MONEY
    assert set(figures["lines"][0]) >= (MONEY - {"announced_cents"}) | {"line", "fiscal_year"}
    assert set(figures["fabriques"]) >= {"by_state", "by_region", "by_wave", "by_segment", "target"}
    assert all("unknown" in figures["fabriques"][name] for name in ("by_region", "by_wave", "by_segment"))
    assert json.dumps(figures["due_cents"]) == str(CAP)


def test_the_command_takes_both_dates(paid, programme):
    out = io.StringIO()
    day = (today() - YESTERDAY).isoformat()
    call_command("figures", "--json", "--as-of", day, "--known-on", day, programme=programme.slug, stdout=out)
    figures = json.loads(out.getvalue())
    assert (figures["as_of"], figures["known_on"], figures["committed_cents"]) == (day, day, 0)


def test_the_table_is_in_french(paid, programme):
    out = io.StringIO()
    call_command("figures", programme=programme.slug, stdout=out)
    assert "Reste à payer" in out.getvalue()
    assert "100\u00a0000\u00a0€" in out.getvalue()


def test_an_unknown_programme_is_told(db):
    with pytest.raises(CommandError, match="aucun"):
        call_command("figures", programme="inconnu")


def test_figures_of_an_empty_database(db):
    figures = compute()
    assert figures["programme"] is None
    assert figures["committed_cents"] == 0


def test_the_number_of_queries_does_not_depend_on_the_rows(line, wave, programme, django_assert_num_queries):
    laureate(wave, line)
    with django_assert_num_queries(7):
        compute(programme=programme)
    for _ in range(3):
        laureate(wave, line, opened_on=today())
    with django_assert_num_queries(7):
        compute(programme=programme)
