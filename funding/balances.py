"""What the accounts held, on any day, on both clocks. Reads the day totals, never the current balance."""

from collections import defaultdict

from django.db.models import Sum

from funding.models import DayTotal


def balances(*, as_of=None, known_on=None, programme=None):
    """Balance of every (kind, line, fiscal year).

    Args:
        as_of: keep what is true in law on that Paris date (`effective_on`); None: no limit.
        known_on: keep what we knew on that Paris date (`booked_on`); None: no limit.
        programme: keep the lines of one programme.

    Returns:
        {(kind, line_id, fiscal_year): cents}, cents in minus for the sources.
    """
    totals = day_totals(as_of=as_of, known_on=known_on, programme=programme)
    result = defaultdict(int)
    for side, sign in (("to", 1), ("from", -1)):
        keys = (f"{side}_kind", f"{side}_line_id", f"{side}_year")
        for *key, cents in totals.values_list(*keys).order_by().annotate(total=Sum("cents")):
            result[tuple(key)] += sign * cents
    return dict(result)


def flows(*, as_of=None, known_on=None, programme=None):
    """What went from kind to kind: {(from_kind, to_kind, line_id, fiscal_year): cents}."""
    totals = day_totals(as_of=as_of, known_on=known_on, programme=programme)
    rows = totals.values_list("from_kind", "to_kind", "to_line_id", "to_year").order_by().annotate(total=Sum("cents"))
    return {tuple(key): cents for *key, cents in rows}


def day_totals(*, as_of=None, known_on=None, programme=None):
    totals = DayTotal.objects.all()
    if as_of is not None:
        totals = totals.filter(effective_on__lte=as_of)
    if known_on is not None:
        totals = totals.filter(booked_on__lte=known_on)
    if programme is not None:
        totals = totals.filter(to_line__programme=programme)
    return totals
