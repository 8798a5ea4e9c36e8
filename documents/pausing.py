"""Holding back letters that are not made yet: their rows say so, whatever messages the broker still has."""

from functools import partial

from django.db import transaction
from django.utils import timezone

from accounts.queueing import enqueue
from documents.models import Document


@transaction.atomic
def pause(*, documents):
    """Hold back those of these documents that are not made; one that a worker has in hand is still finished.

    Args:
        documents: a queryset of `Document`.

    Returns:
        How many are held back from now on.
    """
    return _held(documents.filter(paused_at=None), timezone.now())


@transaction.atomic
def resume(*, documents):
    """Let the workers go on with what was held back; returns how many."""
    waiting = list(documents.filter(rendered_at=None, paused_at__isnull=False).values_list("pk", flat=True))
    done = _held(Document.objects.filter(pk__in=waiting), None)
    transaction.on_commit(partial(_hint, waiting))
    return done


def _held(documents, at):
    # In the order of the keys, as the release does: two people at once wait for each other, never both.
    rows = documents.filter(rendered_at=None).select_for_update(of=("self",)).order_by("pk")
    return Document.objects.filter(pk__in=[row.pk for row in rows]).update(paused_at=at)


def _hint(document_ids):
    """Tell the workers; once the broker has not answered, the sweep does the rest."""
    for document_id in document_ids:
        if not enqueue("documents.produce", document_id):
            return
