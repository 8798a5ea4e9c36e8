"""Answering, writing, giving, taking back: what each verb does, and what it refuses."""

import pytest
from django.db import IntegrityError, transaction

from accounts.errors import NotAllowed, Refusal, StalePage
from accounts.models import JournalEntry, OutboxMessage
from applications import assignments, reviewing
from applications.evaluations import profiles, proposing
from applications.evaluations.assignment_problem import Settings
from applications.evaluations.filling import IncompleteSheet
from applications.models import (
    ApplicationState,
    Assignment,
    InterestDeclaration,
    Review,
    ReviewerProfile,
    ReviewScore,
    Revision,
)
from applications.sheets import criteria_of
from programme.models import Wave
from tests import factories
from tests.applications import review_steps as steps
from tests.factories import fresh

pytestmark = pytest.mark.django_db
S = ApplicationState
A = Assignment.State
# Give what can be given.
SOME = Settings(partial=True)


# --- Assignment ----------------------------------------------------------------------------------------------------


def test_proposal_gives_each_dossier_its_reviewers():
    wave, dossiers = steps.wave_under_instruction(3)
    people = [factories.reviewer() for _ in range(3)]
    run = proposing.propose(wave=wave, by=factories.officer())
    assert run.findings["added"] == 6
    loads = [Assignment.objects.filter(reviewer=person).count() for person in people]
    assert loads == [2, 2, 2]
    assert all(dossier.assignments.count() == 2 for dossier in dossiers)
    assert {a.due_on for a in Assignment.objects.all()} == {wave.reviews_due_on}
    again = proposing.propose(wave=wave, by=None)
    assert (again.findings["added"], again.findings["dropped"], again.findings["kept"]) == (0, 0, 6)


def test_proposal_keeps_what_was_chosen_by_hand():
    wave, [dossier] = steps.wave_under_instruction()
    chosen, _ = factories.reviewer(), factories.reviewer()
    assignments.assign(application=dossier, reviewers=[chosen], by=None)
    proposing.propose(wave=wave, by=None)
    assert dossier.assignments.filter(reviewer=chosen).count() == 1
    assert dossier.assignments.count() == 2


def test_proposal_never_meets_a_tie_the_system_can_see():
    wave, [dossier] = steps.wave_under_instruction()
    colleague, member, free = factories.reviewer(), factories.reviewer(), factories.reviewer()
    describe(colleague, siren=dossier.organisation.siren)
    dossier.organisation.members.add(member, through_defaults={"role": "reader"})
    proposing.propose(wave=wave, by=None, settings=SOME)
    assert [a.reviewer for a in dossier.assignments.all()] == [free]
    for person in (colleague, member):
        with pytest.raises(Refusal, match="Choisissez une autre personne"):
            assignments.assign(application=dossier, reviewers=[person], by=None)


def describe(person, siren="", capacity=12):
    return profiles.describe_reviewer(
        user=person, employer="Organisme", employer_siren=siren, region="", capacity=capacity, by=None
    )


def test_capacity_is_a_limit_by_hand_too():
    wave, dossiers = steps.wave_under_instruction(2)
    person = factories.reviewer()
    describe(person, capacity=1)
    assert proposing.propose(wave=wave, by=None, settings=SOME).findings["added"] == 1
    other = next(dossier for dossier in dossiers if not dossier.assignments.exists())
    with pytest.raises(Refusal, match="son maximum"):
        assignments.assign(application=other, reviewers=[person], by=None)


def test_a_profile_wants_a_real_siren():
    person = factories.reviewer()
    with pytest.raises(Refusal, match="neuf chiffres"):
        describe(person, siren="12345")
    assert describe(person, siren="130 025 265").employer_siren == "130025265"
    with pytest.raises(IntegrityError), transaction.atomic():
        ReviewerProfile.objects.filter(user=person).update(employer_siren="1234")


