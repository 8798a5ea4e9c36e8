"""Every URL as every role, on own and foreign objects, against the declared table."""

import logging

import pytest
from django.db import transaction

from tests.access.resolver import url_names
from tests.access.table import TABLE
from tests.access.walk import walk_row
from tests.access.world import World


pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """One world for the whole module, in a transaction around those of the tests."""
    with django_db_blocker.unblock(), transaction.atomic():
        # Each refusal would print its trace: thousands are asked for.
        logging.disable(logging.WARNING)
        yield World()
        logging.disable(logging.NOTSET)
        transaction.set_rollback(True)


def test_the_table_names_every_url_and_no_other():
    assert {row.name for row in TABLE} == url_names()


@pytest.mark.parametrize("row", TABLE, ids=str)
def test_url(world, row):
    _, deviations = walk_row(world, row)
    assert not deviations, "\n".join(map(str, deviations))
