"""The score of a sheet, the summary of several, the order of a wave: pure, exact."""

import statistics
from fractions import Fraction
from itertools import pairwise
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applications.ranking import RankedDossier, line_of, ranked
from applications.sheets import SheetCriterion, half_up, score_hundredths, share_of, summary_of


def criterion(pk, weight, top=4):
    levels = tuple(SimpleNamespace(points=p, label="", description="") for p in range(top + 1))
    return SheetCriterion(pk, pk, f"Critère {pk}", "", weight, levels)


criteria_lists = st.lists(st.tuples(st.integers(1, 100), st.integers(1, 10)), min_size=1, max_size=8).map(
    lambda pairs: [criterion(i, weight, top) for i, (weight, top) in enumerate(pairs)]
)


@pytest.mark.parametrize(
    ("points", "score"),
    [
        ({1: 4, 2: 4, 3: 4}, 10_000),
        ({1: 0, 2: 0, 3: 0}, 0),
        ({1: 2, 2: 2, 3: 2}, 5_000),
        # (3·20 + 1·30 + 4·50) / (4·100) = 290/400.
        ({1: 3, 2: 1, 3: 4}, 7_250),
    ],
)
def test_score_is_the_weighted_mean_out_of_a_hundred(points, score):
    assert score_hundredths([criterion(1, 20), criterion(2, 30), criterion(3, 50)], points) == score


def test_thirds_round_half_up_once():
    sheet = [criterion(1, 1, top=3)]
    assert score_hundredths(sheet, {1: 1}) == 3_333
    assert score_hundredths(sheet, {1: 2}) == 6_667
    # 1/8 of one point out of a hundred in hundredths: 12.5 becomes 13.
    assert half_up(Fraction(25, 2)) == 13
    assert score_hundredths([criterion(1, 1), criterion(2, 199)], {1: 1, 2: 0}) == 13


@given(criteria_lists, st.data())
def test_score_is_the_rounded_exact_mean(criteria, data):
    points = {c.pk: data.draw(st.integers(0, c.max_points)) for c in criteria}
    exact = sum(Fraction(c.weight * points[c.pk], c.max_points) for c in criteria) / sum(c.weight for c in criteria)
    score = score_hundredths(criteria, points)
    assert 0 <= score <= 10_000
    assert -Fraction(1, 2) < score - 10_000 * exact <= Fraction(1, 2)


@given(criteria_lists, st.data())
def test_a_better_level_never_lowers_the_score(criteria, data):
    points = {c.pk: data.draw(st.integers(0, c.max_points)) for c in criteria}
    raised = data.draw(st.sampled_from(criteria))
    better = points | {raised.pk: min(points[raised.pk] + 1, raised.max_points)}
    assert score_hundredths(criteria, better) >= score_hundredths(criteria, points)


@given(criteria_lists, st.data())
def test_score_does_not_depend_on_the_order_of_criteria(criteria, data):
    points = {c.pk: data.draw(st.integers(0, c.max_points)) for c in criteria}
    shuffled = data.draw(st.permutations(criteria))
    assert score_hundredths(shuffled, points) == score_hundredths(criteria, points)


def test_shares_are_shown_in_per_cent():
    criteria = [criterion(1, 3), criterion(2, 5)]
    assert [share_of(c, criteria) for c in criteria] == [38, 63]


scores = st.lists(st.integers(0, 10_000), min_size=1, max_size=8)


@given(scores)
def test_summary_agrees_with_the_definitions(values):
    summary = summary_of(values)
    assert summary.given == len(values)
    assert summary.mean == Fraction(sum(values), len(values))
    assert summary.spread_hundredths == max(values) - min(values)
    assert abs(summary.deviation_hundredths - statistics.pstdev(values)) <= 0.5 + 1e-6
    assert -Fraction(1, 2) < summary.mean_hundredths - summary.mean <= Fraction(1, 2)


@given(scores, st.randoms())
def test_summary_does_not_depend_on_who_answered_first(values, rng):
    shuffled = list(values)
    rng.shuffle(shuffled)
    assert summary_of(shuffled) == summary_of(values)


def test_summary_of_nothing_is_unknown_not_zero():
    summary = summary_of([])
    assert (summary.given, summary.mean_hundredths, summary.spread_hundredths) == (0, None, None)


def dossier(pk, expected=2):
    return SimpleNamespace(
        pk=pk, reference=f"FT-2026-{pk:05d}", call_version=SimpleNamespace(reviews_per_application=expected)
    )


def line(pk, values, hidden=False):
    return RankedDossier(dossier(pk), summary_of(values), expected=2, hidden=hidden)


waves = st.lists(st.lists(st.sampled_from([0, 2_500, 5_000, 5_001, 10_000]), max_size=3), max_size=12)


def shape(lines):
    return [(entry.application.pk, entry.rank, entry.tied) for entry in lines]


@given(waves, st.randoms())
def test_ranking_is_the_same_whatever_the_order_received(wave, rng):
    lines = [line(pk, values) for pk, values in enumerate(wave)]
    shuffled = [line(pk, values) for pk, values in enumerate(wave)]
    rng.shuffle(shuffled)
    assert shape(ranked(shuffled)) == shape(ranked(lines))


@given(waves)
def test_ranking_goes_from_best_to_worst_and_unscored_last(wave):
    lines = ranked([line(pk, values) for pk, values in enumerate(wave)])
    means = [entry.summary.mean for entry in lines]
    known = [mean for mean in means if mean is not None]
    assert means == sorted(known, reverse=True) + [None] * (len(means) - len(known))
    for entry in lines:
        better = sum(mean > entry.summary.mean for mean in known) if entry.summary.mean is not None else None
        assert entry.rank == (None if better is None else better + 1)
        assert entry.tied == (entry.summary.mean is not None and known.count(entry.summary.mean) > 1)


@given(waves)
def test_equals_follow_the_order_of_arrival(wave):
    lines = ranked([line(pk, values) for pk, values in enumerate(wave)])
    for before, after in pairwise(lines):
        if before.summary.mean == after.summary.mean:
            assert before.application.reference < after.application.reference


def test_a_mean_is_compared_before_it_is_rounded():
    # 33.335 and 33.34 are both shown as 33.34: the first is lower all the same.
    lines = ranked([line(1, [3_333, 3_334]), line(2, [3_334, 3_334])])
    assert shape(lines) == [(2, 1, False), (1, 2, False)]


def test_what_a_reader_must_not_know_has_neither_rank_nor_place():
    lines = ranked([line(1, [9_000], hidden=True), line(2, [1_000]), line(3, [])])
    assert [entry.application.pk for entry in lines] == [2, 1, 3]
    hidden = lines[1]
    assert (hidden.rank, hidden.mean_hundredths, hidden.spread_hundredths, hidden.deviation_hundredths) == (None,) * 4
    assert hidden.given == 1


def test_missing_sheets_are_those_the_call_wants():
    entry = line_of(dossier(1, expected=3), [("submitted", 5_000), ("accepted", None), ("recused", None)])
    assert (entry.given, entry.expected, entry.missing) == (1, 3, 2)
    entry = line_of(dossier(1, expected=1), [("submitted", 5_000), ("submitted", 7_000), ("proposed", None)])
    assert (entry.given, entry.expected, entry.missing, entry.mean_hundredths) == (2, 3, 1, 6_000)
