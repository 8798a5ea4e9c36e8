"""Rules kept by triggers are there on both engines, and their absence is seen."""

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import IntegrityError, connection, transaction

from accounts import database
from accounts.models import RoleGrant
from tests import factories

NAME = "accounts_journalentry_no_update"


def drop(name, table):
    with connection.cursor() as cursor:
        on = f" ON {table}" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER {name}{on}")


def test_every_registered_trigger_is_installed(db):
    assert database.missing(connection) == []
    assert NAME in database.installed_names(connection)


def test_an_absent_trigger_is_an_error_of_the_check(db):
    drop(NAME, "accounts_journalentry")
    assert database.missing(connection) == [NAME]
    with pytest.raises(SystemCheckError, match=NAME):
        call_command("check", databases=["default"])


def test_migrate_puts_it_back_and_is_not_stopped_by_its_absence(db):
    drop(NAME, "accounts_journalentry")
    call_command("migrate", verbosity=0, skip_checks=False)
    assert database.missing(connection) == []


def test_a_role_is_never_deleted(db):
    person = factories.officer()
    with pytest.raises(IntegrityError), transaction.atomic():
        RoleGrant.objects.filter(user=person).delete()
    assert person.role_grants.count() == 1
