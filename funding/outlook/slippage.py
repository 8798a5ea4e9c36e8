"""CP needs by month and by year: the schedules, shifted by what past payments teach. A range, never a line.

Two delays are learned from the payments that the comptable made: from the day an instalment was owed to its payment,
and from the day it was expected. An instalment that is owed is counted from the first, one that is only planned from
the second. A scenario shifts every instalment by the same decile: whole programmes are late together (a freeze, a
closed Chorus, a late signature), so independent delays would make the range look narrower than it is.
"""

import datetime
from collections import defaultdict
from dataclasses import dataclass

from funding.models import Instalment
from funding.outlook.remaining import paid_by

# Under so many past payments a decile is one payment: the schedules alone are shown, and it is said.
ENOUGH = 12
DECILES = tuple(range(10, 100, 10))
MEDIAN = 50


@dataclass(frozen=True)
class Slippage:
    """Days between two facts of real payments, in order.

    Attributes:
        since_due: from the day it was owed to the payment.
        since_expected: from the day it was expected to the payment; in minus when it was paid before.
    """

    since_due: list[int]
    since_expected: list[int]

    @property
    def payments(self):
        return len(self.since_due)

    @property
    def is_enough(self):
        return self.payments >= ENOUGH

    def days(self, part, decile):
        """How many days after its base the scenario pays a part."""
        return quantile(self.since_due if part.due_on else self.since_expected, decile)


def quantile(values, percent):
    """The value that `percent` % of `values`, in order, do not exceed: one of them, never between two."""
    return values[max(-(-len(values) * percent // 100) - 1, 0)]


def slippage(*, as_of, known_on, programme):
    """What was learned by that day, from the payments known; one query."""
    paid = learned_from(as_of=as_of, known_on=known_on, programme=programme)
    rows = list(paid.values_list("due_on", "expected_on", "paid_on"))
    return Slippage(
        sorted((paid_on - due).days for due, _, paid_on in rows),
        sorted((paid_on - expected).days for _, expected, paid_on in rows),
    )


def learned_from(*, as_of, known_on, programme):
    """The instalments whose payment teaches a delay on that day."""
    paid = paid_by(as_of=as_of, known_on=known_on)
    return Instalment.objects.filter(paid, award__wave__call__programme=programme, due_on__isnull=False).order_by()


@dataclass(frozen=True)
class Need:
    """What has to be paid in a period. Cents; low and high are None when too few payments teach a delay.

    Attributes:
        planned: by the schedules alone.
        low, median, high: over the scenarios; low_at, high_at: the deciles of the scenarios that give them.
    """

    start: datetime.date
    planned: int
    low: int | None = None
    median: int | None = None
    high: int | None = None
    low_at: int | None = None
    high_at: int | None = None


@dataclass(frozen=True)
class Needs:
    """`months` and `years` of what is left to pay; `by_year_end`: everything paid by the end of each year."""

    months: list[Need]
    years: list[Need]
    by_year_end: list[Need]
    slippage: Slippage


def needs(parts, learned: Slippage, *, as_of, months=24):
    """The CP that have to be there, by month over `months` months, and by year.

    Args:
        parts: the `Part`s left to pay.
        as_of: nothing is paid before that day.

    Returns:
        The `Needs`; every amount of `planned`, and of the median, adds up to the parts over all the years.
    """
    days_of = {"planned": [as_of if part.expected_on < as_of else part.expected_on for part in parts]}
    if learned.is_enough:
        for decile in DECILES:
            days_of[str(decile)] = [paid_day(part, learned, decile, as_of) for part in parts]
    amounts = {name: [part.cents for part in parts] for name in days_of}
    by_month = {name: summed(days, amounts[name], first_of_month) for name, days in days_of.items()}
    by_year = {name: summed(days, amounts[name], first_of_year) for name, days in days_of.items()}
    last = max((day for days in by_year.values() for day in days), default=first_of_year(as_of))
    shown_years = [datetime.date(year, 1, 1) for year in range(as_of.year, last.year + 1)]
    shown_months = [month_after(first_of_month(as_of), n) for n in range(months)]
    cumulated = {name: running(found, shown_years) for name, found in by_year.items()}
    return Needs(
        [need(day, by_month) for day in shown_months],
        [need(day, by_year) for day in shown_years],
        [need(day, cumulated) for day in shown_years],
        learned,
    )


def paid_day(part, learned, decile, as_of):
    return max(part.base + datetime.timedelta(days=learned.days(part, decile)), as_of)


def need(start, amounts):
    scenarios = {int(name): found.get(start, 0) for name, found in amounts.items() if name != "planned"}
    planned = amounts["planned"].get(start, 0)
    if not scenarios:
        return Need(start, planned)
    low, high = (extreme(scenarios, key=scenarios.__getitem__) for extreme in (min, max))
    return Need(start, planned, scenarios[low], scenarios[MEDIAN], scenarios[high], low, high)


def summed(days, amounts, period):
    totals: dict[datetime.date, int] = defaultdict(int)
    for day, cents in zip(days, amounts, strict=True):
        totals[period(day)] += cents
    return dict(totals)


def running(amounts, periods):
    total, result = 0, {}
    for period in periods:
        total += amounts.get(period, 0)
        result[period] = total
    return result


def first_of_month(day):
    return day.replace(day=1)


def first_of_year(day):
    return day.replace(month=1, day=1)


def month_after(day, n):
    years, month = divmod(day.month - 1 + n, 12)
    return datetime.date(day.year + years, month + 1, 1)
