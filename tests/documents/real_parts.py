"""A broker and a worker that can really be killed, for the tests and the proof of letters made once."""

import os
import random
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from django.db import connection
from django.utils import timezone

from config.celery import app
from documents.models import CLAIM_EXPIRES_AFTER, Document

ROOT = Path(__file__).resolve().parents[2]
TRANSPORT = {"socket_connect_timeout": 1, "socket_timeout": 5, "max_retries": 0}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Broker:
    """A Redis server of its own, that can be killed and started again on the same port, empty."""

    def __init__(self, folder):
        self.folder, self.port, self.process = folder, free_port(), None
        self.url = f"redis://127.0.0.1:{self.port}/0"

    def start(self):
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.process = subprocess.Popen(command, cwd=self.folder, **silent)
        wait_until(self.answers, "Redis does not answer")

    def answers(self):
        with socket.socket() as client:
            return client.connect_ex(("127.0.0.1", self.port)) == 0

    def queued(self):
        import redis

        with redis.Redis.from_url(self.url) as client:
            return client.llen("celery") + client.hlen("unacked")

    def kill(self):
        if self.process:
            self.process.kill()
            self.process.wait()


class Worker:
    """A real Celery worker on the database of this process."""

    def __init__(self, broker, folder):
        self.log = folder / f"worker-{time.monotonic_ns()}.log"
        environment = os.environ | {"DATABASE_URL": database_url(), "REDIS_URL": broker.url, "VAR_DIR": str(folder)}
        command = [sys.executable, "-m", "celery", "-A", "config", "worker", "--pool", "solo", "--loglevel", "INFO"]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT)

    def tail(self):
        return self.log.read_text(errors="replace")[-3000:]

    def kill(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def kill_in_the_middle(self, more):
        """SIGKILL once `more` letters are made since now, at a moment that nothing chooses within the next one."""
        goal = rendered() + more
        wait_until(lambda: rendered() >= goal, "the worker made nothing", self)
        time.sleep(random.uniform(0, 0.2))
        self.kill()


def database_url():
    database = connection.settings_dict
    secret = f":{database['PASSWORD']}" if database["PASSWORD"] else ""
    return f"postgres://{database['USER']}{secret}@{database['HOST']}:{database['PORT']}/{database['NAME']}"


def wait_until(condition, complaint, worker=None, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"{complaint}\n{worker.tail() if worker else ''}")
        time.sleep(0.05)


@contextmanager
def messages_to(url):
    """What this process sends goes to `url`, over new connections."""
    before = {"broker_url": app.conf.broker_url, "broker_transport_options": app.conf.broker_transport_options}
    app.conf.update(broker_url=url, broker_transport_options=TRANSPORT)
    app._after_fork()  # forgets the connections that are open
    try:
        yield
    finally:
        app.conf.update(before)
        app._after_fork()


def rendered():
    return Document.objects.filter(rendered_at__isnull=False).count()


def let_claims_expire():
    """Only the clock is moved: the two minutes after which a silent worker is taken for dead."""
    stale = timezone.now() - CLAIM_EXPIRES_AFTER - timedelta(seconds=1)
    Document.objects.filter(rendered_at=None, claimed_at__isnull=False).update(claimed_at=stale)


def fingerprints():
    return dict(Document.objects.exclude(sha256="").values_list("number", "sha256"))
