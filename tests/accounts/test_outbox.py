"""Mail: written with the act, sent at least once, tried again ever later, bounced when it is refused for good."""

import datetime

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone

from accounts import delivery, notify
from accounts.errors import NotAllowed
from accounts.models import BouncedAddress, Event, Notification, OutboxMessage
from tests import factories
from tests.accounts.smtp import MailServer

pytestmark = pytest.mark.django_db
MINUTE = datetime.timedelta(minutes=1)


@pytest.fixture
def server(settings):
    with MailServer() as running:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", running.port
        yield running


def written(key="accuse:1", recipient="a@exemple.test"):
    return notify.notify(Event.RECEIPT, key=key, recipient=recipient, subject="Reçu", body="Bonjour")


def row():
    return OutboxMessage.objects.get(key="accuse:1")


def label():
    return delivery.state_of(row())[0]


def test_one_key_is_one_mail():
    assert written().pk == written().pk
    assert OutboxMessage.objects.count() == 1


def test_the_row_goes_with_the_act():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        written()
        raise ZeroDivisionError
    assert not OutboxMessage.objects.exists()


def test_sending_twice_sends_once(server):
    message = written()
    assert label() == "En attente"
    delivery.send(message.pk)
    delivery.send(message.pk)
    (sent,) = server.received
    assert sent["Message-ID"] == message.message_id and label() == "Envoyé"


def test_the_message_id_follows_from_the_key_and_cannot_be_guessed():
    first = notify.new_mail("accuse:1", "a@exemple.test", "Reçu", "Bonjour").message_id
    assert first == notify.new_mail("accuse:1", "b@exemple.test", "Autre", "Texte").message_id
    assert first != notify.new_mail("accuse:2", "a@exemple.test", "Reçu", "Bonjour").message_id
    assert first.startswith("<accuse.1.") and len(first.split("@")[0]) > len("<accuse.1.") + 15


def test_a_message_whose_row_is_gone_is_nothing(server):
    delivery.send(999_999)
    assert server.received == []


def test_a_server_that_is_down_loses_nothing_and_is_asked_ever_later(server):
    message, start = written(), timezone.now()
    server.dead = "421 4.3.2 arrêt pour entretien"
    with time_machine.travel(start, tick=False) as clock:
        waits = []
        for _ in range(delivery.MAX_ATTEMPTS):
            delivery.send(message.pk)
            found = row()
            assert found.sent_at is None and "421" in found.last_error
            if found.next_try_at is None:
                break
            waits.append((found.next_try_at - timezone.now()) / MINUTE)
            clock.move_to(found.next_try_at - MINUTE / 2)
            assert delivery.sweep() == 0 and label() == "Réessayé", "not before its time"
            assert "prochain essai le" in delivery.explained(found)
            clock.move_to(found.next_try_at)
        assert waits == [1, 3, 9, 27, 81, 243, 360, 360, 360]
        assert label() == "Abandonné" and delivery.sweep() == 0
        server.dead = ""
        with pytest.raises(NotAllowed):
            delivery.retry_stuck(by=factories.auditor())
        assert delivery.retry_stuck(by=factories.officer()) == 1
        assert delivery.sweep() == 1 and label() == "Envoyé"
    assert [sent["Message-ID"] for sent in server.received] == [message.message_id]


