"""Money of a programme on both clocks, from the ledger and the instalments. Cents; a handful of queries."""

import datetime
from collections import defaultdict
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

from django.db.models import BooleanField, Case, Count, Q, Sum, Value, When
from django.db.models.functions import ExtractYear

from funding.balances import balances_of, flows_of, months, passages
from funding.instalments import split
from funding.ledger import ROUTES
from funding.models import OUTSIDE_KINDS, Draw, Instalment, Kind, Source
from funding.outlook.remaining import standing
from monitoring.prepared import prepared

K = Kind
MONEY_KEYS = (
    "opened_cents", "reserved_cents", "committed_cents", "frozen_cents", "left_cents", "decommitted_cents",
    "lapsed_cents", "due_cents", "paid_cents", "remaining_to_pay_cents", "cp_opened_cents", "cp_ordered_cents",
    "cp_left_cents",
)  # fmt: skip
# Passages that raise, or lower, what each curve of the board shows.
AE_HELD = (K.AE_OPENED, K.AE_FROZEN, K.AE_RESERVED, K.AE_COMMITTED, K.AE_LIQUIDATED)
CP_HELD = (K.CP_AVAILABLE, K.CP_FROZEN, K.CP_ORDERED, K.CP_PAID)
CURVES = {
    "opened": frozenset(AE_HELD),
    "committed": frozenset((K.AE_COMMITTED, K.AE_LIQUIDATED)),
    "paid": frozenset((K.AE_LIQUIDATED,)),
}


# Where money comes in when one of them changes.
CHANGING = frozenset(
    to for ways in ROUTES.values() for origin, to in ways if any((to in k) != (origin in k) for k in CURVES.values())
)


class Month(NamedTuple):
    """What went from kind to kind in a month, and the last day of it."""

    from_kind: str
    to_kind: str
    day: datetime.date
    cents: int


class Money:
    """The money of one programme as `clocks` see it."""

    def __init__(self, programme, clocks):
        self.programme, self.clocks = programme, clocks

    @cached_property
    def ways(self):
        return passages(**self.scope, known_before=self.clocks.known_on)

    @property
    def scope(self):
        return {"as_of": self.clocks.as_of, "known_on": self.clocks.known_on, "programme": self.programme}

    @cached_property
    def due(self):
        """{(line, AE year): cents} due so far: what is paid, and what is due and not paid.

        A payment is known to the ledger alone: on an earlier "known on", every instalment due is read instead.
        """
        if not self.clocks.knows_all:
            return due_by_line(self.programme, self.clocks)
        due: dict[tuple[int, int], int] = defaultdict(int)
        for (kind, line, year), cents in balances_of(self.ways).items():
            due[line, year] += cents if kind == K.AE_LIQUIDATED else 0
        for row in self.unpaid:
            due[row.line, row.ae_year] += row.cents if row.is_due else 0
        return due

    @cached_property
    def lines(self):
        """One dict a line and fiscal year, with whether it holds grants or the investment fund.

        AE, due, paid and remaining figures are those of the AE opened in that year (what of them was liquidated);
        `cp_…` figures are those of the CP of that year.
        """
        held, moved = balances_of(self.ways), flows_of(self.ways)
        codes = {row.to_line: row.code for row in self.ways}
        instruments = {row.to_line: row.instrument for row in self.ways}
        # Money of others is in no line of the State's: neither an AE nor a CP.
        years = {(line, year) for kind, line, year in held if kind not in OUTSIDE_KINDS}
        years = sorted(years, key=lambda key: (codes[key[0]], key[1]))
        return [
            {
                "line": codes[line], "fiscal_year": year, "instrument": instruments[line],
                **amounts(held, moved, self.due, line, year),
            }
            for line, year in years
        ]  # fmt: skip

    @cached_property
    def totals(self):
        """Of the grants alone: the investment fund is counted apart, never added without saying so (glossary 37)."""
        return self.totals_of(Source.Instrument.GRANT)

    @cached_property
    def fund_totals(self):
        return self.totals_of(Source.Instrument.FUND)

    def totals_of(self, instrument):
        lines = [line for line in self.lines if line["instrument"] == instrument]
        return {key: sum(line[key] for line in lines) for key in MONEY_KEYS}

    def of_year(self, key, year):
        """Of the grants alone."""
        lines = [line for line in self.lines if line["instrument"] == Source.Instrument.GRANT]
        return sum(line[key] for line in lines if line["fiscal_year"] == year)

    def change_since_yesterday(self, kinds, year=None):
        """What the accounts of `kinds` of the grants gained between what was known the day before and now."""
        return sum(
            gain(row, kinds, row.cents - row.earlier_cents)
            for row in self.ways
            if row.instrument == Source.Instrument.GRANT and (year is None or year in (row.to_year, row.from_year))
        )

    def curves(self):
        """{curve: [(day, cents cumulated that day)]}, the days on which it changes, a month at a time."""
        days: dict[str, dict] = {name: defaultdict(int) for name in CURVES}
        for row in map(Month._make, months(to_kinds=CHANGING, **self.scope)):
            for name, kinds in CURVES.items():
                if change := gain(row, kinds, row.cents):
                    days[name][row.day] += change
        return {name: cumulated(changes) for name, changes in days.items()}

    @cached_property
    def unpaid(self):
        if self.clocks.is_now:
            return unpaid_parts(self.programme, self.clocks.as_of)
        return unpaid_then(self.programme, self.clocks)


