"""Letters exactly once, whatever dies."""

import hashlib
import os
import tempfile
from datetime import timedelta
from pathlib import Path

from config.celery import app
from documents import requests
from documents.models import Document, DocumentContent
from documents.sweeper import sweep
from tests.documents.letters import AWARD
from tests.documents.real_parts import (
    Broker,
    Worker,
    fingerprints,
    let_claims_expire,
    messages_to,
    rendered,
    wait_until,
)
from tests.proof.frame import proof

LETTERS, WORKER_KILLS = 60, 5


@proof(seconds=300)
def letters_once():
    """Sixty letters; the worker is killed five times while it renders, the broker once while letters are asked for."""
    folder = Path(tempfile.mkdtemp(dir=os.environ["VAR_DIR"]))
    broker = Broker(folder)
    broker.start()
    with messages_to(broker.url):
        seen = kill_and_ask(broker, folder)
        requests._quiet_until = 0.0
        let_claims_expire()
        sweep(grace=timedelta(0))
        resend_everything(broker, folder)
    broker.kill()
    figure = f"{whole()} lettres entières sur {LETTERS}, {replaced(seen)} remplacée"
    return figure, f"{LETTERS} sur {LETTERS}, 0 remplacée", whole() == LETTERS and replaced(seen) == 0


def kill_and_ask(broker, folder):
    """The bytes that were there after each death, by number."""
    seen = {}
    for death in range(WORKER_KILLS):
        ask(range(death * 10, death * 10 + 10))
        Worker(broker, folder).kill_in_the_middle(more=3)
        seen |= {number: seen.get(number, sha256) for number, sha256 in fingerprints().items()}
        let_claims_expire()
    broker.kill()
    ask(range(WORKER_KILLS * 10, LETTERS))
    broker.start()
    return seen


def ask(subject_ids):
    for subject_id in subject_ids:
        requests.request(
            kind="award_letter", subject_type="proof.Decision", subject_id=subject_id, facts=AWARD, by=None
        )


def resend_everything(broker, folder):
    """Late and doubled messages: a fresh worker gets one for every letter that is made already."""
    for document_id in Document.objects.values_list("pk", flat=True):
        app.send_task("documents.produce", args=[document_id])
    worker = Worker(broker, folder)
    wait_until(lambda: not broker.queued(), "the worker does not empty the queue", worker)
    worker.kill()


def whole():
    """Letters whose stored bytes are those of their fingerprint, when none is missing and numbers have no gap."""
    numbers = sorted(Document.objects.values_list("number", flat=True))
    if rendered() != LETTERS or numbers != [f"FT-2027-{n:05d}" for n in range(1, LETTERS + 1)]:
        return 0
    contents = DocumentContent.objects.select_related("document")
    return sum(hashlib.sha256(c.pdf).hexdigest() == c.document.sha256 for c in contents)


def replaced(seen):
    now = fingerprints()
    return sum(now.get(number) != sha256 for number, sha256 in seen.items())