def test_only_people_who_review_can_be_asked():
    _, [dossier] = steps.wave_under_instruction()
    with pytest.raises(Refusal, match="rôle d’évaluation"):
        assignments.assign(application=dossier, reviewers=[factories.officer()], by=None)


def test_sending_opens_the_review_of_the_wave_and_tells_each_reviewer_once():
    wave, dossiers = steps.wave_under_instruction(2)
    people = [factories.reviewer(), factories.reviewer()]
    officer = factories.officer()
    proposing.propose(wave=wave, by=officer)
    sent = assignments.send_to_review(wave=wave, by=officer)
    assert {dossier.pk for dossier in sent} == {dossier.pk for dossier in dossiers}
    assert fresh(wave).state == Wave.State.REVIEW
    assert {fresh(dossier).state for dossier in dossiers} == {S.IN_REVIEW}
    mails = OutboxMessage.objects.filter(recipient__in=[person.email for person in people])
    assert mails.count() == 2
    assert all(dossier.reference in mail.body for mail in mails for dossier in dossiers)
    assert all("/evaluations/" in mail.body for mail in mails)


def test_dossiers_without_all_their_reviewers_wait():
    wave, dossiers = steps.wave_under_instruction(2)
    factories.reviewer()
    proposing.propose(wave=wave, by=None, settings=SOME)
    with pytest.raises(Refusal, match="tous ses évaluateurs"):
        assignments.send_to_review(wave=wave, by=None)
    assignments.assign(application=dossiers[0], reviewers=[factories.reviewer()], by=None)
    assert [d.pk for d in assignments.send_to_review(wave=wave, by=None)] == [dossiers[0].pk]
    assert fresh(dossiers[1]).state == S.ADMISSIBLE
    # One by one, an officer may send with fewer, never with none.
    assert len(assignments.send_to_review(applications=[dossiers[1]], by=None)) == 1
    wave, [alone] = steps.wave_under_instruction()
    with pytest.raises(Refusal, match="pas d’évaluateur"):
        assignments.send_to_review(applications=[alone], by=None)


def test_nothing_is_sent_while_dossiers_may_arrive():
    wave = factories.wave()
    dossier = factories.admissible(wave_=wave)
    assignments.assign(application=dossier, reviewers=[factories.reviewer()], by=None)
    with pytest.raises(Refusal, match="après la clôture"):
        assignments.send_to_review(applications=[dossier], by=None)
    assert fresh(dossier).state == S.ADMISSIBLE


@pytest.mark.parametrize("role", ["reviewer", "applicant", "auditor", "decision_maker"])
def test_only_officers_assign(role):
    wave, [dossier] = steps.wave_under_instruction()
    person, other = factories.reviewer(), getattr(factories, role)()
    for verb in (
        lambda: assignments.assign(application=dossier, reviewers=[person], by=other),
        lambda: proposing.propose(wave=wave, by=other),
        lambda: assignments.send_to_review(wave=wave, by=other),
    ):
        with pytest.raises(NotAllowed):
            verb()
    assert not Assignment.objects.exists()


def test_a_dossier_out_of_examination_takes_no_reviewer():
    dossier = factories.submitted()
    with pytest.raises(Refusal, match="n’attend pas d’évaluation"):
        assignments.assign(application=dossier, reviewers=[factories.reviewer()], by=None)


def test_taken_back_then_asked_again():
    dossier, [one, _] = steps.sent_dossier()
    assignments.take_back(assignment=one, by=factories.officer())
    assert not Assignment.objects.on_desk_of(one.reviewer).filter(state__in=Assignment.ACTIVE).exists()
    [again] = assignments.assign(application=dossier, reviewers=[one.reviewer], by=factories.officer())
    assert (again.pk, again.state) == (one.pk, A.PROPOSED)
    assert OutboxMessage.objects.filter(recipient=one.reviewer.email).count() == 2


def test_an_assignment_is_never_deleted():
    _, [one, _] = steps.sent_dossier()
    with pytest.raises(IntegrityError), transaction.atomic():
        Assignment.objects.filter(pk=one.pk).delete()


