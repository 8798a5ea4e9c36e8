"""The last sheet, given by several at once: real PostgreSQL connections."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, connections

from accounts.errors import Refusal
from accounts.models import JournalEntry
from applications import assignments, reviewing
from applications.evaluations import profiles, proposing
from applications.models import ApplicationState, Assignment, Review
from tests import factories
from tests.applications import review_steps as steps
from tests.factories import fresh

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]


def all_at_once(calls):
    """Run the calls on as many connections, started together; their results, or the refusals they raised."""
    start = Barrier(len(calls))

    def run(call):
        try:
            connection.ensure_connection()
            start.wait(timeout=10)
            return call()
        except Refusal as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


@pytest.mark.parametrize("attempt", range(5))
def test_of_two_last_sheets_one_completes_the_dossier_and_only_one(attempt):
    dossier, asked = steps.sent_dossier(*(factories.reviewer() for _ in range(4)))
    ready = [steps.accept(assignment) for assignment in asked]
    all_at_once([lambda a=assignment: steps.give(a) for assignment in ready])
    assert fresh(dossier).state == ApplicationState.REVIEWED
    assert Review.objects.given().count() == 4
    completed = JournalEntry.objects.filter(action="complete_review", subject_id=dossier.pk)
    assert completed.count() == 1


def test_the_same_sheet_given_by_several_tabs_is_given_once():
    _, [one, _] = steps.sent_dossier()
    one = steps.accept(one)
    sheets = [steps.full_sheet(one, points=points) for points in (0, 1, 2, 3, 4)]
    results = all_at_once(
        [
            lambda sheet=sheet: reviewing.submit_review(assignment=one, by=one.reviewer, version=1, **sheet)
            for sheet in sheets
        ]
    )
    assert sum(isinstance(result, Review) for result in results) == 1
    given = Review.objects.get()
    assert {score.points * 2_500 for score in given.scores.all()} == {given.score_hundredths}
    assert JournalEntry.objects.filter(action="give").count() == 1


def test_drafts_of_several_tabs_never_mix():
    _, [one, _] = steps.sent_dossier()
    one = steps.accept(one)
    sheets = [steps.full_sheet(one, points=points, reason=f"Onglet {points}") for points in (0, 1, 2, 3, 4)]
    results = all_at_once(
        [
            lambda sheet=sheet: reviewing.save_review(assignment=one, by=one.reviewer, version=1, **sheet)
            for sheet in sheets
        ]
    )
    assert sum(isinstance(result, Review) for result in results) == 1
    assert sum(isinstance(result, reviewing.StaleSheet) for result in results) == 4
    [(points, reason)] = set(Review.objects.get().scores.values_list("points", "reason"))
    assert reason == f"Onglet {points}"


def test_the_last_room_of_a_reviewer_goes_to_one_dossier():
    _, dossiers = steps.wave_under_instruction(6)
    person = factories.reviewer()
    profiles.describe_reviewer(user=person, employer="", employer_siren="", region="", capacity=1, by=None)
    results = all_at_once(
        [lambda d=dossier: assignments.assign(application=d, reviewers=[person], by=None) for dossier in dossiers]
    )
    assert sum(isinstance(result, list) for result in results) == 1
    assert Assignment.objects.filter(reviewer=person).count() == 1


def test_two_proposals_at_once_are_one():
    wave, dossiers = steps.wave_under_instruction(3)
    for _ in range(3):
        factories.reviewer()
    results = all_at_once([lambda: proposing.propose(wave=wave, by=None)] * 4)
    assert sorted(run.findings["added"] for run in results) == [0, 0, 0, 6]
    assert all(dossier.assignments.count() == 2 for dossier in dossiers)


def test_giving_while_an_officer_takes_back_or_recuses_never_deadlocks():
    dossier, asked = steps.sent_dossier(*(factories.reviewer() for _ in range(4)))
    ready = [steps.accept(assignment) for assignment in asked]
    officer = factories.officer()
    results = all_at_once(
        [
            lambda: steps.give(ready[0]),
            lambda: steps.give(ready[1]),
            lambda: reviewing.declare_interest(assignment=ready[2], nature="Un lien", by=ready[2].reviewer),
            lambda: assignments.take_back(assignment=ready[3], by=officer),
            lambda: assignments.take_back(assignment=ready[0], by=officer),
        ]
    )
    assert all(not isinstance(result, Exception) or isinstance(result, Refusal) for result in results)
    states = set(dossier.assignments.values_list("state", flat=True))
    given = dossier.assignments.filter(state="submitted").count()
    assert states <= {"submitted", "recused", "lapsed"}
    assert (fresh(dossier).state == ApplicationState.REVIEWED) == (given >= 2)
