"""Acts whose letter is not there: found, asked for once, whoever looks at the same time."""

import datetime
from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from django.db import connection, connections
from django.utils import timezone

from accounts.models import Organisation
from documents import missing
from documents.missing import SOURCES
from documents.models import Document, DocumentContent, FormalNotification, NumberCounter, UnwrittenLetter
from documents.tasks import ask_missing
from selection.appeals import lodge
from selection.decisions import announce, letters_of, sign_wave
from selection.models import Decision
from selection.outcomes import adopt
from tests import factories
from tests.guards import triggers_aside
from tests.selection.after import announced, opened
from tests.selection.conftest import build, make_letters, member_of, prepare_all

pytestmark = pytest.mark.django_db


def signed_wave(panel):
    prepare_all(panel)
    adopt(wave=panel.wave, by=panel.officer)
    sign_wave(wave=panel.wave, by=panel.signatory)
    return panel


def remove_letters(decisions):
    """As a repair by hand would: the rows are gone, and their numbers stay given."""
    with triggers_aside(connection):
        letters = letters_of(decisions)
        FormalNotification.objects.filter(document__in=letters).delete()
        DocumentContent.objects.filter(document__in=letters).delete()
        letters.delete()


def facts_by_subject():
    return {
        one.subject_id: (one.kind, one.facts["letter"]) for one in Document.objects.filter(kind__endswith="_letter")
    }


def test_nothing_is_missing_after_a_signature(panel):
    signed_wave(panel)
    assert {key: source.find().count() for key, source in SOURCES.items()} == dict.fromkeys(SOURCES, 0)
    assert missing.ask_all() == 0


def test_letters_that_were_removed_are_asked_for_with_the_same_words(panel):
    signed_wave(panel)
    before = facts_by_subject()
    remove_letters(Decision.objects.all())
    assert SOURCES["decision"].find().count() == 4
    ask_missing()
    assert facts_by_subject() == before
    assert Document.objects.values("number").distinct().count() == 4
    assert sorted(Document.objects.values_list("number", flat=True))[0].endswith("00005")
    assert NumberCounter.objects.get(name="FT").last == 8
    assert missing.ask_all() == 0


def test_a_decision_that_never_had_one_gets_it(panel, monkeypatch):
    """Signed by a version of the service that forgot to ask."""
    from selection import decisions

    monkeypatch.setattr(decisions, "ask_for", lambda decision, facts, by: None)
    monkeypatch.setattr(decisions, "follow", lambda wave, documents, by: None)
    signed_wave(panel)
    monkeypatch.undo()
    assert not Document.objects.exists()
    assert missing.ask_all() == 4
    make_letters(panel.wave)
    assert announce(wave=panel.wave, by=panel.signatory) == 4


def test_a_letter_found_missing_after_the_announcement_is_handed_over_at_once():
    panel = announced()
    wanted = Decision.objects.filter(wave=panel.wave)[:1]
    remove_letters(Decision.objects.filter(pk__in=[one.pk for one in wanted]))
    assert missing.ask_all() == 1
    letter = Document.objects.about(wanted[0]).get()
    assert letter.released_at is not None
    assert letter.rendered_at is None


def test_one_that_cannot_be_written_leaves_the_others(panel):
    signed_wave(panel)
    remove_letters(Decision.objects.all())
    Organisation.objects.filter(pk=panel.dossiers[0].organisation_id).update(address="", postal_code="", city="")
    assert missing.ask_all() == 3
    assert SOURCES["decision"].find().get().application_id == panel.dossiers[0].pk


def without_an_address(panel, count):
    """Dossiers whose letter cannot be written: their structure has no address left."""
    for dossier in panel.dossiers[:count]:
        Organisation.objects.filter(pk=dossier.organisation_id).update(address="", postal_code="", city="")


def test_those_that_cannot_be_written_never_hold_the_others_back(panel, monkeypatch):
    """Three stuck ahead, and two at most in one batch: the fourth is reached in the same sweep."""
    monkeypatch.setattr(missing, "BATCH", 2)
    signed_wave(panel)
    remove_letters(Decision.objects.all())
    without_an_address(panel, 3)
    assert missing.ask_all() == 1
    assert {one.subject_id for one in Document.objects.filter(subject_type="selection.Decision")} == {
        Decision.objects.get(application=panel.dossiers[3]).pk
    }


def test_what_could_not_be_written_says_why_and_is_tried_again_an_hour_later(panel, client):
    signed_wave(panel)
    remove_letters(Decision.objects.all())
    without_an_address(panel, 1)
    missing.ask_all()
    row = UnwrittenLetter.objects.get()
    assert "adresse de la structure" in row.why and row.tries == 1
    client.force_login(panel.officer)
    assert "adresse de la structure" in client.get("/pilotage/courriers/?vague=toutes").content.decode()
    Organisation.objects.filter(pk=panel.dossiers[0].organisation_id).update(address="1 rue du Lieu", city="Thiers")
    assert missing.ask_all() == 0
    with time_machine.travel(timezone.now() + datetime.timedelta(minutes=61)):
        assert missing.ask_all() == 1
    assert not UnwrittenLetter.objects.exists()


def test_a_person_who_asks_has_them_tried_at_once(panel):
    signed_wave(panel)
    remove_letters(Decision.objects.all())
    without_an_address(panel, 1)
    missing.ask_all()
    Organisation.objects.filter(pk=panel.dossiers[0].organisation_id).update(address="1 rue du Lieu", city="Thiers")
    assert missing.ask_all(by=panel.officer) == 1


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_ask_once():
    panel = signed_wave(build())
    remove_letters(Decision.objects.filter(wave=panel.wave))

    def sweep(_):
        try:
            return missing.ask_all()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(3) as pool:
        done = list(pool.map(sweep, range(3)))
    assert sum(done) == 4
    assert Document.objects.filter(subject_type="selection.Decision").count() == 4
    numbers = sorted(int(number[-5:]) for number in Document.objects.values_list("number", flat=True))
    assert numbers == [5, 6, 7, 8]


def test_a_receipt_of_an_appeal_is_asked_for_again():
    panel = announced()
    decision = opened(panel.refused[0])
    appeal = lodge(
        decision=decision, kind="gracious", grounds="Nos partenaires ont écrit.", by=member_of(panel.refused[0])
    )
    with triggers_aside(connection):
        Document.objects.about(appeal).delete()
    assert SOURCES["appeal"].find().get() == appeal
    assert missing.ask_all() == 1
    receipt = Document.objects.about(appeal).get()
    assert receipt.letter.number == appeal.number
    assert timezone.localdate(receipt.released_at) == timezone.localdate(appeal.recorded_at)
    assert factories.fresh(appeal).number == appeal.number
