"""Real concurrent connections: numbers without gap, one document a subject, one rendering kept."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from documents import production
from documents.models import Document, DocumentContent, NumberCounter

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]
WORKERS = 12


def together(work, arguments):
    """Run `work` on each argument in its own thread and connection, started at the same instant."""
    arguments = list(arguments)
    barrier = threading.Barrier(len(arguments))

    def run(argument):
        barrier.wait()
        try:
            return work(argument)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(arguments)) as pool:
        return list(pool.map(run, arguments))


def numbers():
    return sorted(Document.objects.values_list("number", flat=True))


def test_numbers_have_no_gap_and_no_twin(ask):
    def act(subject_id):
        with transaction.atomic():
            return ask(subject_id).number

    together(act, range(WORKERS))
    assert numbers() == [f"FT-2027-{n:05d}" for n in range(1, WORKERS + 1)]


def test_acts_that_roll_back_leave_no_gap(ask):
    def act(subject_id):
        try:
            with transaction.atomic():
                ask(subject_id)
                if subject_id % 3 == 0:
                    raise ZeroDivisionError
        except ZeroDivisionError:
            pass

    together(act, range(WORKERS))
    kept = WORKERS - len(range(0, WORKERS, 3))
    assert numbers() == [f"FT-2027-{n:05d}" for n in range(1, kept + 1)]
    assert NumberCounter.objects.get().last == kept


def test_the_same_request_from_many_tabs_is_one_document(ask):
    keys = together(lambda _: ask(1).pk, range(WORKERS))
    assert len(set(keys)) == 1
    assert numbers() == ["FT-2027-00001"]


def test_many_producers_keep_one_rendering(ask):
    document = ask()
    together(lambda _: production.produce(document.pk), range(4))
    document.refresh_from_db()
    assert document.rendered_at
    assert document.attempts == 1
    assert DocumentContent.objects.count() == 1


def test_two_workers_that_both_rendered_keep_the_first_bytes(ask):
    """Both hold an (expired) claim and arrive with bytes: the row lock lets one in, the other throws its own away."""
    document = ask()
    stored = together(lambda n: production._store(document.pk, b"%%PDF-bytes of worker %d" % n).sha256, range(WORKERS))
    assert len(set(stored)) == 1
    document.refresh_from_db()
    assert document.sha256 == stored[0]
    assert DocumentContent.objects.count() == 1
