"""What the accounts held, on any day, on both clocks. Reads the totals of days and months, never the current balance:
one query."""

import datetime
from collections import defaultdict
from functools import lru_cache
from typing import NamedTuple

from django.db import connection
from django.db.models import F, Value
from django.db.models.functions import TruncMonth

from funding.models import DayTotal, Line, MonthTotal

COLUMNS = ("from_kind", "from_line_id", "from_year", "to_kind", "to_line_id", "to_year")
WAY = ", ".join(f"t.{column}" for column in COLUMNS)


class Passage(NamedTuple):
    """Cents that went from one kind of account to another, on a line and a fiscal year.

    Attributes:
        day: the last day of a month on which any of it is true (`effective_on`), as known today; None when the months
            are added together.
        cents: all of it; earlier_cents: the part that was known before the day given as `known_before`.
    """

    from_kind: str
    from_line: int
    from_year: int
    to_kind: str
    to_line: int
    to_year: int
    code: str
    instrument: str
    day: datetime.date | None
    cents: int
    earlier_cents: int


def passages(*, as_of=None, known_on=None, programme=None, by_month=False, known_before=None):
    """Every passage between kinds of account, one query.

    Args:
        as_of: keep what is true in law on that Paris date (`effective_on`); None: no limit.
        known_on: keep what we knew on that Paris date (`booked_on`); None: no limit.
        programme: keep the lines of one programme.
        by_month: a row a month, oldest first.
        known_before: a Paris date; `earlier_cents` is what was known before it (all of it when None).
    """
    by, day = (", t.month", "MAX(t.day)") if by_month else ("", "NULL")
    sums, parameters = added_up(f"{WAY}{by}", f"{WAY}, {day} AS day", as_of, known_on, programme, known_before)
    return [named(row) for row in with_lines(sums, parameters)]


@lru_cache(maxsize=64)
def added_up(keys, columns, as_of, known_on, programme, known_before=None, to_kinds=None):
    """(SQL, parameters) of sums by `keys`; building the question costs more than most answers, so it is kept."""
    parts = totals(as_of=as_of, known_on=known_on, programme=programme, known_before=known_before)
    if to_kinds is not None:
        parts = [part.filter(to_kind__in=sorted(to_kinds)) for part in parts]
    asked = [part.query.sql_with_params() for part in parts]
    rows = " UNION ALL ".join(sql for sql, _ in asked)
    # Amounts are positive: a sum of nothing is what nobody knew of yet.
    sql = (
        f"SELECT {columns}, SUM(t.total) AS total, SUM(t.earlier) AS earlier FROM ({rows}) t "
        f"GROUP BY {keys} HAVING SUM(t.total) <> 0"
    )
    return sql, [value for _, values in asked for value in values]


def with_lines(sums, parameters):
    """Rows of sums with the code and the instrument of their line.

    Joined before the sums, both would be read and compared for every day of the ledger; here, once a sum.
    """
    sql = (
        f"SELECT {WAY}, l.code, s.instrument, t.day, t.total, t.earlier FROM ({sums}) t "
        "JOIN funding_line l ON l.id = t.to_line_id JOIN funding_source s ON s.id = l.source_id ORDER BY t.day"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


def named(row):
    """SQLite gives a date as it keeps it, PostgreSQL a sum as a decimal number."""
    *parts, day, total, earlier = row
    return Passage(*parts, as_date(day), int(total), int(earlier))


def as_date(day):
    return datetime.date.fromisoformat(day) if isinstance(day, str) else day


def months(*, to_kinds, as_of=None, known_on=None, programme=None):
    """[(from_kind, to_kind, last day, cents)]: what went to these kinds each month, every line together; one query."""
    keys, columns = "t.from_kind, t.to_kind, t.month", "t.from_kind, t.to_kind, MAX(t.day) AS day"
    sql, parameters = added_up(keys, columns, as_of, known_on, programme, to_kinds=frozenset(to_kinds))
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return [(origin, to, as_date(day), int(total)) for origin, to, day, total, _ in cursor.fetchall()]


def balances_of(rows, part="cents"):
    """{(kind, line_id, fiscal_year): cents} that these passages leave; `part` may be "earlier_cents"."""
    result: dict[tuple, int] = defaultdict(int)
    for row in rows:
        cents = getattr(row, part)
        result[row.to_kind, row.to_line, row.to_year] += cents
        result[row.from_kind, row.from_line, row.from_year] -= cents
    return dict(result)


def flows_of(rows, part="cents"):
    """{(from_kind, to_kind, line_id, fiscal_year): cents}, named by where it goes."""
    result: dict[tuple, int] = defaultdict(int)
    for row in rows:
        result[row.from_kind, row.to_kind, row.to_line, row.to_year] += getattr(row, part)
    return dict(result)


def balances(**clocks):
    """Balance of every (kind, line, fiscal year), cents in minus for the sources; arguments as `passages`."""
    return balances_of(passages(**clocks))


def flows(**clocks):
    """What went from kind to kind: {(from_kind, to_kind, line_id, fiscal_year): cents}; arguments as `passages`."""
    return flows_of(passages(**clocks))


def totals(*, as_of=None, known_on=None, programme=None, known_before=None):
    """Querysets of (way, month, last day, cents, cents known before) whose rows add up to what went on each way.

    Whole months in one row each, days for the month that is not over; less what was known too late, day by day.
    """
    parts = [shown(scoped(MonthTotal, programme), "last_on", F("cents"), F("cents"))]
    days = scoped(DayTotal, programme)
    if as_of is not None:
        first = as_of.replace(day=1)
        days = days.filter(effective_on__lte=as_of)
        parts = [parts[0].filter(month__lt=first)]
        parts.append(shown(days.filter(effective_on__gte=first), "effective_on", F("cents"), F("cents")))
    if known_on is not None:
        parts.append(shown(days.filter(booked_on__gt=known_on), "effective_on", -F("cents"), -F("cents")))
        days = days.filter(booked_on__lte=known_on)
    if known_before is not None:
        parts.append(shown(days.filter(booked_on__gte=known_before), "effective_on", Value(0), -F("cents")))
    return parts


def scoped(model, programme):
    """Totals of the lines of a programme (all of them when None)."""
    found = model.objects.order_by()
    return found if programme is None else found.filter(to_line__in=Line.objects.filter(programme=programme))


def shown(found, day, total, earlier):
    month = {} if found.model is MonthTotal else {"month": TruncMonth(day)}
    found = found.annotate(**month, day=F(day), total=total, earlier=earlier)
    return found.values_list(*COLUMNS, "month", "day", "total", "earlier")
