"""How many postings a second the ledger takes, beside the same work in raw SQL: client processes on one account.

Each client moves a cent from one account, the same for all, to an account of its own: it waits for the others' locks,
and each commit waits for the disk. In turn it does so through `funding.ledger` and, on two bare tables, by what nobody
can leave out: lock both accounts in order, insert the movement, update the two balances, in one transaction. The bare
movement says what ours says (who, which act, both clocks) in one row; it is spared the second table, the day totals,
the checks and the words of a refusal.
"""

import itertools
import multiprocessing
import statistics
import time
import uuid
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from funding import budgets
from funding.ledger import Leg, Slot, post
from funding.models import Kind, Line, Posting, Source
from programme.models import Programme

CLIENTS = (1, 8, 64)
ROUNDS, SECONDS = 3, 2.0
PLENTY_CENTS = 10**12
OURS, RAW = "ledger_tps", "ledger_tps_raw"
# Begin, lock, insert, update, commit.
RAW_STATEMENTS = 5
FORK = multiprocessing.get_context("fork")

RAW_TABLES = """
CREATE TABLE bench_account (id integer PRIMARY KEY, balance bigint NOT NULL CHECK (balance >= 0));
CREATE TABLE bench_movement (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id uuid NOT NULL UNIQUE,
    key varchar(120) NOT NULL UNIQUE,
    fingerprint varchar(64) NOT NULL,
    kind varchar(14) NOT NULL,
    actor bigint,
    act varchar(200) NOT NULL,
    reason varchar(300) NOT NULL,
    from_account integer NOT NULL REFERENCES bench_account,
    to_account integer NOT NULL REFERENCES bench_account CHECK (to_account <> from_account),
    cents bigint NOT NULL CHECK (cents > 0),
    effective_on date NOT NULL,
    booked_at timestamptz NOT NULL,
    booked_on date NOT NULL
);
CREATE INDEX ON bench_movement (effective_on);
CREATE INDEX ON bench_movement (from_account, effective_on, cents);
CREATE INDEX ON bench_movement (to_account, effective_on, cents);
INSERT INTO bench_account SELECT number, CASE number WHEN 0 THEN %s ELSE 0 END FROM generate_series(0, %s) AS number;
"""
LOCK = "SELECT id, balance FROM bench_account WHERE id IN (0, %s) ORDER BY id FOR NO KEY UPDATE"
INSERT = """
INSERT INTO bench_movement (public_id, key, fingerprint, kind, actor, act, reason, from_account, to_account, cents,
    effective_on, booked_at, booked_on)
VALUES (%s, %s, %s, 'transfer', NULL, 'Mesure du débit', '', 0, %s, 1, %s, %s, %s)
"""
UPDATE = "UPDATE bench_account SET balance = balance + CASE id WHEN 0 THEN -1 ELSE 1 END WHERE id IN (0, %s)"


@dataclass(frozen=True)
class Rate:
    """Postings a second of `clients` at once, by one way; `statements` are those of one posting."""

    way: str
    clients: int
    tps: float
    statements: int


def rates(clients=CLIENTS, rounds=ROUNDS, seconds=SECONDS):
    """Yield the `Rate` of each way for each number of clients; the two ways take turns, so that both meet the same
    machine."""
    with prepared_lines(max(clients)) as lines:
        # The first one opens the account of the line.
        ours(lines)(1)
        with CaptureQueriesContext(connection) as captured:
            ours(lines)(1)
        for count in clients:
            found = race(lines, count, rounds, seconds)
            for way, statements in ((OURS, len(captured)), (RAW, RAW_STATEMENTS)):
                yield Rate(way, count, round(statistics.median(found[way]), 1), statements)


@contextmanager
def prepared_lines(count):
    """A funded line and as many empty ones as there are clients; the bare tables, gone afterwards."""
    programme = Programme.objects.order_by("pk").first()
    source, _ = Source.objects.get_or_create(name="Mesure du débit")
    mark = uuid.uuid4().hex[:8]
    lines = Line.objects.bulk_create(
        Line(programme=programme, source=source, code=f"DEBIT-{mark}-{rank}", label=f"Mesure du débit {rank}")
        for rank in range(count + 1)
    )
    today = timezone.localdate()
    budgets.open_credits(
        axis="ae", line=lines[0], fiscal_year=today.year, cents=PLENTY_CENTS, effective_on=today,
        act="Ouverture inventée", by=None, key=f"debit:{mark}",
    )  # fmt: skip
    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as raw:
        raw.execute("DROP TABLE IF EXISTS bench_movement, bench_account")
        psycopg.ClientCursor(raw).execute(RAW_TABLES, [PLENTY_CENTS, count])
        try:
            yield lines
        finally:
            raw.execute("DROP TABLE bench_movement, bench_account")


def race(lines, count, rounds, seconds):
    """{way: [postings a second, round by round]} of `count` processes."""
    # No process shares a connection with another.
    connections.close_all()
    gate, told = FORK.Barrier(count), FORK.SimpleQueue()
    processes = [FORK.Process(target=client, args=(lines, number, rounds, seconds, gate, told), daemon=True)
                 for number in range(1, count + 1)]  # fmt: skip
    for process in processes:
        process.start()
    done = {OURS: [0.0] * rounds, RAW: [0.0] * rounds}
    for _ in processes:
        for way, counts in told.get().items():
            for turn, number in enumerate(counts):
                done[way][turn] += number / seconds
    for process in processes:
        process.join()
    return done


def client(lines, number, rounds, seconds, gate, told):
    """One client: its rounds by each way, one after the other, together with the others."""
    with psycopg.connect(**raw_parameters()) as link:
        ways = {OURS: ours(lines), RAW: raw(link)}
        for act in ways.values():
            for _ in range(6):
                act(number)
        done: dict[str, list[int]] = {way: [] for way in ways}
        for _ in range(rounds):
            for way, act in ways.items():
                gate.wait(120)
                done[way].append(count_until(time.monotonic() + seconds, act, number))
    told.put(done)
    connections.close_all()


def raw_parameters():
    """Those of psycopg itself: prepared statements, bound by the server."""
    kept = ("host", "port", "dbname", "user", "password")
    return {key: value for key, value in connection.get_connection_params().items() if key in kept}


def count_until(deadline, act, number):
    for done in itertools.count():
        act(number)
        if time.monotonic() > deadline:
            return done
    raise AssertionError


def ours(lines):
    """A cent from the funded line to that of a client, through the ledger."""
    year, mark = timezone.localdate().year, uuid.uuid4().hex
    turn = itertools.count()
    origin = Slot(Kind.AE_OPENED, lines[0].pk, year)

    def act(number):
        post(
            key=f"debit:{mark}:{number}:{next(turn)}", kind=Posting.Kind.TRANSFER, effective_on=timezone.localdate(),
            actor=None, act="Mesure du débit",
            legs=[Leg(origin, Slot(Kind.AE_OPENED, lines[number].pk, year), 1)],
        )  # fmt: skip

    return act


def raw(link):
    """The same by hand: five statements, both accounts locked in order."""
    mark, turn, today = uuid.uuid4().hex, itertools.count(), timezone.localdate()
    fingerprint = "0" * 64

    def act(number):
        with link.transaction(), link.cursor() as cursor:
            cursor.execute(LOCK, [number])
            if cursor.fetchall()[0][1] < 1:
                raise RuntimeError("Le compte de la mesure est vide.")
            key, now = f"{mark}:{number}:{next(turn)}", timezone.now()
            cursor.execute(INSERT, [uuid.uuid4(), key, fingerprint, number, today, now, today])
            cursor.execute(UPDATE, [number])

    return act
