"""The rubric of a call: what does not apply leaves the mean, thresholds are told, a sheet may have no score."""

import datetime
from fractions import Fraction
from types import SimpleNamespace

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.errors import NotAllowed, Refusal
from accounts.models import JournalEntry, OutboxMessage
from applications import ranking, reviewing
from applications.evaluations import drafts, giving
from applications.evaluations.filling import IncompleteSheet
from applications.evaluations.rubric import criterion_means, exact_mean, thresholds_missed, weighted_hundredths
from applications.models import ApplicationState, Assignment, Review, ReviewDraft, ReviewScore
from applications.sheets import SheetCriterion, SheetLevel, criteria_of, score_hundredths
from programme import editing, editing_criteria
from tests import factories
from tests.applications import review_steps as steps
from tests.factories import fresh

pytestmark = pytest.mark.django_db
LEVELS = tuple(SheetLevel(points, f"Niveau {points}", "…") for points in range(5))


def criterion(pk, weight, threshold=None):
    return SheetCriterion(pk, pk, f"Critère {pk}", "", weight, LEVELS, threshold, True)


# --- The arithmetic --------------------------------------------------------------------------------------------------


def test_what_does_not_apply_leaves_the_mean_with_its_weight_and_is_never_a_zero():
    criteria = [criterion(1, 50), criterion(2, 30), criterion(3, 20)]
    assert weighted_hundredths({1: 4, 2: 4, 3: 4}, criteria) == 10_000
    assert weighted_hundredths({1: 4, 2: None, 3: 2}, criteria) == 8_571  # (50 + 10) / 70
    assert weighted_hundredths({1: 4, 3: 2}, criteria) == 8_571
    assert weighted_hundredths({1: 4, 2: 0, 3: 2}, criteria) == 6_000
    assert weighted_hundredths({1: None}, criteria) is None


def test_a_complete_sheet_scores_as_it_always_did():
    criteria = [criterion(1, 20), criterion(2, 30), criterion(3, 50)]
    for points in ({1: 0, 2: 1, 3: 3}, {1: 4, 2: 2, 3: 1}):
        assert weighted_hundredths(points, criteria) == score_hundredths(criteria, points)


def test_leaving_out_a_criterion_is_scoring_the_others_alone():
    criteria = [criterion(1, 7), criterion(2, 11), criterion(3, 13)]
    for points in range(5):
        alone = exact_mean({1: points, 3: 2}, [criteria[0], criteria[2]])
        assert exact_mean({1: points, 2: None, 3: 2}, criteria) == alone


def test_thresholds_are_told_by_criterion_and_over_all():
    criteria = [criterion(1, 50, threshold=3), criterion(2, 50)]
    version = SimpleNamespace(threshold_hundredths=6_000)
    means = criterion_means([{1: 2, 2: 2}, {1: 3, 2: None}])
    assert means == {1: Fraction(5, 2), 2: 2}
    missed = thresholds_missed(means, criteria, version)
    assert [one.criterion and one.criterion.pk for one in missed] == [1, None]
    assert "2,5 sur 4" in missed[0].text
    assert "56,25 sur 100" in missed[1].text
    assert thresholds_missed({1: 3, 2: 3}, criteria, version) == []
    # Reached is not missed; what does not apply misses nothing; the mean that the ranking keeps may be given.
    assert thresholds_missed({1: None, 2: 4}, criteria, version) == []
    assert len(thresholds_missed({1: 3, 2: 3}, criteria, version, total=5_999)) == 1
    assert thresholds_missed({}, criteria, version) == []
    assert thresholds_missed({1: 3}, criteria, SimpleNamespace(threshold_hundredths=None)) == []


# --- The sheet -------------------------------------------------------------------------------------------------------


def lenient_call():
    """A call in draft whose last criterion may not apply, with thresholds on the first and over all."""
    call = factories.draft_call()
    version = call.versions.get()
    first, *_, last = version.criteria.prefetch_related("levels").order_by("position")
    for criterion_, extra in ((first, {"threshold_points": 3}), (last, {"may_not_apply": True})):
        levels = list(criterion_.levels.values_list("points", "label", "description"))
        editing_criteria.edit_criterion(
            criterion=criterion_, label=criterion_.label, description=criterion_.description,
            weight=criterion_.weight, levels=levels, by=None, **extra,
        )  # fmt: skip
    editing.save_settings(version=fresh(version), by=None, threshold_hundredths=6_050)
    return call


@pytest.fixture
def sheets():
    """Two accepted assignments of one dossier of the lenient call, and its criteria."""
    dossier, assignments = steps.sent_dossier(call=lenient_call())
    return [steps.accept(one) for one in assignments], criteria_of(dossier.call_version)


def leave_out(assignment, criteria, points=3):
    """A full sheet on which the last criterion does not apply."""
    sheet = steps.full_sheet(assignment, points)
    sheet["points"][criteria[-1].pk] = None
    return sheet | {"not_applicable": {criteria[-1].pk}}


