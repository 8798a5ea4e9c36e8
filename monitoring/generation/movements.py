"""A ledger of any length, in bulk: what a million movements would have left, for measures on an invented programme.

Triggers step aside, rows are written by set, balances and day totals are added up from the movements as the triggers
would have; then the triggers are back, and `funding.reconciliation` finds no difference. PostgreSQL only.
"""

import datetime
import uuid

from django.db import connection, transaction
from django.utils import timezone

from accounts import database
from funding.models import Award, Line, Source
from programme.models import Origin

TABLES = ("funding_posting", "funding_movement", "funding_account", "funding_daytotal", "funding_monthtotal")
# Awards that one act carries, and movements that each goes through: reserved, committed, ordered, paid (twice).
A_BATCH, EACH = 25, 5
LINES, AWARDS = 4, 480
FIRST_DAY = datetime.date(2019, 1, 2)

UNITS = """
CREATE TEMP TABLE units ON COMMIT DROP AS
SELECT b AS batch, j AS place, l.id AS line, a.id AS award, EXTRACT(year FROM d.day)::int AS year, d.day,
       (100000 + (b * 7919 + j * 104729) %% 4900000)::bigint AS cents
FROM generate_series(0, %(batches)s - 1) AS b
CROSS JOIN generate_series(1, %(a_batch)s) AS j
CROSS JOIN LATERAL (SELECT %(first)s::date + ((b * 137) %% %(days)s)::int AS day) AS d
JOIN unnest(%(lines)s::bigint[]) WITH ORDINALITY AS l(id, rank) ON l.rank = b %% %(line_count)s + 1
JOIN unnest(%(awards)s::bigint[]) WITH ORDINALITY AS a(id, rank)
    ON a.rank = (b / %(line_count)s * %(a_batch)s + j) %% %(awards_a_line)s * %(line_count)s + b %% %(line_count)s + 1
"""
# step, what it is, from, to (of the award or of its line), rank of its first movement.
STEPS = """
CREATE TEMP TABLE steps (step int, kind text, origin text, destination text, after int) ON COMMIT DROP;
INSERT INTO steps VALUES (1, 'reserve', 'ae_opened', 'ae_reserved', 0),
    (2, 'commit', 'ae_reserved', 'ae_committed', 0),
    (3, 'order', 'cp_available', 'cp_ordered', 0),
    (4, 'pay', 'cp_ordered', 'cp_paid', 0),
    (4, 'pay', 'ae_committed', 'ae_liquidated', %(a_batch)s);
CREATE TEMP TABLE legs ON COMMIT DROP AS
SELECT format('%(mark)s:%%s:%%s', u.batch, s.step) AS key, s.kind, u.day, s.after + u.place AS rank, u.line, u.year,
       s.origin, CASE WHEN s.origin IN ('ae_opened', 'cp_available') THEN NULL ELSE u.award END AS origin_award,
       s.destination, u.award AS destination_award, u.cents, u.batch, s.step
FROM units u CROSS JOIN steps s
UNION ALL
SELECT format('%(mark)s:open:%%s:%%s:%%s', line, year, axis), 'open', make_date(year, 1, 1), 1, line, year,
       axis || '_source', NULL, CASE axis WHEN 'ae' THEN 'ae_opened' ELSE 'cp_available' END, NULL, SUM(cents), -1, 0
FROM units CROSS JOIN (VALUES ('ae'), ('cp')) AS axes(axis) GROUP BY line, year, axis
"""
WRITE = """
INSERT INTO funding_account (kind, line_id, fiscal_year, award_id, balance_cents)
SELECT origin, line, year, origin_award, 0 FROM legs
UNION SELECT destination, line, year, destination_award, 0 FROM legs
ON CONFLICT DO NOTHING;
INSERT INTO funding_posting
    (public_id, key, fingerprint, kind, effective_on, booked_at, booked_on, act, reason, movement_count)
SELECT gen_random_uuid(), key, md5(key), kind, day, day + interval '12 hours', day, 'Acte inventé', '', COUNT(*)
FROM legs GROUP BY key, kind, day ORDER BY day, MIN(batch), MIN(step);
CREATE TEMP TABLE held ON COMMIT DROP AS
SELECT id, kind::text, line_id, fiscal_year::int, COALESCE(award_id, 0) AS award_id FROM funding_account;
CREATE TEMP TABLE posted ON COMMIT DROP AS SELECT id, key::text FROM funding_posting;
ANALYZE held;
ANALYZE posted;
ANALYZE legs;
CREATE TEMP TABLE moved ON COMMIT DROP AS
SELECT p.id AS posting, l.rank, o.id AS origin, d.id AS destination, l.cents, l.day, l.line, l.year,
       l.origin AS origin_kind, l.destination AS destination_kind
FROM legs l JOIN posted p ON p.key = l.key
JOIN held o ON o.kind = l.origin AND o.line_id = l.line AND o.fiscal_year = l.year
    AND o.award_id = COALESCE(l.origin_award, 0)
JOIN held d ON d.kind = l.destination AND d.line_id = l.line AND d.fiscal_year = l.year
    AND d.award_id = COALESCE(l.destination_award, 0);
ANALYZE moved;
INSERT INTO funding_movement (posting_id, rank, from_account_id, to_account_id, amount_cents, effective_on)
SELECT posting, rank, origin, destination, cents, day FROM moved ORDER BY posting, rank;
UPDATE funding_account a SET balance_cents = balance_cents + s.cents FROM (
    SELECT account, SUM(cents) AS cents FROM (
        SELECT destination AS account, cents FROM moved UNION ALL SELECT origin, -cents FROM moved
    ) AS sides GROUP BY account
) AS s WHERE s.account = a.id;
INSERT INTO funding_daytotal
    (from_kind, from_line_id, from_year, to_kind, to_line_id, to_year, effective_on, booked_on, cents)
SELECT origin_kind, line, year, destination_kind, line, year, day, day, SUM(cents) FROM moved
GROUP BY origin_kind, line, year, destination_kind, day
ON CONFLICT (from_kind, from_line_id, from_year, to_kind, to_line_id, to_year, effective_on, booked_on)
DO UPDATE SET cents = funding_daytotal.cents + EXCLUDED.cents;
INSERT INTO funding_monthtotal
    (from_kind, from_line_id, from_year, to_kind, to_line_id, to_year, month, last_on, cents)
SELECT origin_kind, line, year, destination_kind, line, year, date_trunc('month', day)::date, MAX(day), SUM(cents)
FROM moved GROUP BY origin_kind, line, year, destination_kind, date_trunc('month', day)
ON CONFLICT (from_kind, from_line_id, from_year, to_kind, to_line_id, to_year, month)
DO UPDATE SET cents = funding_monthtotal.cents + EXCLUDED.cents,
    last_on = GREATEST(funding_monthtotal.last_on, EXCLUDED.last_on)
"""


