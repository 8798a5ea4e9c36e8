"""The thread of a dossier: both sides, files, templates, one mail for many; nobody else reads it."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import jobs
from accounts.errors import NotAllowed, Refusal, StalePage
from accounts.models import Membership, Notification, OutboxMessage
from applications import bulk, messaging
from applications.models import Message, MessageTemplate
from documents.uploads import UploadRefused
from tests import factories
from tests.built_once import stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    return factories.officer()


@stage
def sent(db):
    return factories.submitted()


def write(sent, by, body="Bonjour, {numero}.", **fields):
    return messaging.write(application=sent, body=body, by=by, **{"from_service": True} | fields)


def post(client, path, **data):
    return client.post(path, {"idempotency_key": uuid.uuid4().hex, **data})


def test_the_service_writes_the_words_of_the_dossier_and_the_structure_is_told(sent, officer):
    message = write(sent, officer, "Bonjour {structure}, dossier {numero}, {lieu}.")
    assert message.body == f"Bonjour {sent.organisation.name}, dossier {sent.reference}, {sent.fabrique.name}."
    told = Notification.objects.get(user=sent.created_by, event="message")
    assert told.url == f"/dossiers/{sent.public_id}/messages/" and told.mail is not None


def test_the_structure_answers_and_the_officer_in_charge_is_told(sent, officer):
    sent.officer = officer
    sent.save()
    write(sent, sent.created_by, "Voici {numero}.", from_service=False)
    assert Message.objects.get().body == "Voici {numero}."
    assert Notification.objects.get(event="message").user == officer


def test_nobody_else_writes(sent, officer):
    with pytest.raises(NotAllowed):
        write(sent, factories.applicant(), from_service=False)
    with pytest.raises(NotAllowed):
        write(sent, factories.auditor())
    reader = factories.applicant()
    Membership.objects.create(organisation=sent.organisation, user=reader, role=Membership.Role.READER)
    with pytest.raises(NotAllowed):
        write(sent, reader, from_service=False)
    assert not Message.objects.exists()


def test_a_draft_has_no_thread(officer):
    with pytest.raises(StalePage, match="courriel"):
        write(factories.draft(), officer)


@pytest.mark.parametrize("body", ["   ", "x" * 5001])
def test_empty_or_endless_is_refused_on_its_field(sent, officer, body):
    with pytest.raises(Refusal) as refused:
        write(sent, officer, body)
    assert refused.value.field == "body"


def test_a_bad_file_keeps_nothing_of_the_message(sent, officer):
    with pytest.raises(UploadRefused):
        write(sent, officer, files=[factories.upload(), factories.upload("faux.pdf", b"MZ\x90\x00 not a pdf")])
    assert not Message.objects.exists() and not Notification.objects.filter(event="message").exists()


def test_a_message_comes_back_with_its_text_when_a_file_is_refused(client, sent):
    client.force_login(sent.created_by)
    path = f"/dossiers/{sent.public_id}/messages/"
    page = post(client, path, body="Mon texte reste.", files=factories.upload("faux.pdf", b"MZ\x90"))
    assert page.status_code == 422 and "Mon texte reste." in page.content.decode()


def test_both_sides_read_the_thread_and_its_file_and_a_stranger_does_not(client, sent, officer):
    message = write(sent, officer, files=[factories.upload()])
    file_path = f"/dossiers/{sent.public_id}/messages/fichiers/{message.files.get().public_id}/"
    for person, path in ((sent.created_by, "/dossiers/{}/messages/"), (officer, "/pilotage/dossiers/{}/messages/")):
        client.force_login(person)
        assert sent.reference in client.get(path.format(sent.public_id)).content.decode()
        assert b"".join(client.get(file_path).streaming_content).startswith(b"%PDF")
    client.force_login(factories.applicant())
    assert client.get(f"/dossiers/{sent.public_id}/messages/").status_code == 404
    assert client.get(file_path).status_code == 404


def test_the_service_sees_what_became_of_the_mail(client, sent, officer):
    write(sent, officer)
    client.force_login(officer)
    path = f"/pilotage/dossiers/{sent.public_id}/messages/"
    assert "courriel en attente" in client.get(path).content.decode()
    OutboxMessage.objects.update(last_error="boîte pleine")
    assert "boîte pleine" in client.get(path).content.decode()


def test_a_template_fills_the_form_and_guards_against_a_stale_page(client, sent, officer):
    saved = messaging.save_template(template=None, title="Relance", body="Dossier {numero} : bonjour.", by=officer)
    client.force_login(officer)
    page = client.get(f"/pilotage/dossiers/{sent.public_id}/messages/?modele={saved.public_id}").content.decode()
    assert f"Dossier {sent.reference} : bonjour." in page
    messaging.save_template(template=saved, title="Relance", body="Autre", by=officer, version=saved.version)
    with pytest.raises(StalePage):
        messaging.save_template(template=saved, title="Relance", body="Perdu", by=officer, version=saved.version)
    with pytest.raises(Refusal, match="déjà ce titre"):
        messaging.save_template(template=None, title="Relance", body="Double", by=officer)
    assert MessageTemplate.objects.get().body == "Autre"


def test_writing_to_many_is_one_mail_a_person(officer):
    person = factories.applicant()
    several = [factories.submitted(by=person) for _ in range(2)]
    act = bulk.ACTS["message"]
    keys = [one.pk for one in several]
    found = bulk.preview(act=act, keys=keys, by=officer)
    before = OutboxMessage.objects.filter(recipient=person.email).count()
    job = bulk.launch(act=act, keys=keys, by=officer, data={"body": "Bonjour {numero}."}, digest=found.digest)
    jobs.run(job.pk)
    assert Message.objects.count() == 2
    mails = OutboxMessage.objects.filter(recipient=person.email)
    assert mails.count() == before + 1
    assert all(one.reference in mails.latest("pk").body for one in several)


def test_one_message_and_three_cost_the_same(client, sent, officer):
    client.force_login(officer)
    counts = []
    for number in (1, 2, 3):
        write(sent, officer, f"Message {number}", files=[factories.upload()])
        if number != 2:
            with CaptureQueriesContext(connection) as captured:
                client.get(f"/pilotage/dossiers/{sent.public_id}/messages/")
            counts.append(len(captured))
    assert counts[0] == counts[1]
