"""The proof `ledger_immutable`: what is written stays as it is written, whoever asks, however it is asked."""

import pytest
from django.db import connection

from accounts import database
from tests.funding import rewriting

pytestmark = [
    pytest.mark.proof,
    pytest.mark.django_db(transaction=True),
    pytest.mark.reference,
]


def test_nothing_rewrites_the_ledger():
    rewriting.some_money()
    report = rewriting.attack()
    assert report.through == []
    assert report.refused > 200


def test_a_trigger_that_was_disabled_is_seen_and_comes_back():
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE funding_movement DISABLE TRIGGER funding_movement_no_update")
    assert database.missing(connection) == ["funding_movement_no_update"]
    database.install(connection)
    assert database.missing(connection) == []
