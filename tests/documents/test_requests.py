"""Asking for a document: once, numbered without gap, frozen, and never failing because the broker is down."""

import dataclasses
import datetime as dt
import time

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.errors import Refusal
from accounts.models import JournalEntry
from documents import requests
from documents.frozen import FactsError
from documents.models import CODE_ALPHABET, Document, DocumentContent, NumberCounter, new_verification_code
from documents.production import produce
from tests.documents.letters import AWARD, RECEIPT
from tests.documents.real_parts import messages_to

pytestmark = pytest.mark.django_db


def test_a_document_is_numbered_frozen_and_journalled(ask, officer, settings):
    settings.PUBLIC_URL, settings.DEMO = "https://fabriques.example", True
    document = ask(subject_id=12, by=officer)
    assert document.number == "FT-2027-00001"
    assert document.facts["imprint"] == {
        "number": "FT-2027-00001",
        "code": document.verification_code,
        "verify_url": f"https://fabriques.example/verifier/?code={document.verification_code}",
        "verify_address": "fabriques.example/verifier",
        "specimen": True,
    }
    assert document.letter == AWARD
    assert (document.rendered_at, document.released_at, document.sha256) == (None, None, "")
    entry = JournalEntry.objects.get(subject_type="documents.Document")
    assert (entry.action, entry.subject_id, entry.actor) == ("request_document", document.pk, officer)


def test_asking_twice_is_asking_once(ask):
    first = ask(facts=AWARD)
    again = ask(facts=dataclasses.replace(AWARD, reasons="Autre texte."))
    assert again.pk == first.pk
    assert again.letter == AWARD
    assert NumberCounter.objects.get(name="FT").last == 1
    assert JournalEntry.objects.filter(subject_type="documents.Document").count() == 1


def test_numbers_follow_series_and_year(ask):
    assert ask(1).number == "FT-2027-00001"
    assert ask(2, kind="refusal_letter").number == "FT-2027-00002"
    assert ask(3, kind="receipt").number == "AR-2026-00001"
    later = dataclasses.replace(AWARD, issued_on=dt.date(2028, 1, 2))
    assert ask(4, facts=later).number == "FT-2028-00001"


def test_a_rolled_back_act_leaves_no_gap(ask):
    ask(1)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        ask(2)
        raise ZeroDivisionError
    assert ask(3).number == "FT-2027-00002"
    assert not Document.objects.filter(subject_id=2).exists()


def test_facts_are_checked_when_the_document_is_asked_for(ask):
    with pytest.raises(FactsError):
        ask(facts=RECEIPT, kind="award_letter")
    assert not NumberCounter.objects.exists()


def test_other_objects_take_numbers_from_the_same_counters():
    assert requests.take_number(series="DOS", year=2026) == "DOS-2026-00001"
    assert requests.take_number(series="DOS", year=2026) == "DOS-2026-00002"
    assert requests.take_number(series="DOS", year=2027) == "DOS-2027-00001"


def test_codes_are_unambiguous_and_different():
    codes = {new_verification_code() for _ in range(1000)}
    assert len(codes) == 1000
    assert all(len(code) == 14 and code[4] == code[9] == "-" for code in codes)
    assert set("".join(codes)) == set(CODE_ALPHABET) | {"-"}
    assert not set("AEIOUYLS015") & set(CODE_ALPHABET) - {"Y"}


@pytest.mark.django_db(transaction=True)
def test_a_dead_broker_does_not_fail_the_act(ask, monkeypatch):
    """Nothing listens on that port: the row is there, the act stands, and a whole wave does not wait."""
    monkeypatch.setattr(requests, "_quiet_until", 0.0)
    start = time.monotonic()
    with messages_to("redis://127.0.0.1:1/0"), transaction.atomic():
        for subject_id in range(30):
            ask(subject_id)
    assert time.monotonic() - start < 5
    assert requests._quiet_until > start
    assert Document.objects.count() == 30


def test_release_hands_over_everything_at_one_moment(ask, officer):
    for subject_id in range(3):
        ask(subject_id)
    early = ask(9, released_at=timezone.now() - dt.timedelta(days=1))
    at = timezone.now()
    assert requests.release(documents=Document.objects.all(), at=at, by=officer) == 3
    assert set(Document.objects.exclude(pk=early.pk).values_list("released_at", flat=True)) == {at}
    early.refresh_from_db()
    assert early.released_at < at
    assert requests.release(documents=Document.objects.all()) == 0
    assert JournalEntry.objects.filter(action="release_document").count() == 3


