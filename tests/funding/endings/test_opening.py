"""The first opening of a letter by its addressee is kept, notifies, and starts the time to answer."""

import datetime

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.errors import NotAllowed, Refusal
from accounts.models import JournalEntry, OutboxMessage, Role
from documents import consents, registered
from documents.models import FormalNotification
from documents.production import _store
from funding.endings import hearings, opening, recoveries, withdrawals
from funding.models import Award, Hearing
from tests import factories
from tests.funding import conftest as make
from tests.funding.conftest import today
from tests.funding.endings.conftest import asked, days, decide, withdraw

pytestmark = pytest.mark.django_db


@pytest.fixture
def hearing(recovery):
    """Its letter made: thirty days to answer."""
    _store(recovery.hearing.document_id, factories.pdf_bytes())
    return Hearing.objects.get(pk=recovery.hearing_id)


def later(count):
    noon = datetime.datetime.combine(today() + days(count), datetime.time(11), datetime.UTC)
    return time_machine.travel(noon)


def notification():
    return FormalNotification.objects.get(kind="hearing_letter")


def opened(hearing, by):
    opening.open_letter(hearing=hearing, kind="contradictoire", by=by)
    return Hearing.objects.get(pk=hearing.pk)


def test_the_first_opening_is_kept_and_the_time_runs_from_it(hearing, writer):
    last = hearing.answer_by
    with later(9):
        found = opened(hearing, writer)
        row = notification()
        assert (row.opened_by, row.notified_on, row.document_id) == (writer, today(), hearing.document_id)
        assert found.answer_by == last + days(9)
        assert JournalEntry.objects.filter(action="open_ending_letter").count() == 1
    with later(12):
        assert opened(hearing, writer).answer_by == last + days(9)


def test_opened_after_fifteen_days_it_was_notified_when_it_was_made_available(hearing, writer):
    day, last = today(), hearing.answer_by
    with later(16):
        found = opened(hearing, writer)
        assert notification().notified_on == day and found.answer_by == last


def test_on_the_fifteenth_day_it_is_in_time(hearing, writer):
    last = hearing.answer_by
    with later(15):
        assert opened(hearing, writer).answer_by == last + days(15)


def test_nothing_is_decided_before_the_time_that_the_opening_gave(hearing, recovery, writer, decider):
    with later(10):
        opened(hearing, writer)
    with later(35), pytest.raises(Refusal, match="peut répondre"):
        decide(recovery, decider)
    with later(41):
        # Delegations run to 31 December.
        decide(recovery, make.make_signatory(recovery.award.wave.call.programme))


def test_never_opened_it_is_presumed_and_the_time_is_that_of_the_letter(hearing, recovery, writer):
    assert "pas encore ouverte" in opening.told(hearing)["contradictoire"]
    with later(16):
        assert "jamais ouverte, réputée notifiée" in opening.told(hearing)["contradictoire"]
    with later(31):
        assert hearings.is_over(hearing, today())
        decide(recovery, make.make_signatory(recovery.award.wave.call.programme))


def test_only_its_addressee_opens_it(hearing, officer):
    for stranger in (officer, make.make_user(Role.APPLICANT)):
        with pytest.raises(NotAllowed):
            opening.open_letter(hearing=hearing, kind="contradictoire", by=stranger)
    assert notification().opened_at is None


def test_a_letter_that_is_not_made_yet_or_does_not_exist(recovery, writer):
    for kind in ("contradictoire", "retrait"):
        with pytest.raises(Refusal, match="pas encore prêt"):
            opening.open_letter(hearing=recovery.hearing, kind=kind, by=writer)


def test_each_letter_has_its_own_opening(hearing, recovery, writer, decider, client):
    opened(hearing, writer)
    hearings.observe(hearing=hearing, by=writer, text="Bien.", complete=True)
    found = decide(recovery, decider)
    _store(found.document_id, factories.pdf_bytes())
    last = Hearing.objects.get().answer_by
    opening.open_letter(hearing=Hearing.objects.get(), kind="reversement", by=writer)
    assert FormalNotification.objects.exclude(opened_at=None).count() == 2 and Hearing.objects.get().answer_by == last
    told = opening.told(Hearing.objects.get())
    assert set(told) == {"contradictoire", "reversement"} and all("ouverte le" in one for one in told.values())
    client.force_login(decider)
    page = client.get(recoveries.Recovery.objects.get().get_absolute_url()).content.decode()
    assert page.count(f"par {writer}") >= 2


def test_the_structure_opens_it_from_her_page(hearing, writer, client):
    client.force_login(writer)
    page = client.get(hearings.page_of(hearing.award)).content.decode()
    assert "Ouvrir le courrier" in page and "votre délai de réponse part de ce jour" in page
    args = [hearing.award.application.public_id, hearing.public_id, "contradictoire"]
    assert client.get(reverse("funding:open_my_hearing_letter", args=args)).status_code == 405
    client.post(reverse("funding:open_my_hearing_letter", args=args), {"idempotency_key": "b" * 32})
    assert notification().opened_by == writer
    assert "Ouvrir le courrier" not in client.get(hearings.page_of(hearing.award)).content.decode()


def test_the_database_keeps_the_first_opening(hearing, writer):
    opened(hearing, writer)
    for fields in ({"notified_on": today() + days(1)}, {"opened_by": make.make_user(Role.APPLICANT)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            FormalNotification.objects.update(**fields)


def test_without_consent_an_opening_is_read_and_starts_nothing(hearing, writer):
    consents.withdraw(organisation=hearing.award.organisation, by=writer)
    last = hearing.answer_by
    with later(5):
        assert opened(hearing, writer).answer_by == last
        assert notification().opened_by == writer and notification().notified_on is None
        assert "lettre recommandée" in opening.told(hearing)["contradictoire"]


def test_a_registered_letter_starts_the_time_to_answer(hearing, officer):
    last, letter = hearing.answer_by, {"number": "1A23456789012", "posted_on": today()}
    with later(4):
        dates = {"presented_on": today() - days(1), "delivered_on": today()}
        registered.record(notification=notification(), by=officer, **letter, **dates)
        assert Hearing.objects.get(pk=hearing.pk).answer_by == last + days(4)


def test_the_mail_of_each_letter_says_what_notifies_it(paid, writer, officer, decider):
    """CRPA R112-19: since when, within how long, who writes; a mail that goes with no letter says none of it."""
    found = withdrawals.open_withdrawal(award=paid, by=officer, **asked(cents=paid.total_cents))
    hearings.observe(hearing=found.hearing, by=writer, text="Rien.", complete=True)
    withdraw(found, decider, done=50)
    service = paid.wave.call.programme
    mails = OutboxMessage.objects.filter(recipient=writer.email)
    for key in (f"hearing:{found.hearing_id}:", f"withdrawal:{found.pk}:decided", "recovery:"):
        body = mails.get(key__startswith=key).body
        assert "R. 112-17" in body and "quinze jours" in body and service.service_email in body
    award = Award.objects.get(pk=paid.pk)
    other = recoveries.open_recovery(award=award, by=officer, **asked(ground="double", cents=1))
    recoveries.drop(recovery=other, reason="Erreur.", by=decider)
    assert "R. 112-17" not in mails.get(key__startswith=f"recovery:{other.pk}:dropped").body
