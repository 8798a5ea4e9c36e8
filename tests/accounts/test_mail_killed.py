"""A worker killed between the sending and its note: no mail is lost, and each keeps its one Message-ID."""

import os
import random
import signal
import subprocess
import sys
import time

import pytest
from django.conf import settings
from django.db import connection

from accounts import notify
from accounts.models import Event, OutboxMessage
from tests.accounts.smtp import MailServer

MAILS, KILLS = 120, 12
WORKER = """
import datetime, django
django.setup()
from accounts import delivery
delivery.CLAIM, delivery.FRESH, delivery.A_BATCH = datetime.timedelta(seconds=1), datetime.timedelta(0), 20
delivery.MAX_ATTEMPTS = 100
while True:
    delivery.sweep()
"""


def worker(port):
    """A real process on the database of the test."""
    found = connection.settings_dict
    place = f"{found['USER']}:{found['PASSWORD']}@{found['HOST']}:{found['PORT']}".replace(":@", "@")
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings", "DATABASE_URL": f"postgres://{place}/{found['NAME']}",
        "EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": str(port), "DJANGO_DEBUG": "1",
    }  # fmt: skip
    return subprocess.Popen([sys.executable, "-c", WORKER], env=environment, cwd=settings.BASE_DIR)


def has_sent(server, count, seconds=60):
    deadline = time.monotonic() + seconds
    while len(server.received) < count:
        assert time.monotonic() < deadline, f"{len(server.received)} mails after {seconds} s"
        time.sleep(0.005)


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
def test_no_mail_is_lost_and_none_has_two_names_when_the_worker_is_killed():
    for number in range(MAILS):
        notify.notify(
            Event.RECEIPT, key=f"tue:{number}", recipient=f"p{number}@exemple.test", subject="Reçu", body="Bonjour"
        )
    wanted = set(OutboxMessage.objects.values_list("message_id", flat=True))
    draw = random.Random(6)
    with MailServer() as server:
        for kill in range(KILLS):
            running = worker(server.port)
            has_sent(server, (kill + 1) * MAILS // (KILLS + 2))
            time.sleep(draw.uniform(0, 0.05))
            os.kill(running.pid, signal.SIGKILL)
            running.wait()
        last = worker(server.port)
        try:
            deadline = time.monotonic() + 60
            while OutboxMessage.objects.filter(sent_at=None).exists():
                assert time.monotonic() < deadline
                time.sleep(0.05)
        finally:
            last.kill()
            last.wait()
    names = [one["Message-ID"] for one in server.received]
    assert len(wanted) == MAILS and set(names) == wanted
    assert len(names) - MAILS <= KILLS, "at most one mail twice for each kill"
