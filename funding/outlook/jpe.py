"""« Échéancier des CP à ouvrir », the table of the « justification au premier euro » of a PAP.

Engagements by generation of AE, and the CP that pay them in N, N+1, N+2 and beyond. Every row is an identity of the
ledger.
"""

import datetime
from collections import defaultdict
from dataclasses import dataclass, fields

from funding.models import Kind, Source
from funding.outlook.remaining import Remaining

K = Kind
GIVEN_BACK = (K.AE_OPENED, K.AE_LAPSED)


@dataclass
class Generation:
    """What the AE of one year have committed, and the CP that pay it. Cents.

    `before + committed - withdrawn == cp_total`, whatever happened.

    Attributes:
        year: year of the AE; 0 for a sum of several.
        before: committed and not paid on 31 December of N−1.
        committed: committed in N.
        withdrawn: given back or lost in N.
        paid: CP paid in N.
        to_come: CP still to pay in N, what is late counted with them; next, after_next, beyond: in the years after.
        unplanned: committed, that no schedule plans.
    """

    year: int
    before: int = 0
    committed: int = 0
    withdrawn: int = 0
    paid: int = 0
    to_come: int = 0
    next: int = 0
    after_next: int = 0
    beyond: int = 0
    unplanned: int = 0

    @property
    def engaged(self):
        """AE to cover with CP: what was left on 31 December of N−1, or what is new, less what was given back."""
        return self.before + self.committed - self.withdrawn

    @property
    def cp_year(self):
        return self.paid + self.to_come

    @property
    def left(self):
        """Left to pay that day."""
        return self.to_come + self.next + self.after_next + self.beyond + self.unplanned

    @property
    def cp_total(self):
        return self.paid + self.left


AMOUNTS = [field.name for field in fields(Generation) if field.name != "year"]


@dataclass(frozen=True)
class Jpe:
    year: int
    generations: list[Generation]

    @property
    def earlier(self):
        return added(one for one in self.generations if one.year < self.year)

    @property
    def new(self):
        return added(one for one in self.generations if one.year >= self.year)

    @property
    def total(self):
        return added(self.generations)


def added(generations):
    total = Generation(0)
    for one in generations:
        for name in AMOUNTS:
            setattr(total, name, getattr(total, name) + getattr(one, name))
    return total


def jpe(left: Remaining, months, *, year):
    """The table of a year, on a day; no query.

    Args:
        left: what is left to pay that day (`remaining`).
        months: the passages of the money up to that day, month by month (`funding.balances.passages`), on the same
            clocks.
        year: N, the year of that day.
    """
    found: dict[int, Generation] = {}

    def generation(ae_year):
        return found.setdefault(ae_year, Generation(ae_year))

    for row in months:
        if row.instrument == Source.Instrument.GRANT:
            count(row, year, generation)
    for part in left.parts:
        one, name = generation(part.ae_year), column_of(part.expected_on.year, year)
        setattr(one, name, getattr(one, name) + part.cents)
    for (_, ae_year), cents in left.unplanned.items():
        generation(ae_year).unplanned += cents
    rows = [one for _, one in sorted(found.items()) if any(getattr(one, name) for name in AMOUNTS)]
    return Jpe(year, rows)


def count(row, year, generation):
    """Write one passage of the ledger in the row of its generation."""
    this_year = row.day.year == year
    if row.to_kind == K.AE_COMMITTED:
        add(generation(row.to_year), "committed" if this_year else "before", row.cents)
    if row.from_kind != K.AE_COMMITTED:
        return
    one = generation(row.from_year)
    if not this_year:
        add(one, "before", -row.cents)
    elif row.to_kind == K.AE_LIQUIDATED:
        add(one, "paid", row.cents)
    else:
        add(one, "withdrawn", row.cents)


def add(generation, name, cents):
    setattr(generation, name, getattr(generation, name) + cents)


def column_of(expected, year):
    """What should have been paid in earlier years is paid this year at best."""
    return ("to_come", "next", "after_next", "beyond")[min(max(expected - year, 0), 3)]


def window_of(column, year):
    """(first day or None, last day or None) of what a column of CP to come holds."""
    first = {"to_come": None, "next": year + 1, "after_next": year + 2, "beyond": year + 3}[column]
    last = {"to_come": year, "next": year + 1, "after_next": year + 2, "beyond": None}[column]
    return (
        datetime.date(first, 1, 1) if first else None,
        datetime.date(last, 12, 31) if last else None,
    )


def over_years(left: Remaining, year, last=3):
    """{AE year: cents left to pay in `year`, in each year up to `year + last`, and after}; what is late is in `year`.

    What the CP of a finance bill for the year after have to cover of what is committed already.
    """
    found: dict[int, list[int]] = defaultdict(lambda: [0] * (last + 2))
    for part in left.parts:
        found[part.ae_year][min(max(part.expected_on.year - year, 0), last + 1)] += part.cents
    for _, ae_year in left.unplanned:
        found.setdefault(ae_year, [0] * (last + 2))
    return dict(sorted(found.items()))


def by_year(left: Remaining, year):
    """{year of payment: cents} of what is planned; earlier years with this one."""
    amounts: dict[int, int] = defaultdict(int)
    for part in left.parts:
        amounts[max(part.expected_on.year, year)] += part.cents
    return dict(sorted(amounts.items()))
