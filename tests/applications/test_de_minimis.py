"""De minimis: three rolling years that end on a day, counted whole at the grant date, one ceiling a regime."""

import datetime

from hypothesis import given
from hypothesis import strategies as st

from applications.de_minimis import CEILINGS, Aid, Regime, position, same_day, window

days = st.dates(datetime.date(2024, 1, 1), datetime.date(2032, 12, 31))
regimes = st.sampled_from(list(Regime))
aids = st.lists(st.builds(Aid, days, st.integers(0, 40_000_000), regimes, st.just("Région")), max_size=8)
ONE_DAY = datetime.timedelta(days=1)


@given(days)
def test_the_window_is_three_years_to_the_day(on):
    first, last = window(on)
    assert last == on and first == same_day(on, 3) + ONE_DAY
    assert (last - first).days in (1094, 1095, 1096)


@given(days)
def test_the_window_rolls_by_one_day_at_most_a_day(on):
    first, following = window(on)[0], window(on + ONE_DAY)[0]
    assert datetime.timedelta() <= following - first <= 2 * ONE_DAY


def test_the_anniversary_is_out_and_the_day_after_it_is_in():
    on = datetime.date(2026, 11, 22)
    counted = [
        bool(position([Aid(day, 100, Regime.GENERAL, "Région")], regime=Regime.GENERAL, on=on).aids)
        for day in (datetime.date(2023, 11, 22), datetime.date(2023, 11, 23), on, on + ONE_DAY)
    ]
    assert counted == [False, True, True, False]
    assert window(datetime.date(2028, 2, 29))[0] == datetime.date(2025, 3, 1)


@given(aids, regimes, days)
def test_each_aid_of_the_window_counts_whole_and_once(aids, regime, on):
    first, last = window(on)
    stands = position(aids, regime=regime, on=on)
    expected = sum(aid.cents for aid in aids if aid.regime == regime and first <= aid.granted_on <= last)
    assert stands.received_cents == expected
    assert stands.left_cents == max(0, CEILINGS[regime] - expected)


@given(aids, regimes, days, st.integers(0, 100_000_000))
def test_an_aid_fits_exactly_when_it_is_no_more_than_what_is_left(aids, regime, on, cents):
    stands = position(aids, regime=regime, on=on)
    if stands.received_cents <= stands.ceiling_cents:
        assert (stands.excess_cents(cents) == 0) == (cents <= stands.left_cents)
    assert stands.excess_cents(cents) == max(0, stands.received_cents + cents - CEILINGS[regime])


@given(aids, days)
def test_the_two_regimes_are_counted_apart(aids, on):
    apart = [position(aids, regime=regime, on=on).received_cents for regime in Regime]
    first, last = window(on)
    assert sum(apart) == sum(aid.cents for aid in aids if first <= aid.granted_on <= last)
