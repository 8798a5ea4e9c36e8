"""Where the money of others stands on any day, line by line: pledged → received → used; never beside an AE or CP."""

from dataclasses import dataclass

from funding.balances import balances
from funding.models import OUTSIDE_KINDS, Contribution, Kind, Line, Source

K = Kind
# (key, heading, kinds of account whose balances add up to it)
COLUMNS = (
    ("promis", "Promis", (K.PLEDGED, K.RECEIVED, K.USED, K.PLEDGE_LOST)),
    ("recu", "Reçu", (K.RECEIVED, K.USED)),
    ("employe", "Employé", (K.USED,)),
    ("a-recevoir", "Reste à recevoir", (K.PLEDGED,)),
    ("a-employer", "Reste à employer", (K.RECEIVED,)),
    ("perdu", "Ne viendra pas", (K.PLEDGE_LOST,)),
)


@dataclass(frozen=True)
class OutsideRow:
    """One line and year of pledge; `amounts` by column key, cents."""

    line: Line
    year: int
    amounts: dict[str, int]

    @property
    def cells(self):
        return [(key, heading, self.amounts[key]) for key, heading, _ in COLUMNS]


def outside_rows(*, as_of=None, known_on=None):
    """`OutsideRow`s by giver, then year; two queries."""
    held = balances(as_of=as_of, known_on=known_on)
    keys = {(line, year) for kind, line, year in held if kind in OUTSIDE_KINDS}
    lines = {
        line.pk: line for line in Line.objects.filter(source__owner=Source.Owner.OUTSIDE).select_related("source")
    }
    rows = [
        OutsideRow(
            lines[line], year,
            {key: sum(held.get((kind, line, year), 0) for kind in kinds) for key, _, kinds in COLUMNS},
        )
        for line, year in keys
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (row.line.source.name, row.line.code, row.year))


def totals(rows):
    """Totals of these rows by column, in the order of the table."""
    return [sum(row.amounts[key] for row in rows) for key, _, _ in COLUMNS]


def contributions(*, as_of, known_on=None):
    """What was attached to the budget of the State by that day, as known on another, latest first."""
    found = Contribution.objects.filter(posting__effective_on__lte=as_of)
    if known_on is not None:
        found = found.filter(posting__booked_on__lte=known_on)
    return found.select_related("outside_line__source", "line", "act", "posting")
