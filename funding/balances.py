"""What the accounts held, on any day, on both clocks. Reads the day totals, never the current balance: one query."""

import datetime
from collections import defaultdict
from typing import NamedTuple

from django.db import connection
from django.db.models import DateField, Max, Q, Sum, Value
from django.db.models.functions import TruncMonth

from funding.models import DayTotal, Line

COLUMNS = ("from_kind", "from_line_id", "from_year", "to_kind", "to_line_id", "to_year")


class Passage(NamedTuple):
    """Cents that went from one kind of account to another, on a line and a fiscal year.

    Attributes:
        day: the last day of a month on which any of it is true (`effective_on`), or None when the months are added
            together.
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
    day = Max("effective_on") if by_month else Value(None, output_field=DateField())
    by = {"month": TruncMonth("effective_on")} if by_month else {}
    totals = day_totals(as_of=as_of, known_on=known_on, programme=programme)
    grouped = totals.annotate(**by).values(*COLUMNS, *by).order_by()
    earlier = Sum("cents", filter=Q(booked_on__lt=known_before) if known_before else None, default=0)
    return [named(row) for row in with_lines(grouped.annotate(day=day, total=Sum("cents"), earlier=earlier))]


def with_lines(grouped):
    """Rows of `grouped` with the code and the instrument of their line.

    Joined before the sums, both would be read and compared for every day of the ledger; here, once a sum.
    """
    inner, parameters = grouped.query.sql_with_params()
    columns = ", ".join(f"t.{column}" for column in COLUMNS)
    sql = (
        f"SELECT {columns}, l.code, s.instrument, t.day, t.total, t.earlier FROM ({inner}) t "
        "JOIN funding_line l ON l.id = t.to_line_id JOIN funding_source s ON s.id = l.source_id ORDER BY t.day"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


def named(row):
    """SQLite gives a date as it keeps it, PostgreSQL a sum as a decimal number."""
    *parts, day, total, earlier = row
    day = datetime.date.fromisoformat(day) if isinstance(day, str) else day
    return Passage(*parts, day, int(total), int(earlier))


def months(*, to_kinds, as_of=None, known_on=None, programme=None):
    """[(from_kind, to_kind, last day, cents)]: what went to these kinds each month, every line together; one query."""
    totals = day_totals(as_of=as_of, known_on=known_on, programme=programme).filter(to_kind__in=sorted(to_kinds))
    grouped = totals.annotate(month=TruncMonth("effective_on")).values("from_kind", "to_kind", "month").order_by()
    rows = grouped.annotate(day=Max("effective_on"), total=Sum("cents"))
    return list(rows.values_list("from_kind", "to_kind", "day", "total"))


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


def day_totals(*, as_of=None, known_on=None, programme=None):
    totals = DayTotal.objects.all()
    if as_of is not None:
        totals = totals.filter(effective_on__lte=as_of)
    if known_on is not None:
        totals = totals.filter(booked_on__lte=known_on)
    if programme is not None:
        totals = totals.filter(to_line__in=Line.objects.filter(programme=programme))
    return totals
