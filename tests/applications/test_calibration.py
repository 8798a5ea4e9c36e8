"""The crossed model: as statsmodels has it, never worse than the mean, and refused when the sheets cannot bear it."""

import statistics

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from applications.evaluations.calibration import Calibration, Refused, fit, fit_anyway
from applications.evaluations.overlap import bridges_of, graph_of, groups_of, without_lone_dossiers
from tests.applications import simulated_waves as waves

CLEAR = waves.CASES[3]


def refusal(scores):
    answer = fit(scores)
    assert isinstance(answer, Refused)
    return " ".join(answer.reasons)


@pytest.mark.proof
@pytest.mark.parametrize("case", waves.CASES, ids=lambda case: case.name)
def test_calibration_truth_in_short(case):
    """Short form of the proof `calibration_truth`: on the mean of a few waves, never 2 points worse than the mean."""
    gains = [waves.gain(case, seed)[0] for seed in range(12)]
    assert statistics.fmean(gains) >= -2.0


@pytest.mark.parametrize("case", [CLEAR, waves.CASES[6]], ids=lambda case: case.name)
def test_figures_are_those_of_statsmodels(case):
    assert waves.distance_from_statsmodels(waves.simulate(case, 3)[0]) <= 1e-3


def test_severity_is_found():
    scores, _ = waves.simulate(CLEAR, 5)
    harsh = [(d, r, max(score - 25, 0) if r == 4 else score) for d, r, score in scores]
    severity = fit(harsh).severity
    assert min(severity, key=lambda who: severity[who].value) == 4
    assert severity[4].high < 0


def test_adjusting_undoes_a_severity():
    """Two dossiers of the same quality, of which one was read by the severe person."""
    rng = np.random.default_rng(1)
    quality = {d: rng.normal(60, 8) for d in range(30)}
    quality[0] = quality[1] = 60.0
    scores = []
    for d in quality:
        for r in [(d + k) % 6 for k in range(3)]:
            scores.append((d, r, quality[d] + (-15 if r == 0 else 3) + rng.normal(0, 2)))
    answer = fit(scores)
    means = {d: statistics.fmean(s for e, _, s in scores if e == d) for d in (0, 1)}
    assert means[1] - means[0] > 4
    assert abs(answer.adjusted[1].value - answer.adjusted[0].value) < 2
    assert all(one.low < one.value < one.high for one in answer.adjusted.values())


def test_the_truth_is_within_the_intervals_as_often_as_they_say():
    inside = total = 0
    for seed in range(20):
        scores, quality = waves.simulate(CLEAR, seed)
        answer = fit_anyway(scores)
        level = answer.level - quality.mean()
        for dossier, one in answer.adjusted.items():
            inside += one.low <= level + quality[dossier] <= one.high
            total += 1
    assert 0.90 <= inside / total <= 0.99


@settings(max_examples=15)
@given(st.randoms())
def test_the_order_of_the_sheets_does_not_matter(random):
    scores, _ = waves.simulate(CLEAR, 2)
    shuffled = list(scores)
    random.shuffle(shuffled)
    one, other = fit(scores), fit(shuffled)
    assert all(abs(one.adjusted[d].value - other.adjusted[d].value) < 1e-4 for d in one.adjusted)


@settings(max_examples=15)
@given(st.sampled_from([0.5, 100.0]), st.floats(-50, 50))
def test_the_unit_does_not_matter(scale, shift):
    scores, _ = waves.simulate(CLEAR, 2)
    one, other = fit(scores), fit([(d, r, scale * score + shift) for d, r, score in scores])
    for dossier, estimate in one.adjusted.items():
        assert abs(scale * estimate.value + shift - other.adjusted[dossier].value) < 1e-4 * scale


# --- Refusals --------------------------------------------------------------------------------------------------------


def complete(reviewers, dossiers, first=0):
    rng = np.random.default_rng(0)
    return [(first + d, first + r, float(rng.integers(0, 100))) for d in range(dossiers) for r in range(reviewers)]


def test_too_few_people_are_not_compared():
    assert "2 personnes ont rendu" in refusal(complete(2, 10))
    assert "1 personne a rendu" in refusal(complete(1, 10))


def test_too_few_reviews_are_not_compared():
    assert "1 personne a rendu moins de 4 évaluations" in refusal([*complete(4, 10), (0, 9, 50.0), (1, 9, 40.0)])


def test_groups_that_share_nothing_are_not_compared():
    assert "2 groupes qui n’ont lu aucun dossier en commun" in refusal([*complete(3, 6), *complete(3, 6, first=50)])


def test_a_thin_overlap_is_not_enough():
    apart = [*complete(3, 6), *complete(3, 6, first=50)]
    by_dossier = [(100, 0, 50.0), (100, 50, 60.0)]
    assert "un seul point (1 dossier et 2 personnes)" in refusal([*apart, *by_dossier])
    by_person = [(50, 0, 40.0), (51, 0, 60.0)]
    assert "un seul point (1 personne)" in refusal([*apart, *by_person])


def test_bias_that_is_chance_is_not_corrected():
    case = waves.Case("", 60, 15, 3, bias=0.0)
    refused = [seed for seed in range(40) if isinstance(fit(waves.simulate(case, seed)[0]), Refused)]
    assert len(refused) >= 34
    assert "ne dépassent pas ce que le hasard" in refusal(waves.simulate(case, refused[0])[0])


def test_a_clear_bias_is_corrected():
    assert all(isinstance(fit(waves.simulate(CLEAR, seed)[0]), Calibration) for seed in range(20))


def test_scores_that_are_all_equal_are_left_alone():
    assert isinstance(fit([(d, r, 50.0) for d, r, _ in complete(4, 8)]), Refused)


sheets = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 5)), min_size=1, max_size=30, unique=True)


@given(sheets)
def test_bridges_are_what_breaks_the_graph(pairs):
    graph = without_lone_dossiers(graph_of([(d, r, 0) for d, r in pairs]))
    for group in groups_of(graph):
        part = {node: graph[node] for node in group}
        assert bridges_of(part) == {node for node in part if breaks(part, node)}


def breaks(graph, node):
    left = {other: near - {node} for other, near in graph.items() if other != node}
    return len(groups_of(left)) > 1