def test_the_same_dossier_is_asked_once_of_a_person():
    dossier, [one, _] = steps.sent_dossier()
    assert assignments.assign(application=dossier, reviewers=[one.reviewer], by=None) == []
    with pytest.raises(IntegrityError), transaction.atomic():
        Assignment.objects.create(application=dossier, reviewer=one.reviewer)


# --- The answer ----------------------------------------------------------------------------------------------------


def test_accepting_opens_the_dossier_at_its_last_version():
    dossier, [one, _] = steps.sent_dossier()
    accepted = steps.accept(one)
    assert accepted.state == A.ACCEPTED
    assert accepted.review.revision == dossier.revisions.latest("number")
    assert not accepted.declarations.get().has_interest


def test_a_declared_tie_recuses_and_tells_the_officer():
    dossier, [one, _] = steps.sent_dossier()
    officer = factories.officer()
    dossier.officer = officer
    dossier.save()
    recused = steps.recuse(one)
    assert recused.state == A.RECUSED
    assert recused.declarations.get().nature == "Ma sœur y travaille."
    assert not Review.objects.filter(assignment=recused).exists()
    assert OutboxMessage.objects.filter(recipient=officer.email, body__contains="a déclaré un lien").exists()
    with pytest.raises(Refusal, match="a déclaré un lien"):
        assignments.assign(application=dossier, reviewers=[one.reviewer], by=None)


def test_a_tie_says_what_it_is():
    _, [one, _] = steps.sent_dossier()
    with pytest.raises(Refusal, match="quel est le lien"):
        steps.recuse(one, nature="  ")
    assert steps.reload(one).state == A.PROPOSED
    with pytest.raises(IntegrityError), transaction.atomic():
        InterestDeclaration.objects.create(assignment=one, has_interest=True)


def test_declarations_are_never_rewritten():
    _, [one, _] = steps.sent_dossier()
    steps.accept(one)
    with pytest.raises(IntegrityError), transaction.atomic():
        one.declarations.update(has_interest=True, nature="Autre")
    with pytest.raises(IntegrityError), transaction.atomic():
        one.declarations.all().delete()


def test_declining_leaves_the_dossier_to_others():
    _, [one, _] = steps.sent_dossier()
    reviewing.answer(assignment=one, has_interest=False, accept=False, by=one.reviewer)
    assert steps.reload(one).state == A.DECLINED
    with pytest.raises(StalePage):
        steps.accept(steps.reload(one))


def test_nobody_answers_for_another():
    _, [one, two] = steps.sent_dossier()
    with pytest.raises(NotAllowed):
        reviewing.answer(assignment=one, has_interest=False, accept=True, by=two.reviewer)


def test_a_tie_found_late_closes_the_sheet():
    dossier, [one, two] = steps.sent_dossier()
    one = steps.accept(one)
    reviewing.save_review(assignment=one, by=one.reviewer, version=None, **steps.full_sheet(one))
    reviewing.declare_interest(assignment=one, nature="Un contrat signé hier.", by=one.reviewer)
    steps.give(two)
    assert fresh(dossier).state == S.IN_REVIEW
    assert not Review.objects.visible_to(one.reviewer).exists()


# --- The sheet -----------------------------------------------------------------------------------------------------


def test_a_draft_may_be_incomplete():
    _, [one, _] = steps.sent_dossier()
    one = steps.accept(one)
    first, *_ = criteria_of(one.application.call_version)
    review = reviewing.save_review(
        assignment=one, by=one.reviewer, version=1, points={first.pk: 2}, reasons={}, comment="À suivre"
    )
    assert (review.version, review.submitted_at, review.score_hundredths) == (2, None, None)
    assert review.scores.get(criterion=first.pk).points == 2
    assert review.scores.count() == 6


