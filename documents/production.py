"""Making the bytes of a document: claimed in one short transaction, rendered and sealed outside any, stored once in
another."""

import hashlib
import logging
import os
import socket

from django.db import transaction
from django.utils import timezone

from documents import letter_bytes
from documents.facts import TEMPLATES
from documents.models import CLAIM_EXPIRES_AFTER, MAX_ATTEMPTS, Document, DocumentContent
from documents.rendering import render
from documents.seal_keys import seal_key
from documents.sealing import seal

log = logging.getLogger(__name__)
WRITTEN = (
    "rendered_at", "last_error", "sha256", "byte_size", "unsigned_sha256", "sealed_at", "sealed_by",
    "seal_certificate_sha256", "template_version",
)  # fmt: skip


def produce(document_id):
    """Make one document, unless it is made or another worker is making it.

    Safe to call any number of times, from anywhere, with the broker alive or not: the first bytes that reach the
    row stay, later ones are thrown away. A failure is kept on the row and never reaches the caller.

    Args:
        document_id: key of a `Document`; an unknown key does nothing.

    Returns:
        The document, or None when the row is gone.
    """
    document = _claim(document_id)
    if document is None:
        return Document.objects.filter(pk=document_id).first()
    try:
        pdf, sealed = make(document)
        kept = letter_bytes.put(pdf)
    except Exception as error:  # whatever the letter does, the queue goes on and the row says what happened
        log.exception("document %s could not be rendered", document_id)
        return _record_failure(document_id, error)
    return _store(document_id, pdf, sealed, kept=kept)


def make(document):
    """(bytes, seal or None) of one document; keeps nothing.

    Raises:
        SealUnavailable, SealFailed: no key, or it does not answer. A document is not made without its seal, unless the
            service declares that it signs by hand.
    """
    key = seal_key()
    pdf = render(document.template, document.facts, sealable=key is not None)
    if key is None:
        return pdf, None
    sealed = seal(pdf, key, at=timezone.now().replace(microsecond=0))
    return sealed.data, sealed


@transaction.atomic
def _claim(document_id):
    """The document to render, or None. The attempt is counted first, so that a letter that kills its worker counts."""
    document = Document.objects.select_for_update(of=("self",)).filter(pk=document_id, rendered_at=None).first()
    now = timezone.now()
    if document is None or document.paused_at or document.attempts >= MAX_ATTEMPTS:
        return None
    if document.claimed_at and document.claimed_at > now - CLAIM_EXPIRES_AFTER:
        return None
    document.claimed_at, document.claimed_by = now, f"{socket.gethostname()[:60]}:{os.getpid()}"
    document.attempts += 1
    document.save(update_fields=["claimed_at", "claimed_by", "attempts"])
    return document


@transaction.atomic
def _store(document_id, pdf, sealed=None, *, kept=None):
    """Keep the bytes, unless somebody's are there.

    Args:
        kept: what `letter_bytes.put` said of them; None: they are put now.
    """
    kept = kept or letter_bytes.put(pdf)
    document = Document.objects.select_for_update(of=("self",)).get(pk=document_id)
    if document.rendered_at:
        log.info("document %s was made by another worker: these bytes are thrown away", document_id)
        letter_bytes.take_back(kept, unless=document.content)
        return document
    DocumentContent.objects.create(document=document, **kept)
    document.rendered_at, document.last_error = timezone.now(), ""
    document.sha256, document.byte_size = hashlib.sha256(pdf).hexdigest(), len(pdf)
    document.unsigned_sha256 = document.sha256
    if sealed:
        document.unsigned_sha256, document.sealed_at = sealed.unsigned_sha256, sealed.at
        document.sealed_by, document.seal_certificate_sha256 = sealed.by[:200], sealed.certificate_sha256
    document.template_version = TEMPLATES[document.template].version
    document.save(update_fields=WRITTEN)
    return document


@transaction.atomic
def _record_failure(document_id, error):
    """The claim stays until it expires: that is the pause before the next attempt."""
    document = Document.objects.select_for_update(of=("self",)).get(pk=document_id)
    if not document.rendered_at:
        document.last_error = f"{type(error).__name__} : {error}"[:2000]
        document.save(update_fields=["last_error"])
    return document
