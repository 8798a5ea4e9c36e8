"""The optimiser of assignments: exact against an oracle that shares nothing with it, and each rule on its own."""

import ctypes
from dataclasses import replace

import numpy as np
import pytest

from applications.evaluations.groups import groups_of, partners_of
from applications.evaluations.loosening import loosenings_of
from applications.evaluations.optimiser import Infeasible, Prices, Problem, price_of, solve, violations
from tests.applications.assignment_races import compare


@pytest.mark.proof
def test_it_equals_an_exact_solver_on_random_instances():
    """Short form of the proof `assignment_exact`."""
    told = {seed: compare(seed) for seed in range(2_000, 2_060)}
    assert {seed: outcome.fault for seed, outcome in told.items() if outcome.fault} == {}
    assert 5 < sum(outcome.impossible for outcome in told.values()) < 55


def test_the_solver_prints_nothing(capfd):
    compare(425)  # HiGHS has a word to say about this one
    ctypes.CDLL(None).fflush(None)
    assert capfd.readouterr().out == ""


def plain(dossiers, reviewers, each=2, most=None, **more):
    """A problem without ties nor preferences."""
    shape = dossiers, reviewers
    fields = {
        "costs": np.zeros(shape, int),
        "allowed": np.ones(shape, bool),
        "wanted": np.full(dossiers, each),
        "carried": np.zeros(reviewers, int),
        "least": np.zeros(reviewers, int),
        "most": np.full(reviewers, dossiers if most is None else most),
        "experts": np.ones(shape, bool),
        "regions": np.arange(reviewers),
        "kept": np.zeros(shape, int),
        "prices": Prices(load=1),
    }
    return Problem(**{**fields, **more})


def test_loads_are_level():
    for dossiers, reviewers, each in [(7, 3, 1), (10, 4, 2), (9, 5, 3)]:
        loads = solve(plain(dossiers, reviewers, each)).chosen.sum(axis=0)
        assert loads.sum() == dossiers * each
        assert loads.max() - loads.min() <= 1


def test_what_is_carried_already_counts():
    loads = solve(plain(4, 2, 1, carried=np.array([4, 0]), most=np.array([8, 8]))).chosen.sum(axis=0)
    assert loads.tolist() == [0, 4]


def test_nobody_reads_a_dossier_twice_nor_one_she_is_kept_out_of():
    """What `linear_sum_assignment` on copied places gets wrong."""
    allowed = np.ones((6, 3), bool)
    allowed[:, 2] = False
    allowed[0, 2] = True
    found = solve(plain(6, 3, 2, allowed=allowed))
    assert found.chosen.dtype == bool
    assert (found.chosen.sum(axis=1) == 2).all()
    assert not (found.chosen & ~allowed).any()


def test_one_expert_is_enough_and_is_shared_out():
    experts = np.zeros((3, 4), bool)
    experts[:, 0] = True
    found = solve(plain(3, 4, 2, experts=experts, prices=Prices(load=1, expert=20)))
    assert found.chosen[:, 0].all()
    none = solve(plain(3, 4, 2, most=2, experts=experts, prices=Prices(load=1, expert=20)))
    assert none.chosen[:, 0].sum() == 2
    assert none.terms["expert"] == 20


def test_two_regions_where_possible_unknown_ones_not_counted():
    found = solve(plain(3, 4, 2, regions=np.array([0, 0, 0, 1]), prices=Prices(load=1, regions=10)))
    assert found.chosen[:, 3].all()
    unknown = solve(plain(3, 3, 2, regions=np.array([0, -1, -1]), prices=Prices(load=1, regions=10)))
    assert unknown.terms["regions"] == 30


def test_two_people_kept_apart_never_meet():
    found = solve(plain(6, 3, 2, apart=((0, 1),)))
    assert not (found.chosen[:, 0] & found.chosen[:, 1]).any()


