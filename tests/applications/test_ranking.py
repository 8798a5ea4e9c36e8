"""The ranking of a wave: order by the mean, the rules of the call for equals, and what stands beside."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Role
from applications.evaluations.calibration import Calibration, Refused
from applications.models import Application, Assignment, FabriqueFact
from applications.ranking import ranking
from programme.models import Criterion
from tests import factories
from tests.applications import scored_waves as waves
from tests.selection.conftest import reviewed

pytestmark = pytest.mark.django_db


def numbers(lines):
    return [line.rank for line in lines]


def order(lines):
    return [line.application.pk for line in lines]


def equals(wave, count=2, **fields):
    """Dossiers of the same mean, each read by two people."""
    return [reviewed(wave, [5_000, 7_000], **fields) for _ in range(count)]


# --- Beside the mean -----------------------------------------------------------------------------------------------


def test_adjusted_scores_stand_beside_and_do_not_order():
    wave, _, _ = waves.scored()
    lines = ranking(wave)
    assert isinstance(lines.calibration, Calibration)
    means = [line.mean_hundredths for line in lines]
    assert means == sorted(means, reverse=True)
    by_adjusted = sorted(lines, key=lambda line: line.adjusted_rank)
    assert by_adjusted != list(lines), "the severities of this wave change the order"
    for line in lines:
        low, high = line.adjusted_interval
        assert 0 <= low <= line.adjusted_hundredths <= high <= 10_000
        assert line.rank_low <= line.rank <= line.rank_high


def test_two_readings_of_the_same_wave_say_the_same():
    wave, _, _ = waves.scored()
    one, other = ranking(wave), ranking(wave)
    told = [(line.adjusted, line.rank_low, line.rank_high) for line in one]
    assert told == [(line.adjusted, line.rank_low, line.rank_high) for line in other]


def test_without_overlap_the_ranking_says_why_it_is_not_adjusted():
    wave = waves.wave_in_deliberation()
    equals(wave, 4)
    lines = ranking(wave)
    assert isinstance(lines.calibration, Refused)
    assert all(line.adjusted is None and line.adjusted_rank is None for line in lines)


def test_two_far_scores_are_flagged():
    wave = waves.wave_in_deliberation()
    near, far = reviewed(wave, [5_000, 7_999]), reviewed(wave, [4_999, 7_999])
    flags = {line.application.pk: line.disagrees for line in ranking(wave)}
    assert flags == {near.pk: False, far.pk: True}


def test_what_a_reader_owes_is_hidden_with_all_that_stands_beside():
    wave, dossiers, _ = waves.scored()
    reader = factories.user(Role.PANEL_CHAIR, Role.REVIEWER)
    Assignment.objects.create(application=dossiers[0], reviewer=reader, state="accepted")
    Application.objects.filter(pk=dossiers[0].pk).update(state="in_review")
    hidden = ranking(wave, reader=reader)[-1]
    assert hidden.application == dossiers[0]
    beside = (hidden.rank, hidden.adjusted, hidden.adjusted_rank, hidden.rank_low, hidden.passes, hidden.disagrees)
    assert beside == (None, None, None, None, None, False)


def test_a_dossier_closed_to_its_reader_is_in_no_line_and_no_figure():
    wave, dossiers, _ = waves.scored()
    reader = factories.user(Role.PANEL_CHAIR, Role.REVIEWER)
    Assignment.objects.create(application=dossiers[0], reviewer=reader, state="recused")
    lines = ranking(wave, reader=reader)
    assert dossiers[0].pk not in order(lines)
    assert numbers(lines)[0] == 1
    assert dossiers[0].pk not in getattr(lines.calibration, "adjusted", {})


# --- Thresholds ----------------------------------------------------------------------------------------------------


def threshold_wave():
    call = factories.draft_call(threshold_hundredths=6_000)
    first = Criterion.objects.filter(version__call=call).order_by("position").first()
    Criterion.objects.filter(pk=first.pk).update(threshold_points=2)
    return waves.wave_in_deliberation(call=call), first


def test_a_dossier_below_a_threshold_is_told_which():
    wave, first = threshold_wave()
    low, passing = reviewed(wave, []), reviewed(wave, [])
    one, two = factories.reviewer(), factories.reviewer()
    for person in (one, two):
        waves.give(low, person, 59, {first.position: 1})
        waves.give(passing, person, 60, {first.position: 2})
    missed = {line.application.pk: [one.text for one in line.missed] for line in ranking(wave)}
    assert missed[passing.pk] == []
    assert [text.split("\u00a0:")[0] for text in missed[low.pk]] == [first.label, "Note d’ensemble"]


# --- Rules for equals ----------------------------------------------------------------------------------------------


def test_without_a_rule_equals_stay_equal():
    wave = waves.with_rules()
    dossiers = equals(wave, 3)
    lines = ranking(wave)
    assert (numbers(lines), order(lines)) == ([1, 1, 1], [dossier.pk for dossier in dossiers])
    assert all(line.tied and not line.separations for line in lines)
    assert lines.rules == ()


def test_the_least_asked_passes_first_and_says_so():
    wave = waves.with_rules("least_asked")
    dear, cheap = reviewed(wave, [6_000], requested=15_000_000), reviewed(wave, [6_000], requested=9_000_000)
    lines = ranking(wave)
    assert (order(lines), numbers(lines)) == ([cheap.pk, dear.pk], [1, 2])
    assert not any(line.tied for line in lines)
    [upper], [lower] = (line.separations for line in lines)
    reason = "montant demandé plus faible (90\u00a0000\u00a0€ contre 150\u00a0000\u00a0€)."
    assert upper == f"À égalité de note avec {dear.reference}, passe devant : {reason}"
    assert lower == f"À égalité de note avec {cheap.reference}, qui passe devant : {reason}"
    assert lines.rules == ("Le montant demandé le plus faible",)


def test_the_second_rule_separates_what_the_first_leaves_equal():
    wave = waves.with_rules("agreement", "least_asked")
    apart = reviewed(wave, [4_000, 8_000])
    dear, cheap = reviewed(wave, [5_000, 7_000]), reviewed(wave, [5_000, 7_000], requested=9_000_000)
    lines = ranking(wave)
    assert order(lines) == [cheap.pk, dear.pk, apart.pk]
    assert "plus petit écart entre les évaluations (20,0 contre 40,0 points)" in lines[2].separations[0]


def test_a_rule_never_goes_before_the_mean():
    wave = waves.with_rules("least_asked", "agreement")
    best = reviewed(wave, [9_000, 3_001], requested=15_000_000)
    other = reviewed(wave, [6_000, 6_000], requested=7_500_000)
    assert order(ranking(wave)) == [best.pk, other.pk]


def test_the_heaviest_criterion_separates_and_is_named():
    wave = waves.with_rules("by_weight")
    criteria = waves.criteria_of(wave.call.versions.last())
    heaviest = min(criteria, key=lambda c: (-c.weight, c.position))
    others = {c.position: 2 for c in criteria if c != heaviest}
    low, high = reviewed(wave, []), reviewed(wave, [])
    person = factories.reviewer()
    waves.give(low, person, 60, {**others, heaviest.position: 1})
    waves.give(high, person, 60, {**others, heaviest.position: 3})
    lines = ranking(wave)
    assert order(lines) == [high.pk, low.pk]
    assert f"meilleure note au critère « {heaviest.label} » (3,00 contre 1,00)" in lines[0].separations[0]


def test_the_region_with_fewer_places_passes_first():
    wave = waves.with_rules("region")
    served, empty = equals(wave)
    other = reviewed(waves.wave_in_deliberation(), [])
    type(empty.fabrique).objects.filter(pk=empty.fabrique_id).update(region="Bretagne")
    FabriqueFact.objects.create(
        fabrique=other.fabrique,
        kind="selected",
        effective_on=wave.closes_at.date() - datetime.timedelta(days=90),
        evidence="Annonce",
    )
    lines = ranking(wave)
    assert order(lines) == [empty.pk, served.pk]
    assert "région moins servie" in lines[0].separations[0]


def test_places_selected_since_do_not_change_an_order():
    wave = waves.with_rules("region")
    first, second = equals(wave)
    FabriqueFact.objects.create(
        fabrique=first.fabrique, kind="selected", effective_on=factories.day(0), evidence="Annonce"
    )
    lines = ranking(wave)
    assert (order(lines), numbers(lines)) == ([first.pk, second.pk], [1, 1])


def test_the_first_to_arrive_passes_first():
    wave = waves.with_rules("arrival")
    late, early = equals(wave)
    earlier = early.submitted_at - datetime.timedelta(hours=3)
    Application.objects.filter(pk=early.pk).update(submitted_at=earlier)
    assert order(ranking(wave)) == [early.pk, late.pk]


# --- Its cost ------------------------------------------------------------------------------------------------------


def cost(wave):
    # The criteria of a published version are read once a process.
    ranking(wave)
    with CaptureQueriesContext(connection) as captured:
        ranking(wave)
    return len(captured)


def test_queries_do_not_grow_with_the_dossiers():
    wave = waves.with_rules("region", "by_weight")
    equals(wave, 1)
    one = cost(wave)
    equals(wave, 3)
    assert cost(wave) == one <= 5