def test_void_is_recorded_once(ask, officer):
    document = ask()
    requests.void(document=document, on=dt.date(2027, 9, 2), how="withdrawn", by_number="FT-2027-00391", by=officer)
    document.refresh_from_db()
    assert document.voided_by_number == "FT-2027-00391"
    with pytest.raises(Refusal, match="déjà sans effet"):
        requests.void(document=document, on=dt.date(2027, 9, 3), how="repealed")


def test_retry_gives_the_letter_its_attempts_back(ask, officer):
    document = ask()
    Document.objects.update(attempts=5, last_error="ValueError : x", claimed_at=timezone.now())
    requests.retry(document=document, by=officer)
    document.refresh_from_db()
    assert (document.attempts, document.last_error, document.claimed_at) == (0, "", None)
    produce(document.pk)
    with pytest.raises(Refusal, match="déjà fabriqué"):
        requests.retry(document=document, by=officer)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("facts", {}),
        ("number", "FT-2027-99999"),
        ("verification_code", "AAAA-AAAA-AAAA"),
        ("subject_id", 99),
        ("kind", "receipt"),
        ("template", "receipt"),
        ("released_at", None),
        ("rendered_at", dt.datetime(2020, 1, 1, tzinfo=dt.UTC)),
        ("sha256", "0" * 64),
        ("byte_size", 1),
    ],
)
def test_the_database_freezes_what_was_asked_and_made(ask, field, value):
    document = ask(released_at=timezone.now())
    produce(document.pk)
    with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
        Document.objects.filter(pk=document.pk).update(**{field: value})


@pytest.mark.parametrize(
    "verb", ["UPDATE documents_documentcontent SET data = data", "DELETE FROM documents_documentcontent"]
)
def test_bytes_are_written_once(ask, verb):
    produce(ask().pk)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(verb)


def test_documents_and_counters_never_go(ask):
    document = ask()
    for rows in (Document.objects.filter(pk=document.pk), NumberCounter.objects.all()):
        with pytest.raises(IntegrityError, match="never deleted"), transaction.atomic():
            rows.delete()


def test_a_counter_moves_by_one(ask):
    ask()
    for value in (0, 1, 3):
        with pytest.raises(IntegrityError, match="by one"), transaction.atomic():
            NumberCounter.objects.update(last=value)


def test_half_rendered_rows_are_refused(ask):
    document = ask()
    for change in ({"sha256": "0" * 64}, {"byte_size": 3}, {"rendered_at": timezone.now()}):
        with pytest.raises(IntegrityError, match="document_rendered_with_hash"), transaction.atomic():
            Document.objects.filter(pk=document.pk).update(**change)


def test_void_needs_an_explanation(ask):
    document = ask()
    with pytest.raises(IntegrityError, match="document_void_explained"), transaction.atomic():
        Document.objects.filter(pk=document.pk).update(voided_on=dt.date(2027, 1, 1))


def test_same_subject_and_kind_twice_is_refused_by_the_database(ask):
    document = ask()
    twin = Document.objects.get(pk=document.pk)
    twin.pk, twin.public_id = None, "00000000-0000-4000-8000-000000000001"
    twin.number, twin.verification_code = "FT-2027-00002", "BBBB-BBBB-BBBB"
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save(force_insert=True)


def test_a_list_of_documents_carries_no_bytes(ask, django_assert_num_queries):
    for subject_id in range(3):
        produce(ask(subject_id).pk)
    with django_assert_num_queries(1):
        assert len([document.sha256 for document in Document.objects.all()]) == 3
    assert DocumentContent.objects.count() == 3


def test_progress_counts_in_one_query(ask, django_assert_num_queries):
    made, failed, _waiting = ask(1), ask(2), ask(3)
    produce(made.pk)
    Document.objects.filter(pk=failed.pk).update(last_error="ValueError : x")
    requests.release(documents=Document.objects.filter(pk=made.pk))
    with django_assert_num_queries(1):
        progress = Document.objects.filter(subject_type="tests.Decision").progress()
    assert progress == {"total": 3, "rendered": 1, "waiting": 2, "failed": 1, "released": 1}
    assert list(Document.objects.failed()) == [failed]
