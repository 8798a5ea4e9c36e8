"""Synthetic programmes: the same seed gives the same dossiers, and every cent of them reconciles."""

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from applications.models import Application, Assignment, Review
from applications.reading import readable
from applications.sheets import criteria_of, score_hundredths
from funding.models import Agreement, Award, Instalment, Recovery, Schedule, Withdrawal
from monitoring.generation import generate
from monitoring.reconciliation import differences
from programme.models import Programme
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def generated(db):
    factories.communes()
    return generate(applications=60, seed=7)


def dossiers_of(seed):
    """What a seed writes on an empty database, without the identifiers that are drawn by chance."""
    columns = ("reference", "state", "fabrique__name", "organisation__siret", "requested_cents", "submitted_at")
    with transaction.atomic():
        generate(applications=60, seed=seed)
        rows = list(Application.objects.order_by("reference").values_list(*columns))
        money = sorted(Award.objects.values_list("application__reference", "total_cents", "state"))
        transaction.set_rollback(True)
    return rows, money


def test_the_same_seed_gives_the_same_dossiers(db):
    factories.communes()
    first = dossiers_of(7)
    assert len(first[0]) == 60
    assert dossiers_of(7) == first
    assert dossiers_of(8) != first


def test_what_is_generated_reconciles(generated):
    assert differences() == []
    assert generated.origin == "demonstration"
    assert not Schedule.objects.exclude(state="current").exists()
    assert Agreement.objects.filter(state__in=["sent", "drafted", "signed_by_beneficiary"]).exists()
    assert not Instalment.objects.filter(state="ordered").exists()


def test_sheets_follow_the_arithmetic_of_the_call(generated):
    given = Review.objects.given().select_related("assignment__application__call_version").prefetch_related("scores")
    assert given.exists()
    for review in given:
        criteria = criteria_of(review.assignment.application.call_version)
        points = {score.criterion_id: score.points for score in review.scores.all()}
        assert review.score_hundredths == score_hundredths(criteria, points)
    assert not Assignment.objects.filter(state="accepted", review=None).exists()


def test_a_dossier_reads_as_one_that_was_sent(generated):
    application = Application.objects.filter(state="in_review").first()
    blocks = readable(application.revisions.get().content)
    assert blocks[0].title == "Votre structure"
    assert any(block.plan for block in blocks)


def test_an_older_wave_is_contracted_and_paid(db):
    """Five waves of a few dossiers: the oldest have paid instalments, the latest ones sign."""
    from monitoring.generation import programme as generation

    factories.communes()
    before, generation.PER_WAVE = generation.PER_WAVE, 30
    try:
        generate(applications=150, seed=3)
    finally:
        generation.PER_WAVE = before
    assert Instalment.objects.filter(state="paid").exists()
    assert Award.objects.filter(state="in_force").exists()
    assert (Recovery.objects.get().state, Withdrawal.objects.get().state) == ("hearing", "hearing")
    assert differences() == []


def test_a_programme_grows(generated):
    generate(applications=20, seed=9, programme=generated)
    assert Programme.objects.filter(slug__startswith="genere").count() == 1
    assert Application.objects.count() == 80
    numbers = [wave.number for call in generated.calls.all() for wave in call.waves.all()]
    assert len(numbers) == len(set(numbers))
    assert differences() == []


@pytest.mark.parametrize("number", [0, 100_001])
def test_a_number_out_of_bounds_is_refused(db, number):
    with pytest.raises(CommandError, match="entre 1 et 100"):
        call_command("generate", applications=number)
