"""Dated facts of a place, and the publishing of an outcome."""

import datetime

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.errors import NotAllowed, Refusal, StalePage
from accounts.models import JournalEntry
from applications import fabriques, outcomes
from applications.models import ApplicationState, FabriqueFact
from tests import factories
from tests.applications import review_steps as steps
from tests.built_once import stage
from tests.factories import fresh

pytestmark = pytest.mark.django_db
K = FabriqueFact.Kind
S = ApplicationState
DAY = datetime.date(2021, 3, 30)


def record(place, kind, on=DAY, evidence="Arrêté FT-D-2021-00012", by=None):
    return fabriques.record_fact(fabrique=place, kind=kind, effective_on=on, evidence=evidence, by=by)


@pytest.fixture
def place():
    return factories.draft().fabrique


def test_a_life_in_order(place):
    officer = factories.officer()
    for days, kind in enumerate([K.SELECTED, K.CONTRACTED, K.OPENED, K.CLOSED, K.LEFT]):
        fact = record(place, kind, DAY + datetime.timedelta(days), by=officer)
        assert fact.recorded_by == officer
    assert place.facts.count() == 5
    assert JournalEntry.objects.filter(action="record_fact", subject_id=place.pk).count() == 5


def test_a_place_may_be_open_before_it_is_selected(place):
    record(place, K.OPENED, DAY)
    record(place, K.SELECTED, DAY + datetime.timedelta(400))


@pytest.mark.parametrize(("kind", "before"), [(K.CONTRACTED, K.SELECTED), (K.CLOSED, K.OPENED), (K.LEFT, K.SELECTED)])
def test_a_fact_wants_the_one_before_it_and_its_order(place, kind, before):
    with pytest.raises(Refusal, match="Notez d’abord"):
        record(place, kind)
    record(place, before, DAY)
    with pytest.raises(Refusal, match="ne peut pas précéder"):
        record(place, kind, DAY - datetime.timedelta(1))
    record(place, kind, DAY)


def test_the_same_fact_twice_is_one_and_another_date_is_refused(place):
    first = record(place, K.SELECTED)
    assert record(place, K.SELECTED, evidence="Autre preuve") == first
    with pytest.raises(Refusal, match="déjà noté au 30"):
        record(place, K.SELECTED, DAY + datetime.timedelta(1))
    assert place.facts.count() == 1


def test_a_fact_has_its_proof_and_is_not_to_come(place):
    with pytest.raises(Refusal, match="preuve"):
        record(place, K.OPENED, evidence="  ")
    with pytest.raises(Refusal, match="à venir"):
        record(place, K.OPENED, timezone.localdate() + datetime.timedelta(1))
    assert not place.facts.exists()


@pytest.mark.parametrize("role", ["applicant", "reviewer", "auditor", "finance_officer", "panel_chair"])
def test_facts_are_recorded_by_officers_and_who_announces(place, role):
    with pytest.raises(NotAllowed):
        record(place, K.SELECTED, by=getattr(factories, role)())
    record(place, K.SELECTED, by=factories.decision_maker())


def test_facts_are_never_rewritten(place):
    record(place, K.SELECTED)
    for act in (lambda: place.facts.update(evidence="Autre"), lambda: place.facts.all().delete()):
        with pytest.raises(IntegrityError), transaction.atomic():
            act()


@pytest.mark.parametrize("broken", [{"evidence": ""}, {}])
def test_the_database_refuses_a_fact_without_proof_or_twice(place, broken):
    record(place, K.SELECTED)
    fields = {"fabrique": place, "kind": K.OPENED if broken else K.SELECTED, "effective_on": DAY, "evidence": "Acte"}
    with pytest.raises(IntegrityError), transaction.atomic():
        FabriqueFact.objects.create(**fields | broken)


# --- Outcomes ------------------------------------------------------------------------------------------------------


@stage
def reviewed(db):
    dossier, asked = steps.sent_dossier()
    for assignment in asked:
        steps.give(assignment)
    return fresh(dossier)


def publish(dossier, act, by=None, **fields):
    return outcomes.publish(
        application=dossier, act=act, by=by or factories.decision_maker(), at=timezone.now(), **fields
    )


@pytest.mark.parametrize(
    ("act", "fields", "state"),
    [
        ("award", {}, S.AWARDED),
        ("waitlist", {"until": datetime.date(2031, 6, 30), "rank": 2}, S.WAITLISTED),
        ("refusal", {"ground": "Note insuffisante."}, S.REFUSED),
        ("deferral", {"ground": "Gouvernance à préciser."}, S.DEFERRED),
    ],
)
def test_an_outcome_is_published(reviewed, act, fields, state):
    done = publish(reviewed, act, **fields)
    assert done.state == state and done.published_at
    assert done.outcome_ground == fields.get("ground", "")
    assert done.waitlist_rank == fields.get("rank")


def test_a_waitlisted_dossier_may_be_awarded_later(reviewed):
    publish(reviewed, "waitlist", until=datetime.date(2031, 6, 30), rank=1)
    assert publish(reviewed, "award").waitlisted_until is None


def test_an_outcome_says_what_it_must(reviewed):
    with pytest.raises(Refusal, match="motif"):
        publish(reviewed, "refusal", ground=" ")
    with pytest.raises(Refusal, match="liste complémentaire"):
        publish(reviewed, "waitlist", rank=1)
    with pytest.raises(ValueError, match="unknown act"):
        publish(reviewed, "perhaps")
    assert fresh(reviewed).state == S.REVIEWED


def test_an_outcome_is_published_once_and_only_after_review(reviewed):
    publish(reviewed, "award")
    with pytest.raises(StalePage):
        publish(reviewed, "refusal", ground="Trop tard")
    dossier, _ = steps.sent_dossier()
    with pytest.raises(StalePage):
        publish(dossier, "award")


@pytest.mark.parametrize("role", ["officer", "reviewer", "panel_chair", "auditor"])
def test_only_who_decides_publishes(reviewed, role):
    with pytest.raises(NotAllowed):
        publish(reviewed, "award", by=getattr(factories, role)())