def test_a_criterion_left_out_is_kept_with_its_reason_and_counts_nowhere(sheets):
    [one, _], criteria = sheets
    review = reviewing.submit_review(
        assignment=one, by=one.reviewer, version=None, confidence=2, **leave_out(one, criteria, points=4)
    )
    assert (review.score_hundredths, fresh(review).confidence) == (10_000, 2)
    left = review.scores.get(criterion=criteria[-1].pk)
    assert (left.not_applicable, left.points, left.reason) == (True, None, steps.REASON)
    assert fresh(one.application).state == ApplicationState.IN_REVIEW


def test_only_what_the_call_lets_out_may_be_left_out_and_with_a_reason(sheets):
    [one, _], criteria = sheets
    sheet = leave_out(one, criteria)
    with pytest.raises(Refusal, match="s’applique à tous les dossiers"):
        reviewing.save_review(
            assignment=one, by=one.reviewer, version=None, **sheet | {"not_applicable": {criteria[0].pk}}
        )
    sheet["reasons"][criteria[-1].pk] = " "
    with pytest.raises(IncompleteSheet) as refused:
        reviewing.submit_review(assignment=one, by=one.reviewer, version=None, **sheet)
    assert [problem[:2] for problem in refused.value.problems] == [(criteria[-1].pk, "reason")]
    assert not ReviewScore.objects.exists()


def test_the_database_refuses_points_on_what_does_not_apply(sheets):
    [one, _], criteria = sheets
    reviewing.save_review(assignment=one, by=one.reviewer, version=None, **leave_out(one, criteria))
    with pytest.raises(IntegrityError), transaction.atomic():
        ReviewScore.objects.filter(not_applicable=True).update(points=3)
    with pytest.raises(IntegrityError), transaction.atomic():
        Review.objects.update(confidence=4)


def test_the_call_says_its_thresholds_and_a_dossier_that_misses_them_is_told(sheets):
    [one, two], criteria = sheets
    steps.give(one, 2)
    steps.give(two, 3)
    means = criterion_means({s.criterion_id: s.points for s in review.scores.all()} for review in Review.objects.all())
    missed = thresholds_missed(means, criteria, one.application.call_version)
    assert [item.criterion for item in missed] == [criteria[0]]
    [line] = ranking.ranking(one.application.wave)
    assert line.mean_hundredths == 6_250


# --- Abstaining ------------------------------------------------------------------------------------------------------


def test_an_abstention_counts_as_given_and_in_no_mean(sheets):
    [one, two], criteria = sheets
    steps.give(two, 4)
    reviewing.save_review(assignment=one, by=one.reviewer, version=None, **steps.full_sheet(one, 1))
    review = giving.abstain(assignment=one, reason="Je ne connais pas ce métier.", by=one.reviewer, version=None)
    assert (fresh(one).state, fresh(review).score_hundredths) == (Assignment.State.SUBMITTED, None)
    assert fresh(one.application).state == ApplicationState.REVIEWED
    [line] = ranking.ranking(one.application.wave)
    assert line.mean_hundredths == 10_000
    # What was ticked is read nowhere; it is kept for its author.
    assert not review.scores.exists()
    assert review.drafts.get().content[f"points_{criteria[0].pk}"] == "1"
    assert JournalEntry.objects.filter(action="abstain", actor=one.reviewer).count() == 1


def test_abstentions_alone_do_not_make_a_reviewed_dossier(sheets):
    [one, two], _ = sheets
    for assignment in (one, two):
        giving.abstain(assignment=assignment, reason="Hors de mon domaine.", by=assignment.reviewer, version=None)
    assert fresh(one.application).state == ApplicationState.IN_REVIEW
    with pytest.raises(Refusal, match="avec une note"):
        reviewing.settle(application=one.application, reason="Comité demain", by=factories.officer())


