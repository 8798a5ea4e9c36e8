"""Rules that live in the database as triggers, on both engines.

A floor registers its triggers when it is loaded. SQLite cannot rebuild a table that the trigger of another one names,
and the rebuild drops the table's own: triggers step aside before every `migrate` there, are (re)installed after it on
both engines, and a system check fails when one is absent.
"""

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace

from django.core import checks
from django.db import connections


@dataclass(frozen=True)
class Trigger:
    """One trigger, by engine.

    Args:
        name: unique name, the same on both engines (at most 60 characters).
        table: the table it watches.
        postgresql: statements that create function and trigger (idempotent), or "" where the engine needs none.
        sqlite: the CREATE TRIGGER statement, or "".
    """

    name: str
    table: str
    postgresql: str
    sqlite: str

    def sql(self, vendor):
        return self.postgresql if vendor == "postgresql" else self.sqlite


REGISTRY: dict[str, Trigger] = {}


def register(*triggers):
    REGISTRY.update({trigger.name: trigger for trigger in triggers})


def _refusal(name, table, moment, message, condition=""):
    """Refuse `moment` (e.g. "UPDATE", "DELETE", "UPDATE OF a, b") on `table` with `message`."""
    level = "FOR EACH STATEMENT" if moment == "TRUNCATE" else "FOR EACH ROW"
    when = f"WHEN ({condition})" if condition else ""
    postgresql = f"""
        CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation'; END $$;
        CREATE OR REPLACE TRIGGER {name} BEFORE {moment} ON {table} {level} {when} EXECUTE FUNCTION {name}();
    """
    sqlite = f"""
        CREATE TRIGGER {name} BEFORE {moment} ON {table} {"FOR EACH ROW" if when else ""} {when}
        BEGIN SELECT RAISE(ABORT, '{message}'); END
    """
    return Trigger(name, table, postgresql, "" if moment == "TRUNCATE" else sqlite)


def append_only(table):
    """Rows of `table` are written once: UPDATE, DELETE and TRUNCATE are refused."""
    message = f"{table} is append-only: write a new row instead"
    refusals = [
        _refusal(f"{table}_no_{moment.lower()}", table, moment, message) for moment in ("UPDATE", "DELETE", "TRUNCATE")
    ]
    return [always(one) for one in refusals]


def always(trigger):
    """Also for who has PostgreSQL set the ordinary triggers aside (`session_replication_role`)."""
    enabled = f"ALTER TABLE {trigger.table} ENABLE ALWAYS TRIGGER {trigger.name};"
    return replace(trigger, postgresql=trigger.postgresql + enabled)


def never_deleted(table):
    """Rows of `table` may change, never go."""
    message = f"{table}: rows are never deleted"
    return [_refusal(f"{table}_no_{moment.lower()}", table, moment, message) for moment in ("DELETE", "TRUNCATE")]


def refuse_when(name, table, moment, condition, message):
    """Refuse `moment` on rows of `table` for which `condition` (on OLD and NEW, common SQL) holds."""
    return _refusal(name, table, moment, message, condition)


def refuse_if(name, table, moment, condition, message, *, when="", error="integrity_constraint_violation"):
    """Refuse `moment` on rows of `table` while `condition`, which reads other tables, holds.

    Args:
        when: condition on OLD and NEW alone, asked first.
        error: what PostgreSQL calls the refusal.
    """
    guarded = f"WHEN ({when})" if when else ""
    postgresql = f"""
        CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF {condition} THEN
                RAISE EXCEPTION '{message}' USING ERRCODE = '{error}';
            END IF;
            RETURN NEW;
        END $$;
        CREATE OR REPLACE TRIGGER {name} BEFORE {moment} ON {table}
            FOR EACH ROW {guarded} EXECUTE FUNCTION {name}();
    """
    sqlite = f"""
        CREATE TRIGGER {name} BEFORE {moment} ON {table} {guarded}
        BEGIN SELECT RAISE(ABORT, '{message}') WHERE {condition}; END
    """
    return Trigger(name, table, postgresql, sqlite)


def install(connection):
    """Create every registered trigger whose table exists."""
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for trigger in REGISTRY.values():
            if trigger.table in tables and trigger.sql(connection.vendor):
                if connection.vendor == "sqlite":
                    cursor.execute(f"DROP TRIGGER IF EXISTS {trigger.name}")
                cursor.execute(trigger.sql(connection.vendor))


def installed_names(connection):
    """Those that fire: one that somebody disabled is as good as lost."""
    query = (
        "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')"
        if connection.vendor == "postgresql"
        else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {name for (name,) in cursor.fetchall()}


def missing(connection):
    """Names of registered triggers that the database lacks, for the tables that exist."""
    tables = set(connection.introspection.table_names())
    expected = {t.name for t in REGISTRY.values() if t.table in tables and t.sql(connection.vendor)}
    return sorted(expected - installed_names(connection))


def make_room_before_migrate(using, **kwargs):
    connection = connections[using]
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for name in installed_names(connection) & REGISTRY.keys():
                cursor.execute(f"DROP TRIGGER {name}")


def install_after_migrate(using, **kwargs):
    install(connections[using])


_tolerated: ContextVar[bool] = ContextVar("missing_triggers_tolerated", default=False)


@contextmanager
def missing_triggers_tolerated():
    """For `migrate` alone: a release that adds a trigger must be able to install it."""
    token = _tolerated.set(True)
    try:
        yield
    finally:
        _tolerated.reset(token)


@checks.register(checks.Tags.database)
def check_triggers(app_configs=None, databases=None, **kwargs):
    if _tolerated.get():
        return []
    return [
        checks.Error(
            f"Déclencheurs absents de la base : {', '.join(names)}.", hint="Lancez migrate.", id="accounts.E001"
        )
        for alias in databases or []
        if (names := missing(connections[alias]))
    ]


register(*append_only("accounts_journalentry"), *never_deleted("accounts_rolegrant"))
