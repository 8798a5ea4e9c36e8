"""What is left to pay on any day, on both clocks: the ledger says how much, the schedules say when.

What an award still owes is the balance of its « AE engagées, non liquidées »; its unpaid instalments are laid on it in
their order, so that the parts of a generation add up to the ledger, whatever became of the schedule.
"""

import datetime
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from django.db.models import Q, Sum
from django.utils import timezone

from accounts.filters import midnight
from funding.models import Account, Draw, Instalment, Kind, Movement, Source
from funding.outlook.refunds import Refund, needs_of, refunds

DAY = datetime.timedelta(days=1)
GRANT = Source.Instrument.GRANT


class Part(NamedTuple):
    """What one instalment takes of the AE of one line and year. Cents.

    Attributes:
        due_on: the day it was owed, None when it was not yet.
        ordered: its CP are already taken.
    """

    instalment: int
    award: int
    line: int
    ae_year: int
    expected_on: datetime.date
    due_on: datetime.date | None
    ordered: bool
    cents: int

    @property
    def base(self):
        """The day from which a payment is counted."""
        return self.due_on or self.expected_on


@dataclass(frozen=True)
class Remaining:
    """What is left to pay: `parts`, then what no schedule plans and what the schedules plan beyond what is committed.

    Attributes:
        unplanned: {(line, AE year): cents} committed, that no instalment plans.
        uncommitted: {instalment: cents} planned, that no act has committed yet (a call that commits year by year).
        asked: the day and the programme it is about, for what is read only when it is wanted.
    """

    parts: list[Part]
    unplanned: dict[tuple[int, int], int]
    uncommitted: dict[int, int]
    asked: dict | None = field(default=None, compare=False)

    @cached_property
    def refunds(self) -> list[Refund]:
        """What is owed back to structures, on no AE: never in `total`, which is the ledger's. One query, once."""
        return refunds(**self.asked) if self.asked else []

    @property
    def waiting_for_cp(self):
        """Everything that takes CP: the parts of instalments, and what refunds need."""
        return [*self.parts, *needs_of(self.refunds)]

    @property
    def total(self):
        return sum(part.cents for part in self.parts) + sum(self.unplanned.values())


def remaining(*, as_of, known_on, programme, held=None, ranks=None):
    """The `Remaining` of the grants of a programme, in three queries; one more when `refunds` is read.

    Args:
        as_of: *en date de*, Paris date.
        known_on: *connu au*, Paris date.
        held: what `held_by_award` gives on the same day, when it was asked already; ranks: what `ranks_of_draws` does.
    """
    clocks = {"as_of": as_of, "known_on": known_on, "programme": programme}
    held = held_by_award(**clocks) if held is None else held
    ranks = ranks_of_draws(programme) if ranks is None else ranks
    owed = {key[1:]: cents for key, cents in held.items() if key[0] == Kind.AE_COMMITTED and cents > 0}
    slots: dict[int, list] = defaultdict(list)
    for award, line, year in sorted(owed, key=lambda slot: (slot[0], ranks.get(slot, 0), slot[2], slot[1])):
        slots[award].append([line, year, owed[award, line, year]])
    ordered: dict[int, int] = defaultdict(int)
    for (kind, award, _, _), cents in held.items():
        ordered[award] += cents if kind == Kind.CP_ORDERED else 0
    return laid(unpaid(**clocks), slots, ordered, asked=clocks)


def laid(rows, slots, ordered, asked=None):
    """Lay the unpaid instalments on what their awards still owe, in their order."""
    parts, uncommitted = [], {}
    for pk, award, cents, expected_on, due_on in rows:
        has_cp = due_on is not None and ordered[award] >= cents
        ordered[award] -= cents if has_cp else 0
        left = cents
        for slot in slots.get(award, ()):
            taken = min(left, slot[2])
            if taken:
                parts.append(Part(pk, award, slot[0], slot[1], expected_on, due_on, has_cp, taken))
                slot[2] -= taken
                left -= taken
        if left:
            uncommitted[pk] = left
    unplanned: dict[tuple[int, int], int] = defaultdict(int)
    for rest in slots.values():
        for line, year, cents in rest:
            unplanned[line, year] += cents
    return Remaining(parts, {slot: cents for slot, cents in unplanned.items() if cents}, uncommitted, asked)


