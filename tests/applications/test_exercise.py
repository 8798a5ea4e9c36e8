"""The calibration exercise: examples written by staff, scored by reviewers who see the reference afterwards."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.errors import NotAllowed, Refusal, StalePage
from applications import reviewing
from applications.evaluations import exercise
from applications.evaluations.filling import IncompleteSheet
from applications.evaluations.reference import beside
from applications.models import Assignment, ExerciseScore, ExerciseSheet, WorkedExample
from applications.sheets import criteria_of
from programme import editing, editing_criteria
from tests import factories
from tests.applications import review_steps as steps
from tests.factories import fresh

pytestmark = pytest.mark.django_db
WHY = "Le porteur a deux engagements écrits."


@pytest.fixture
def asked():
    """An accepted assignment of a call that asks for the exercise, and the officer who writes examples."""
    call = factories.draft_call(exercise_required=True)
    _, [one, _two] = steps.sent_dossier(call=call)
    return steps.accept(one), factories.officer()


def scores_of(version, points=3, reason=WHY):
    criteria = criteria_of(version)
    return {"points": {one.pk: points for one in criteria}, "reasons": {one.pk: reason for one in criteria}}


def example_of(version, by, *, published=True, title="Un lieu inventé", points=3):
    row = exercise.write_example(
        version=version, title=title, text="Ce que dit ce lieu.", by=by, **scores_of(version, points)
    )
    return exercise.publish_example(example=row, by=by) if published else row


def test_no_sheet_is_written_before_the_examples_that_the_call_asks_for(asked):
    one, officer = asked
    version = one.application.call_version
    # Asked for, and nothing is published yet: nobody is held back.
    reviewing.save_review(assignment=one, by=one.reviewer, version=None, **steps.full_sheet(one))
    example_of(version, officer, published=False, title="En brouillon")
    row = example_of(version, officer)
    for verb in (reviewing.save_review, reviewing.submit_review):
        with pytest.raises(Refusal, match="exercice de calibrage"):
            verb(assignment=one, by=one.reviewer, version=None, **steps.full_sheet(one))
    exercise.score_example(example=row, by=one.reviewer, **scores_of(version, 2))
    assert steps.give(one, 3).score_hundredths == 7_500


def test_the_reference_is_read_after_ones_own(asked, client):
    one, officer = asked
    version = one.application.call_version
    row = example_of(version, officer, points=4)
    client.force_login(one.reviewer)
    sheet = client.get(f"/evaluations/{one.public_id}/")
    assert (sheet.status_code, sheet.url) == (302, "/evaluations/exercice/")
    page = client.get(f"/evaluations/exercice/{row.public_id}/").content.decode()
    assert WHY not in page
    data = {"idempotency_key": "a" * 32}
    for criterion in criteria_of(version):
        data |= {f"points_{criterion.pk}": 2, f"reason_{criterion.pk}": "Je doute du budget."}
    bad = client.post(f"/evaluations/exercice/{row.public_id}/", data | {f"reason_{criterion.pk}": ""})
    assert bad.status_code == 422
    answer = client.post(f"/evaluations/exercice/{row.public_id}/", data | {"idempotency_key": "b" * 32}, follow=True)
    page = answer.content.decode().replace("\u00a0", " ")
    assert WHY in page
    assert "Je doute du budget." in page
    assert "2 points au-dessous" in page
    assert client.get(f"/evaluations/{one.public_id}/").status_code == 200


def test_an_example_is_scored_once_and_whole(asked):
    one, officer = asked
    version = one.application.call_version
    row = example_of(version, officer)
    with pytest.raises(IncompleteSheet):
        exercise.score_example(example=row, by=one.reviewer, **scores_of(version, reason=" "))
    assert not ExerciseSheet.objects.exists()
    exercise.score_example(example=row, by=one.reviewer, **scores_of(version, 2))
    with pytest.raises(StalePage):
        exercise.score_example(example=row, by=one.reviewer, **scores_of(version, 4))
    for act in (ExerciseScore.objects.all().delete, lambda: ExerciseSheet.objects.update(reviewer=officer)):
        with pytest.raises(IntegrityError), transaction.atomic():
            act()


def test_the_distance_to_the_reference_is_exact(asked):
    one, officer = asked
    version = one.application.call_version
    row = example_of(version, officer, points=4)
    sheet = exercise.score_example(example=row, by=one.reviewer, **scores_of(version, 3))
    seen = beside(criteria_of(version), row.references.all(), sheet.scores.all())
    assert (seen.mine, seen.wanted, seen.gap) == (7_500, 10_000, -2_500)
    assert {line.gap for line in seen.rows} == {-1}


def test_a_published_example_is_fixed_and_may_be_withdrawn(asked):
    one, officer = asked
    version = one.application.call_version
    row = example_of(version, officer)
    with pytest.raises(StalePage, match="ne change plus"):
        exercise.write_example(version=version, example=row, title="Autre", text="x", by=officer, **scores_of(version))
    exercise.withdraw_example(example=row, by=officer)
    assert not exercise.is_due(version, one.reviewer)
    assert not exercise.examples_for(one.reviewer).exists()
    with pytest.raises(StalePage):
        exercise.score_example(example=row, by=one.reviewer, **scores_of(version))


def test_an_incomplete_example_is_not_published_and_a_draft_may_change(asked):
    one, officer = asked
    version = one.application.call_version
    empty = {"points": {}, "reasons": {}}
    row = exercise.write_example(version=version, title="Un lieu", text="Il dit.", by=officer, **empty)
    with pytest.raises(IncompleteSheet):
        exercise.publish_example(example=row, by=officer)
    with pytest.raises(StalePage):
        exercise.write_example(
            version=version, example=row, title="Un lieu", text="Il dit.", by=officer, page_version=7, **empty
        )
    exercise.write_example(version=version, example=row, title="Le lieu", text="Il dit.", by=officer, **empty)
    assert fresh(row).title == "Le lieu"
    with pytest.raises(Refusal, match="porte ce titre"):
        exercise.write_example(version=version, title="Le lieu", text="Il dit.", by=officer, **empty)


def test_only_those_who_prepare_the_call_write_examples_of_a_published_one(asked):
    one, officer = asked
    version = one.application.call_version
    with pytest.raises(NotAllowed):
        example_of(version, factories.reviewer())
    with pytest.raises(Refusal, match="Publiez d’abord"):
        example_of(factories.draft_call().versions.get(), officer)
    assert not WorkedExample.objects.exists()


def test_reviewers_read_the_examples_of_their_own_dossiers_alone(asked, client):
    one, officer = asked
    row = example_of(one.application.call_version, officer)
    assert list(exercise.examples_for(one.reviewer)) == [row]
    stranger = factories.reviewer()
    assert not exercise.examples_for(stranger).exists()
    client.force_login(stranger)
    assert client.get(f"/evaluations/exercice/{row.public_id}/").status_code == 404


def test_examples_follow_the_call_to_its_next_version(asked):
    one, officer = asked
    version = one.application.call_version
    row = example_of(version, officer)
    with pytest.raises(Refusal, match="à reprendre"):
        exercise.take_up_examples(version=version, by=officer)
    new = editing.start_revision(call=fresh(version.call), by=officer)
    first = new.criteria.order_by("position").first()
    levels = list(first.levels.values_list("points", "label", "description"))
    editing_criteria.edit_criterion(criterion=first, label="Autre nom", weight=1, levels=levels, by=officer)
    editing.publish_revision(version=new, note="Un critère change de nom.", by=officer)
    [copy] = exercise.take_up_examples(version=fresh(new), by=officer)
    assert (copy.title, copy.published_at) == (row.title, None)
    kept = {score.criterion.label: score.points for score in copy.references.all()}
    assert kept.pop("Autre nom") is None
    assert set(kept.values()) == {3}
    with pytest.raises(IncompleteSheet):
        exercise.publish_example(example=copy, by=officer)


def test_staff_write_publish_and_read_what_was_given(asked, client):
    one, officer = asked
    version = one.application.call_version
    slug = version.call.slug
    client.force_login(officer)
    data = {"idempotency_key": "a" * 32, "title": "Un lieu solide", "text": "Il dit tout.", "publish": "1"}
    for criterion in criteria_of(version):
        data |= {f"points_{criterion.pk}": 4, f"reason_{criterion.pk}": WHY}
    missing = data | {f"reason_{criterion.pk}": ""}
    assert client.post(f"/pilotage/appels/{slug}/exemples/nouveau/", missing).status_code == 422
    # Published whole or not at all; a draft may lack anything, and is published from its own page.
    assert not WorkedExample.objects.exists()
    draft = {name: value for name, value in missing.items() if name != "publish"} | {"idempotency_key": "b" * 32}
    assert client.post(f"/pilotage/appels/{slug}/exemples/nouveau/", draft).status_code == 302
    row = WorkedExample.objects.get()
    assert WHY in client.get(f"/pilotage/exemples/{row.public_id}/").content.decode()
    data |= {"idempotency_key": "c" * 32, "version": row.version}
    assert client.post(f"/pilotage/exemples/{row.public_id}/", data).status_code == 302
    assert fresh(row).is_open
    exercise.score_example(example=row, by=one.reviewer, **scores_of(version, 3))
    page = client.get(f"/pilotage/exemples/{row.public_id}/").content.decode()
    assert str(one.reviewer) in page
    assert "-25,00" in page
    assert client.get(f"/pilotage/appels/{slug}/exemples/").status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_the_desk_asks_the_same_number_of_questions_whatever_the_examples(count, asked, client):
    one, officer = asked
    for number in range(count):
        example_of(one.application.call_version, officer, title=f"Exemple {number}")
    client.force_login(one.reviewer)
    client.get("/evaluations/exercice/")
    with CaptureQueriesContext(
        connection,
    ) as asked_queries:
        client.get("/evaluations/exercice/")
    assert len(asked_queries) <= 7, [query["sql"] for query in asked_queries]
    assert Assignment.objects.exists()
