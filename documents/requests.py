"""Asking for documents, handing them over, ending their effect: in the caller's transaction, without rendering."""

import time
from functools import partial

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.errors import Refusal
from accounts.models import JournalEntry
from accounts.queueing import enqueue
from documents.facts import TEMPLATES, Imprint
from documents.frozen import from_json, to_json
from documents.models import Document, NumberCounter, new_verification_code
from documents.notifying import make_available
from documents.wording.catalogue import wording_of
from documents.wording.filling import Filled
from documents.wording.versions import frozen, in_force

# After a failed send, a whole wave must not wait for the broker's time-out letter by letter: the sweep does the rest.
QUIET_SECONDS = 10
_quiet_until = 0.0


def request(*, kind, subject_type, subject_id, facts, by, released_at=None, scopes=(), worded=None):
    """Ask for one document, once; it is numbered now and rendered later by a worker.

    Call it last in the transaction of the act that the document proves: it locks the counter of its number series
    until the commit (that is what leaves no gap). If that transaction rolls back, the number was never given.

    Args:
        kind: a `Document.Kind`.
        subject_type: label of the model that the document is about ("selection.Decision").
        subject_id: its key.
        facts: the data class of the template (`documents.facts`), or the same as JSON data.
        by: the `User` who asks, None for the system.
        released_at: the instant from which the addressee may open it, for a document that waits for no announcement
            (a receipt); None to hand it over later with `release`.
        scopes: whose wording it is made from, the nearest first (`programme.letter_scopes`).
        worded: (version, what is frozen of it) where its wording was chosen earlier, when it was sent to be signed.

    Returns:
        The document; the one that exists already when this subject has one of this kind (its facts stand).

    Raises:
        FactsError: a fact is missing or ill-typed (a programming error, never a person's).
        EmptyFields: the wording prints a field that holds nothing: no letter is made.
    """
    letter = _checked(kind, facts)
    # No savepoint inside a verb's transaction: what fails here makes the verb fail.
    with transaction.atomic(savepoint=False):
        document = _existing(kind, subject_type, subject_id)
        if document is None:
            document = _create(
                kind, subject_type, subject_id, letter, by, released_at, worded or _worded(kind, letter, scopes)
            )
        return document


def _checked(kind, facts):
    """The facts as JSON, after a whole round trip through their types."""
    data = facts if isinstance(facts, dict) else to_json(facts)
    return to_json(from_json(TEMPLATES[kind].facts, data))


def _existing(kind, subject_type, subject_id):
    return Document.objects.filter(kind=kind, subject_type=subject_type, subject_id=subject_id).first()


def _create(kind, subject_type, subject_id, letter, by, released_at, worded):
    template = TEMPLATES[kind]
    wording, kept = worded
    counter = _locked_counter(template.series, int(letter["issued_on"][:4]))
    # Somebody may have asked for the same while we waited for the counter.
    if document := _existing(kind, subject_type, subject_id):
        return document
    number, code = _next_number(counter), new_verification_code()
    document = Document.objects.create(
        kind=kind,
        subject_type=subject_type,
        subject_id=subject_id,
        facts={"letter": letter, "imprint": to_json(_imprint(number, code)), **kept},
        template=kind,
        wording=wording,
        template_version=template.version,
        number=number,
        verification_code=code,
        requested_by=by,
        released_at=released_at,
    )
    JournalEntry.write(action="request_document", subject=document, actor=by, details={"kind": kind})
    if released_at:
        make_available([document], at=released_at)
    transaction.on_commit(partial(_hint, document.pk))
    return document


def _worded(kind, letter, scopes):
    """The staff's version and what is frozen of it; a letter that would have a blank is refused."""
    known = wording_of(kind)
    if known is None:
        return None, {}
    version = in_force(known.kind, scopes)
    kept = frozen(known.kind, version)
    Filled(known, kept["blocks"], from_json(TEMPLATES[kind].facts, letter)).refuse_empty()
    return version, {"wording": kept}


def take_number(*, series, year):
    """The next number of a series that leaves no gap, for another object than a document ("DOS-2026-00147").

    Call it late in the transaction: the counter stays locked until the commit.

    Args:
        series: short name of the series.
        year: the civil year that the number carries.
    """
    return _next_number(_locked_counter(series, year))