def test_reviewers_are_linked_so_that_they_can_be_compared():
    """Two pairs of people, each pair perfect for its own dossiers: without the rule they share nothing."""
    costs = np.full((4, 4), 6)
    costs[:2, :2] = costs[2:, 2:] = 0
    alone = plain(4, 4, 2, costs=costs, prices=Prices())
    assert len(groups_of(alone, solve(alone).chosen)) == 2
    linked = replace(alone, prices=Prices(overlap=30))
    found = solve(linked)
    assert len(groups_of(linked, found.chosen)) == 1
    assert found.terms["overlap"] == 0
    assert price_of("overlap", linked, found) == found.cost == 6
    # Dearer than what it is worth: the pieces stay, and are paid for.
    dear = replace(linked, prices=Prices(overlap=5))
    assert solve(dear).terms["overlap"] == 5
    # A dossier already sent links them.
    sent = replace(linked, carried=np.array([0, 1, 1, 0]), most=np.full(4, 5), together=((1, 2),))
    assert solve(sent).cost == 0
    assert partners_of(found.chosen).min() >= 1


def test_a_choice_is_kept_until_keeping_it_costs_more_than_its_price():
    costs = np.array([[6, 0]])
    kept = np.array([[3, 0]])
    problem = plain(1, 2, 1, costs=costs, kept=kept, prices=Prices())
    assert solve(problem).chosen.tolist() == [[False, True]]
    locked = replace(problem, kept=np.array([[1_000, 0]]))
    found = solve(locked)
    assert found.chosen.tolist() == [[True, False]]
    assert price_of("kept", locked, found) == 6


def test_a_seed_repeats_itself_and_another_breaks_ties_otherwise():
    problem = plain(20, 8, 2)
    first = solve(problem, seed=1)
    assert np.array_equal(first.chosen, solve(problem, seed=1).chosen)
    others = [solve(problem, seed=seed) for seed in range(2, 6)]
    assert {other.cost for other in others} == {first.cost}
    assert any(not np.array_equal(first.chosen, other.chosen) for other in others)


def test_what_to_loosen_is_said():
    tight = plain(4, 2, 2, most=3)
    assert isinstance(solve(tight), Infeasible)
    found = {one.rule: one.amount for [one] in loosenings_of(tight)}
    assert found == {"most": 2, "wanted": 2}
    apart = plain(1, 2, 2, apart=((0, 1),))
    assert {one.rule: one.where for [one] in loosenings_of(apart)} == {
        "apart": (((0, (0, 1)), 1),),
        "wanted": ((0, 1),),
    }
    lazy = plain(1, 3, 1, least=np.full(3, 1))
    assert {one.rule: one.amount for [one] in loosenings_of(lazy)} == {"least": 2}


def test_several_rules_to_loosen_together_when_none_is_enough():
    """The only two people are kept apart, and one of them has no room."""
    problem = plain(1, 2, 2, most=np.array([1, 0]), apart=((0, 1),), wanted=np.array([2]), least=np.array([2, 0]))
    advised = loosenings_of(problem)
    assert len(advised) == 1
    assert len(advised[0]) > 1


def test_giving_what_can_be_given():
    found = solve(plain(4, 2, 2, most=3, prices=Prices(load=1, missing=300)))
    assert found.chosen.sum() == 6
    assert found.terms["missing"] == 600


@pytest.mark.parametrize(("dossiers", "reviewers"), [(0, 3), (3, 0), (0, 0)])
def test_nothing_to_share_out(dossiers, reviewers):
    found = solve(plain(dossiers, reviewers, 1))
    if dossiers:
        assert isinstance(found, Infeasible)
        partial = solve(plain(dossiers, reviewers, 1, prices=Prices(missing=300)))
        assert partial.terms["missing"] == 900
    else:
        assert found.cost == 0


def test_a_wrong_answer_would_be_seen():
    problem = plain(2, 2, 1, most=1, least=np.array([1, 1]))
    assert violations(problem, np.array([[True, False], [True, False]])) == ["most", "least"]
    assert violations(problem, np.array([[True, True], [False, False]])) == ["wanted"]
