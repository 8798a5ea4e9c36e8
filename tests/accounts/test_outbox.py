"""Mail: written with the act, sent at least once, never twice by two workers."""

import datetime

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.utils import timezone

from accounts import notify
from accounts.errors import NotAllowed
from accounts.models import OutboxMessage
from tests import factories


class DownServer(BaseEmailBackend):
    def send_messages(self, messages):
        raise ConnectionRefusedError("serveur de courrier éteint")


def written(key="accuse:1"):
    return notify.notify("account", key=key, recipient="a@exemple.test", subject="Reçu", body="Bonjour")


def test_one_key_is_one_mail(db):
    assert written().pk == written().pk
    assert OutboxMessage.objects.count() == 1


def test_the_row_goes_with_the_act(db):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        written()
        raise ZeroDivisionError
    assert not OutboxMessage.objects.exists()


def test_sending_twice_sends_once(db):
    message = written()
    notify.send(message.pk)
    notify.send(message.pk)
    (sent,) = mail.outbox
    assert sent.extra_headers["Message-ID"] == message.message_id
    assert OutboxMessage.objects.get().sent_at


def test_a_message_whose_row_is_gone_is_nothing(db):
    notify.send(999_999)
    assert mail.outbox == []


def test_a_server_that_is_down_loses_nothing(db, settings):
    settings.EMAIL_BACKEND = "tests.accounts.test_outbox.DownServer"
    message = written()
    notify.send(message.pk)
    row = OutboxMessage.objects.get()
    assert row.sent_at is None
    assert "éteint" in row.last_error
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert notify.sweep() == 0, "the claim of the first try still holds"
    OutboxMessage.objects.update(claimed_at=timezone.now() - notify.CLAIM - datetime.timedelta(seconds=1))
    assert notify.sweep() == 1
    assert [sent.extra_headers["Message-ID"] for sent in mail.outbox] == [message.message_id]


def test_the_sweep_takes_what_the_broker_forgot(db):
    written()
    assert notify.sweep() == 0, "a fresh row is left to the worker"
    OutboxMessage.objects.update(created_at=timezone.now() - datetime.timedelta(minutes=1))
    assert notify.sweep() == 1
    assert len(mail.outbox) == 1


def test_a_mail_stops_after_ten_tries_until_somebody_asks(db):
    message = written()
    OutboxMessage.objects.update(attempts=notify.MAX_ATTEMPTS, created_at=timezone.now() - datetime.timedelta(hours=1))
    assert notify.sweep() == 0
    with pytest.raises(NotAllowed):
        notify.retry_stuck(by=factories.auditor())
    assert notify.retry_stuck(by=factories.officer()) == 1
    assert notify.sweep() == 1
    assert OutboxMessage.objects.get(pk=message.pk).sent_at
