"""A cut in the middle of the year, tried on the real commitments: who is touched, in what order, what breaks.

Nothing is written. What is frozen goes first, then what nobody holds. Beyond that:
- AE: the reservations fall, the last made first; what is committed is owed and cannot be taken.
- CP: what is ordered has its CP; the others are paid in the order of what is owed, then of what is expected, as long
  as CP last; those at the end of the queue wait for next year.
"""

import datetime
from dataclasses import dataclass

from funding.models import Award, Kind
from funding.outlook.refunds import needs_of
from funding.outlook.remaining import Remaining

K = Kind
FREE = {"ae": (K.AE_FROZEN, K.AE_OPENED), "cp": (K.CP_FROZEN, K.CP_AVAILABLE)}


@dataclass(frozen=True)
class Touched:
    """One reservation that falls, or one payment that cannot be made. Cents.

    Attributes:
        key: of the award (AE) or of the instalment (CP).
        due_on, expected_on: of the instalment.
        missing: what is missing to it.
        before_the_cut: it was already missing without the cut.
    """

    key: int
    cents: int
    missing: int
    rank: int
    due_on: datetime.date | None = None
    expected_on: datetime.date | None = None
    before_the_cut: bool = False


@dataclass(frozen=True)
class Cut:
    """What a cut does. Cents.

    Attributes:
        asked: what is taken.
        frozen, free: what it takes of them.
        from_touched: what it takes beyond, from reservations or payments.
        impossible: what cannot be taken at all, being owed already.
        touched: in the order in which they are.
        queue: how much was waiting for these credits before the cut.
    """

    axis: str
    asked: int
    frozen: int
    free: int
    from_touched: int
    impossible: int
    touched: list[Touched]
    queue: int

    @property
    def by_the_cut(self):
        return [one for one in self.touched if not one.before_the_cut]

    @property
    def already(self):
        return [one for one in self.touched if one.before_the_cut]


def cut_ae(cents, *, frozen, free, reservations):
    """Take AE away.

    Args:
        cents: how much.
        frozen, free: cents held by nobody, frozen or not.
        reservations: [(award, cents)] that hold AE, in the order in which they would fall.
    """
    from_frozen = min(cents, frozen)
    from_free = min(cents - from_frozen, free)
    wanted = left = cents - from_frozen - from_free
    touched = []
    for award, held in reservations:
        if not left:
            break
        missing = min(left, held)
        touched.append(Touched(award, held, missing, len(touched) + 1))
        left -= missing
    queue = sum(held for _, held in reservations)
    return Cut("ae", cents, from_frozen, from_free, wanted - left, left, touched, queue)


def cut_cp(cents, *, frozen, available, queue):
    """Take CP away.

    Args:
        frozen, available: cents of CP not ordered.
        queue: [(instalment, cents, due_on, expected_on)] that wait for CP this year, the first paid first.
    """
    from_frozen = min(cents, frozen)
    taken = min(cents - from_frozen, available)
    impossible = cents - from_frozen - taken
    without = short_of(queue, available)
    short = short_of(queue, available - taken)
    # The last of the queue lose their payment first.
    waiting_longer = [row for row in reversed(queue) if row[0] in short]
    touched = [
        Touched(key, amount, short[key], rank, due, expected, key in without)
        for rank, (key, amount, due, expected) in enumerate(waiting_longer, start=1)
    ]
    waiting = sum(amount for _, amount, _, _ in queue)
    unused = max(available - waiting, 0)
    free = min(taken, unused)
    return Cut("cp", cents, from_frozen, free, taken - free, impossible, touched, waiting)


def short_of(queue, available):
    """{instalment: cents missing} when the queue is served in its order; an instalment is paid whole or waits."""
    missing = {}
    for key, cents, _, _ in queue:
        if missing or cents > available:
            missing[key] = cents - max(available, 0) if not missing else cents
            continue
        available -= cents
    return missing


def cut(axis, cents, *, year, line, left: Remaining, balances, held):
    """Try a cut of `cents` on an axis, "ae" or "cp".

    Args:
        year: the fiscal year whose credits are cut.
        line: key of a line, or None for the whole year, credits being moved from line to line as it takes.
        left: what is left to pay that day.
        balances: {(kind, line, year): cents} that day (`funding.balances`), of the lines of grants alone.
        held: {(kind, award, line, year): cents} that day (`remaining.held_by_award`).
    """

    def free_of(kind):
        return sum(
            amount for (one, of, on), amount in balances.items() if one == kind and on == year and line in (None, of)
        )

    frozen, free = (free_of(kind) for kind in FREE[axis])
    if axis == "ae":
        return cut_ae(cents, frozen=frozen, free=free, reservations=reservations(year, line, held))
    # What is owed back to structures is due at once: its CP are served first, and cannot be cut.
    owed = sum(one.cents for one in needs_of(left.refunds) if one.due_on.year <= year and line in (None, one.line))
    return cut_cp(cents, frozen=frozen, available=max(free - owed, 0), queue=queue_of(left.parts, year, line))


def reservations(year, line, held):
    """[(award, cents)] reserved on the AE of the year, the last made first; one query."""
    sums: dict[int, int] = {}
    for (kind, award, of, on), cents in held.items():
        if kind == K.AE_RESERVED and on == year and line in (None, of) and cents > 0:
            sums[award] = sums.get(award, 0) + cents
    order = Award.objects.filter(pk__in=sums).order_by("-reserved_on", "-pk").values_list("pk", flat=True)
    return [(pk, sums[pk]) for pk in order]


def queue_of(parts, year, line):
    """What waits for CP of the year: owed first, by the day it was owed, then planned, by the day it is expected."""
    waiting: dict[int, list] = {}
    for part in parts:
        if not part.ordered and part.expected_on.year <= year and line in (None, part.line):
            one = waiting.setdefault(part.instalment, [part.instalment, 0, part.due_on, part.expected_on])
            one[1] += part.cents
    return [
        tuple(one)
        for one in sorted(waiting.values(), key=lambda one: (one[2] is None, one[2] or one[3], one[3], one[0]))
    ]
