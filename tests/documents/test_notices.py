"""The mail that announces an act came back: the fifteen days are not taken as run before somebody has looked."""

import datetime

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts import bounces
from accounts.errors import NotAllowed, Refusal, StalePage
from accounts.models import OutboxMessage
from documents import consents, notices, notifying
from documents.models import FormalNotification
from documents.notifying import next_act
from tests.selection.after import announced, decision_of, today
from tests.selection.conftest import member_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def panel():
    return announced()


def row_of(dossier):
    rows = FormalNotification.objects.filter(subject_type="selection.Decision", subject_id=decision_of(dossier).pk)
    return rows.with_consent().get()


def mails_of(dossier):
    return OutboxMessage.objects.filter(thread=f"dossier.{dossier.public_id}", event="decision")


def come_back(dossier):
    mails = list(mails_of(dossier))
    assert mails
    for one in mails:
        bounces.record(message=one, reason="550 Adresse inconnue")


def consented(panel):
    """A dossier whose structure accepted the electronic way before the announcement."""
    dossier = panel.refused[0]
    assert consents.consent_of(dossier.organisation) is not None
    return dossier


def later(days):
    return time_machine.travel(timezone.now() + datetime.timedelta(days=days))


def test_a_notice_that_reached_nobody_starts_no_fifteen_days(panel):
    dossier = consented(panel)
    come_back(dossier)
    with later(16):
        notifying.sweep()
        row = row_of(dossier)
        assert not row.is_notified and notices.is_unaware(row)
        assert "est revenu" in next_act(row)
        assert row_of(panel.dossiers[0]).notified_on == row.available_on


def test_who_opens_it_after_all_is_notified_that_day(panel):
    dossier = consented(panel)
    come_back(dossier)
    with later(20):
        notifying.open_act(notification=row_of(dossier), by=member_of(dossier))
        assert row_of(dossier).notified_on == today()


def test_once_somebody_has_told_the_structure_the_fifteen_days_count(panel):
    dossier = consented(panel)
    come_back(dossier)
    day = row_of(dossier).available_on
    with pytest.raises(NotAllowed):
        notices.assure(notification=row_of(dossier), how="Au téléphone.", by=member_of(dossier))
    with pytest.raises(Refusal) as told:
        notices.assure(notification=row_of(dossier), how=" ", by=panel.officer)
    assert told.value.field == "how"
    done = notices.assure(notification=row_of(dossier), how="La présidente, au téléphone.", by=panel.officer)
    assert (done.assured_by, notices.is_unaware(done)) == (panel.officer, False)
    with pytest.raises(StalePage):
        notices.assure(notification=row_of(dossier), how="Encore.", by=panel.officer)
    with later(16):
        notifying.sweep()
        assert row_of(dossier).notified_on == day


def test_one_mail_that_arrived_is_enough(panel):
    dossier = consented(panel)
    first = mails_of(dossier).first()
    come_back(dossier)
    other = OutboxMessage.objects.create(
        key="other", message_id="<other@x>", recipient="autre@exemple.fr", subject="x", body="x", event="decision",
        thread=first.thread,
    )  # fmt: skip
    assert not notices.is_unaware(row_of(dossier))
    bounces.record(message=other, reason="550")
    assert notices.is_unaware(row_of(dossier))


def test_the_database_wants_to_know_who_and_how(panel):
    with pytest.raises(IntegrityError, match="formal_assured_says_how"), transaction.atomic():
        FormalNotification.objects.update(assured_at=timezone.now())


def test_the_staff_see_it_and_say_how_on_its_page(client, panel):
    dossier = consented(panel)
    client.force_login(panel.officer)
    address = reverse("selection:notifications")
    assert "à voir" not in client.get(address).content.decode()
    come_back(panel.dossiers[0])
    with CaptureQueriesContext(connection) as before:
        client.get(address)
    for one in panel.dossiers[1:]:
        come_back(one)
    with CaptureQueriesContext(connection) as after:
        client.get(address)
    assert len(after) == len(before)
    html = client.get(address, {"avis": "revenu"}).content.decode()
    assert "avis revenus" in html and dossier.reference in html
    page = reverse("selection:notification", args=[row_of(dossier).public_id])
    assert "Le courriel est revenu" in client.get(page).content.decode()
    sent = {"act": "assure", "version": row_of(dossier).version, "idempotency_key": "a" * 32}
    assert client.post(page, sent | {"avis-how": ""}).status_code == 422
    client.post(page, sent | {"avis-how": "Au téléphone.", "idempotency_key": "b" * 32})
    assert "Au téléphone." in client.get(page).content.decode()
