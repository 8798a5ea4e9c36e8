"""The statements of the ledger, in words that both engines understand. Called by `funding.ledger` alone.

A posting holds its accounts from the lock to the commit, and everybody else who wants them waits. Step by step it is
three statements: lock the accounts, insert the posting, insert its movements. On PostgreSQL the usual posting is these
same three in one (`write_at_once`), read once a connection and gone to and fro once.
"""

from functools import cache
from typing import NamedTuple

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections

from accounts.statements import statements
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


def writes_at_once():
    """SQLite has no statement that writes to two tables."""
    return connections[DEFAULT_DB_ALIAS].vendor == "postgresql"


@cache
def posting_fields():
    return [field for field in Posting._meta.concrete_fields if not field.primary_key]


def insert_posting(posting):
    """Write it unless its key is known; tell whether it was written. A twin under way is waited for."""
    connection = connections[DEFAULT_DB_ALIAS]
    values = [field.get_db_prep_save(getattr(posting, field.attname), connection) for field in posting_fields()]
    insert = insertion(Posting, [field.column for field in posting_fields()])
    with statements() as cursor:
        cursor.execute(f"{insert} ON CONFLICT DO NOTHING RETURNING id", values)
        return is_written(posting, cursor.fetchone())


def is_written(posting, row):
    """Give the posting its key as `row` tells it; False when there is none."""
    if row is None:
        return False
    posting.pk, posting._state.adding, posting._state.db = row[0], False, DEFAULT_DB_ALIAS
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


# The accounts in key order under lock, then, when each is the one that we mean, holds what leaves it and midnight has
# not passed, the posting, unless its key is known, and its movements. Else nothing at all.
AT_ONCE_SQL = """
WITH wanted AS (
    SELECT * FROM unnest(%s::bigint[], %s::varchar[], %s::bigint[], %s::smallint[], %s::bigint[], %s::bigint[])
        AS one (id, kind, line_id, fiscal_year, award_id, asked_cents)
), held AS (
    SELECT a.balance_cents - wanted.asked_cents AS left_cents
    FROM funding_account a JOIN wanted ON a.id = wanted.id AND a.kind = wanted.kind AND a.line_id = wanted.line_id
        AND a.fiscal_year = wanted.fiscal_year AND a.award_id IS NOT DISTINCT FROM wanted.award_id
    ORDER BY a.id FOR NO KEY UPDATE OF a
), ready AS (
    SELECT count(*) AS accounts, COALESCE(min(left_cents), 0) AS left_cents,
        (clock_timestamp() AT TIME ZONE '{zone}')::date AS today
    FROM held
), posting AS (
    INSERT INTO funding_posting ({columns}) SELECT {values} FROM ready
    WHERE accounts = %s AND left_cents >= 0 AND today = %s
    ON CONFLICT DO NOTHING RETURNING id, effective_on
)
INSERT INTO funding_movement ({movement_columns})
SELECT posting.id, leg.rank, leg.origin, leg.destination, leg.cents, posting.effective_on
FROM posting, unnest(%s::bigint[], %s::bigint[], %s::bigint[])
    WITH ORDINALITY AS leg (origin, destination, cents, rank)
RETURNING posting_id
"""


@cache
def at_once_sql():
    return AT_ONCE_SQL.format(
        zone=settings.TIME_ZONE,
        columns=", ".join(field.column for field in posting_fields()),
        values=", ".join("%s::bigint" if field.null else "%s" for field in posting_fields()),
        movement_columns=", ".join(MOVEMENT_COLUMNS),
    )


def write_at_once(posting, legs, keys, outflow):
    """Write the posting and its movements in one statement, or nothing; tell whether they are written.

    Args:
        keys: {slot: key of its account}, all of those of the legs; an account that is not that one is not touched.
        outflow: {slot: cents that must be there}; a slot that is not named may fall below zero.
    """
    wanted = [(pk, *slot, outflow.get(slot)) for slot, pk in keys.items()]
    moved = [(keys[origin], keys[destination], cents) for origin, destination, cents in legs]
    values = [getattr(posting, field.attname) for field in posting_fields()]
    with statements() as cursor:
        cursor.execute(
            at_once_sql(),
            [*map(array, zip(*wanted, strict=True)), *values, len(wanted), posting.booked_on,
             *map(array, zip(*moved, strict=True))],
        )  # fmt: skip
        return is_written(posting, cursor.fetchone())


def array(values):
    """As text, whatever the size of the numbers: the statement stays one that PostgreSQL knows."""
    return "{" + ",".join("NULL" if value is None else str(value) for value in values) + "}"
