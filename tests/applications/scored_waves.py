"""Waves with sheets given, by the same people on several dossiers; scores in points out of 100."""

from django.utils import timezone

from applications.models import Assignment, Review, ReviewScore, Revision
from applications.sheets import criteria_of
from programme.models import Wave
from tests import factories
from tests.applications import simulated_waves
from tests.selection.conftest import reviewed, wave_in_deliberation

CLEAR = simulated_waves.Case("", 14, 5, 3, bias=14.0, noise=3.0)


def give(application, reviewer, score, points=None):
    """One sheet given: its score, and the points of its criteria, {position: points}."""
    revision = Revision.objects.get(application=application)
    assignment = Assignment.objects.create(application=application, reviewer=reviewer, state="submitted")
    review = Review.objects.create(
        assignment=assignment,
        revision=revision,
        score_hundredths=round(100 * score),
        submitted_at=timezone.now(),
    )
    by_position = {c.position: c.pk for c in criteria_of(application.call_version)}
    for position, value in (points or {}).items():
        ReviewScore.objects.create(review=review, criterion_id=by_position[position], points=value, reason="Lu.")
    return review


def scored(case=CLEAR, *, seed=1, wave=None):
    """(wave in deliberation, dossiers, reviewers) with the scores of a simulated wave."""
    wave = wave or wave_in_deliberation()
    people = [factories.reviewer() for _ in range(case.reviewers)]
    dossiers = [reviewed(wave, []) for _ in range(case.dossiers)]
    for dossier, who, score in simulated_waves.simulate(case, seed)[0]:
        give(dossiers[dossier], people[who], score)
    return wave, dossiers, people


def with_rules(*codes, **version_fields):
    """A wave in deliberation whose call has these rules for equals, and other settings of its version."""
    wave = wave_in_deliberation(call=factories.draft_call(tie_break=list(codes), **version_fields))
    return wave


def decided(wave):
    Wave.objects.filter(pk=wave.pk).update(state="decided")
    return factories.fresh(wave)
