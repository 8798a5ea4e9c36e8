"""A POST that arrives twice has one effect and one answer."""

import threading
import uuid

import pytest
from django.db import connection, connections
from django.test import Client
from django.utils import timezone

from accounts import middleware
from accounts.housekeeping import forget_old_keys
from accounts.models import IdempotencyKey, Organisation
from tests import factories

NEW = "/organisations/nouvelle/"


def fields(key, **changes):
    return {"idempotency_key": key, "name": "La Halle", "legal_form": "association", "siret": "", **changes}


@pytest.fixture
def key():
    return uuid.uuid4().hex


@pytest.fixture
def signed_in(client, applicant):
    client.force_login(applicant)
    return client


def test_the_second_post_gets_the_answer_of_the_first(signed_in, key):
    first, second = signed_in.post(NEW, fields(key)), signed_in.post(NEW, fields(key))
    assert first.status_code == second.status_code == 302
    assert first.url == second.url == Organisation.objects.get().get_absolute_url()


def test_another_content_under_the_same_key_is_refused_and_kept_on_screen(signed_in, key):
    signed_in.post(NEW, fields(key))
    answer = signed_in.post(NEW, fields(key, name="Une tout autre structure"))
    assert answer.status_code == 409
    assert "Une tout autre structure" in answer.content.decode()
    assert Organisation.objects.count() == 1


def test_the_key_of_somebody_else_is_refused(signed_in, key):
    signed_in.post(NEW, fields(key))
    other = Client()
    other.force_login(factories.applicant())
    assert other.post(NEW, fields(key)).status_code == 409
    assert Organisation.objects.count() == 1


def test_a_form_that_came_back_with_errors_may_be_sent_again(signed_in, key):
    assert signed_in.post(NEW, fields(key, siret="123")).status_code == 422
    assert signed_in.post(NEW, fields(key)).status_code == 302
    assert Organisation.objects.count() == 1


@pytest.mark.parametrize("bad", ["", "court", "x" * 65])
def test_a_post_without_a_key_is_refused(signed_in, bad):
    assert signed_in.post(NEW, fields(bad)).status_code == 409
    assert not Organisation.objects.exists()


def test_a_failure_leaves_no_key_behind(signed_in, key, monkeypatch):
    def fail(**kwargs):
        raise RuntimeError("panne")

    monkeypatch.setattr("accounts.views.organisations.create_organisation", fail)
    with pytest.raises(RuntimeError):
        signed_in.post(NEW, fields(key))
    assert not IdempotencyKey.objects.exists()


def test_a_key_left_by_a_killed_server_does_not_block_for_ever(signed_in, applicant, key):
    old = timezone.now() - timezone.timedelta(seconds=middleware.ABANDONED_AFTER_SECONDS + 1)
    IdempotencyKey.objects.create(key=key, user=applicant, fingerprint="x", created_at=old)
    assert signed_in.post(NEW, fields(key)).status_code == 409
    assert signed_in.post(NEW, fields(key)).status_code == 302


def test_a_post_without_the_csrf_token_keeps_the_text(applicant, key):
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(applicant)
    answer = careful.post(NEW, fields(key, name="Le texte que j’avais tapé"))
    assert answer.status_code == 403
    assert "Le texte que j’avais tapé" in answer.content.decode()
    assert not Organisation.objects.exists()


def test_old_keys_are_forgotten(applicant):
    now = timezone.now()
    for days in (6, 8):
        created_at = now - timezone.timedelta(days=days)
        IdempotencyKey.objects.create(key=f"{days}" * 32, user=applicant, fingerprint="x", created_at=created_at)
    assert forget_old_keys() == 1
    assert IdempotencyKey.objects.get().key == "6" * 32


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
def test_eight_copies_at_once_have_one_effect_and_one_answer(key):
    person = factories.applicant()
    start, answers = threading.Barrier(8), []

    def send():
        client = Client()
        client.force_login(person)
        start.wait()
        answers.append(client.post(NEW, fields(key)))
        connections.close_all()

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert connection.vendor == "postgresql"
    assert {answer.status_code for answer in answers} == {302}
    assert {answer.url for answer in answers} == {Organisation.objects.get().get_absolute_url()}
