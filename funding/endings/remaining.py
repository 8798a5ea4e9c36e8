"""Restes à payer: what was committed and is neither paid nor given back, by year of the AE, on any day."""

from dataclasses import dataclass

from django.utils import timezone

from funding.balances import balances_of, flows_of, passages
from funding.models import Kind, Source

K = Kind


@dataclass(frozen=True)
class Remaining:
    """The commitments on the AE of one year. Cents: committed − given back − paid = remaining."""

    year: int
    committed_cents: int
    given_back_cents: int
    paid_cents: int

    @property
    def remaining_cents(self):
        return self.committed_cents - self.given_back_cents - self.paid_cents


def remaining_by_year(*, as_of=None, known_on=None, programme=None, instrument=Source.Instrument.GRANT):
    """[Remaining], oldest year first: one query, on both clocks, the grants alone unless told otherwise.

    Args:
        as_of: what was true in law that Paris day. known_on: what was known that day. None: today.
    """
    rows = [
        row for row in passages(as_of=as_of, known_on=known_on, programme=programme) if row.instrument == instrument
    ]
    held, flows = by_year(balances_of(rows), 2), flows_of(rows)
    years = sorted({year for kind, year in held if kind in (K.AE_COMMITTED, K.AE_LIQUIDATED, K.AE_LAPSED)})
    back = given_back(rows)
    return [
        Remaining(
            year=year,
            committed_cents=flow_into(flows, K.AE_RESERVED, K.AE_COMMITTED, year),
            given_back_cents=back.get(year, 0),
            paid_cents=held.get((K.AE_LIQUIDATED, year), 0),
        )
        for year in years
    ]


def by_year(held, place):
    """{(kind, fiscal year): cents} over the lines."""
    found: dict = {}
    for key, cents in held.items():
        found[key[0], key[place]] = found.get((key[0], key[place]), 0) + cents
    return found


def flow_into(flows, origin, destination, year):
    return sum(cents for (a, b, _, y), cents in flows.items() if (a, b, y) == (origin, destination, year))


def given_back(rows):
    """{year of the AE: cents given back}, available again, recycled or lapsed, by the year that they come from."""
    found: dict = {}
    for row in rows:
        if row.from_kind == K.AE_COMMITTED and row.to_kind in (K.AE_OPENED, K.AE_LAPSED):
            found[row.from_year] = found.get(row.from_year, 0) + row.cents
    return found


def total(rows):
    return Remaining(
        year=timezone.localdate().year,
        committed_cents=sum(row.committed_cents for row in rows),
        given_back_cents=sum(row.given_back_cents for row in rows),
        paid_cents=sum(row.paid_cents for row in rows),
    )
