"""Mail that comes back later: the report (RFC 3464) is matched by its Message-ID, and noted once."""

import io
import sys
from types import SimpleNamespace

import pytest
from django.core.management import call_command

from accounts import bounces, notify
from accounts.models import BouncedAddress, Event, Notification, OutboxMessage
from tests import factories

pytestmark = pytest.mark.django_db
REPORT = """From: MAILER-DAEMON@relais.test
To: equipe@fabriques.example
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain

This is the mail system.

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; relais.test

Final-Recipient: rfc822; {recipient}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 <{recipient}>: Recipient address
    rejected: User unknown

--B
Content-Type: {kind}

From: equipe@fabriques.example
Message-ID: {message_id}
Subject: Votre dossier

--B--
"""


def sent(event=Event.DECISION):
    person = factories.applicant()
    told = notify.notify(event, key="essai:1", recipient=person, subject="Votre dossier", body="Bonjour")
    OutboxMessage.objects.filter(pk=told.mail_id).update(sent_at=told.created_at)
    return OutboxMessage.objects.get(pk=told.mail_id)


def report(message, **fields):
    fields = {"action": "failed", "status": "5.1.1", "kind": "text/rfc822-headers"} | fields
    fields = {"recipient": message.recipient, "message_id": message.message_id} | fields
    return REPORT.format(**fields).encode()


@pytest.mark.parametrize("kind", ["text/rfc822-headers", "message/rfc822"])
def test_a_report_is_noted_once_with_what_the_server_said(kind):
    message, officer = sent(), factories.officer()
    assert bounces.receive(report(message, kind=kind)) == "bounced"
    assert bounces.receive(report(message, kind=kind)) == "known"
    found = BouncedAddress.objects.get()
    assert found.email == message.recipient and "User unknown" in found.reason and "5.1.1" in found.reason
    message.refresh_from_db()
    assert message.bounced_at and message.sent_at
    assert Notification.objects.filter(user=officer, event=Event.MAIL).count() == 1


def test_what_no_right_depends_on_does_not_disturb_the_staff():
    message, officer = sent(Event.TEAM), factories.officer()
    assert bounces.receive(report(message)) == "bounced"
    assert not Notification.objects.filter(user=officer).exists()


@pytest.mark.parametrize("fields", [{"action": "delayed", "status": "4.4.1"}, {"status": "4.2.2"}])
def test_a_delay_is_no_bounce(fields):
    message = sent()
    assert bounces.receive(report(message, **fields)) == "delayed"
    assert not BouncedAddress.objects.exists()


def test_a_report_of_another_mail_and_any_other_mail_are_left_aside():
    message = sent()
    assert bounces.receive(report(message, message_id="<essai.1@localhost>")) == "unknown", "guessed without its proof"
    assert bounces.receive(b"Subject: Bonjour\n\nJe suis en vacances.\n") == "unknown"
    assert bounces.receive(b"\xff\xfe\x00") == "unknown"
    assert bounces.receive(report(message).replace(b"message/delivery-status", b"text/plain")) == "unknown"
    assert not BouncedAddress.objects.exists()


def called(*args):
    out = io.StringIO()
    call_command("receive_bounces", *args, stdout=out)
    return out.getvalue().strip()


def test_the_command_reads_a_folder_a_maildir_and_the_standard_input(tmp_path, monkeypatch):
    message = sent()
    (tmp_path / "a.eml").write_bytes(report(message))
    (tmp_path / "b.eml").write_bytes(b"Subject: Bonjour\n\nAbsente.\n")
    assert called(str(tmp_path)) == "1 retour(s) enregistré(s), 1 sans rapport avec nos courriels"
    assert called(str(tmp_path)) == "rien", "what was read is set aside"
    assert sorted(path.name for path in (tmp_path / "lus").iterdir()) == ["a.eml", "b.eml"]
    maildir = tmp_path / "boite"
    (maildir / "new").mkdir(parents=True)
    (maildir / "new" / "1").write_bytes(report(message))
    assert called(str(maildir)) == "1 déjà connu(s)"
    assert [path.name for path in (maildir / "cur").iterdir()] == ["1:2,S"]
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(report(message))))
    assert called() == "1 déjà connu(s)"
