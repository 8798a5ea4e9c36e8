"""A call: complete or refused in words, published once, frozen for good."""

import datetime

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.errors import NotAllowed, Refusal, StalePage
from accounts.models import JournalEntry
from programme import calls, waves
from programme.calls import IncompleteCall
from programme.models import (
    Call,
    CallVersion,
    Criterion,
    CriterionLevel,
    FormSection,
    Question,
    Segment,
    SegmentBounds,
    Wave,
)
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def ready(draft_call):
    """A draft that may be published: it has a wave to come."""
    waves.plan_wave(call=draft_call, by=None, opens_at=factories.days(-1), closes_at=factories.days(30))
    return draft_call


def test_the_ami_has_the_published_bounds_for_every_segment(draft_call):
    bounds = draft_call.versions.get().bounds.all()
    assert {bound.segment for bound in bounds} == set(Segment)
    assert {(b.min_cents, b.max_cents, b.year_cap_cents) for b in bounds} == {(7_500_000, 15_000_000, 5_000_000)}
    assert draft_call.versions.get().years == 3


def test_the_ami_has_six_criteria_of_five_worded_levels(draft_call):
    criteria = draft_call.versions.get().criteria.prefetch_related("levels")
    assert len(criteria) == 6
    assert sum(criterion.weight for criterion in criteria) == 100
    for criterion in criteria:
        levels = criterion.levels.all()
        assert [level.points for level in levels] == [0, 1, 2, 3, 4]
        assert all(level.label and level.description for level in levels)


def test_the_questions_of_the_ami_can_be_answered(draft_call):
    questions = Question.objects.filter(section__version__call=draft_call)
    assert len(questions) > 20
    for question in questions:
        assert bool(question.options) == (question.kind in Question.WITH_OPTIONS)
        assert bool(question.max_length) == question.kind.endswith("text")
    assert len({question.slug for question in questions}) == len(questions)


def test_publishing_freezes_the_version_and_opens_its_waves(ready, officer):
    call = calls.publish_call(call=ready, by=officer)
    assert (call.state, call.published_by) == ("published", officer)
    assert call.version_in_force().frozen_at == call.published_at
    wave = call.waves.get()
    assert wave.state == Wave.State.COLLECTING
    assert wave.accepts_deposit(timezone.now())
    assert JournalEntry.objects.filter(
        action="publish", subject_id=call.pk, actor=officer, from_state="draft"
    ).exists()


def test_a_planned_wave_without_dates_stays_planned(ready, officer):
    waves.plan_wave(call=ready, by=officer)
    calls.publish_call(call=ready, by=officer)
    assert list(ready.waves.values_list("number", "state")) == [(1, "collecting"), (2, "planned")]


def test_an_empty_call_is_refused_and_everything_missing_is_named(programme, officer):
    call = Call.objects.create(programme=programme, slug="vide", title="Vide")
    with pytest.raises(IncompleteCall, match="aucune version"):
        calls.publish_call(call=call, by=officer)
    CallVersion.objects.create(call=call, number=1, summary=" ")
    with pytest.raises(IncompleteCall) as refused:
        calls.publish_call(call=call, by=officer)
    for missing in ("le résumé", "qui peut répondre", "les montants", "les critères", "le formulaire", "une vague"):
        assert missing in refused.value.message
    call.refresh_from_db()
    assert call.state == "draft"


def test_what_is_half_written_is_named(ready, officer):
    version = ready.versions.get()
    Criterion.objects.create(version=version, position=9, label="Sans niveau", weight=1)
    section = FormSection.objects.create(version=version, position=9, slug="vide", title="Sans question")
    other = version.sections.first()
    Question.objects.create(section=other, position=99, slug="c", kind="choice", label="Sans choix", options=["Un"])
    assert calls.publication_problems(ready) == [
        "les niveaux du critère « Sans niveau » (deux au moins)",
        "les choix de la question « Sans choix » (deux au moins)",
        f"les questions de la section « {section.title} »",
    ]


def test_a_call_whose_only_window_is_over_is_refused(draft_call, officer):
    waves.plan_wave(call=draft_call, by=None, opens_at=factories.days(-9), closes_at=factories.days(-1))
    with pytest.raises(IncompleteCall, match="pas déjà clos"):
        calls.publish_call(call=draft_call, by=officer)


def test_only_those_who_may_publish_do(ready, auditor):
    for person in (auditor, factories.applicant(), factories.decision_maker(), factories.reviewer()):
        with pytest.raises(NotAllowed):
            calls.publish_call(call=ready, by=person)


def test_publishing_twice_or_from_an_old_page_is_refused(ready, officer):
    seen = ready.version
    calls.publish_call(call=ready, by=officer, version=seen)
    with pytest.raises(StalePage):
        calls.publish_call(call=ready, by=officer, version=seen)
    with pytest.raises(StalePage):
        calls.publish_call(call=ready, by=officer)
    assert JournalEntry.objects.filter(action="publish").count() == 1


def frozen_writes(version):
    """Every way of changing what was published."""
    criterion, section, bound = version.criteria.first(), version.sections.first(), version.bounds.first()
    question = section.questions.first()
    return [
        lambda: CallVersion.objects.filter(pk=version.pk).update(summary="autre"),
        lambda: CallVersion.objects.filter(pk=version.pk).update(frozen_at=None),
        lambda: SegmentBounds.objects.filter(pk=bound.pk).update(max_cents=1_000_000_000),
        lambda: SegmentBounds.objects.filter(pk=bound.pk)._raw_delete("default"),
        lambda: Criterion.objects.filter(pk=criterion.pk).update(weight=99),
        lambda: Criterion.objects.create(version=version, position=99, label="x", weight=1),
        lambda: criterion.levels.update(description="autre"),
        lambda: CriterionLevel.objects.create(criterion=criterion, points=9, label="x", description="x"),
        lambda: criterion.levels.all()._raw_delete("default"),
        lambda: FormSection.objects.filter(pk=section.pk).update(title="autre"),
        lambda: FormSection.objects.create(version=version, position=99, slug="x", title="x"),
        lambda: Question.objects.filter(pk=question.pk).update(required=False),
        lambda: Question.objects.create(section=section, position=99, slug="x", kind="number", label="x"),
        lambda: section.questions.all()._raw_delete("default"),
    ]


