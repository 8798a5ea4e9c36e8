"""Agreement and rank intervals: the published examples, and what the words promise."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from applications.evaluations.agreement import agreement_of
from applications.evaluations.rank_intervals import drawn, rank_intervals
from tests.applications import simulated_waves as waves

N = None
# Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), section C: four observers, twelve units.
KRIPPENDORFF = (
    (1, 2, 3, 3, 2, 1, 4, 1, 2, N, N, N),
    (1, 2, 3, 3, 2, 2, 4, 1, 2, 5, N, 3),
    (N, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, N),
    (1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, N),
)
# Shrout and Fleiss, "Intraclass correlations" (1979), table 2: six targets, four judges.
SHROUT_FLEISS = ((9, 2, 5, 8), (6, 1, 3, 2), (8, 4, 6, 8), (7, 1, 2, 6), (10, 5, 6, 9), (6, 2, 4, 7))


def triples(rows):
    return [(d, r, x) for d, row in enumerate(rows) for r, x in enumerate(row) if x is not None]


def test_alpha_is_that_of_the_published_example():
    scores = triples(zip(*KRIPPENDORFF, strict=True))
    assert round(agreement_of(scores).alpha, 3) == 0.849


def test_correlation_is_that_of_the_published_example():
    found = agreement_of(triples(SHROUT_FLEISS))
    assert (round(found.single, 2), round(found.mean, 2)) == (0.17, 0.44)
    assert (round(found.low, 2), round(found.high, 2)) == (-0.13, 0.72)
    assert found.words == "faible"


def test_perfect_agreement_is_one_and_none_is_near_zero():
    perfect = agreement_of([(d, r, 10 * d) for d in range(8) for r in range(3)])
    assert (perfect.single, perfect.alpha, perfect.words) == (1.0, 1.0, "très bon")
    rng = np.random.default_rng(4)
    noise = agreement_of([(d, r, rng.normal()) for d in range(400) for r in range(3)])
    assert abs(noise.single) < 0.1
    assert math.isclose(noise.single, noise.alpha, abs_tol=0.01)


def test_agreement_wants_two_dossiers_read_twice():
    assert agreement_of([(1, 1, 50), (1, 2, 60), (2, 1, 40)]) is None
    assert agreement_of([]) is None


def test_scores_all_equal_say_nothing_of_alpha():
    assert agreement_of([(d, r, 50) for d in range(3) for r in range(2)]).alpha is None


def test_correlation_finds_the_truth():
    case = waves.Case("", 400, 40, 3, quality=10.0, bias=0.0, noise=10.0)
    found = agreement_of(waves.simulate(case, 1)[0])
    assert found.low < 0.5 < found.high


# --- Ranks -----------------------------------------------------------------------------------------------------------


def by_dossier(case, seed):
    scores, quality = waves.simulate(case, seed)
    found: dict = {}
    for dossier, _, score in scores:
        found.setdefault(dossier, []).append(score)
    return found, quality


def test_ranks_are_the_same_for_the_same_seed():
    scores, _ = by_dossier(waves.CASES[3], 1)
    first = rank_intervals(scores)
    drawn.cache_clear()
    assert rank_intervals(scores) == first
    assert rank_intervals(scores, seed=7) != first


def test_without_chance_there_is_nothing_to_tell():
    assert rank_intervals({1: [5_000], 2: [6_000]}) == {}
    assert rank_intervals({}) == {}


def test_sure_scores_have_sure_ranks():
    assert rank_intervals({d: [1_000 * d] * 3 for d in range(5)}) == {d: (5 - d, 5 - d) for d in range(5)}


@given(st.dictionaries(st.integers(), st.lists(st.integers(0, 10_000), min_size=1, max_size=4), max_size=15))
def test_the_rank_of_the_mean_is_within(scores):
    found = rank_intervals(scores, draws=50)
    means = {key: sum(values) / len(values) for key, values in scores.items()}
    for key, (low, high) in found.items():
        better = sum(mean > means[key] for mean in means.values())
        assert 1 <= low <= high <= len(scores)
        assert low <= better + sum(mean == means[key] for mean in means.values()) and better + 1 <= high


def test_a_wave_drawn_again_falls_within_the_interval():
    """The interval tells where the dossier falls when others read it: nine times out of ten, near enough."""
    case = waves.Case("", 100, 100, 3, bias=0.0, noise=9.0)
    inside = total = 0
    for seed in range(10):
        scores, quality = by_dossier(case, seed)
        found = rank_intervals(scores)
        truth = (-quality).argsort().argsort() + 1
        for key, (low, high) in found.items():
            inside += low <= truth[key] <= high
            total += 1
    assert 0.80 <= inside / total <= 0.95
