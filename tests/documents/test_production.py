"""Making the bytes: once, by whoever comes first, and found again by the sweep when a worker died."""

import hashlib
from datetime import timedelta

import pytest
from django.http import Http404
from django.utils import timezone

from documents import production, tasks
from documents.downloads import BytesAltered, serve
from documents.models import CLAIM_EXPIRES_AFTER, MAX_ATTEMPTS, Document, DocumentContent
from documents.production import produce
from documents.sweeper import sweep
from tests.documents.letters import frozen

pytestmark = pytest.mark.django_db


def test_produce_stores_bytes_once(ask):
    document = produce(ask().pk)
    data = bytes(document.content.data)
    assert data.startswith(b"%PDF-")
    assert document.sha256 == hashlib.sha256(data).hexdigest()
    assert document.byte_size == len(data)
    again = produce(document.pk)
    assert (again.rendered_at, again.sha256, again.attempts) == (document.rendered_at, document.sha256, 1)


def test_a_message_whose_row_is_gone_does_nothing():
    assert produce(404_404) is None
    tasks.produce(404_404)


def test_a_live_claim_is_respected(ask):
    document = ask()
    Document.objects.update(claimed_at=timezone.now(), claimed_by="other:1", attempts=1)
    assert produce(document.pk).rendered_at is None
    assert sweep(grace=timedelta(0)) == 0


def test_the_sweep_takes_over_from_a_dead_worker(ask):
    document = ask()
    Document.objects.update(claimed_at=timezone.now() - CLAIM_EXPIRES_AFTER, claimed_by="dead:1", attempts=1)
    assert sweep() == 1
    document.refresh_from_db()
    assert document.rendered_at
    assert document.attempts == 2
    assert sweep() == 0


def test_the_sweep_leaves_fresh_requests_to_the_workers(ask):
    ask()
    assert sweep() == 0
    assert sweep(grace=timedelta(0)) == 1


def test_a_failing_letter_keeps_its_error_and_harms_nobody(ask):
    bad, good = ask(1), ask(2)
    # What a template of a later version could refuse: facts that no longer decode.
    facts = frozen("award_letter")
    del facts["letter"]["service"]
    Document.objects.bulk_create(
        [
            Document(
                kind="award_letter",
                subject_type="tests.Decision",
                subject_id=77,
                facts=facts,
                template="award_letter",
                template_version=1,
                number="FT-2027-77777",
                verification_code="7777-7777-7777",
            )
        ]
    )
    broken = Document.objects.get(subject_id=77)
    assert sweep(grace=timedelta(0)) == 2
    broken.refresh_from_db()
    assert broken.rendered_at is None
    assert "service" in broken.last_error
    assert all(Document.objects.get(pk=d.pk).rendered_at for d in (bad, good))


def test_a_letter_that_always_fails_waits_for_a_person(ask):
    document = ask()
    Document.objects.update(attempts=MAX_ATTEMPTS, claimed_at=timezone.now() - CLAIM_EXPIRES_AFTER, last_error="x")
    assert sweep() == 0
    assert produce(document.pk).needs_person


def test_late_bytes_are_thrown_away(ask):
    """A worker whose claim expired comes back after another has finished."""
    document = ask()
    first = produce(document.pk)
    late = production._store(document.pk, b"%PDF-other bytes")
    assert late.sha256 == first.sha256
    assert DocumentContent.objects.get(document=document).data[:8] == first.content.data[:8]


def test_serve_gives_the_stored_bytes(ask):
    document = produce(ask().pk)
    response = serve(document)
    assert hashlib.sha256(response.content).hexdigest() == document.sha256
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == 'inline; filename="FT-2027-00001.pdf"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "private, no-store"
    assert serve(document, attachment=True)["Content-Disposition"].startswith("attachment")


def test_serve_has_nothing_before_the_bytes(ask):
    with pytest.raises(Http404):
        serve(ask())


def test_altered_bytes_are_not_served(ask):
    document = produce(ask().pk)
    document.content.data = b"%PDF-altered"
    with pytest.raises(BytesAltered):
        serve(document)
