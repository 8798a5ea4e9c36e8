"""Two people at once on real connections, and a broker that is really down when a wave is signed."""

import hashlib
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from accounts.errors import StalePage
from config.celery import app
from documents import requests
from documents.models import Document, DocumentContent
from documents.sweeper import sweep
from funding.ledger import InsufficientFunds
from funding.models import Account, Award, Posting
from funding.reconciliation import differences
from selection.decisions import announce, sign_wave
from selection.models import Decision
from selection.outcomes import adopt
from tests import factories
from tests.documents.real_parts import Broker, Worker, messages_to, rendered, wait_until
from tests.selection.conftest import GRANT, build, delegate, make_letters, prepare_all

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]


def together(*works):
    """Run each of `works` in its own thread and connection, started at the same instant; results or refusals."""
    barrier = threading.Barrier(len(works))

    def run(work):
        barrier.wait()
        try:
            return work()
        except (StalePage, InsufficientFunds) as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def refusals(results):
    return [result for result in results if isinstance(result, Exception)]


def test_two_signatories_at_once_sign_once():
    panel = prepare_all(build())
    adopt(wave=panel.wave, by=panel.officer)
    second = factories.decision_maker()
    delegate(second, panel.wave)
    results = together(
        *(lambda who=who: sign_wave(wave=panel.wave, by=who) for who in (panel.signatory, second, panel.signatory))
    )
    assert [type(refusal) for refusal in refusals(results)] == [StalePage, StalePage]
    assert "déjà signée" in refusals(results)[0].message
    assert Decision.objects.count() == 4
    assert len(set(Decision.objects.values_list("signed_by", flat=True))) == 1
    assert Document.objects.count() == 4
    assert Posting.objects.filter(kind="commit").count() == 1
    assert differences() == []


def test_two_adoptions_at_once_reserve_once():
    panel = prepare_all(build())
    results = together(*(lambda who=who: adopt(wave=panel.wave, by=who) for who in (panel.officer, panel.chair)))
    assert Award.objects.count() == 2
    assert Posting.objects.filter(kind="reserve").count() == 1
    assert len(refusals(results)) <= 1
    assert differences() == []


def test_two_waves_for_the_last_euros_of_a_line():
    """Both fit alone, not together: one is adopted whole, the other is refused whole."""
    first, second = prepare_all(build(money=2 * GRANT)), prepare_all(build(money=0))
    results = together(*(lambda panel=panel: adopt(wave=panel.wave, by=panel.officer) for panel in (first, second)))
    assert [type(refusal) for refusal in refusals(results)] == [InsufficientFunds]
    assert Award.objects.values("wave").distinct().count() == 1
    assert Award.objects.count() == 2
    assert Account.objects.get(kind="ae_opened").balance_cents == 0
    assert differences() == []


def test_two_announcements_at_once_announce_once():
    panel = prepare_all(build())
    adopt(wave=panel.wave, by=panel.officer)
    sign_wave(wave=panel.wave, by=panel.signatory)
    make_letters(panel.wave)
    results = together(*(lambda: announce(wave=panel.wave, by=panel.signatory) for _ in range(2)))
    assert sorted(map(str, results))[0] == "4"
    assert [type(refusal) for refusal in refusals(results)] == [StalePage]
    assert len(set(Decision.objects.values_list("issued_at", flat=True))) == 1


@pytest.mark.redis
@pytest.mark.skipif(not shutil.which("redis-server"), reason="redis-server is not on this machine")
def test_a_wave_signed_while_the_broker_is_down_stands_and_its_letters_follow_once(tmp_path, monkeypatch):
    monkeypatch.setattr(requests, "_quiet_until", 0.0)
    broker = Broker(tmp_path)
    panel = prepare_all(build(ranks=6))
    adopt(wave=panel.wave, by=panel.officer)
    with messages_to(broker.url):  # nobody listens at this address
        decisions = sign_wave(wave=panel.wave, by=panel.signatory)
    assert len(decisions) == 6
    assert factories.fresh(panel.wave).state == "decided"
    assert Account.objects.filter(kind="ae_committed", balance_cents=GRANT).count() == 2
    assert rendered() == 0
    broker.start()
    worker = Worker(broker, tmp_path)
    try:
        with messages_to(broker.url):
            assert sweep(grace=timedelta(0)) == 6
            numbers = sorted(Document.objects.values_list("number", flat=True))
            made = dict(Document.objects.values_list("number", "sha256"))
            # Messages that come late change nothing.
            for document in Document.objects.all():
                app.send_task("documents.produce", args=[document.pk])
            wait_until(lambda: not broker.queued(), "the worker does not empty the queue", worker)
    finally:
        worker.kill()
        broker.kill()
    assert [number[-5:] for number in numbers] == [f"{n:05d}" for n in range(1, 7)]
    assert dict(Document.objects.values_list("number", "sha256")) == made
    for content in DocumentContent.objects.select_related("document"):
        assert hashlib.sha256(bytes(content.data)).hexdigest() == content.document.sha256
    assert DocumentContent.objects.count() == 6
    assert announce(wave=panel.wave, by=panel.signatory) == 6
