"""Looking ahead, as arithmetic: sums that must hold whatever the numbers, and small cases by hand. No database."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funding.outlook.affordable import Outlook, YearRoom, pace_of
from funding.outlook.cut import cut_ae, cut_cp, short_of
from funding.outlook.jpe import column_of, window_of
from funding.outlook.remaining import Part, laid
from funding.outlook.slippage import ENOUGH, Slippage, needs, quantile

TODAY = datetime.date(2026, 6, 15)
DAY = datetime.timedelta(days=1)
CENTS = st.integers(1, 10_000_000)
DAYS = st.dates(datetime.date(2024, 1, 1), datetime.date(2031, 12, 31))


@st.composite
def schedules(draw):
    """Instalments of a few awards, and what each award still owes by line and AE year."""
    rows, key = [], 0
    for award in range(draw(st.integers(0, 4))):
        for _ in range(draw(st.integers(0, 5))):
            key += 1
            due = draw(st.none() | DAYS.filter(lambda day: day <= TODAY))
            rows.append((key, award, draw(CENTS), draw(DAYS), due))
    slots = {
        award: [[line, 2020 + line, draw(CENTS)] for line in range(draw(st.integers(0, 3)))] for award in range(4)
    }
    return rows, slots


@given(schedules(), st.dictionaries(st.integers(0, 3), CENTS))
def test_what_is_left_adds_up_to_the_ledger_whatever_the_schedule(case, ordered):
    rows, slots = case
    owed = sum(cents for of in slots.values() for *_, cents in of)
    planned = sum(row[2] for row in rows)
    found = laid(
        rows,
        {award: [list(slot) for slot in of] for award, of in slots.items()},
        {n: ordered.get(n, 0) for n in range(4)},
    )
    assert found.total == owed
    assert sum(part.cents for part in found.parts) + sum(found.uncommitted.values()) == planned
    assert all(part.cents > 0 for part in found.parts)


def part(number=1, *, expected=TODAY, due=None, cents=100, ordered=False):
    return Part(number, number, 1, 2026, expected, due, ordered, cents)


def test_two_generations_share_an_instalment_in_the_order_of_the_draws():
    rows = [(1, 7, 50, TODAY, None), (2, 7, 50, TODAY, None)]
    found = laid(rows, {7: [[1, 2025, 70], [1, 2026, 30]]}, {7: 0})
    assert [(one.instalment, one.ae_year, one.cents) for one in found.parts] == [
        (1, 2025, 50),
        (2, 2025, 20),
        (2, 2026, 30),
    ]


def test_what_is_planned_beyond_the_commitment_is_said_apart():
    found = laid([(1, 7, 50, TODAY, None), (2, 7, 50, TODAY, None)], {7: [[1, 2026, 50]]}, {7: 0})
    assert found.uncommitted == {2: 50}
    assert found.total == 50


@given(st.integers(2000, 2060), st.integers(2000, 2060))
def test_each_year_of_payment_has_one_column(expected, year):
    first, last = window_of(column_of(expected, year), year)
    day = datetime.date(expected, 7, 1)
    assert (first is None or first <= day) and (last is None or day <= last)


# --- Delays ------------------------------------------------------------------------------------------------------

PARTS = st.lists(
    st.builds(
        part, st.integers(1, 9), expected=DAYS, due=st.none() | DAYS.filter(lambda day: day <= TODAY), cents=CENTS
    ),
    max_size=12,
)
LEARNED = st.lists(st.integers(-30, 900), min_size=ENOUGH, max_size=40).map(sorted)


@given(PARTS, LEARNED, LEARNED)
def test_the_range_holds_the_median_and_the_sums_hold(parts, since_due, since_expected):
    found = needs(parts, Slippage(since_due, since_expected), as_of=TODAY)
    total = sum(one.cents for one in parts)
    for one in [*found.months, *found.years, *found.by_year_end]:
        assert one.low <= one.median <= one.high
    assert sum(one.planned for one in found.years) == total
    assert sum(one.median for one in found.years) == total
    assert found.by_year_end[-1].low == found.by_year_end[-1].high == total
    ends = [one.planned for one in found.by_year_end]
    assert ends == sorted(ends)


@given(PARTS, st.lists(st.integers(0, 90), max_size=ENOUGH - 1).map(sorted))
def test_too_few_payments_give_no_range(parts, days):
    found = needs(parts, Slippage(days, days), as_of=TODAY)
    assert not found.slippage.is_enough
    assert {(one.low, one.median, one.high) for one in found.months + found.years} <= {(None, None, None)}
    assert sum(one.planned for one in found.years) == sum(one.cents for one in parts)


def test_a_delay_counts_from_the_due_day_then_from_the_expected_day():
    learned = Slippage([30] * ENOUGH, [60] * ENOUGH)
    parts = [
        part(1, due=TODAY - 10 * DAY, expected=TODAY - 40 * DAY, cents=1),
        part(2, expected=TODAY + 20 * DAY, cents=2),
    ]
    found = needs(parts, learned, as_of=TODAY)
    # Owed on 5 June, paid on 5 July; expected on 5 July, paid on 3 September.
    assert {one.start.month: one.median for one in found.months if one.median} == {7: 1, 9: 2}
    assert {one.start.month: one.planned for one in found.months if one.planned} == {6: 1, 7: 2}


def test_nothing_is_paid_before_today():
    found = needs([part(1, due=TODAY - 900 * DAY)], Slippage([1] * ENOUGH, [1] * ENOUGH), as_of=TODAY)
    assert found.months[0].median == found.months[0].high == 100


@pytest.mark.parametrize(("percent", "wanted"), [(10, 1), (50, 5), (90, 9), (100, 10)])
def test_a_quantile_is_one_of_the_values(percent, wanted):
    assert quantile(list(range(1, 11)), percent) == wanted


# --- A cut -------------------------------------------------------------------------------------------------------

QUEUE = st.lists(CENTS, max_size=8).map(lambda found: [(n, cents, None, TODAY) for n, cents in enumerate(found)])


@given(CENTS, st.integers(0, 5_000_000), st.integers(0, 5_000_000), st.lists(CENTS, max_size=6))
def test_a_cut_of_ae_takes_exactly_what_is_asked_or_says_what_it_cannot(cents, frozen, free, held):
    found = cut_ae(cents, frozen=frozen, free=free, reservations=list(enumerate(held)))
    assert found.frozen + found.free + found.from_touched + found.impossible == cents
    assert sum(one.missing for one in found.touched) == found.from_touched
    assert all(0 < one.missing <= one.cents for one in found.touched)
    assert found.impossible == 0 or len(found.touched) == len(held)


@given(CENTS, st.integers(0, 5_000_000), st.integers(0, 20_000_000), QUEUE)
def test_a_cut_of_cp_takes_exactly_what_is_asked_and_touches_the_end_of_the_queue(cents, frozen, available, queue):
    found = cut_cp(cents, frozen=frozen, available=available, queue=queue)
    assert found.frozen + found.free + found.from_touched + found.impossible == cents
    touched = [one.key for one in found.touched]
    assert touched == [key for key, *_ in reversed(queue)][: len(touched)]
    kept = sum(amount for key, amount, _, _ in queue if key not in touched)
    assert kept <= available - (cents - found.frozen - found.impossible)
    assert {one.key for one in found.already} == set(short_of(queue, available))


def test_a_cut_of_cp_by_hand():
    """100 frozen, 250 available, three payments of 100: a cut of 220 leaves 130, so that one is paid."""
    queue = [(1, 100, TODAY, TODAY), (2, 100, None, TODAY), (3, 100, None, TODAY + DAY)]
    found = cut_cp(220, frozen=100, available=250, queue=queue)
    assert (found.frozen, found.free, found.from_touched, found.impossible) == (100, 0, 120, 0)
    assert [(one.key, one.rank, one.missing, one.before_the_cut) for one in found.touched] == [
        (3, 1, 100, True),
        (2, 2, 70, False),
    ]


def test_a_cut_of_ae_by_hand():
    found = cut_ae(500, frozen=100, free=150, reservations=[(9, 200), (8, 200)])
    assert (found.frozen, found.free, found.from_touched, found.impossible) == (100, 150, 250, 0)
    assert [(one.key, one.missing) for one in found.touched] == [(9, 200), (8, 50)]


# --- How many more -----------------------------------------------------------------------------------------------


def room(**values):
    base = {"year": 2026, "ae_left": 500, "cp_left": 300, "cp_need": 100, "average": 150, "first_payment": 50}
    return YearRoom(**{**base, **values})


def test_ae_and_cp_are_both_needed():
    assert (room().by_ae, room().by_cp, room().places, room().limit) == (3, 4, 3, "ae")
    assert (room(cp_need=250).places, room(cp_need=250).limit) == (1, "cp")
    assert room(cp_need=900).places == 0
    assert (room(ae_left=None).by_ae, room(ae_left=None).places) == (None, None)
    assert room(average=0).places is None


def outlook(**values):
    base = {"years": [room()], "average": 150, "laureates": 280, "target": 300, "promised_left": 1000, "pace": 12.0,
            "as_of": TODAY}  # fmt: skip
    return Outlook(**{**base, **values})


def test_until_when():
    assert outlook().opened_places == 3
    assert outlook().until == TODAY + 91 * DAY
    assert (outlook().missing, outlook().promised_places, outlook().to_open) == (20, 6, 17 * 150)
    assert outlook(pace=0.0).until is None
    assert outlook(target=0).target_day is None


def test_the_pace_is_that_of_the_last_two_years():
    assert pace_of([(TODAY - 3 * 366 * DAY, 50)], TODAY) == 0
    assert pace_of([(TODAY - 3 * 366 * DAY, 50), (TODAY - 30 * DAY, 20)], TODAY) == pytest.approx(10, rel=0.01)
    assert pace_of([(TODAY - 365 * DAY, 12)], TODAY) == pytest.approx(12, rel=0.01)
