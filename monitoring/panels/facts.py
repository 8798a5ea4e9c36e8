"""What every panel of the board reads of one scheme on one day: each fact costs its queries once, when it is read."""

import datetime
from functools import cached_property

from funding.balances import balances_of, passages
from funding.models import Draw, Source
from funding.outlook.jpe import jpe
from funding.outlook.remaining import held_by_award, remaining
from funding.outlook.slippage import needs, slippage
from monitoring.figures import Figures
from monitoring.money import CURVES, gain
from monitoring.panels.rows import FLOWS, Addresses
from monitoring.steering import Board
from programme.models import CallVersion

GRANT, FUND = Source.Instrument.GRANT, Source.Instrument.FUND


class Facts:
    """Args:
    scope: the scheme and the two dates (`monitoring.scope.Scope`).
    reader: the `User`, whose closed dossiers are never named.
    """

    def __init__(self, scope, reader):
        self.scope, self.reader = scope, reader
        self.programme, self.clocks = scope.programme, scope.clocks
        self.to = Addresses(scope)
        self.day, self.year = scope.clocks.as_of, scope.clocks.as_of.year

    @cached_property
    def board(self):
        return Board(self.programme, self.clocks, reader=self.reader)

    @property
    def figures(self) -> Figures:
        return self.board.figures

    @property
    def on_clocks(self):
        return {"as_of": self.clocks.as_of, "known_on": self.clocks.known_on, "programme": self.programme}

    @cached_property
    def held(self):
        """{(kind, award, line, fiscal year): cents}: the accounts of the awards, grants alone."""
        return held_by_award(**self.on_clocks)

    @cached_property
    def left(self):
        return remaining(**self.on_clocks, held=self.held, ranks=self.ranks)

    @cached_property
    def jpe(self):
        return jpe(self.left, self.months, year=self.year)

    @cached_property
    def needs(self):
        return needs(self.left.waiting_for_cp, slippage(**self.on_clocks), as_of=self.day)

    @cached_property
    def grant_balances(self):
        """{(kind, line, fiscal year): cents} of the lines of grants."""
        return balances_of([row for row in self.months if row.instrument == GRANT])

    def of_year(self, flow, year, instrument=GRANT):
        """The balance of a figure (`FLOWS`) in a fiscal year, of one instrument. Cents."""
        return self.by_year(flow, instrument).get(year, 0)

    def by_year(self, flow, instrument=GRANT):
        """{fiscal year: balance of a figure}."""
        found: dict[int, int] = {}
        for kind in FLOWS[flow].kinds:
            for year, cents in self.by_kind.get((instrument, kind), {}).items():
                found[year] = found.get(year, 0) + cents
        return found

    @cached_property
    def by_kind(self):
        """{(instrument, kind of account): {fiscal year: balance}}."""
        found: dict[tuple, dict[int, int]] = {}
        for row in self.months:
            for kind, year, sign in ((row.to_kind, row.to_year, 1), (row.from_kind, row.from_year, -1)):
                of = found.setdefault((row.instrument, kind), {})
                of[year] = of.get(year, 0) + sign * row.cents
        return found

    @cached_property
    def has_fund(self):
        return any(row.instrument == FUND for row in self.months)

    @cached_property
    def months(self):
        """The passages of the money, month by month."""
        return passages(**self.on_clocks, by_month=True)

    def curves(self, instrument):
        """{curve: {year: cents gained in that year}} of one instrument."""
        found: dict[str, dict[int, int]] = {name: {} for name in CURVES}
        for row in self.months:
            if row.instrument == instrument:
                for name, kinds in CURVES.items():
                    year = row.day.year
                    found[name][year] = found[name].get(year, 0) + gain(row, kinds, row.cents)
        return found

    @cached_property
    def draws(self):
        """Each draw with the place of its award, the last made first."""
        rows = Draw.objects.filter(award__wave__call__programme=self.programme).order_by("-pk")
        columns = ("pk", "award", "line", "fiscal_year", "award__fabrique__region", "award__fabrique__segment")
        return list(rows.values_list(*columns))

    @property
    def ranks(self):
        """As `funding.outlook.remaining.ranks_of_draws`."""
        return {(award, line, year): pk for pk, award, line, year, _, _ in self.draws}

    @cached_property
    def places_of_awards(self):
        """{award: (region, segment) of its place} of the awards that ever held money."""
        keys = {award for _, award, _, _ in self.held}
        return {award: (region, segment) for _, award, _, _, region, segment in self.draws if award in keys}

    @cached_property
    def schedule_years(self):
        """Over how many years the last call published pays its awards."""
        versions = CallVersion.objects.filter(call__programme=self.programme).order_by("-pk")
        return versions.values_list("years", flat=True).first() or 1

    def first_and_last(self, year):
        return datetime.date(year, 1, 1), datetime.date(year, 12, 31)