def cumulated(changes):
    days = sorted(changes)
    return list(zip(days, accumulate(changes[day] for day in days), strict=True))


def gain(row, kinds, cents):
    """What a passage adds to the accounts of `kinds`."""
    return cents * ((row.to_kind in kinds) - (row.from_kind in kinds))


def amounts(held, moved, due, line, year):
    def balance(kind):
        return held.get((kind, line, year), 0)

    def flow(origin, destination):
        return moved.get((origin, destination, line, year), 0)

    reserved, frozen, left = balance(K.AE_RESERVED), balance(K.AE_FROZEN), balance(K.AE_OPENED)
    paid = balance(K.AE_LIQUIDATED)
    committed = balance(K.AE_COMMITTED) + paid
    return {
        "opened_cents": left + frozen + reserved + committed,
        "reserved_cents": reserved,
        "committed_cents": committed,
        "frozen_cents": frozen,
        "left_cents": left,
        "decommitted_cents": flow(K.AE_COMMITTED, K.AE_OPENED) + flow(K.AE_COMMITTED, K.AE_LAPSED),
        "lapsed_cents": balance(K.AE_LAPSED),
        "due_cents": due.get((line, year), 0),
        "paid_cents": paid,
        "remaining_to_pay_cents": committed - paid,
        "cp_opened_cents": sum(balance(kind) for kind in CP_HELD),
        "cp_ordered_cents": balance(K.CP_ORDERED),
        "cp_left_cents": balance(K.CP_AVAILABLE),
    }


# --- Instalments -------------------------------------------------------------------------------------------------


def due_instalments(programme, clocks):
    """The instalments that were due on that day, whatever became of them since."""
    owed = Instalment.objects.filter(award__wave__call__programme=programme, due_on__lte=clocks.as_of)
    return owed if clocks.knows_all else owed.filter(due_at__lt=clocks.known_until)


@prepared
def due_by_draw(programme, clocks):
    """(line, AE year, drawn on several lines, cents) of what is due."""
    rows = due_instalments(programme, clocks).order_by()
    several = flag(award__in=shared_awards())
    return rows.values_list("award__draws__line", "award__draws__fiscal_year", several).annotate(total=Sum("cents"))


def shared_awards():
    """Awards that draw on several lines."""
    return Draw.objects.order_by().values("award").annotate(n=Count("pk")).filter(n__gt=1).values("award")


def due_by_line(programme, clocks):
    """{(line, AE year): cents} due so far, the paid ones included.

    The draws of an award are used up in their order, as by payments (`funding.instalments.split`), so that the cents
    add up exactly. Only awards that draw on several lines cost a second query.
    """
    result: dict[tuple[int, int], int] = defaultdict(int)
    ambiguous = False
    for line, year, is_shared, cents in due_by_draw(programme, clocks):
        ambiguous |= is_shared
        result[line, year] += 0 if is_shared else cents
    if ambiguous:
        for key, cents in shared_due(due_instalments(programme, clocks).filter(award__in=shared_awards())):
            result[key] += cents
    return result


