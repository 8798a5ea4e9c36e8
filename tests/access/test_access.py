"""Every URL as every role, on own and foreign objects, against the declared table."""

import logging

import pytest
from django.db import connection, transaction
from django.urls import NoReverseMatch, reverse

from tests.access.actors import ACTORS
from tests.access.leaks import LISTS, PAGES_OF_A_WAVE, leaks
from tests.access.resolver import path_of, patterns, url_names
from tests.access.table import ENTRANCE, FORMS_OF_AN_ACT, OWN_ACCOUNT, PUBLIC, TABLE
from tests.access.walk import ask, walk_row
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


def test_the_auditor_reads_every_staff_page_and_changes_nothing_but_her_account():
    own = {row.name for row in [*PUBLIC, *ENTRANCE, *OWN_ACCOUNT]}
    for row in TABLE:
        assert row.name in own or "auditor" not in row.post, row
        if "/pilotage/" in path_of(row.name) and row.get and row.seen_by and row.name not in FORMS_OF_AN_ACT:
            assert "auditor" in row.get & row.seen_by, row


@pytest.mark.parametrize("row", TABLE, ids=str)
def test_url(world, row):
    _, deviations = walk_row(world, row, actors=who_asks(row))
    assert not deviations, "\n".join(map(str, deviations))


def who_asks(row):
    """Everybody on the reference engine; on SQLite one who may and one who may not: only the SQL differs there."""
    if connection.vendor == "postgresql":
        return ACTORS
    served = [actor for actor in ACTORS if actor in (row.get | row.post) & row.seen_by]
    refused = [actor for actor in ACTORS if actor not in row.door]
    return served[:1] + refused[:1]


@pytest.mark.parametrize("name", LISTS)
def test_no_list_gives_a_dossier_away(world, name):
    """Not in the list, not by searching its name, not in the files that the list gives."""
    assert leaks(world, name)[1] == []


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize("name", PAGES_OF_A_WAVE)
def test_no_page_of_a_wave_gives_a_dossier_away(world, name, number):
    assert leaks(world, name, public_id=world.waves[number].public_id)[1] == []


@pytest.mark.parametrize("actor", ["administrator", "auditor", "officer", "owner"])
def test_no_role_opens_the_technical_administration(world, actor):
    pages = [name for name in patterns() if name.startswith("admin:") and not name.endswith(("login", "logout"))]
    reached = [path for name in pages if (path := without_arguments(name))]
    assert len(reached) > 40
    assert {ask(world, actor, "GET", path).status for path in reached} == {403}


def without_arguments(name):
    try:
        return reverse(name)
    except NoReverseMatch:
        return None