@pytest.mark.parametrize("number", range(14))
def test_the_database_refuses_every_change_of_a_published_version(ready, officer, number):
    call = calls.publish_call(call=ready, by=officer)
    with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
        frozen_writes(call.version_in_force())[number]()


def test_a_criterion_cannot_be_moved_into_a_published_version(ready, officer, programme):
    frozen = calls.publish_call(call=ready, by=officer).version_in_force()
    other = Call.objects.create(programme=programme, slug="autre", title="Autre")
    draft = CallVersion.objects.create(call=other, number=1, summary="x")
    criterion = Criterion.objects.create(version=draft, position=50, label="x", weight=1)
    with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
        Criterion.objects.filter(pk=criterion.pk).update(version=frozen)


def test_a_draft_stays_free(ready):
    for number, write in enumerate(frozen_writes(ready.versions.get())):
        with transaction.atomic():
            if number not in (3, 8, 13):  # children are protected by their own keys
                write()
            transaction.set_rollback(True)


def test_the_last_version_published_is_in_force_not_the_next_draft(ready, officer):
    call = calls.publish_call(call=ready, by=officer)
    CallVersion.objects.create(call=call, number=2, summary="suite")
    assert call.version_in_force().number == 1


def test_a_call_closes_when_no_wave_takes_dossiers(ready, officer):
    call = calls.publish_call(call=ready, by=officer)
    with pytest.raises(Refusal, match="reçoit encore des dossiers"):
        calls.close_call(call=call, by=officer)
    waves.amend_wave(wave=call.waves.get(), by=officer, reason="fin anticipée", closes_at=timezone.now())
    closed = calls.close_call(call=call, by=officer)
    assert closed.state == "closed"
    assert calls.archive_call(call=closed, by=officer).state == "archived"
    with pytest.raises(Refusal, match="ne reçoit plus de vague"):
        waves.plan_wave(call=call, by=officer)


def test_who_sees_which_call(ready, officer, auditor):
    from django.contrib.auth.models import AnonymousUser

    readers = [AnonymousUser(), factories.applicant(), factories.reviewer()]
    for person in readers:
        assert not Call.objects.visible_to(person).exists()
        assert not Wave.objects.visible_to(person).exists()
    for person in (officer, auditor):
        assert ready in Call.objects.visible_to(person)
    calls.publish_call(call=ready, by=officer)
    for person in readers:
        assert ready in Call.objects.visible_to(person)
        assert Wave.objects.visible_to(person).count() == 1


@pytest.mark.parametrize(
    "values",
    [
        {"min_cents": -1},
        {"min_cents": 10, "max_cents": 5, "year_cap_cents": 5},
        {"year_cap_cents": 99_000_000},
    ],
)
def test_bounds_are_ordered(programme, values):
    call = Call.objects.create(programme=programme, slug="b", title="B")
    version = CallVersion.objects.create(call=call, number=1, summary="x")
    fields = {"min_cents": 1, "max_cents": 10, "year_cap_cents": 10, **values}
    with pytest.raises(IntegrityError), transaction.atomic():
        SegmentBounds.objects.create(version=version, segment=Segment.QPV, **fields)


def test_what_is_unique_is_unique(draft_call):
    version = draft_call.versions.get()
    criterion, section = version.criteria.first(), version.sections.first()
    question = section.questions.first()
    twins = [
        lambda: Call.objects.create(programme=draft_call.programme, slug=draft_call.slug, title="x"),
        lambda: CallVersion.objects.create(call=draft_call, number=1, summary="x"),
        lambda: Criterion.objects.create(version=version, position=criterion.position, label="x", weight=1),
        lambda: Criterion.objects.create(version=version, position=99, label="x", weight=0),
        lambda: CriterionLevel.objects.create(criterion=criterion, points=0, label="x", description="x"),
        lambda: FormSection.objects.create(version=version, position=99, slug=section.slug, title="x"),
        lambda: FormSection.objects.create(version=version, position=99, slug="pieces", title="x"),
        lambda: Question.objects.create(section=section, position=99, slug=question.slug, kind="date", label="x"),
        lambda: SegmentBounds.objects.create(
            version=version, segment=Segment.QPV, min_cents=0, max_cents=1, year_cap_cents=1
        ),
    ]
    for twin in twins:
        with pytest.raises(IntegrityError), transaction.atomic():
            twin()


def test_a_reconstruction_is_published_as_its_sources_tell_it(programme):
    call = Call.objects.create(programme=programme, slug="ancien", title="Ancien", origin="reconstruction")
    CallVersion.objects.create(call=call, number=1, summary="Vagues de 2019")
    wave = waves.plan_wave(call=call, by=None, announcement_on=datetime.date(2020, 2, 3))
    calls.publish_call(call=call, by=None)
    wave.refresh_from_db()
    assert wave.state == Wave.State.PLANNED
    wave.move("record_past_announcement", by=None, announced_at=timezone.now())
    assert wave.state == Wave.State.ANNOUNCED
