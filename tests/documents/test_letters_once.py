"""Letters exactly once, with the real parts: a Celery worker that is killed, a broker that is killed, a sweep.

Nothing here is simulated: the worker is `celery worker` on its own Redis server and on the test database, SIGKILL is
SIGKILL, and the sweep is the one that production runs.
"""

import hashlib
import shutil
from datetime import timedelta

import pytest
from django.conf import settings

from config.celery import app
from documents import requests
from documents.models import Document, DocumentContent
from documents.sweeper import sweep
from tests.documents.real_parts import (
    Broker,
    Worker,
    fingerprints,
    let_claims_expire,
    messages_to,
    rendered,
    wait_until,
)

LETTERS = 12
pytestmark = [
    pytest.mark.redis,
    pytest.mark.concurrency,
    pytest.mark.proof,
    pytest.mark.skipif(not shutil.which("redis-server"), reason="redis-server is not on this machine"),
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def broker(tmp_path, monkeypatch):
    monkeypatch.setattr(requests, "_quiet_until", 0.0)
    broker = Broker(tmp_path)
    broker.start()
    with messages_to(broker.url):
        yield broker
    broker.kill()


@pytest.fixture
def start_worker(broker, tmp_path):
    workers = []

    def start():
        workers.append(Worker(broker, tmp_path))
        return workers[-1]

    yield start
    for worker in workers:
        worker.kill()


def assert_each_once():
    """None missing, none twice, the bytes are those of the fingerprint, numbers without gap."""
    assert Document.objects.count() == LETTERS == DocumentContent.objects.count() == rendered()
    contents = DocumentContent.objects.select_related("document").order_by("document__number")
    for number, content in enumerate(contents, start=1):
        data = bytes(content.data)
        assert content.document.number == f"FT-2027-{number:05d}"
        assert hashlib.sha256(data).hexdigest() == content.document.sha256
        assert len(data) == content.document.byte_size


def test_a_live_worker_makes_every_letter(ask, start_worker):
    worker = start_worker()
    for subject_id in range(LETTERS):
        ask(subject_id)
    wait_until(lambda: rendered() == LETTERS, "the worker did not make the letters", worker)
    assert_each_once()
    assert set(Document.objects.values_list("attempts", flat=True)) == {1}


def test_a_worker_killed_in_the_middle_loses_nothing_and_doubles_nothing(ask, start_worker):
    for subject_id in range(LETTERS):
        ask(subject_id)
    worker = start_worker()
    worker.kill_in_the_middle(more=5)
    before = fingerprints()
    assert 5 <= len(before) < LETTERS
    let_claims_expire()
    # A new worker takes the messages that are left while the sweep makes what has no message any more.
    start_worker()
    sweep(grace=timedelta(0))
    wait_until(lambda: rendered() == LETTERS, "letters are missing")
    assert_each_once()
    assert before.items() <= fingerprints().items()


def test_a_broker_killed_with_the_worker_loses_nothing_and_doubles_nothing(ask, broker, start_worker):
    """The wave is signed half before, half after the broker dies; the messages of the first half die with it."""
    for subject_id in range(LETTERS // 2):
        ask(subject_id)
    worker = start_worker()
    wait_until(lambda: rendered() >= 3, "the worker made nothing", worker)
    broker.kill()
    for subject_id in range(LETTERS // 2, LETTERS):
        ask(subject_id)  # the act stands although nobody can be told
    worker.kill()
    before = fingerprints()
    assert Document.objects.count() == LETTERS
    assert len(before) <= LETTERS // 2
    broker.start()
    start_worker()
    let_claims_expire()
    sweep(grace=timedelta(0))
    assert_each_once()
    assert before.items() <= fingerprints().items()
    # Late messages for letters that are made change nothing.
    for document_id in Document.objects.values_list("pk", flat=True):
        app.send_task("documents.produce", args=[document_id])
    wait_until(lambda: not broker.queued(), "the worker does not empty the queue")
    assert before.items() <= fingerprints().items()
    assert_each_once()


def test_settings_are_those_of_production():
    assert settings.CELERY_TASK_ACKS_LATE
    assert settings.CELERY_WORKER_PREFETCH_MULTIPLIER == 1
