"""Rules set aside, each with its reason; and a deferral that names its wave."""

import datetime

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.errors import NotAllowed, Refusal, StalePage
from applications.models import Assignment
from documents.models import Document
from programme.models import Wave
from selection.decisions import sign_wave
from selection.deferrals import name_wave, waves_to_come
from selection.derogations import record_derogation
from selection.models import Decision, Derogation, PreparedOutcome
from selection.outcomes import adopt, prepare
from tests import factories
from tests.selection.conftest import build, meet, propose, wait

pytestmark = pytest.mark.django_db


def record(panel, **fields):
    fields = {
        "wave": panel.wave,
        "rule": "deadline",
        "reason": "Panne mesurée du service.",
        "by": panel.officer,
        **fields,
    }
    return record_derogation(**fields)


def test_a_derogation_has_a_reason_a_day_and_an_author(panel):
    kept = record(panel, application=panel.dossiers[0], basis="Article 4 de l’appel")
    assert (kept.recorded_by, kept.decided_on) == (panel.officer, timezone.localdate())
    with pytest.raises(Refusal, match="motif"):
        record(panel, reason="  ")
    with pytest.raises(Refusal, match="corrigez la date"):
        record(panel, decided_on=timezone.localdate() + datetime.timedelta(days=1))


def test_the_auditor_reads_them_all_and_writes_none(panel):
    kept = record(panel)
    auditor = factories.auditor()
    assert list(Derogation.objects.visible_to(auditor)) == [kept]
    for person in (auditor, factories.finance_officer(), factories.reviewer()):
        with pytest.raises(NotAllowed):
            record(panel, by=person)
    assert not Derogation.objects.visible_to(factories.applicant()).exists()


def test_who_declared_a_tie_neither_reads_nor_writes_it(panel):
    kept = record(panel, application=panel.dossiers[0])
    Assignment.objects.create(application=panel.dossiers[0], reviewer=panel.officer, state="recused")
    assert kept not in Derogation.objects.visible_to(panel.officer)
    with pytest.raises(NotAllowed):
        record(panel, application=panel.dossiers[0])


def test_the_signature_writes_the_departures_from_the_ranking_and_the_capacity(db):
    panel = build(ranks=3, capacity=1)
    meet(panel)
    first, second, third = panel.dossiers
    wait(panel, first, departure_reason="Deux lieux déjà aidés dans l’arrondissement.")
    propose(panel, second)
    propose(panel, third)
    adopt(wave=panel.wave, by=panel.officer, reason_if_over_capacity="Crédits relevés par le plan de relance.")
    assert not Derogation.objects.exists()
    sign_wave(wave=panel.wave, by=panel.signatory)
    ranking, capacity = Derogation.objects.order_by("pk")
    assert (ranking.rule, ranking.application, ranking.recorded_by) == ("ranking", first, panel.signatory)
    assert ranking.decision == Decision.objects.get(application=first)
    assert (capacity.rule, capacity.reason) == ("capacity", "Crédits relevés par le plan de relance.")


def test_the_database_never_changes_one(panel):
    kept = record(panel)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Derogation.objects.filter(pk=kept.pk).update(reason="Autre")
    with pytest.raises(IntegrityError, match="derogation_has_reason"), transaction.atomic():
        Derogation.objects.create(wave=panel.wave, rule="other", reason="", decided_on=timezone.localdate())


# --- Deferral to a named wave ------------------------------------------------------------------------------------


def later_wave(panel, **fields):
    now = timezone.now()
    fields = {
        "number": panel.wave.number + 1,
        "opens_at": now + datetime.timedelta(days=10),
        "closes_at": now + datetime.timedelta(days=40),
        **fields,
    }
    return Wave.objects.create(call=panel.wave.call, **fields)


def deferred(panel, dossier):
    return prepare(application=dossier, outcome="deferred", ground="Bail. Il reste à signer.", by=panel.officer)


def test_a_deferral_names_its_wave_and_what_to_improve_and_the_letter_says_it(panel):
    meet(panel)
    wave = later_wave(panel)
    first, second, third, fourth = panel.dossiers
    propose(panel, first)
    wait(panel, second)
    wait(panel, third)
    deferred(panel, fourth)
    name_wave(
        application=fourth, wave=wave, improvements="Joindre le bail signé.\nChiffrer l’animation.", by=panel.officer
    )
    adopt(wave=panel.wave, by=panel.officer)
    sign_wave(wave=panel.wave, by=panel.signatory)
    decision = Decision.objects.get(application=fourth)
    assert (decision.deferred_to, decision.improvements.count("\n")) == (wave, 1)
    letter = Document.objects.about(decision).get().letter
    assert letter.deferred_to == f"vague {wave.number}"
    assert [item.title for item in letter.improvements] == ["Joindre le bail signé.", "Chiffrer l’animation."]
    assert f"vague {wave.number}" in letter.next_step


def test_only_a_deferral_names_a_wave_and_leaves_it_with_its_outcome(panel):
    meet(panel)
    wave = later_wave(panel)
    dossier = panel.dossiers[0]
    wait(panel, dossier)
    with pytest.raises(StalePage, match="ajournement"):
        name_wave(application=dossier, wave=wave, improvements="x", by=panel.officer)
    deferred(panel, dossier)
    name_wave(application=dossier, wave=wave, improvements="x", by=panel.officer)
    wait(panel, dossier)
    assert PreparedOutcome.objects.get(application=dossier).deferred_to is None


def test_the_wave_is_one_of_the_call_whose_deposit_is_not_over(panel):
    meet(panel)
    deferred(panel, panel.dossiers[0])
    past = timezone.now() - datetime.timedelta(days=1)
    over = later_wave(panel, opens_at=past - datetime.timedelta(days=9), closes_at=past)
    elsewhere = factories.wave()
    for wave in (over, elsewhere, panel.wave):
        with pytest.raises(Refusal, match="pas clos"):
            name_wave(application=panel.dossiers[0], wave=wave, improvements="x", by=panel.officer)
    open_ended = later_wave(panel, number=9, opens_at=None, closes_at=None)
    assert list(waves_to_come(panel.wave)) == [open_ended]
    with pytest.raises(Refusal, match="améliorer"):
        name_wave(application=panel.dossiers[0], wave=open_ended, improvements=" ", by=panel.officer)
