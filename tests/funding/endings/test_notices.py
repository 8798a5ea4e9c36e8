"""A formal notice: what is asked, a time that runs from the notification, nothing before it is past."""

import datetime

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from accounts.errors import NotAllowed, Refusal, StalePage
from accounts.models import Notification, OutboxMessage
from documents import consents, missing, notifying, registered
from documents.missing import SOURCES
from documents.models import Document, DocumentContent, FormalNotification
from documents.production import _store, produce
from documents.verification import verify
from funding.endings import notices, recoveries, withdrawals
from funding.models import FormalNotice, Hearing
from tests import factories
from tests.funding.conftest import today
from tests.funding.endings.conftest import asked, days
from tests.guards import triggers_aside

pytestmark = pytest.mark.django_db
FACTS = "Le compte rendu financier de 2026 n’est pas arrivé."
WANTED = "Remettre le compte rendu financier.\nRemettre les comptes approuvés."


def fields(**more):
    return {"ground": "report", "facts": FACTS, "asked": WANTED, "days": 30, **more}


@pytest.fixture
def notice(paid, writer, officer):
    """Sent to a structure that accepts the electronic way; its letter is made."""
    found = notices.send(award=paid, by=officer, **fields())
    _store(found.document_id, factories.pdf_bytes())
    return FormalNotice.objects.get(pk=found.pk)


def later(count):
    noon = datetime.datetime.combine(today() + days(count), datetime.time(11), datetime.UTC)
    return time_machine.travel(noon)


def fresh(notice):
    return FormalNotice.objects.get(pk=notice.pk)


def opened(notice, by):
    notices.open_letter(notice=notice, by=by)
    return fresh(notice)


# --- What is sent ----------------------------------------------------------------------------------------------------


def test_the_letter_says_what_is_found_what_to_do_and_how_long(notice, writer):
    letter = notice.document
    facts = letter.letter
    assert (letter.kind, letter.number[:3], notice.state, notice.due_on) == ("formal_notice", "FT-", "sent", None)
    assert (facts.paragraphs, facts.wanted, facts.days) == ([FACTS], WANTED.splitlines(), 30)
    assert facts.paid_cents and facts.granted_cents == notice.award.total_cents
    mail = OutboxMessage.objects.get(recipient=writer.email, key__startswith=f"formal-notice:{notice.pk}")
    assert "R. 112-17" in mail.body and facts.service.email in mail.body


def test_anybody_verifies_it(paid, writer, officer):
    letter = produce(notices.send(award=paid, by=officer, **fields()).document_id)
    assert verify(letter.verification_code).authentic
    assert ("Délai", "30 jours à partir de la notification") in letter.letter.public_summary()


@pytest.mark.parametrize(
    ("more", "field"),
    [({"ground": "x"}, "ground"), ({"facts": " "}, "facts"), ({"asked": ""}, "asked"), ({"days": 14}, "days")],
)
def test_a_part_that_is_missing_is_refused(paid, officer, more, field):
    with pytest.raises(Refusal) as told:
        notices.send(award=paid, by=officer, **fields(**more))
    assert told.value.field == field and not FormalNotice.objects.exists()


def test_one_at_a_time_for_a_ground(notice, officer):
    with pytest.raises(Refusal, match="déjà en cours"):
        notices.send(award=notice.award, by=officer, **fields())
    assert notices.send(award=notice.award, by=officer, **fields(ground="other")).pk


def test_who_does_not_hear_structures_sends_none(paid, writer):
    with pytest.raises(NotAllowed):
        notices.send(award=paid, by=writer, **fields())


# --- Its time --------------------------------------------------------------------------------------------------------


def test_the_time_runs_from_the_opening(notice, writer):
    with later(9):
        assert opened(notice, writer).due_on == today() + days(30)


def test_left_unopened_it_runs_from_the_day_it_was_available(notice):
    day = today()
    with later(16):
        assert notifying.sweep() == 1
        assert fresh(notice).due_on == day + days(30)


def test_without_consent_it_runs_from_the_registered_letter(notice, writer, officer):
    consents.withdraw(organisation=notice.award.organisation, by=writer)
    with later(20):
        assert opened(notice, writer).due_on is None
        formal = FormalNotification.objects.get(document=notice.document)
        registered.record(
            notification=formal, number="1A23456789012", posted_on=today() - days(3), presented_on=today() - days(2),
            delivered_on=today() - days(1), by=officer,
        )  # fmt: skip
        assert fresh(notice).due_on == today() - days(1) + days(30)


def test_nothing_follows_before_its_time_is_past(notice, writer, officer):
    with pytest.raises(Refusal, match="n’est pas notifiée"):
        follow(notice, officer)
    found = opened(notice, writer)
    with later(30), pytest.raises(Refusal, match="rien ne suit avant"):
        follow(found, officer)
    with later(31):
        hearing = follow(found, officer).hearing
    assert (hearing.notice, fresh(notice).state) == (notice, "followed")


def follow(notice, by):
    return withdrawals.open_withdrawal(award=notice.award, by=by, notice=notice, **asked())


def test_a_recovery_follows_it_as_well_and_only_once(notice, writer, officer):
    found = opened(notice, writer)
    with later(31):
        recoveries.open_recovery(award=found.award, by=officer, notice=found, **asked())
        with pytest.raises(StalePage, match="close"):
            follow(found, officer)
    assert Hearing.objects.count() == 1