def test_a_stale_draft_overwrites_nothing():
    _, [one, _] = steps.sent_dossier()
    one = steps.accept(one)
    saved = steps.full_sheet(one, reason="Premier onglet")
    reviewing.save_review(assignment=one, by=one.reviewer, version=1, **saved)
    with pytest.raises(reviewing.StaleSheet) as refused:
        reviewing.save_review(
            assignment=one, by=one.reviewer, version=1, **steps.full_sheet(one, reason="Second onglet")
        )
    assert set(refused.value.review.scores.values_list("reason", flat=True)) == {"Premier onglet"}


def test_giving_wants_every_level_and_every_reason():
    dossier, [one, _] = steps.sent_dossier()
    one = steps.accept(one)
    sheet = steps.full_sheet(one)
    first, second, *_ = criteria_of(dossier.call_version)
    sheet["points"][first.pk] = None
    sheet["reasons"][second.pk] = "   "
    with pytest.raises(IncompleteSheet) as refused:
        reviewing.submit_review(assignment=one, by=one.reviewer, version=1, **sheet)
    assert [(key, kind) for key, kind, _ in refused.value.problems] == [(first.pk, "points"), (second.pk, "reason")]
    assert not ReviewScore.objects.exists()
    assert steps.reload(one).state == A.ACCEPTED


def test_points_are_those_of_a_level():
    _, [one, _] = steps.sent_dossier()
    one = steps.accept(one)
    for points in (5, -1, 99):
        with pytest.raises(Refusal, match="n’a pas de niveau"):
            reviewing.save_review(assignment=one, by=one.reviewer, version=1, **steps.full_sheet(one, points))
    assert not ReviewScore.objects.exists()


def test_a_huge_text_is_refused_in_words():
    _, [one, _] = steps.sent_dossier()
    one = steps.accept(one)
    with pytest.raises(Refusal, match="raccourcissez"):
        reviewing.save_review(assignment=one, by=one.reviewer, version=1, **steps.full_sheet(one, comment="a" * 5_001))


def test_the_last_sheet_makes_the_dossier_reviewed():
    dossier, [one, two] = steps.sent_dossier()
    review = steps.give(one, points=4)
    assert review.score_hundredths == 10_000
    assert fresh(dossier).state == S.IN_REVIEW
    steps.give(two, points=1)
    assert fresh(dossier).state == S.REVIEWED
    assert Review.objects.get(assignment=two).score_hundredths == 2_500
    acts = JournalEntry.objects.filter(subject_type="applications.Application", subject_id=dossier.pk)
    assert acts.filter(action="complete_review", from_state="in_review", to_state="reviewed").count() == 1


def test_a_given_sheet_is_closed():
    _, [one, _] = steps.sent_dossier()
    steps.give(one)
    for verb in (reviewing.save_review, reviewing.submit_review):
        with pytest.raises(StalePage):
            verb(assignment=one, by=one.reviewer, version=None, **steps.full_sheet(one, 0))
    assert Review.objects.get().score_hundredths == 7_500


def test_nobody_writes_on_another_sheet():
    _, [one, two] = steps.sent_dossier()
    one = steps.accept(one)
    for person in (two.reviewer, factories.officer()):
        with pytest.raises(NotAllowed):
            reviewing.save_review(assignment=one, by=person, version=None, **steps.full_sheet(one))


def test_fewer_sheets_than_the_call_wants_is_not_the_end():
    dossier, [one, two] = steps.sent_dossier()
    steps.give(one)
    steps.recuse(two)
    assert fresh(dossier).state == S.IN_REVIEW
    [third] = assignments.assign(application=fresh(dossier), reviewers=[factories.reviewer()], by=None)
    steps.give(steps.reload(third))
    assert fresh(dossier).state == S.REVIEWED


def test_an_extra_sheet_is_waited_for():
    dossier, [one, two, three] = steps.sent_dossier(*(factories.reviewer() for _ in range(3)))
    steps.give(one)
    steps.give(two)
    assert fresh(dossier).state == S.IN_REVIEW
    assignments.take_back(assignment=three, by=None)
    assert fresh(dossier).state == S.REVIEWED