def shared_due(due):
    """((line, AE year), cents) of the awards that draw on several lines."""
    left = dict(due.order_by().values_list("award").annotate(total=Sum("cents")))
    for draw in Draw.objects.filter(award__in=left.keys()).order_by("award_id", "pk"):
        part = min(draw.cents, left[draw.award_id])
        left[draw.award_id] -= part
        yield (draw.line_id, draw.fiscal_year), part


class Unpaid(NamedTuple):
    """Instalments of one kind that are not paid on a day. Cents."""

    line: int
    ae_year: int
    expected: int
    is_due: bool
    ordered: bool
    withheld: bool
    cents: int
    number: int


def unpaid_then(programme, clocks):
    """[`Unpaid`] on another day, on both clocks: what was planned then, whatever an amendment made of it since."""
    rows = groups_then(programme, clocks)
    parts = [Unpaid(*row[1:]) for row in rows if not row[0]]
    if len(parts) < len(rows):
        shared = stood_then(programme, clocks).filter(award__in=shared_awards())
        for instalment in shared.select_related("award", "schedule_year"):
            parts += parts_of(instalment, clocks.as_of)
    return parts


def stood_then(programme, clocks):
    return standing(as_of=clocks.as_of, known_on=clocks.known_on, programme=programme)


@prepared
def groups_then(programme, clocks):
    """As `unpaid_groups`; a withholding of the past is not told from a wait."""
    known = Q(due_at=None) | Q(due_at__lt=clocks.known_until)
    rows = stood_then(programme, clocks).order_by().values_list(
        flag(award__in=shared_awards()), "award__draws__line", "award__draws__fiscal_year",
        ExtractYear("expected_on"), flag(known, due_on__lte=clocks.as_of), flag(ordered_on__lte=clocks.as_of),
        Value(False, output_field=BooleanField()),
    )  # fmt: skip
    return rows.annotate(total=Sum("cents"), how_many=Count("pk"))


def unpaid_parts(programme, day):
    """[`Unpaid`] today, in one query.

    Only awards that draw on several lines cost more queries: each instalment is cut as its payment will be.
    """
    rows = unpaid_groups(programme, day)
    parts = [Unpaid(*row[1:]) for row in rows if not row[0]]
    if len(parts) < len(rows):
        for instalment in (
            unpaid_instalments(programme, day)
            .filter(award__in=shared_awards())
            .select_related("award", "schedule_year")
        ):
            parts += parts_of(instalment, day)
    return parts


def parts_of(instalment, day):
    flags = (
        instalment.due_on is not None and instalment.due_on <= day,
        instalment.ordered_on is not None and instalment.ordered_on <= day,
        instalment.state == Instalment.State.WITHHELD,
    )
    cuts = split(instalment)
    return [
        Unpaid(draw.line_id, draw.fiscal_year, instalment.expected_on.year, *flags, cents, int(draw is cuts[0][0]))
        for draw, cents in cuts
    ]


def unpaid_instalments(programme, day):
    return Instalment.objects.filter(
        Q(state__in=["planned", "due", "certified", "ordered", "withheld"]) | Q(state="paid", paid_on__gt=day),
        award__wave__call__programme=programme,
        award__committed_on__lte=day,
    )


@prepared
def unpaid_groups(programme, day):
    """(drawn on several lines, then the fields of `Unpaid`)."""
    rows = unpaid_instalments(programme, day).order_by().values_list(
        flag(award__in=shared_awards()), "award__draws__line", "award__draws__fiscal_year",
        ExtractYear("expected_on"), flag(due_on__lte=day), flag(ordered_on__lte=day), flag(state="withheld"),
    )  # fmt: skip
    return rows.annotate(total=Sum("cents"), how_many=Count("pk"))


def flag(*conditions, **condition):
    return Case(When(*conditions, **condition, then=Value(True)), default=Value(False), output_field=BooleanField())