def test_the_database_keeps_what_was_asked_and_its_time(notice, writer, officer):
    rows = FormalNotice.objects.filter(pk=notice.pk)
    with pytest.raises(IntegrityError, match="its notification alone"), transaction.atomic():
        rows.update(due_on=today() + days(1))
    found = opened(notice, writer)
    for change in ({"facts": "Autre"}, {"days": 15}, {"due_on": found.due_on - days(1)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**change)
    with pytest.raises(IntegrityError, match="before its time"), transaction.atomic():
        Hearing.objects.create(
            award=notice.award, ground="breach", facts="x", asked_cents=1, known_on=today(), opened_on=today(),
            answer_by=today() + days(30), opened_by=officer, notice=notice,
        )  # fmt: skip


# --- The answer, the end ---------------------------------------------------------------------------------------------


def test_the_structure_answers_once_with_a_paper_and_the_officer_is_told(notice, writer, officer):
    notice.award.application.officer = officer
    notice.award.application.save(update_fields=["officer"])
    paper = SimpleUploadedFile("compte-rendu.pdf", factories.pdf_bytes())
    done = notices.reply(notice=notice, by=writer, text="Le voici.", uploaded=paper)
    assert (done.reply, done.reply_file.name, done.replied_by) == ("Le voici.", "compte-rendu.pdf", writer)
    assert Notification.objects.filter(key=f"formal-notice-reply:{notice.pk}").exists()
    with pytest.raises(StalePage):
        notices.reply(notice=notice, by=writer, text="Encore.")
    with pytest.raises(NotAllowed):
        notices.reply(notice=notice, by=officer, text="Non.")


@pytest.mark.parametrize(("verb", "state"), [(notices.meet, "met"), (notices.drop, "dropped")])
def test_it_ends_with_a_reason_that_the_structure_reads(notice, writer, officer, verb, state):
    with pytest.raises(Refusal) as told:
        verb(notice=notice, note=" ", by=officer)
    assert told.value.field == "note"
    assert verb(notice=notice, note="Reçu le 3 mai.", by=officer).state == state
    assert OutboxMessage.objects.filter(recipient=writer.email, body__contains="Reçu le 3 mai.").exists()
    with pytest.raises(StalePage):
        verb(notice=notice, note="Encore.", by=officer)


def test_its_letter_is_asked_for_again_when_it_is_gone(notice):
    before = notice.document.facts["letter"]
    with triggers_aside(connection):
        FormalNotice.objects.update(document=None)
        FormalNotification.objects.filter(kind="formal_notice").delete()
        DocumentContent.objects.filter(document__kind="formal_notice").delete()
        Document.objects.filter(kind="formal_notice").delete()
    assert SOURCES["formal_notice"].find().get() == notice
    assert (missing.ask_all(), missing.ask_all()) == (1, 0)
    assert fresh(notice).document.facts["letter"] == before


# --- The pages -------------------------------------------------------------------------------------------------------


def test_it_is_read_sent_opened_answered_and_closed_on_its_pages(client, paid, writer, officer):
    client.force_login(officer)
    address = reverse("funding:send_notice", args=[paid.public_id])
    typed = fields() | {"version": paid.version, "idempotency_key": "a" * 32}
    shown = client.post(address, typed)
    assert shown.status_code == 200 and "Remettre les comptes approuvés" in shown.content.decode()
    assert not FormalNotice.objects.exists()
    client.post(address, typed | {"confirm": "1", "idempotency_key": "b" * 32})
    found = FormalNotice.objects.get()
    _store(found.document_id, factories.pdf_bytes())
    assert "pas encore notifiée" in client.get(found.get_absolute_url()).content.decode()
    assert client.get(reverse("funding:notice_letter", args=[found.public_id])).status_code == 200
    answered_by_the_structure(client, writer, found)
    client.force_login(officer)
    end = {"act": "meet", "note": "Reçu.", "version": fresh(found).version, "idempotency_key": "e" * 32}
    assert client.post(found.get_absolute_url(), end).status_code == 302
    assert fresh(found).state == "met"
    assert "Satisfaite" in client.get(reverse("funding:formal_notices")).content.decode()


def answered_by_the_structure(client, writer, found):
    client.force_login(writer)
    args = [found.award.application.public_id, found.public_id]
    mine = reverse("funding:my_hearings", args=args[:1])
    html = client.get(mine).content.decode()
    assert "Ouvrir la lettre" in html and FACTS not in html
    assert client.get(reverse("funding:my_notice_letter", args=args)).status_code == 302
    client.post(reverse("funding:open_my_notice", args=args), {"idempotency_key": "c" * 32})
    assert client.get(reverse("funding:my_notice_letter", args=args))["Content-Type"] == "application/pdf"
    assert FACTS in client.get(mine).content.decode()
    reply = reverse("funding:my_notice_reply", args=args)
    assert client.post(reply, {"text": "", "idempotency_key": "f" * 32}).status_code == 422
    sent = {"text": "C’est fait.", "version": fresh(found).version, "idempotency_key": "d" * 32}
    assert client.post(reply, sent).status_code == 302
    assert "C’est fait." in client.get(mine).content.decode()


def test_what_follows_starts_from_the_notice(client, notice, writer, officer):
    opened(notice, writer)
    client.force_login(officer)
    address = reverse("funding:open_withdrawal", args=[notice.award.public_id])
    page = client.get(address, {"apres": str(notice.public_id)})
    assert "restée sans effet" in page.context["form"]["facts"].value()
    typed = asked() | {"apres": str(notice.public_id), "version": notice.award.version, "idempotency_key": "a" * 32}
    refused = client.post(address, typed | {"cents": "100", "known_on": today().isoformat()})
    assert refused.status_code == 422 and "rien ne suit avant" in refused.content.decode()