def unpaid(*, as_of, known_on, programme):
    """(key, award, cents, expected_on, due_on) of the instalments planned and not paid on that day, in their order."""
    rows = standing(as_of=as_of, known_on=known_on, programme=programme).order_by("award_id", "number", "pk")
    found = rows.values_list("pk", "award_id", "cents", "expected_on", "due_on", "due_at")
    until = known_until(known_on)
    return [
        (pk, award, cents, expected, due if is_known(due, due_at, as_of, until) else None)
        for pk, award, cents, expected, due, due_at in found
    ]


def is_known(day, at, as_of, until):
    return day is not None and day <= as_of and (at is None or at < until)


def standing(*, as_of, known_on, programme):
    """Instalments that stood in the schedules on that day and were not paid."""
    until = min(known_until(known_on), known_until(as_of))
    planned = Q(schedule_year__schedule__planned_at=None) | Q(schedule_year__schedule__planned_at__lt=until)
    kept = ~Q(state="cancelled") | Q(cancelled_at__gte=until)
    return (
        Instalment.objects.filter(
            planned, kept, award__wave__call__programme=programme, award__committed_on__lte=as_of
        )
        .exclude(schedule_year__schedule__state="draft")
        .exclude(paid_by(as_of=as_of, known_on=known_on))
    )


def paid_by(*, as_of, known_on):
    """Condition: paid at the comptable's date, and known; a payment whose knowledge was not kept is known at once."""
    at = Q(paid_at=None, paid_on__lte=known_on) | Q(paid_at__lt=known_until(known_on))
    return Q(state="paid", paid_on__lte=as_of) & at


def known_until(day):
    """The first instant after a Paris day."""
    return midnight(day + DAY)


def ranks_of_draws(programme):
    """{(award, line, AE year): its first draw}: awards use their draws up in their order."""
    rows = Draw.objects.filter(award__wave__call__programme=programme).order_by("-pk")
    return {
        (award, line, year): pk for award, line, year, pk in rows.values_list("award", "line", "fiscal_year", "pk")
    }


def held_by_award(*, as_of, known_on, programme):
    """{(kind, award, line, fiscal year): cents} of the accounts of awards on that day, grants alone; one query.

    Today's are the balances, which the movements make; another day's are added up from the movements.
    """
    today = timezone.localdate()
    if min(as_of, known_on) >= today:
        return held_now(programme)
    return held_then(as_of=as_of, known_on=known_on, programme=programme)


def held_now(programme):
    rows = Account.objects.filter(
        award__isnull=False, line__programme=programme, line__source__instrument=GRANT
    ).order_by()
    found = rows.values_list("kind", "award", "line", "fiscal_year", "balance_cents")
    return {tuple(key): cents for *key, cents in found if cents}


def held_then(*, as_of, known_on, programme):
    held: dict[tuple[str, int, int, int], int] = defaultdict(int)
    clocks = {"effective_on__lte": as_of, "posting__booked_on__lte": known_on}
    sides = []
    for side, sign in (("to_account", 1), ("from_account", -1)):
        scope = {
            f"{side}__award__isnull": False,
            f"{side}__line__programme": programme,
            f"{side}__line__source__instrument": GRANT,
        }
        columns = (f"{side}__kind", f"{side}__award", f"{side}__line", f"{side}__fiscal_year")
        rows = Movement.objects.filter(**scope, **clocks).order_by().values_list(*columns)
        sides.append(rows.annotate(cents=Sum("amount_cents") * sign))
    for kind, award, line, year, cents in sides[0].union(sides[1], all=True):
        held[kind, award, line, year] += cents
    return {key: cents for key, cents in held.items() if cents}


def by_award(held, kinds):
    """{award: cents} of some kinds of account, of every line and year together."""
    sums: dict[int, int] = defaultdict(int)
    for (kind, award, _, _), cents in held.items():
        if kind in kinds:
            sums[award] += cents
    return dict(sums)
