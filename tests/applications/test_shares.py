"""Shares of a consortium are integers whose sum is the whole; money follows them to the cent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.errors import Refusal
from applications import budget
from applications.models import WHOLE_SHARE
from applications.part_problems import share_sentence
from applications.shares import equal_shares, percent, share_of, split

weights = st.lists(st.integers(0, WHOLE_SHARE), min_size=1, max_size=21).filter(any)


@given(st.integers(1, 21))
def test_equal_shares_sum_to_the_whole_and_differ_by_one_at_most(count):
    shares = equal_shares(count)
    assert sum(shares) == WHOLE_SHARE and max(shares) - min(shares) <= 1 and share_sentence(shares) == ""


@given(st.integers(0, 10_000_000_000), weights)
def test_money_is_split_to_the_cent(cents, weights):
    parts = split(cents, weights)
    assert sum(parts) == cents and all(part == 0 for part, weight in zip(parts, weights, strict=True) if not weight)
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part * sum(weights) - cents * weight) < sum(weights)


@given(st.integers(0, WHOLE_SHARE))
def test_a_share_reads_as_it_is_written(share):
    assert share_of(percent(share)) == share


@pytest.mark.parametrize("text", ["33,333", "101", "-1", "1/3", "cent", "1e2"])
def test_what_is_no_percentage_is_refused(text):
    with pytest.raises(Refusal):
        share_of(text)


@given(st.lists(st.integers(0, WHOLE_SHARE), min_size=2, max_size=10))
def test_shares_that_are_no_whole_are_told_with_the_gap(shares):
    sentence = share_sentence(shares)
    gap = WHOLE_SHARE - sum(shares)
    assert (sentence == "") == (gap == 0)
    assert not gap or percent(abs(gap)) in sentence


amounts = st.integers(0, 20_000_000)


@given(amounts, amounts, st.integers(1, 20_000_000), amounts, st.integers(1, 100))
def test_the_share_of_the_state_is_judged_without_rounding(asked, other, cash, in_kind, most):
    cells = {("requested", "74", 1): asked, ("resource", "74-state", 1): other, ("expense", "64", 1): cash}
    cells |= {("expense", "86", 1): in_kind, ("expense", budget.PREMISES, 1): in_kind}
    found = budget.over_state_share(cells, most)
    assert bool(found) == ((asked + other) * 100 > most * cash)
    # What is shown is rounded up: it never reads as kept when it is not.
    assert (budget.state_share(cells) > most * 100) == bool(found)


@given(amounts, st.integers(1, 20_000_000), st.integers(1, 100))
def test_lowering_the_request_by_what_is_told_is_enough_and_no_more(asked, cash, most):
    cells = {("requested", "74", 1): asked, ("expense", "64", 1): cash}
    if not budget.over_state_share(cells, most):
        return
    excess = asked - most * cash // 100
    assert budget.over_state_share(cells | {("requested", "74", 1): asked - excess}, most) == []
    assert budget.over_state_share(cells | {("requested", "74", 1): asked - excess + 1}, most)


@pytest.mark.parametrize(("cents", "told"), [(15_300_000, False), (15_300_001, True)])
def test_above_153_000_euros_in_one_year_is_told(cents, told):
    cells = {("requested", "74", 2): 5_000_000, ("resource", "74-region", 2): cents - 5_000_000}
    cells |= {("resource", "87", 2): 9_999, ("resource", "70", 2): 9_999, ("requested", "74", 1): 15_300_000}
    assert budget.years_to_certify(cells, 3) == ([(2, cents)] if told else [])


def test_premises_that_are_lent_are_carried_by_the_plan_on_both_sides_and_no_more():
    def rows(cells, premises):
        found = budget.problems(cells, years=1, bounds=None, first_year=2027, premises=premises)
        return [one.row for one in found if one.row == "premises"]

    both = {("expense", budget.PREMISES, 1): 1_200_000, ("resource", budget.PREMISES_GIVEN, 1): 1_200_000}
    lent = [("La Halle", 1_200_000)]
    assert rows(both, lent) == [] and rows({}, []) == []
    assert rows({}, lent) == ["premises"] and rows(both, []) == ["premises"]
    assert rows({("expense", budget.PREMISES, 1): 1_200_000}, lent) == ["premises"]
