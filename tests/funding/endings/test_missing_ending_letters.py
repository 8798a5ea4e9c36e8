"""Letters of the end of an aid that are gone: asked for once, with the words and the signature that were given."""

import pytest
from django.db import connection
from django.utils import timezone

from accounts.errors import Refusal
from accounts.models import JournalEntry, OutboxMessage
from documents import missing
from documents.missing import SOURCES
from documents.models import Document, DocumentContent, FormalNotification
from funding.endings import undoing
from funding.models import Hearing, Recovery, Withdrawal
from tests.funding.endings.conftest import withdraw
from tests.guards import triggers_aside

pytestmark = pytest.mark.django_db
KINDS = {
    "hearing": "hearing_letter", "withdrawal": "withdrawal_decision", "recovery": "repayment_request",
    "undone": "withdrawal_undone",
}  # fmt: skip


def remove(*kinds):
    with triggers_aside(connection):
        Hearing.objects.update(document=None)
        Withdrawal.objects.update(document=None, undone_document=None)
        Recovery.objects.update(document=None)
        FormalNotification.objects.filter(kind__in=kinds).delete()
        DocumentContent.objects.filter(document__kind__in=kinds).delete()
        Document.objects.filter(kind__in=kinds).delete()


def letters(*kinds):
    """What they say; of the instant of a signature, its day: the journal notes the act a moment after it."""
    found = {one.kind: one.facts["letter"] for one in Document.objects.filter(kind__in=kinds)}
    for facts in found.values():
        if "signature" in facts:
            facts["signature"]["signed_at"] = facts["signature"]["signed_at"][:10]
    return found


def test_a_withdrawal_and_what_it_asks_back_are_written_again_word_for_word(answered, decider):
    withdraw(answered, decider, done=50)
    kinds = ("hearing_letter", "withdrawal_decision", "repayment_request")
    before, mails = letters(*kinds), OutboxMessage.objects.count()
    assert set(before) == set(kinds)
    assert {key: SOURCES[key].find().count() for key in KINDS} == dict.fromkeys(KINDS, 0)
    remove(*kinds)
    assert missing.ask_all() == 3
    assert missing.ask_all() == 0
    after = letters(*kinds)
    number = Withdrawal.objects.get().document.number
    # Its number is a new one: the letter that cites it says the new one.
    assert after["repayment_request"].pop("withdrawal_number") == number
    before["repayment_request"].pop("withdrawal_number")
    assert after == before
    assert Recovery.objects.get().document.kind == "repayment_request" and Hearing.objects.get().document
    assert OutboxMessage.objects.count() == mails


def test_a_withdrawal_that_was_undone_has_both_its_letters(answered, decider):
    found = withdraw(answered, decider, done=0)
    undoing.undo(withdrawal=found, act="Jugement", on=timezone.localdate(), reason="Annulé.", by=decider)
    kinds = ("withdrawal_decision", "withdrawal_undone")
    before = letters(*kinds)
    remove(*kinds)
    missing.ask_all()
    after = letters(*kinds)
    for one in (before, after):
        one["withdrawal_undone"].pop("withdrawal_number")
    assert after == before


def test_nobody_is_said_to_have_signed_what_nothing_says_was_signed(answered, decider):
    withdraw(answered, decider, done=50)
    remove("withdrawal_decision")
    with triggers_aside(connection):
        JournalEntry.objects.filter(action="decide", subject_type="funding.Withdrawal").delete()
    with pytest.raises(Refusal, match="rien ne dit qui a signé"):
        missing.ask(SOURCES["withdrawal"], SOURCES["withdrawal"].find().get())
