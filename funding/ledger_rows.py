"""The statements of the ledger, in words that both engines understand. Called by `funding.ledger` alone.

A posting holds its accounts from the lock to the commit, and everybody else who wants them waits: three statements,
which PostgreSQL reads once a connection, where the ORM would take longer to write each than the database to do it.
"""

from typing import NamedTuple

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections

from funding.models import Movement, Posting

MOVEMENT_COLUMNS = ("posting_id", "rank", "from_account_id", "to_account_id", "amount_cents", "effective_on")
# Movements in one statement: SQLite may count no more than 999 values.
AT_ONCE = 150


class Slot(NamedTuple):
    """Names one account: kind, line, fiscal year, and the award for the kinds that have one."""

    kind: str
    line_id: int
    fiscal_year: int
    award_id: int | None = None


class Held(NamedTuple):
    """An account as just read: its key and its balance."""

    pk: int
    balance_cents: int


def statements():
    """A cursor whose statements are prepared where the engine prepares (after some uses, see the settings)."""
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.vendor != "postgresql":
        return connection.cursor()
    connection.ensure_connection()
    return connection._prepare_cursor(psycopg.Cursor(connection.connection))


def insert_posting(posting):
    """Write it unless its key is known; tell whether it was written. A twin under way is waited for."""
    connection = connections[DEFAULT_DB_ALIAS]
    fields = [field for field in Posting._meta.concrete_fields if not field.primary_key]
    values = [field.get_db_prep_save(getattr(posting, field.attname), connection) for field in fields]
    insert = insertion(Posting, [field.column for field in fields])
    with statements() as cursor:
        cursor.execute(f"{insert} ON CONFLICT DO NOTHING RETURNING id", values)
        row = cursor.fetchone()
    if row is None:
        return False
    posting.pk, posting._state.adding, posting._state.db = row[0], False, connection.alias
    return True


def insert_movements(posting, accounts, legs):
    rows = [
        (posting.pk, rank, accounts[origin].pk, accounts[destination].pk, cents, posting.effective_on)
        for rank, (origin, destination, cents) in enumerate(legs, start=1)
    ]
    with statements() as cursor:
        for start in range(0, len(rows), AT_ONCE):
            some = rows[start : start + AT_ONCE]
            cursor.execute(insertion(Movement, MOVEMENT_COLUMNS, len(some)), [value for row in some for value in row])


def insertion(model, columns, rows=1):
    one = f"({marks(columns)})"
    return f"INSERT INTO {model._meta.db_table} ({', '.join(columns)}) VALUES {', '.join([one] * rows)}"


def find_accounts(slots, *, lock=False):
    """{slot: Held} of those that exist; under lock, taken in key order."""
    kinds, lines, years = (sorted({slot[part] for slot in slots}) for part in range(3))
    awards = sorted({slot.award_id for slot in slots} - {None})
    of_award = f"(award_id IS NULL OR award_id IN ({marks(awards)}))" if awards else "award_id IS NULL"
    query = (
        "SELECT kind, line_id, fiscal_year, award_id, id, balance_cents FROM funding_account "
        f"WHERE kind IN ({marks(kinds)}) AND line_id IN ({marks(lines)}) AND fiscal_year IN ({marks(years)}) "
        f"AND {of_award} ORDER BY id"
    )
    if lock and connections[DEFAULT_DB_ALIAS].features.has_select_for_no_key_update:
        query += " FOR NO KEY UPDATE"
    with statements() as cursor:
        cursor.execute(query, [*map(str, kinds), *lines, *years, *awards])
        found = {Slot(*row[:4]): Held(*row[4:]) for row in cursor.fetchall()}
    return {slot: found[slot] for slot in slots if slot in found}


def marks(values):
    return ", ".join(["%s"] * len(values))
