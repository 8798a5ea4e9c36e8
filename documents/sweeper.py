"""What the broker forgot: rows without bytes whose worker is late or dead."""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from documents.following import settle
from documents.models import CLAIM_EXPIRES_AFTER, MAX_ATTEMPTS, Document
from documents.production import produce

# A live worker takes a message within a second; before that, the sweep leaves it the work.
GRACE = timedelta(seconds=10)
BATCH = 200


def sweep(*, grace=GRACE):
    """Make every document that waits for nobody; returns how many it made.

    Args:
        grace: how long a fresh request is left to the workers.
    """
    made = 0
    for document_id in waiting_ids(grace=grace):
        document = produce(document_id)
        settle(document_id)
        made += bool(document and document.rendered_at)
    return made


def waiting_ids(*, grace=GRACE):
    now = timezone.now()
    forgotten = Q(claimed_at=None, created_at__lte=now - grace) | Q(claimed_at__lte=now - CLAIM_EXPIRES_AFTER)
    waiting = Document.objects.waiting().filter(forgotten, attempts__lt=MAX_ATTEMPTS, paused_at=None)
    return list(waiting.order_by("pk").values_list("pk", flat=True)[:BATCH])
