"""Letters exactly once, with the real parts: a Celery worker that is killed, a broker that is killed, a sweep.

Nothing here is simulated: the worker is `celery worker` on its own Redis server and on the test database, SIGKILL is
SIGKILL, and the sweep is the one that production runs.
"""

import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from config.celery import app
from documents import requests
from documents.models import CLAIM_EXPIRES_AFTER, Document, DocumentContent
from documents.sweeper import sweep

ROOT = Path(__file__).resolve().parents[2]
LETTERS = 24
pytestmark = [
    pytest.mark.redis,
    pytest.mark.concurrency,
    pytest.mark.proof,
    pytest.mark.skipif(not shutil.which("redis-server"), reason="redis-server is not on this machine"),
    pytest.mark.django_db(transaction=True),
]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Broker:
    """A Redis server of this test alone, that can be killed and started again on the same port, empty."""

    def __init__(self, folder):
        self.folder, self.port, self.process = folder, free_port(), None
        self.url = f"redis://127.0.0.1:{self.port}/0"

    def start(self):
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self.process = subprocess.Popen(command, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until(lambda: self.answers(), "Redis does not answer")

    def answers(self):
        with socket.socket() as client:
            return client.connect_ex(("127.0.0.1", self.port)) == 0

    def kill(self):
        if self.process:
            self.process.kill()
            self.process.wait()


class Worker:
    """A real Celery worker on the test database."""

    def __init__(self, broker, folder):
        self.log = folder / f"worker-{time.monotonic_ns()}.log"
        environment = os.environ | {
            "DATABASE_URL": test_database_url(),
            "REDIS_URL": broker.url,
            "VAR_DIR": str(folder),
        }
        command = [
            sys.executable,
            "-m",
            "celery",
            "-A",
            "config",
            "worker",
            "-P",
            "solo",
            "-l",
            "INFO",
            "--without-mingle",
        ]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT)

    def tail(self):
        return self.log.read_text(errors="replace")[-3000:]

    def kill(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()


def test_database_url():
    database = connection.settings_dict
    secret = f":{database['PASSWORD']}" if database["PASSWORD"] else ""
    return f"postgres://{database['USER']}{secret}@{database['HOST']}:{database['PORT']}/{database['NAME']}"


test_database_url.__test__ = False


def wait_until(condition, complaint, worker=None, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(f"{complaint}\n{worker.tail() if worker else ''}")
        time.sleep(0.05)


@contextmanager
def messages_to(url):
    """What this process sends goes to `url`, over new connections."""
    before = {"broker_url": app.conf.broker_url, "broker_transport_options": app.conf.broker_transport_options}
    options = {"socket_connect_timeout": 1, "socket_timeout": 5, "max_retries": 0}
    app.conf.update(broker_url=url, broker_transport_options=options)
    app._after_fork()  # forgets the connections that are open
    try:
        yield
    finally:
        app.conf.update(before)
        app._after_fork()


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


def rendered():
    return Document.objects.filter(rendered_at__isnull=False).count()


def let_claims_expire():
    """Only the clock is moved: the two minutes after which a silent worker is taken for dead."""
    stale = timezone.now() - CLAIM_EXPIRES_AFTER - timedelta(seconds=1)
    Document.objects.filter(rendered_at=None, claimed_at__isnull=False).update(claimed_at=stale)


def fingerprints():
    return dict(Document.objects.exclude(sha256="").values_list("number", "sha256"))


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
    wait_until(lambda: rendered() >= 5, "the worker made nothing", worker)
    worker.kill()
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
    wait_until(lambda: not queued(broker), "the worker does not empty the queue")
    assert before.items() <= fingerprints().items()
    assert_each_once()


def queued(broker):
    import redis

    with redis.Redis.from_url(broker.url) as client:
        return client.llen("celery") + client.hlen("unacked")


def test_settings_are_those_of_production():
    assert settings.CELERY_TASK_ACKS_LATE
    assert settings.CELERY_WORKER_PREFETCH_MULTIPLIER == 1