def load_movements(*, programme, count):
    """Write about `count` movements, of every day since 2019, on lines and awards of an invented programme.

    Args:
        programme: a demonstration, with awards.
        count: how many movements, rounded up to whole acts.

    Raises:
        ValueError: the programme is not invented, or has too few awards.
    """
    awards = list(Award.objects.filter(wave__call__programme=programme).order_by("pk").values_list("pk", flat=True))
    if programme.origin != Origin.DEMONSTRATION or len(awards) < LINES:
        raise ValueError("only an invented programme with awards is filled")
    values = {
        "mark": f"invented:{uuid.uuid4().hex[:8]}", "batches": -(-count // (A_BATCH * EACH)), "a_batch": A_BATCH,
        "first": FIRST_DAY, "days": (timezone.localdate() - FIRST_DAY).days, "lines": lines_of(programme),
        "line_count": LINES, "awards": awards[:AWARDS], "awards_a_line": min(len(awards), AWARDS) // LINES,
    }  # fmt: skip
    with transaction.atomic(), connection.cursor() as cursor:
        triggers(cursor, "DISABLE")
        cursor.execute(UNITS, values)
        cursor.execute(STEPS % values)
        cursor.execute(WRITE)
        # No table whose keys wait to be checked is altered.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        triggers(cursor, "ENABLE")
        database.install(connection)
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"VACUUM ANALYZE {table}" if not connection.in_atomic_block else f"ANALYZE {table}")


def lines_of(programme):
    source, _ = Source.objects.get_or_create(name="État, budget général")
    return [
        Line.objects.get_or_create(
            programme=programme, code=f"MESURE-{rank:02}",
            defaults={"source": source, "label": f"Ligne inventée {rank}", "origin": Origin.DEMONSTRATION},
        )[0].pk
        for rank in range(1, LINES + 1)
    ]  # fmt: skip


def triggers(cursor, action):
    for table in TABLES:
        cursor.execute(f"ALTER TABLE {table} {action} TRIGGER USER")
