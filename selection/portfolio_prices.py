"""What each constraint of a portfolio costs, what each explains, and which to loosen when nothing fits. Pure."""

import time
from dataclasses import dataclass

import numpy as np

from applications.evaluations.linear_model import minimise
from selection.portfolio import AE, AMOUNTS, CP, FAMILIES, UNIT, Infeasible, Programme, solve

# Every price of 500 dossiers within the five seconds of the whole.
SECONDS = 3.5


@dataclass(frozen=True)
class Price:
    """What one family of constraints costs.

    Attributes:
        points: hundredths of a point that the total of scores would gain without it; 0: it costs nothing.
        dossiers: how many more would be funded (fewer when negative).
        enter, leave: keys of the dossiers that its absence would bring in, and put out.
        is_proved: False when the search without it was cut short: it costs that much at least.
    """

    family: str
    points: int
    dossiers: int
    enter: frozenset
    leave: frozenset
    is_proved: bool


def prices_of(problem, solution, *, seconds=SECONDS):
    """The `Price` of each family in force: solved again without it.

    Args:
        solution: `Solution` of `problem`. seconds: for all of them.
    """
    end = time.perf_counter() + seconds
    families = problem.in_force
    for index, family in enumerate(families):
        share = max((end - time.perf_counter()) / (len(families) - index), 0.1)
        yield price_of(problem, solution, family, share)


def price_of(problem, solution, family, seconds):
    found = solve(problem.without(family), seconds=seconds)
    # What fits with it fits without it: a search cut short never makes a constraint worth having.
    if isinstance(found, Infeasible) or found.score < solution.score:
        return Price(family, 0, 0, frozenset(), frozenset(), is_proved=False)
    now, then = set(solution.awards), set(found.awards)
    if found.score == solution.score:
        # Another choice of the same worth explains nothing.
        then = now
    gained = found.score - solution.score
    enter, leave = frozenset(then - now), frozenset(now - then)
    return Price(family, gained, len(then) - len(now), enter, leave, found.is_proved)


def why_chosen(key, prices):
    """The families without which this dossier would not be chosen."""
    return [price.family for price in prices if key in price.leave]


def why_left(key, prices):
    """The families without which this dossier would be chosen."""
    return [price.family for price in prices if key in price.enter]


# --- Nothing fits ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Loosening:
    """A family that, loosened alone, lets a choice exist.

    Attributes:
        missing: the least by which it must give way: cents for AE and CP, dossiers for the others; None for AMOUNTS.
        of: label of the group, key of the purse or year that gives way, with its share of `missing`.
    """

    family: str
    missing: int | None
    of: tuple = ()


def loosenings_of(problem, *, seconds=1.5):
    """Each family that is enough to loosen alone, with by how much; empty when several must give way together."""
    for family in problem.in_force:
        variant = problem.without(AMOUNTS) if family == AMOUNTS else problem
        answer = stretched(variant, () if family == AMOUNTS else (family,), seconds)
        if answer is not None:
            missing, parts = answer
            yield Loosening(family, None if family == AMOUNTS else missing, parts)


def together_of(problem, *, seconds=2.0):
    """The families that must give way together, each by as little as possible; [] when even that is not enough."""
    answer = stretched(problem, FAMILIES, seconds)
    return [] if answer is None else sorted({family for family, *_ in answer[1]}, key=FAMILIES.index)


def stretched(problem, families, seconds):
    """The least by which the rows of `families` must stretch for a choice to exist.

    Returns:
        (total, ((family, label, how much), …)); None when there is no choice even so.
    """
    programme = Programme(problem)
    stretchable = [index for index, row in enumerate(programme.rows) if row.family and row.family in families]
    stretched_rows = [programme.rows[index] for index in stretchable]
    weights = np.array([weight_of(row.family) for row in stretched_rows])
    # A row may go above its highest (first column) or below its lowest (second).
    count, size = len(stretchable), programme.size
    more = np.arange(size, size + 2 * count)
    rows, columns, values = programme.entries()
    answer = minimise(
        np.concatenate([np.zeros(size), weights, weights]),
        whole=np.concatenate([programme.whole, np.zeros(2 * count)]),
        upper=np.concatenate([programme.highest, np.full(2 * count, np.inf)]),
        entries=(
            np.concatenate([rows, stretchable, stretchable]).astype(np.int64),
            np.concatenate([columns, more]),
            np.concatenate([values, np.full(count, -1.0), np.ones(count)]),
        ),
        lows=programme.lows,
        highs=programme.highs,
        options={"time_limit": seconds},
    )
    if answer.x is None:
        return None
    above, below = np.split(answer.x[size:], 2)
    parts = tuple(
        (row.family, row.label, in_unit(row.family, up + under))
        for row, up, under in zip(stretched_rows, above, below, strict=True)
        if up + under > 1e-6
    )
    return sum(part[2] for part in parts), parts


def weight_of(family):
    """A whole dossier weighs as much as a usual award, so that neither hides the other."""
    return 1.0 if family in (AE, CP) else 150.0


def in_unit(family, value):
    """Cents, rounded up to the euro, for money; whole dossiers otherwise."""
    if family in (AE, CP):
        return -int(-(value - 1e-6) * UNIT // 100) * 100
    return int(value + 0.5)
