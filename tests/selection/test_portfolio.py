"""The portfolio: small instances equal an exhaustive search; prices and what to loosen are true."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from selection.portfolio import (
    AE,
    AMOUNTS,
    CAPACITY,
    CP,
    REGIONS,
    SEGMENTS,
    Candidate,
    Group,
    Infeasible,
    Problem,
    Purse,
    Solution,
    equal_parts,
    fits,
    solve,
)
from selection.portfolio_prices import loosenings_of, prices_of, together_of, why_chosen, why_left

K_EURO = 100_000
FULL = 150 * K_EURO


def candidate(key, score, *, cents=FULL, low=None, floor=None, **fields):
    low = cents if low is None else low
    return Candidate(key, score, key, low, cents, low if floor is None else floor, years=3, **fields)


def best_by_hand(problem):
    """The greatest score among every choice of dossiers and purses whose amounts do not vary; None without any."""
    best = None
    keys = [None, *(purse.key for purse in problem.purses)]
    for choice in itertools.product(keys, repeat=len(problem.candidates)):
        awards = {
            one.key: (one.high_cents, purse)
            for one, purse in zip(problem.candidates, choice, strict=True)
            if purse is not None
        }
        if fits(problem, awards):
            score = sum(one.score for one in problem.candidates if one.key in awards)
            best = score if best is None else max(best, score)
    return best


@st.composite
def problems(draw):
    count = draw(st.integers(1, 6))
    candidates = tuple(
        candidate(
            key,
            draw(st.integers(1, 9_999)),
            cents=draw(st.sampled_from([7_512_345, 10_000_000, 12_000_001, FULL])),
            segment=draw(st.sampled_from("qdh")),
            region=draw(st.sampled_from(["Corse", "Guyane"])),
        )
        for key in range(count)
    )
    purses = tuple(Purse(f"p{n}", draw(st.integers(0, 4 * FULL)), 2026) for n in range(draw(st.integers(1, 2))))
    groups = [
        Group(REGIONS, region, frozenset(c.key for c in candidates if c.region == region), low=draw(st.integers(0, 2)))
        for region in ("Corse", "Guyane")
    ]
    q = frozenset(c.key for c in candidates if c.segment == "q")
    groups.append(Group(SEGMENTS, "q", q, low=draw(st.integers(0, 1)), high=draw(st.integers(1, 3))))
    cp = draw(st.dictionaries(st.sampled_from([2026, 2027]), st.integers(0, 2 * FULL), max_size=2))
    return Problem(candidates, purses, cp, tuple(groups), draw(st.none() | st.integers(0, 5)))


@given(problems())
@settings(max_examples=120, deadline=None)
def test_small_instances_equal_an_exhaustive_search(problem):
    found, best = solve(problem), best_by_hand(problem)
    if best is None:
        assert isinstance(found, Infeasible)
        assert not found.unknown
    else:
        assert isinstance(found, Solution)
        assert found.score == best
        assert found.is_proved
        assert fits(problem, found.awards)


@given(problems())
@settings(max_examples=40, deadline=None)
def test_a_price_is_what_is_gained_without_the_constraint(problem):
    found = solve(problem)
    if isinstance(found, Infeasible):
        return
    for price in prices_of(problem, found):
        assert price.points == best_by_hand(problem.without(price.family)) - found.score


@given(problems())
@settings(max_examples=60, deadline=None)
def test_what_is_said_to_loosen_is_enough_and_nothing_else_is_said(problem):
    if isinstance(solve(problem), Solution):
        return
    told = {one.family for one in loosenings_of(problem)}
    enough = {family for family in problem.in_force if best_by_hand(problem.without(family)) is not None}
    assert told == enough
    if not told:
        together = together_of(problem)
        relaxed = best_by_hand(problem.without(*together)) if together else None
        assert relaxed is not None or best_by_hand(problem.without(*problem.in_force)) is None


def three_of_two_regions(**fields):
    candidates = (
        candidate(1, 9_000, region="Bretagne"),
        candidate(2, 8_000, region="Bretagne"),
        candidate(3, 7_000, region="Guyane"),
    )
    guyane = Group(REGIONS, "Guyane", frozenset({3}), low=1)
    fields = {"cp": {}, "groups": (guyane,), "most": None, **fields}
    return Problem(candidates, (Purse("a", 2 * FULL, 2026),), **fields)


def test_the_regional_minimum_has_its_price_and_says_who_enters_and_who_leaves():
    problem = three_of_two_regions()
    found = solve(problem)
    assert set(found.awards) == {1, 3}
    prices = {price.family: price for price in prices_of(problem, found)}
    assert prices[REGIONS].points == 1_000
    assert prices[AE].points == 8_000
    assert why_chosen(3, prices.values()) == [REGIONS]
    assert REGIONS in why_left(2, prices.values())


def test_infeasible_says_what_gives_way_and_by_how_much():
    problem = three_of_two_regions(cp={2026: 40 * K_EURO})
    assert isinstance(solve(problem), Infeasible)
    told = {one.family: one for one in loosenings_of(problem)}
    assert set(told) == {CP, REGIONS}
    assert told[CP].missing == 10 * K_EURO
    assert told[REGIONS].missing == 1


def test_several_constraints_that_must_give_way_together_are_named():
    problem = three_of_two_regions(
        groups=(
            Group(REGIONS, "Guyane", frozenset({3}), low=2),
            Group(SEGMENTS, "q", frozenset({1}), low=2),
        )
    )
    assert list(loosenings_of(problem)) == []
    assert together_of(problem) == [SEGMENTS, REGIONS]


def test_amounts_are_reduced_within_their_bounds_to_fund_more_and_given_in_full_otherwise():
    two = (candidate(1, 9_000, low=100 * K_EURO), candidate(2, 8_000, low=100 * K_EURO))
    found = solve(Problem(two, (Purse("a", 270 * K_EURO, 2026),)))
    assert found.awards == {1: (150 * K_EURO, "a"), 2: (120 * K_EURO, "a")}
    found = solve(Problem(two, (Purse("a", 190 * K_EURO, 2026),)))
    assert found.awards == {1: (150 * K_EURO, "a")}


def test_not_reducing_the_amounts_has_its_price_too():
    two = tuple(candidate(key, 9_000 - key, floor=75 * K_EURO) for key in (1, 2))
    problem = Problem(two, (Purse("a", 270 * K_EURO, 2026),))
    found = solve(problem)
    prices = {price.family: price.points for price in prices_of(problem, found)}
    assert prices[AMOUNTS] == 8_998


def test_of_two_alike_the_better_ranked_is_funded():
    equals = tuple(candidate(key, 8_000) for key in range(9))
    assert set(solve(Problem(equals, (Purse("a", 4 * FULL, 2026),))).awards) == {0, 1, 2, 3}


def test_the_maximum_of_the_wave_holds():
    equals = tuple(candidate(key, 8_000) for key in range(9))
    problem = Problem(equals, (Purse("a", 9 * FULL, 2026),), most=3)
    assert len(solve(problem).awards) == 3
    assert CAPACITY in problem.in_force


@pytest.mark.parametrize("cents", [15_000_000, 10_000_001, 7_512_345])
def test_parts_are_those_of_the_payment_schedule(cents):
    parts = equal_parts(cents, 3)
    assert sum(parts) == cents
    assert max(parts) - min(parts) <= 1
    assert parts == sorted(parts, reverse=True)


def test_no_dossier_or_no_money_is_an_empty_choice():
    assert solve(Problem((), (Purse("a", FULL, 2026),))).awards == {}
    assert isinstance(
        solve(Problem((candidate(1, 1),), (), groups=(Group(REGIONS, "x", frozenset({1}), 1),))), Infeasible
    )
