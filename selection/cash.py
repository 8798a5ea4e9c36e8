"""CP by year: what is available, what earlier commitments will ask, what a scenario would add. Cents."""

from collections import Counter
from dataclasses import dataclass

from django.db.models import Sum

from funding.models import Account, Kind
from funding.positions import NOT_ORDERED, owed
from selection.portfolio import equal_parts


@dataclass(frozen=True)
class CashYear:
    """The CP of one year.

    Attributes:
        available_cents: opened and not ordered yet; None when none are opened for that year.
        needed_cents: instalments of what is committed already, expected in the year and not ordered (those that are
            late count in the first year).
        here_cents: what the scenario adds.
    """

    year: int
    available_cents: int | None
    needed_cents: int
    here_cents: int = 0

    @property
    def total_cents(self):
        return self.needed_cents + self.here_cents

    @property
    def gap_cents(self):
        """What is available less what would be needed; None when nothing is opened."""
        return None if self.available_cents is None else self.available_cents - self.total_cents

    @property
    def room_cents(self):
        """What a scenario may still add, None when nothing is opened, 0 when it is short already."""
        return None if self.available_cents is None else max(self.available_cents - self.needed_cents, 0)


@dataclass(frozen=True)
class Cash:
    """What stands in the accounts from `first_year`, whatever a scenario adds: {year: cents}."""

    first_year: int
    available: dict
    needed: Counter


def cash_of(programme, *, first_year):
    """The `Cash` of a programme; two queries."""
    return Cash(first_year, available_by_year(programme), needed_by_year(programme, first_year))


def cash_years(cash, *, awards=(), least=3):
    """The `CashYear`s, as many as the awards are paid over.

    Args:
        cash: `Cash`. awards: (cents, first year of payment, years of payment) of each dossier that a scenario would
            fund. least: how many years at least.
    """
    here = Counter()
    for cents, first, years in awards:
        for rank, part in enumerate(equal_parts(cents, years)):
            here[first + rank] += part
    last = max([cash.first_year + least - 1, *here])
    return [
        CashYear(year, cash.available.get(year), cash.needed[year], here[year])
        for year in range(cash.first_year, last + 1)
    ]


def available_by_year(programme):
    rows = Account.objects.filter(kind=Kind.CP_AVAILABLE, line__programme=programme).order_by()
    return dict(rows.values_list("fiscal_year").annotate(total=Sum("balance_cents")))


def needed_by_year(programme, first_year):
    waiting = owed().filter(state__in=NOT_ORDERED, award__wave__call__programme=programme).order_by()
    needed = Counter()
    for year, cents in waiting.values_list("expected_on__year").annotate(total=Sum("cents")):
        needed[max(year, first_year)] += cents
    return needed