def test_nobody_listening_is_tried_again(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    delivery.send(written().pk)
    assert label() == "Réessayé" and not BouncedAddress.objects.exists()


def test_a_temporary_refusal_of_the_address_is_tried_again(server):
    server.refusals = {"a@exemple.test": "450 4.2.1 boîte pleine"}
    delivery.send(written().pk)
    assert label() == "Réessayé" and "4.2.1" in row().last_error
    server.refusals = {}
    with time_machine.travel(row().next_try_at):
        assert delivery.sweep() == 1
    assert label() == "Envoyé"


def test_a_permanent_refusal_is_a_bounce_at_once_and_tells_the_staff(server):
    server.refusals = {"a@exemple.test": "550 5.1.1 adresse inconnue"}
    officer = factories.officer()
    delivery.send(written().pk)
    found = row()
    assert found.bounced_at and label() == "Revenu" and "5.1.1 adresse inconnue" in found.last_error
    assert BouncedAddress.objects.get().email == "a@exemple.test"
    told = Notification.objects.get(user=officer)
    assert "a@exemple.test" in told.body and "5.1.1" in told.body and "téléphone" in told.body
    with time_machine.travel(timezone.now() + datetime.timedelta(days=2)):
        assert found.pk not in OutboxMessage.objects.filter(delivery.due(timezone.now())).values_list("pk", flat=True)


def test_a_refused_sender_is_our_fault_not_the_address(server, settings):
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "compte", "faux"
    delivery.send(written().pk)
    assert label() == "Réessayé" and not BouncedAddress.objects.exists()


def test_due_mail_to_an_address_that_refused_tells_the_staff(server):
    officer = factories.officer()
    server.refusals = {"a@exemple.test": "550 5.1.1 inconnue"}
    delivery.send(written().pk)
    server.refusals = {}
    delivery.send(written("accuse:2", "A@exemple.test").pk)
    assert Notification.objects.filter(user=officer).count() == 2


def test_the_sweep_takes_what_the_broker_forgot(server):
    written()
    assert delivery.sweep() == 0, "a fresh row is left to the worker"
    OutboxMessage.objects.update(created_at=timezone.now() - MINUTE)
    assert delivery.sweep() == 1 and len(server.received) == 1


def test_a_worker_that_died_is_followed_by_another(server):
    message = written()
    OutboxMessage.objects.update(claimed_at=timezone.now(), attempts=1)
    delivery.send(message.pk)
    assert server.received == [], "another worker holds it"
    with time_machine.travel(timezone.now() + delivery.CLAIM + MINUTE):
        assert delivery.sweep() == 1
    assert len(server.received) == 1


# --- What the staff sees -------------------------------------------------------------------------------------------


def test_the_staff_sees_each_state_and_what_to_do(client, server):
    server.refusals = {"absente": "550 5.1.1 inconnue", "pleine": "450 4.2.1 pleine"}
    for name in ("absente", "pleine", "bonne"):
        delivery.send(written(f"m:{name}", f"{name}@exemple.test").pk)
    client.force_login(factories.auditor())
    page = client.get("/pilotage/courriels/?droits=oui").content.decode()
    for words in ("Revenu", "Réessayé", "Envoyé", "prochain essai le", "L’adresse refuse", "1\xa0adresse en défaut"):
        assert words in page, words
    page = client.get("/pilotage/courriels/?etat=revenu").content.decode()
    assert "absente@" in page and "bonne@" not in page
    assert b"absente@" in b"".join(client.get("/pilotage/courriels/?format=csv").streaming_content)


def test_an_address_is_known_to_the_staff_to_her_and_to_her_managers(client, server):
    owner, editor, officer = factories.applicant(), factories.applicant(), factories.officer()
    structure = factories.organisation(owner)
    structure.memberships.create(user=editor, role="editor")
    server.refusals = {editor.email: "550 5.1.1 inconnue"}
    delivery.send(written(recipient=editor.email).pk)
    for person, address, words in (
        (owner, structure.get_absolute_url(), "reviennent depuis"),
        (officer, structure.get_absolute_url(), "reviennent depuis"),
        (editor, "/notifications/", "reviennent"),
        (officer, "/pilotage/courriels/adresses/", "5.1.1 inconnue"),
    ):
        client.force_login(person)
        assert words in client.get(address).content.decode(), (person, address)
    client.force_login(editor)
    assert "reviennent depuis" not in client.get(structure.get_absolute_url()).content.decode()
    found = BouncedAddress.objects.get()
    client.force_login(officer)
    client.post(f"/pilotage/courriels/adresses/{found.public_id}/", {"idempotency_key": "e" * 32})
    assert not BouncedAddress.objects.exists()


def test_the_mails_of_a_dossier_and_of_a_structure_are_found_from_their_pages(client):
    owner, dossier = factories.applicant(), "0b54a1f4-5f0d-4cf0-8a63-5f1f0e6d5b1a"
    structure = factories.organisation(owner)
    told = [(owner, "/mes-dossiers/"), (factories.applicant(), f"/dossiers/{dossier}/")]
    for number, (person, url) in enumerate(told):
        fields = {"subject": f"Objet {number}", "body": "Texte", "url": url}
        notify.notify(Event.TEAM, key=f"m:{number}", recipient=person, **fields)
    client.force_login(factories.officer())
    for query, seen, unseen in ((f"structure={structure.public_id}", 0, 1), (f"fil={dossier}", 1, 0)):
        page = client.get(f"/pilotage/courriels/?{query}").content.decode()
        assert f"Objet {seen}" in page and f"Objet {unseen}" not in page
    assert f"structure={structure.public_id}" in client.get(structure.get_absolute_url()).content.decode()
