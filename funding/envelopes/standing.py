"""Where the fund and its instruments stand on a day, beside the grants and never added to them."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q

from accounts.filters import midnight
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


def known_by(known_on):
    """Condition: recorded by that Paris date (None: whenever); what has no day of recording is known at once."""
    if known_on is None:
        return Q()
    return Q(recorded_at=None) | Q(recorded_at__lt=midnight(known_on + timedelta(days=1)))


def funds_on(day, *, known_on=None, programme=None):
    """`FundStanding` of every fund: three queries, whatever their number.

    Args:
        day: *en date de*, Paris date: what had happened.
        known_on: *connu au*, Paris date: what we had been told; None: all that we know.
    """
    known = known_by(known_on)
    funds = list(Fund.objects.filter(known, **({"programme": programme} if programme else {})))
    scope = Instrument.objects.filter(known, fund__in=funds, engaged_on__lte=day)
    instruments = list(scope.select_related("organisation", "fabrique"))
    standings = standings_of(instruments, day, known_on=known_on)
    return [FundStanding(fund, [standings[one.pk] for one in instruments if one.fund_id == fund.pk]) for fund in funds]


def standings_of(instruments, day, *, known_on=None):
    """{instrument key: Standing} on a day, as known on another; one query."""
    found: dict[int, list] = {}
    for event in events_of(instruments, day, known_on=known_on).order_by("happened_on", "pk"):
        found.setdefault(event.instrument_id, []).append(event)
    return {one.pk: standing(one, found.get(one.pk, [])) for one in instruments}


def events_of(instruments, day, *, known_on=None):
    """What had happened on a day to these instruments, as known on another."""
    return InstrumentEvent.objects.filter(known_by(known_on), instrument__in=instruments, happened_on__lte=day)


def standing(instrument, events):
    """The `Standing` that these events make, oldest first; what a correction takes back counts for nothing."""
    taken_back = {one.reverses_id for one in events}
    kept = [one for one in events if one.reverses_id is None and one.pk not in taken_back]
    sums = {
        name: sum(getattr(one, amount) for one in kept if one.kind in kinds) for name, (kinds, amount) in SUMS.items()
    }
    ended = any(one.kind == E.EXIT for one in kept)
    last = next((one for one in reversed(kept) if one.kind == E.VALUATION), None)
    value = last.cents if last else None
    return Standing(
        instrument,
        called_cents=sums["called_cents"],
        repaid_cents=sums["repaid_cents"] + sums["capital_cents"],
        income_cents=sums["income_cents"] + sums["proceeds_cents"] - sums["capital_cents"],
        lost_cents=sums["lost_cents"],
        ended=ended,
        value_cents=0 if ended else value,
        valued_on=last.happened_on if last else None,
    )


def dues_on(instrument, day, *, known_on=None):
    """Repayments planned in the schedule in force, each with what is covered by what was repaid by `day`.

    Args:
        known_on: Paris date by which the schedule and the repayments were known; None: all of them.

    Returns:
        [(InstrumentDue, covered capital in cents, "paid", "late" or "expected")], oldest first.
    """
    planned = instrument.dues.filter(known_by(known_on))
    version = planned.order_by("-version").values_list("version", flat=True).first()
    left = standings_of([instrument], day, known_on=known_on)[instrument.pk].repaid_cents
    rows = []
    for due in planned.filter(version=version).order_by("number"):
        covered = min(left, due.capital_cents)
        left -= covered
        state = "paid" if covered == due.capital_cents else "late" if due.due_on < day else "expected"
        rows.append((due, covered, state))
    return rows