def test_an_abstention_has_a_reason_an_author_and_may_be_reopened(sheets):
    [one, two], _ = sheets
    with pytest.raises(Refusal) as refused:
        giving.abstain(assignment=one, reason=" ", by=one.reviewer, version=None)
    assert refused.value.field == "reason"
    with pytest.raises(NotAllowed):
        giving.abstain(assignment=one, reason="Non", by=two.reviewer, version=None)
    giving.abstain(assignment=one, reason="Hors de mon domaine.", by=one.reviewer, version=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        Review.objects.filter(assignment=one).update(abstention="")
    with pytest.raises(IntegrityError), transaction.atomic():
        Review.objects.filter(assignment=one).update(score_hundredths=5_000)
    reviewing.reopen(assignment=one, reason="Relisez le budget", by=factories.officer())
    assert fresh(one.review).abstention == ""
    assert steps.give(steps.reload(one), 3).score_hundredths == 7_500


def test_whoever_abstains_never_reads_the_scores_of_the_others(sheets):
    [one, two], _ = sheets
    given = steps.give(two, 4)
    assert given not in Review.objects.visible_to(one.reviewer)
    giving.abstain(assignment=one, reason="Hors de mon domaine.", by=one.reviewer, version=None)
    assert list(Review.objects.visible_to(one.reviewer).exclude(pk=given.pk)) == [one.review]
    assert given not in Review.objects.visible_to(one.reviewer)
    assert one.review in Review.objects.visible_to(two.reviewer)


def test_the_officer_in_charge_is_told_of_an_abstention(sheets):
    [one, _], _ = sheets
    officer = factories.officer()
    type(one.application).objects.filter(pk=one.application_id).update(officer=officer)
    giving.abstain(assignment=one, reason="Hors de mon domaine.", by=one.reviewer, version=None)
    assert OutboxMessage.objects.filter(subject__contains="abstenu").count() == 1


# --- Versions of a sheet ---------------------------------------------------------------------------------------------


def write(assignment, reason, **extra):
    sheet = steps.full_sheet(assignment, reason=reason) | extra
    return reviewing.save_review(assignment=assignment, by=assignment.reviewer, version=None, **sheet)


def test_versions_are_kept_every_five_minutes_of_writing(sheets):
    [one, _], criteria = sheets
    start = timezone.now()
    with time_machine.travel(start, tick=False) as clock:
        for minute in range(12):
            clock.move_to(start + datetime.timedelta(minutes=minute))
            write(one, f"Une raison écrite à la minute {minute}.")
    kept = list(one.review.drafts.order_by("number").values_list("content", flat=True))
    reason = f"reason_{criteria[0].pk}"
    assert [content[reason] for content in kept] == [
        "Une raison écrite à la minute 4.",
        "Une raison écrite à la minute 9.",
    ]


def test_what_is_about_to_be_erased_is_kept_at_once(sheets):
    [one, _], criteria = sheets
    long = "Un argument que personne ne veut écrire deux fois. " * 4
    write(one, long)
    write(one, "Non.")
    [draft] = one.review.drafts.all()
    assert (draft.why, draft.content[f"reason_{criteria[0].pk}"]) == ("shortened", long.strip())


def test_coming_back_to_a_version_keeps_what_it_replaces(sheets):
    [one, _], criteria = sheets
    write(one, "Un argument que personne ne veut écrire deux fois. " * 4, confidence=3)
    write(one, "Non.")
    review = giving.restore(assignment=one, number=1, by=one.reviewer, version=None)
    assert review.confidence == 3
    assert review.scores.first().reason.startswith("Un argument")
    assert [draft.why for draft in review.drafts.order_by("number")] == ["shortened", "restored"]
    differences = drafts.differences(review.drafts.get(number=2), Review.objects.get(pk=review.pk), criteria)
    assert differences[0].label == f"{criteria[0].label}, raison"
    again = giving.restore(assignment=one, number=2, by=one.reviewer, version=None)
    assert again.scores.first().reason == "Non."


def test_a_version_comes_back_for_its_author_alone_and_never_onto_a_given_sheet(sheets):
    [one, two], _ = sheets
    write(one, "Un argument que personne ne veut écrire deux fois. " * 4)
    write(one, "Non.")
    with pytest.raises(NotAllowed):
        giving.restore(assignment=one, number=1, by=two.reviewer, version=None)
    with pytest.raises(Refusal, match="n’existe pas"):
        giving.restore(assignment=two, number=1, by=two.reviewer, version=None)
    with pytest.raises(reviewing.StaleSheet):
        giving.restore(assignment=one, number=1, by=one.reviewer, version=1)
    steps.give(one, 3)
    with pytest.raises(Refusal):
        giving.restore(assignment=one, number=1, by=one.reviewer, version=None)
    reviewing.reopen(assignment=one, reason="Relisez le budget", by=factories.officer())
    assert ReviewDraft.objects.get(why="given").content["comment"] == ""


def test_kept_versions_never_change(sheets):
    [one, _], _ = sheets
    steps.give(one, 3)
    reviewing.reopen(assignment=one, reason="Relisez le budget", by=factories.officer())
    for act in (ReviewDraft.objects.all().delete, lambda: ReviewDraft.objects.update(number=9)):
        with pytest.raises(IntegrityError), transaction.atomic():
            act()


# --- The builder -----------------------------------------------------------------------------------------------------


def test_a_threshold_is_one_that_a_level_can_reach():
    call = factories.draft_call()
    first = call.versions.get().criteria.first()
    levels = list(first.levels.values_list("points", "label", "description"))
    for threshold in (0, 5):
        with pytest.raises(Refusal) as refused:
            editing_criteria.edit_criterion(
                criterion=first, label=first.label, weight=1, levels=levels, by=None, threshold_points=threshold
            )
        assert refused.value.field == "threshold_points"
    assert call.versions.get().threshold_label == ""
