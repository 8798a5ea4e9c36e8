"""Where the fund and its instruments stand on a day, beside the grants and never added to them."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Case, F, IntegerField, Q, Sum, Value, When

from funding.models import Fund, Instrument, InstrumentEvent

E = InstrumentEvent.Kind
SUMS = {
    "called_cents": ({E.CALL}, "cents"),
    "repaid_cents": ({E.REPAYMENT}, "cents"),
    "capital_cents": ({E.EXIT}, "capital_cents"),
    "income_cents": ({E.INCOME}, "cents"),
    "proceeds_cents": ({E.EXIT}, "cents"),
    "lost_cents": ({E.LOSS}, "cents"),
}


@dataclass(frozen=True)
class Standing:
    """One instrument on a day. Cents.

    `value_cents` and `valued_on`: the last value reported by that day, or None.
    """

    instrument: Instrument
    called_cents: int
    repaid_cents: int
    income_cents: int
    lost_cents: int
    ended: bool
    value_cents: int | None = None
    valued_on: date | None = None

    @property
    def outstanding_cents(self):
        return self.called_cents - self.repaid_cents - self.lost_cents


@dataclass(frozen=True)
class FundStanding:
    """One fund on a day, with its instruments. Cents."""

    fund: Fund
    instruments: list[Standing]

    def total(self, name):
        return sum(getattr(one, name) or 0 for one in self.instruments)

    @property
    def engaged_cents(self):
        return sum(one.instrument.engaged_cents for one in self.instruments)

    @property
    def left_cents(self):
        return self.fund.size_cents - self.engaged_cents

    @property
    def called_cents(self):
        return self.total("called_cents")

    @property
    def value_cents(self):
        return self.total("value_cents")

    @property
    def income_cents(self):
        return self.total("income_cents")

    @property
    def repaid_cents(self):
        return self.total("repaid_cents")

    @property
    def lost_cents(self):
        return self.total("lost_cents")


def funds_on(day, *, programme=None):
    """`FundStanding` of every fund on a Paris day: three queries, whatever their number."""
    funds = list(Fund.objects.filter(**({"programme": programme} if programme else {})))
    scope = Instrument.objects.filter(fund__in=funds, engaged_on__lte=day)
    instruments = list(scope.select_related("organisation", "fabrique"))
    standings = standings_of(instruments, day)
    return [FundStanding(fund, [standings[one.pk] for one in instruments if one.fund_id == fund.pk]) for fund in funds]


def standings_of(instruments, day):
    """{instrument key: Standing} on a day."""
    events = InstrumentEvent.objects.filter(instrument__in=instruments, happened_on__lte=day)
    sign = Case(When(reverses=None, then=Value(1)), default=Value(-1), output_field=IntegerField())
    parts = {name: Sum(F(field) * sign, filter=Q(kind__in=kinds), default=0) for name, (kinds, field) in SUMS.items()}
    ends = Sum(sign, filter=Q(kind=E.EXIT), default=0)
    sums = {row["instrument"]: row for row in events.values("instrument").order_by().annotate(ends=ends, **parts)}
    values = last_values(events)
    return {one.pk: standing(one, sums.get(one.pk), values.get(one.pk)) for one in instruments}


def last_values(events):
    """{instrument key: (value in cents, day)}: the latest valuation that no correction took back."""
    stated = events.filter(kind=E.VALUATION, reverses=None, reversed_by=None).order_by("happened_on", "pk")
    return {key: (cents, day) for key, cents, day in stated.values_list("instrument", "cents", "happened_on")}


def standing(instrument, sums, value):
    if sums is None:
        return Standing(instrument, 0, 0, 0, 0, False)
    cents, day = value or (None, None)
    ended = sums["ends"] > 0
    return Standing(
        instrument,
        called_cents=sums["called_cents"],
        repaid_cents=sums["repaid_cents"] + sums["capital_cents"],
        income_cents=sums["income_cents"] + sums["proceeds_cents"] - sums["capital_cents"],
        lost_cents=sums["lost_cents"],
        ended=ended,
        value_cents=0 if ended else cents,
        valued_on=day,
    )


def dues_on(instrument, day):
    """Repayments planned in the schedule in force, each with what is covered by what was repaid by `day`.

    Returns:
        [(InstrumentDue, covered capital in cents, "paid", "late" or "expected")], oldest first.
    """
    version = instrument.dues.order_by("-version").values_list("version", flat=True).first()
    left = standings_of([instrument], day)[instrument.pk].repaid_cents
    rows = []
    for due in instrument.dues.filter(version=version).order_by("number"):
        covered = min(left, due.capital_cents)
        left -= covered
        state = "paid" if covered == due.capital_cents else "late" if due.due_on < day else "expected"
        rows.append((due, covered, state))
    return rows
