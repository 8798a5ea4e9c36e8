"""Every way we know to rewrite what the ledger says, as every role: shared by a short test and by `make proof`."""

import itertools
import os
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg
from django.db import connection
from django.test import Client
from psycopg import sql

from accounts.models import Role, User
from funding.models import Movement, Posting
from funding.reconciliation import differences
from tests.funding import conftest as make

POSTING, MOVEMENT = "funding_posting", "funding_movement"
# Statements that would change, remove or add to what is written; each is refused by the database itself.
STATEMENTS = (
    "UPDATE {t} SET {c} = {c}",
    "UPDATE {t} SET {c} = {v} WHERE id = (SELECT max(id) FROM {t})",
    "UPDATE ONLY {t} SET {c} = {v}",
    "UPDATE {t} SET {c} = {v} FROM funding_account a WHERE a.id > 0",
    "WITH gone AS (UPDATE {t} SET {c} = {v} RETURNING *) SELECT count(*) FROM gone",
    "DELETE FROM {t}",
    "DELETE FROM {t} WHERE id = (SELECT min(id) FROM {t})",
    "DELETE FROM {t} USING funding_account a WHERE a.id > 0",
    "WITH gone AS (DELETE FROM {t} RETURNING *) SELECT count(*) FROM gone",
    "TRUNCATE {t} CASCADE",
    "TRUNCATE funding_movement, funding_posting, funding_account, funding_daytotal CASCADE",
    "INSERT INTO {t} SELECT * FROM {t} ON CONFLICT (id) DO UPDATE SET {c} = {v}",
    "MERGE INTO {t} AS kept USING {t} AS same ON kept.id = same.id WHEN MATCHED THEN UPDATE SET {c} = {v}",
    "MERGE INTO {t} AS kept USING {t} AS same ON kept.id = same.id WHEN MATCHED THEN DELETE",
    "DO $$ BEGIN UPDATE {t} SET {c} = {v}; END $$",
    "DO $$ BEGIN EXECUTE 'DELETE FROM {t}'; END $$",
    "PREPARE rewrite AS UPDATE {t} SET {c} = {v}; EXECUTE rewrite",
    "DECLARE one CURSOR FOR SELECT * FROM {t} FOR UPDATE; FETCH one; UPDATE {t} SET {c} = {v} WHERE CURRENT OF one",
    "DECLARE one CURSOR FOR SELECT * FROM {t} FOR UPDATE; FETCH one; DELETE FROM {t} WHERE CURRENT OF one",
    "SET session_replication_role = replica; UPDATE {t} SET {c} = {v}",
    "SET session_replication_role = replica; DELETE FROM {t}",
    "SET session_replication_role = replica; TRUNCATE {t} CASCADE",
)
COLUMNS = {
    POSTING: (
        ("key", "'autre'"), ("effective_on", "'2020-01-01'"), ("booked_on", "'2030-01-01'"), ("movement_count", "99"),
        ("act", "'Un autre acte'"), ("actor_id", "NULL"),
    ),
    MOVEMENT: (
        ("amount_cents", "1"), ("amount_cents", "90000000"), ("to_account_id", "1"),
        ("effective_on", "'2020-01-01'"), ("posting_id", "1"), ("rank", "9"),
    ),
}  # fmt: skip
# What would change the past by addition, or by what movements rest on.
AROUND = (
    "INSERT INTO funding_movement (posting_id, rank, from_account_id, to_account_id, amount_cents, effective_on) "
    "SELECT posting_id, movement_count + 1, from_account_id, to_account_id, 1, m.effective_on "
    "FROM funding_movement m JOIN funding_posting p ON p.id = posting_id",
    "INSERT INTO funding_movement (posting_id, rank, from_account_id, to_account_id, amount_cents, effective_on) "
    "SELECT posting_id, rank, from_account_id, to_account_id, 1, effective_on FROM funding_movement",
    "INSERT INTO funding_posting (public_id, key, fingerprint, kind, effective_on, booked_at, booked_on, act, reason, "
    "movement_count) SELECT gen_random_uuid(), key, '', kind, effective_on, now(), booked_on, '', '', 1 "
    "FROM funding_posting",
    "DELETE FROM funding_account",
    "DELETE FROM funding_line; SET CONSTRAINTS ALL IMMEDIATE",
    "UPDATE funding_account SET balance_cents = balance_cents + 1",
    "UPDATE funding_account SET line_id = line_id + 1",
    "UPDATE funding_daytotal SET cents = cents + 1",
    "DELETE FROM funding_daytotal",
    "UPDATE funding_monthtotal SET cents = cents + 1",
    "DELETE FROM funding_monthtotal",
    "INSERT INTO funding_daytotal (from_kind, from_line_id, from_year, to_kind, to_line_id, to_year, effective_on, "
    "booked_on, cents) SELECT from_kind, from_line_id, from_year, to_kind, to_line_id, to_year, '2000-01-01', "
    "booked_on, 1 FROM funding_daytotal",
)
# What only the owner may do at all; the role of the site may not.
OWNER_ONLY = (
    "ALTER TABLE {t} DISABLE TRIGGER USER",
    "DROP TRIGGER {t}_no_update ON {t}",
    "ALTER TABLE {t} DROP COLUMN act CASCADE",
    "DROP TABLE {t} CASCADE",
    "CREATE OR REPLACE FUNCTION {t}_no_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$",
    "CREATE RULE aside AS ON UPDATE TO {t} DO INSTEAD NOTHING",
)
REFUSALS = (
    psycopg.errors.IntegrityError, psycopg.errors.IntegrityConstraintViolation, psycopg.errors.InsufficientPrivilege,
)  # fmt: skip


