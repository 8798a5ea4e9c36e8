"""Telling people: in the service and by mail as they prefer; rights always by mail; many things in one mail."""

import datetime
import uuid
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts import digests, notifications
from accounts.errors import Refusal
from accounts.models import Delivery, Event, Notification, NotificationPreference, OutboxMessage
from accounts.notify import notify, together
from tests import factories

pytestmark = pytest.mark.django_db
PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture
def person():
    return factories.applicant()


def tell(person, key="essai:1", event=Event.TEAM, **fields):
    return notify(
        event, key=key, recipient=person, **{"subject": "Objet", "body": "Texte", "url": "/mes-dossiers/"} | fields
    )


def mails():
    return OutboxMessage.objects.order_by("pk")


def choose(person, delivery, event=Event.TEAM):
    notifications.choose(by=person, deliveries={event: delivery})


def test_at_once_by_default_here_and_by_mail_and_only_once(person):
    tell(person)
    tell(person)
    assert mails().count() == Notification.objects.count() == 1
    assert Notification.objects.get().mail == mails().get()


def test_somebody_without_an_account_is_mailed():
    notify(Event.ACCOUNT, key="essai:2", recipient="dehors@exemple.test", subject="Objet", body="Texte")
    assert mails().get().recipient == "dehors@exemple.test"
    assert not Notification.objects.exists()


def test_here_only_sends_no_mail_ever(person):
    choose(person, Delivery.HERE)
    tell(person)
    assert digests.send_digests(datetime.datetime.now(PARIS) + datetime.timedelta(days=2)) == 0
    assert not mails().exists() and Notification.objects.count() == 1


@pytest.mark.parametrize("event", [Event.RECEIPT, Event.REQUEST, Event.DECISION, Event.ACCOUNT, Event.DEADLINE])
def test_what_rights_run_from_is_always_mailed(person, event):
    with pytest.raises(Refusal, match="droits"):
        choose(person, Delivery.HERE, event)
    with pytest.raises(IntegrityError), transaction.atomic():
        NotificationPreference.objects.create(user=person, event=event, delivery=Delivery.HERE)
    with together("acte"):
        tell(person, event=event)
    assert mails().count() == 1


def test_a_digest_goes_once_after_seven_in_the_morning(person):
    choose(person, Delivery.DIGEST)
    for number in range(3):
        tell(person, key=f"essai:{number}", subject=f"Objet {number}")
    Notification.objects.update(created_at=datetime.datetime(2026, 11, 20, 18, tzinfo=PARIS))
    assert digests.send_digests(datetime.datetime(2026, 11, 20, 23, tzinfo=PARIS)) == 0
    seven = datetime.datetime(2026, 11, 21, 7, 0, tzinfo=PARIS)
    assert (digests.send_digests(seven), digests.send_digests(seven)) == (1, 0)
    body = mails().get().body
    assert all(f"Objet {number}" in body for number in range(3)) and "/compte/notifications/" in body


def test_an_act_on_many_objects_is_one_mail_a_person(person):
    other = factories.applicant()
    with together("job:7"):
        for number in range(4):
            tell(person, key=f"a:{number}", subject=f"Dossier {number}")
        tell(other, key="b:1", subject="Dossier seul")
    assert not mails().exists()
    assert (digests.mail_group("job:7"), digests.mail_group("job:7")) == (2, 0)
    assert {mail.subject for mail in mails()} == {"4\xa0nouvelles sur vos dossiers", "Dossier seul"}


def test_a_group_whose_act_was_cut_is_mailed_later(person):
    with together("job:8"):
        tell(person)
    assert digests.mail_left_behind() == 0
    Notification.objects.update(created_at=datetime.datetime.now(PARIS) - datetime.timedelta(hours=2))
    assert digests.mail_left_behind() == 1


def test_reading_is_a_post_and_leads_to_the_page(client, person):
    told = tell(person)
    client.force_login(person)
    page = client.get("/notifications/").content.decode()
    assert "Objet" in page and "1 à lire" in page.replace("\xa0", " ")
    assert not Notification.objects.exclude(read_at=None).exists()
    response = client.post(f"/notifications/{told.public_id}/", {"idempotency_key": uuid.uuid4().hex})
    assert response["Location"] == "/mes-dossiers/"
    assert Notification.objects.exclude(read_at=None).count() == 1


def test_another_persons_notification_is_not_found(client, person):
    told = tell(factories.applicant())
    client.force_login(person)
    assert client.post(f"/notifications/{told.public_id}/", {"idempotency_key": uuid.uuid4().hex}).status_code == 404


def test_preferences_are_chosen_on_a_page(client, person):
    client.force_login(person)
    body = {event.value: "digest" for event in notifications.CHOSEN} | {"idempotency_key": uuid.uuid4().hex}
    assert client.post("/compte/notifications/", body).status_code == 302
    assert set(notifications.preferences_of(person).values()) == {Delivery.DIGEST}


def test_one_notification_and_three_cost_the_same(client, person):
    client.force_login(person)
    counts = []
    for number in (1, 2, 3):
        tell(person, key=f"essai:{number}")
        if number != 2:
            with CaptureQueriesContext(connection) as captured:
                client.get("/notifications/")
            counts.append(len(captured))
    assert counts[0] == counts[1]
