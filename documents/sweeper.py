"""What the broker forgot: rows without bytes whose worker is late or dead."""

import logging
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from documents.following import settle
from documents.models import CLAIM_EXPIRES_AFTER, MAX_ATTEMPTS, Document
from documents.production import produce

log = logging.getLogger(__name__)
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
        try:
            document = produce(document_id)
        except Exception:  # its bytes could not be kept: those that come after it do not wait for it
            log.exception("document %s could not be kept", document_id)
            continue
        settle(document_id)
        made += bool(document and document.rendered_at)
    return made


def waiting_ids(*, grace=GRACE):
    now = timezone.now()
    forgotten = Q(claimed_at=None, created_at__lte=now - grace) | Q(claimed_at__lte=now - CLAIM_EXPIRES_AFTER)
    waiting = Document.objects.waiting().filter(forgotten, attempts__lt=MAX_ATTEMPTS, paused_at=None)
    return list(waiting.order_by("pk").values_list("pk", flat=True)[:BATCH])