@dataclass
class Report:
    """How many attempts were refused; what went through, in words."""

    refused: int = 0
    through: list = field(default_factory=list)

    def note(self, role, statement, error):
        if isinstance(error, REFUSALS):
            self.refused += 1
        else:
            told = "accepté" if error is None else f"{type(error).__name__}: {error}"
            self.through.append(f"{role} : {statement[:120]} : {told}"[:300])


def some_money():
    """A few postings of several movements, by several people."""
    line = make.make_line()
    make.open_credits(line, "ae", 4 * make.GRANT)
    wave = make.make_wave(line.programme)
    make.commit(make.reserve(wave, [make.request_for(wave, line) for _ in range(3)]))


def attack():
    """Try everything as every role of the database and of the site, then look at what is written."""
    before, report = written(), Report()
    with roles() as names:
        for role, owner in names.items():
            for statement in statements(owner):
                report.note(role, statement, outcome(role, statement))
    for path, person in pages():
        by_page(report, path, person)
    if written() != before:
        report.through.append("le contenu des écritures a changé")
    report.through += differences()
    return report


def statements(owner):
    for table, columns in COLUMNS.items():
        for statement, (column, value) in itertools.product(STATEMENTS, columns):
            if "{c}" in statement or (column, value) == columns[0]:
                yield statement.format(t=table, c=column, v=value)
    yield from AROUND
    if not owner:
        yield from (statement.format(t=table) for statement in OWNER_ONLY for table in COLUMNS)


@contextmanager
def roles():
    """{role: whether it owns the tables}: the owner; the role of the site, as `deploy/postgresql/roles.sh` makes it;
    a role that was given every right on every table."""
    mark = f"{os.getpid()}"
    site, all_rights = f"web_{mark}", f"rights_{mark}"
    rights = {site: "SELECT, INSERT, UPDATE, DELETE", all_rights: "ALL"}
    with connection.cursor() as cursor:
        for role, granted in rights.items():
            name = sql.Identifier(role).as_string()
            cursor.execute(f"CREATE ROLE {name}")
            cursor.execute(f"GRANT USAGE ON SCHEMA public TO {name}")
            cursor.execute(f"GRANT {granted} ON ALL TABLES IN SCHEMA public TO {name}")
            cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {name}")
    try:
        yield {connection.settings_dict["USER"]: True, site: False, all_rights: False}
    finally:
        with connection.cursor() as cursor:
            for role in rights:
                cursor.execute(f"DROP OWNED BY {sql.Identifier(role).as_string()}")
                cursor.execute(f"DROP ROLE {sql.Identifier(role).as_string()}")


def outcome(role, statement):
    """The error of a statement as a role, in a transaction that would have been kept; None when it passes."""
    kept = {key: value for key, value in connection.get_connection_params().items()
            if key in ("host", "port", "dbname", "user", "password")}  # fmt: skip
    with psycopg.connect(**kept) as link:
        if role != kept["user"]:
            link.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(role)))
        try:
            for part in parts_of(statement):
                link.execute(part)
            link.commit()
        except psycopg.Error as error:
            link.rollback()
            return error
    return None


def parts_of(statement):
    return [statement] if "$$" in statement else statement.split("; ")


def pages():
    """(address, person): what the administration of the site shows of the ledger, for every role and a superuser."""
    people = [make.make_user(role) for role in Role]
    people.append(User.objects.create_superuser(f"super-{os.getpid()}@exemple.test", None))
    for model in (Posting, Movement):
        name, pk = model._meta.model_name, model.objects.latest("pk").pk
        for end, person in itertools.product((f"{pk}/change/", f"{pk}/delete/", "add/"), people):
            yield f"/admin/funding/{name}/{end}", person


def by_page(report, path, person):
    """A change sent by the administration; refused when the page is not there, not allowed, or asks to sign in."""
    client = Client(headers={"host": "localhost"})
    client.force_login(person, backend="accounts.backends.SignInBackend")
    before = written()
    status = client.post(path, {"post": "yes", "amount_cents": "1", "act": "Autre", "key": "autre"}).status_code
    if written() == before and status in (302, 403, 404):
        report.refused += 1
    else:
        report.through.append(f"{person} : {path} : {status}")


def written():
    """A fingerprint of all that postings and movements say."""
    found = []
    with connection.cursor() as cursor:
        for table in COLUMNS:
            cursor.execute(f"SELECT count(*), md5(string_agg(t::text, '|' ORDER BY id)) FROM {table} t")
            found.append(cursor.fetchone())
    return found