def test_one_more_reviewer_reopens_a_reviewed_dossier():
    dossier, asked = steps.sent_dossier()
    for assignment in asked:
        steps.give(assignment)
    [third] = assignments.assign(application=fresh(dossier), reviewers=[factories.reviewer()], by=factories.officer())
    assert fresh(dossier).state == S.IN_REVIEW
    steps.give(steps.reload(third))
    assert fresh(dossier).state == S.REVIEWED


def test_reopening_sends_the_sheet_back():
    dossier, [one, two] = steps.sent_dossier()
    steps.give(one)
    steps.give(two)
    officer = factories.officer()
    with pytest.raises(Refusal, match="pourquoi"):
        reviewing.reopen(assignment=one, reason=" ", by=officer)
    reviewing.reopen(assignment=one, reason="Le critère 3 parle d’un autre lieu.", by=officer)
    review = Review.objects.get(assignment=one)
    assert (review.score_hundredths, review.submitted_at) == (None, None)
    assert fresh(dossier).state == S.IN_REVIEW
    assert OutboxMessage.objects.filter(recipient=one.reviewer.email, body__contains="autre lieu").exists()
    steps.give(steps.reload(one), points=2)
    assert fresh(dossier).state == S.REVIEWED
    with pytest.raises(NotAllowed):
        reviewing.reopen(assignment=one, reason="Encore", by=two.reviewer)


def test_settling_does_with_what_is_given():
    dossier, [one, two] = steps.sent_dossier()
    officer = factories.officer()
    with pytest.raises(Refusal, match="Aucune évaluation"):
        reviewing.settle(application=dossier, reason="Absent", by=officer)
    steps.give(one)
    with pytest.raises(Refusal, match="moins d’évaluations"):
        reviewing.settle(application=dossier, reason="", by=officer)
    reviewing.settle(application=dossier, reason="Congé maladie, personne d’autre n’est libre.", by=officer)
    assert fresh(dossier).state == S.REVIEWED
    assert steps.reload(two).state == A.LAPSED
    assert JournalEntry.objects.filter(action="settle_review", details__reason__startswith="Congé").exists()


def test_a_sheet_says_which_version_it_judges():
    dossier, [one, _] = steps.sent_dossier()
    one = steps.accept(one)
    first = one.review.revision
    Revision.objects.create(
        application=dossier, number=first.number + 1, content=first.content, sha256="0" * 64,
        sent_at=first.sent_at, sent_by=first.sent_by,
    )  # fmt: skip
    reviewing.save_review(assignment=one, by=one.reviewer, version=1, **steps.full_sheet(one))
    assert Review.objects.get(assignment=one).revision == first
    reviewing.judge_latest(assignment=one, by=one.reviewer, version=2)
    assert Review.objects.get(assignment=one).revision.number == first.number + 1


def test_a_withdrawn_dossier_takes_no_sheet():
    from applications import drafting

    dossier, [one, _] = steps.sent_dossier()
    one = steps.accept(one)
    drafting.withdraw(application=dossier, by=dossier.created_by)
    with pytest.raises(StalePage, match="n’est plus en évaluation"):
        reviewing.submit_review(assignment=one, by=one.reviewer, version=None, **steps.full_sheet(one))


# --- What the database refuses by itself ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "broken",
    [
        {"score_hundredths": 10_001},
        {"score_hundredths": None},
        {"submitted_at": None},
    ],
)
def test_a_given_sheet_has_a_score_in_range(broken):
    _, [one, _] = steps.sent_dossier()
    steps.give(one)
    with pytest.raises(IntegrityError), transaction.atomic():
        Review.objects.update(**broken)


def test_one_score_a_criterion():
    _, [one, _] = steps.sent_dossier()
    steps.give(one)
    score = ReviewScore.objects.first()
    with pytest.raises(IntegrityError), transaction.atomic():
        ReviewScore.objects.create(review=score.review, criterion=score.criterion, points=1)
