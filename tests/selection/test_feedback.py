"""What a refused applicant reads of the review: her scores beside the mean of those funded, or why not."""

import pytest

from applications.models import Assignment, Review, ReviewScore
from selection.decisions import announce, sign_wave
from selection.feedback import SHOWN_FROM, feedback_of
from selection.models import Decision
from selection.outcomes import adopt
from tests import factories
from tests.selection.after import announced, call_fields, decision_of, sign_and_hand_over
from tests.selection.conftest import build, make_letters, prepare_all

pytestmark = pytest.mark.django_db


def score(dossier, points_of_each):
    """Give each sheet of a dossier these points on every criterion of the form."""
    for review, points in zip(Review.objects.filter(assignment__application=dossier), points_of_each, strict=True):
        for criterion in dossier.call_version.criteria.all():
            ReviewScore.objects.create(review=review, criterion=criterion, points=points, reason="…")


def test_with_few_funded_dossiers_their_mean_is_not_told():
    panel = announced(ranks=SHOWN_FROM + 1, proposed=SHOWN_FROM - 1)
    told = feedback_of(decision_of(panel.refused[0]))
    assert (told.too_few, told.funded, told.funded_count) == (True, None, SHOWN_FROM - 1)
    assert all(line.funded is None for line in told.criteria)
    assert told.own is not None


def test_with_enough_of_them_each_counts_once():
    panel = announced(ranks=SHOWN_FROM + 2, proposed=SHOWN_FROM)
    refused = panel.refused[0]
    for dossier in panel.dossiers[:SHOWN_FROM]:
        score(dossier, [4, 3])
    score(refused, [1, 2])
    told = feedback_of(decision_of(refused))
    assert (told.too_few, told.sheets) == (False, 2)
    # Sheets of 9000 and 9200 for the first, 500 less for each next one: means of 9100, 8600, 8100, 7600, 7100.
    assert told.funded == 8100
    assert told.own == 9100 - 500 * (SHOWN_FROM + 1)
    criterion = refused.call_version.criteria.first()
    most = max(level.points for level in criterion.levels.all())
    first = told.criteria[0]
    assert first.label == criterion.label
    assert (first.own, first.funded) == (round(15000 / most), round(35000 / most))


def test_a_criterion_without_enough_funded_scores_is_not_compared():
    panel = announced(ranks=SHOWN_FROM + 2, proposed=SHOWN_FROM)
    for dossier in panel.dossiers[: SHOWN_FROM - 1]:
        score(dossier, [4, 3])
    told = feedback_of(decision_of(panel.refused[0]))
    assert told.funded is not None
    assert all(line.funded is None for line in told.criteria)


def test_nothing_is_told_before_the_announcement():
    panel = prepare_all(build())
    adopt(wave=panel.wave, by=panel.officer)
    sign_wave(wave=panel.wave, by=panel.signatory)
    refusal = Decision.objects.get(act="refusal")
    assert feedback_of(refusal) is None
    make_letters(panel.wave)
    announce(wave=panel.wave, by=panel.signatory)
    assert feedback_of(factories.fresh(refusal)) is not None


def test_a_laureate_and_a_waiting_dossier_are_not_compared():
    panel = announced()
    assert feedback_of(decision_of(panel.dossiers[0])) is None
    assert feedback_of(decision_of(panel.waiting[0])) is None


def test_a_later_promotion_does_not_move_the_mean():
    """Its difference before and after would tell the score of the promoted dossier."""
    panel = announced(ranks=SHOWN_FROM + 3, proposed=SHOWN_FROM, waiting=2)
    before = feedback_of(decision_of(panel.refused[0]))
    from selection.late_awards import prepare_award

    sign_and_hand_over(panel, prepare_award(decision=decision_of(panel.waiting[0]), **call_fields(panel)))
    assert feedback_of(decision_of(panel.refused[0])) == before


def test_sheets_sent_back_or_of_the_excluded_do_not_count():
    panel = announced(ranks=SHOWN_FROM + 2, proposed=SHOWN_FROM)
    refused = panel.refused[0]
    before = feedback_of(decision_of(refused))
    Assignment.objects.filter(pk=refused.assignments.first().pk).update(state="recused")
    after = feedback_of(decision_of(refused))
    assert (before.sheets, after.sheets) == (2, 1)