def _locked_counter(series, year):
    counters = NumberCounter.objects.select_for_update().filter(name=series, year=year)
    if counter := counters.first():
        return counter
    # The first of its year: whoever makes the counter, both then wait for its lock.
    NumberCounter.objects.get_or_create(name=series, year=year)
    return counters.get()


def _next_number(counter):
    counter.last += 1
    counter.save(update_fields=["last"])
    return f"{counter.name}-{counter.year}-{counter.last:05d}"


def _imprint(number, code):
    address = f"{settings.PUBLIC_URL}/verifier/"
    return Imprint(
        number=number,
        code=code,
        verify_url=f"{address}?code={code}",
        verify_address=address.split("://")[-1].rstrip("/"),
        specimen=settings.DEMO,
    )


def _hint(document_id):
    """Tell a worker; a broker that is down is the sweep's business."""
    global _quiet_until
    if time.monotonic() >= _quiet_until and not enqueue("documents.produce", document_id):
        _quiet_until = time.monotonic() + QUIET_SECONDS


@transaction.atomic
def release(*, documents, at=None, by=None):
    """Hand documents over to their addressees, all at one moment; those already handed over keep their moment.

    Args:
        documents: a queryset of `Document`.
        at: the instant, now by default.
        by: the `User`, None for the system.

    Returns:
        How many were handed over. A letter not made yet becomes visible as soon as it is.
    """
    waiting = list(documents.filter(released_at=None).select_for_update(of=("self",)).order_by("pk"))
    at = at or timezone.now()
    Document.objects.filter(pk__in=[d.pk for d in waiting]).update(released_at=at)
    make_available(waiting, at=at)
    for document in waiting:
        JournalEntry.write(action="release_document", subject=document, actor=by)
    return len(waiting)


@transaction.atomic
def void(*, document, on, how, by_number="", by=None):
    """Record that a later decision ended the effect of a document; its bytes stay, and verification says so.

    Args:
        document: the document that loses its effect.
        on: the day, Europe/Paris.
        how: a `Document.Void`.
        by_number: number of the decision that does it, "" when it has none.
        by: the `User`, None for the system.

    Raises:
        Refusal: it is without effect already.
    """
    document = Document.objects.select_for_update(of=("self",)).get(pk=document.pk)
    if document.voided_on:
        raise Refusal("Ce document est déjà sans effet : une décision l’a retiré, abrogé ou corrigé.")
    document.voided_on, document.void_kind, document.voided_by_number = on, how, by_number
    document.save(update_fields=["voided_on", "void_kind", "voided_by_number"])
    JournalEntry.write(
        action="void_document", subject=document, actor=by, details={"how": how, "on": on.isoformat(), "by": by_number}
    )
    return document


@transaction.atomic
def restore(*, document, by=None):
    """Record that a document has its effect again: the decision that ended it is itself undone.

    Args:
        document: one without effect; one that has its effect stays as it is.
        by: the `User`, None for the system.
    """
    document = Document.objects.select_for_update(of=("self",)).get(pk=document.pk)
    if document.voided_on is None:
        return document
    details = {"was": document.voided_on.isoformat(), "by": document.voided_by_number}
    document.voided_on, document.void_kind, document.voided_by_number = None, "", ""
    document.save(update_fields=["voided_on", "void_kind", "voided_by_number"])
    JournalEntry.write(action="restore_document", subject=document, actor=by, details=details)
    return document


@transaction.atomic
def retry(*, document, by):
    """Ask again for a document whose rendering failed.

    Args:
        document: a document without bytes.
        by: the `User` who asks.

    Raises:
        Refusal: it is made already.
    """
    document = Document.objects.select_for_update(of=("self",)).get(pk=document.pk)
    if document.rendered_at:
        raise Refusal("Ce document est déjà fabriqué : téléchargez-le, il ne peut pas être refait.")
    document.attempts, document.claimed_at, document.last_error = 0, None, ""
    document.save(update_fields=["attempts", "claimed_at", "last_error"])
    JournalEntry.write(action="retry_document", subject=document, actor=by)
    transaction.on_commit(partial(_hint, document.pk))
    return document
