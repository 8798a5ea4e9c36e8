"""What was committed and paid, by line, year of the AE and category of beneficiary, on any day."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Sum

from funding.models import Category, Draw, Kind, Line, Movement

K = Kind
UNKNOWN = "Catégorie non connue"


@dataclass(frozen=True)
class Charge:
    """One line, AE year and category: cents committed, net of what was given back, and paid out of them."""

    line: Line
    year: int
    category: str
    committed_cents: int
    paid_cents: int

    @property
    def category_label(self):
        return Category(self.category).label if self.category else UNKNOWN


def charges(*, as_of=None, known_on=None):
    """`Charge`s by line, then year, then category; four queries, whatever the number of awards.

    Args:
        as_of, known_on: the two clocks, Paris dates; None: no limit.
    """
    committed: dict[tuple, int] = defaultdict(int)
    paid: dict[tuple, int] = defaultdict(int)
    found = Movement.objects.order_by()
    if as_of is not None:
        found = found.filter(effective_on__lte=as_of)
    if known_on is not None:
        found = found.filter(posting__booked_on__lte=known_on)
    for key, _, cents in moved(found, "to_account"):
        committed[key] += cents
    for key, destination, cents in moved(found, "from_account"):
        if destination == K.AE_LIQUIDATED:
            paid[key] += cents
        else:
            committed[key] -= cents
    return by_category(committed, paid)


def moved(movements, side):
    """((line, year, award), kind it went to, cents) of what entered or left the committed AE."""
    columns = [f"{side}__{name}" for name in ("line", "fiscal_year", "award")]
    rows = movements.filter(**{f"{side}__kind": K.AE_COMMITTED}).values_list(*columns, "to_account__kind")
    for *key, destination, cents in rows.annotate(cents=Sum("amount_cents")):
        yield tuple(key), destination, cents


def by_category(committed, paid):
    drawn = Draw.objects.exclude(category="").values_list("line", "fiscal_year", "award", "category")
    categories = {(line, year, award): category for line, year, award, category in drawn}
    sums: dict[tuple, list[int]] = defaultdict(lambda: [0, 0])
    for position, part in enumerate((committed, paid)):
        for (line, year, award), cents in part.items():
            sums[line, year, categories.get((line, year, award), "")][position] += cents
    lines = {line.pk: line for line in Line.objects.filter(pk__in={key[0] for key in sums}).select_related("source")}
    rows = [
        Charge(lines[line], year, category, *cents) for (line, year, category), cents in sums.items() if any(cents)
    ]
    return sorted(rows, key=lambda row: (row.line.code, row.year, row.category))
