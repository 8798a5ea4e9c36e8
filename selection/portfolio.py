"""Which dossiers to fund, and how much: the best total of scores under every constraint at once. Pure, no database.

A mixed-integer programme (scipy `milp`, HiGHS, exact): one binary a dossier and a purse, one amount where it may be
reduced. Every answer is checked again in whole cents: a solver counts in floating point, the ledger does not.
"""

import time
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np

from applications.evaluations.linear_model import minimise

# Families of constraints that somebody may loosen; the bounds of the call and one award a dossier are not among them.
AE, CP, CAPACITY, SEGMENTS, REGIONS, AMOUNTS = "ae", "cp", "capacity", "segments", "regions", "amounts"
FAMILIES = (AE, CP, CAPACITY, SEGMENTS, REGIONS, AMOUNTS)
# The solver counts in thousands of euros: its tolerances are then well under a cent.
UNIT = 100_000
SECONDS = 3.0
ATTEMPTS = 4


@dataclass(frozen=True)
class Candidate:
    """A dossier that may be funded.

    Args:
        key: what the caller calls it.
        score: hundredths of a point. order: place in the ranking, ties separated; the lower the better.
        low_cents, high_cents: the award, between these when it is funded (equal: not to be reduced).
        floor_cents: the least that the call allows, when reducing is allowed.
        years: over how many years it is paid, in equal parts, from the year of its purse.
        segment, region: what the groups count.
    """

    key: int
    score: int
    order: int
    low_cents: int
    high_cents: int
    floor_cents: int
    years: int
    segment: str = ""
    region: str = ""


@dataclass(frozen=True)
class Purse:
    """AE left on a line in a fiscal year."""

    key: str
    cents: int
    year: int


@dataclass(frozen=True)
class Group:
    """How many dossiers of a group at least and at most; `family` is SEGMENTS or REGIONS."""

    family: str
    label: str
    members: frozenset
    low: int = 0
    high: int | None = None


@dataclass(frozen=True)
class Problem:
    """What is to be shared. `cp`: {year: cents that may be paid}; `most`: dossiers at most, None without a limit.

    `dropped`: families that do not hold in this variant.
    """

    candidates: tuple[Candidate, ...]
    purses: tuple[Purse, ...]
    cp: dict[int, int] = field(default_factory=dict)
    groups: tuple[Group, ...] = ()
    most: int | None = None
    dropped: frozenset = frozenset()

    def without(self, *families):
        """The same problem, where these families of constraints do not hold."""
        return replace(self, dropped=self.dropped | set(families))

    def holds(self, family):
        return family not in self.dropped

    @property
    def in_force(self):
        """The families that this problem has and that bind somebody, in the order of `FAMILIES`."""
        found = {AE} | {group.family for group in self.groups}
        found |= {CP} if self.cp else set()
        found |= {CAPACITY} if self.most is not None else set()
        found |= {AMOUNTS} if any(one.floor_cents < one.low_cents for one in self.candidates) else set()
        return [family for family in FAMILIES if family in found - self.dropped]

    def bounds_of(self, one):
        """(lowest, highest) award of a candidate in this variant. Cents."""
        return (one.low_cents if self.holds(AMOUNTS) else min(one.floor_cents, one.low_cents)), one.high_cents


@dataclass(frozen=True)
class Solution:
    """The best choice found.

    Attributes:
        awards: {candidate key: (cents, purse key)}.
        score: sum of the scores, hundredths. at_most: no choice does better than this.
        seconds: how long it took.
    """

    awards: dict
    score: int
    at_most: int
    seconds: float

    @property
    def is_proved(self):
        return self.at_most <= self.score


@dataclass(frozen=True)
class Infeasible:
    """No choice keeps every constraint; `unknown`: none was found in the time given, which proves nothing."""

    seconds: float
    unknown: bool = False


def solve(problem, *, seconds=SECONDS):
    """The choice with the greatest total of scores, then the greatest amounts among its dossiers.

    Args:
        problem: `Problem`. seconds: at most; the best choice found by then is given with its bound.

    Returns:
        `Solution` or `Infeasible`.
    """
    start = time.perf_counter()
    if not problem.candidates or not problem.purses:
        empty_is_fine = not any(group.low and problem.holds(group.family) for group in problem.groups)
        return Solution({}, 0, 0, 0.0) if empty_is_fine else Infeasible(0.0)
    margin = 0.0
    for _ in range(ATTEMPTS):
        programme = Programme(problem, margin)
        answer = programme.maximise(programme.scores, seconds - (time.perf_counter() - start))
        if answer.x is None:
            return Infeasible(time.perf_counter() - start, unknown=answer.status == 1)
        awards = programme.awards(answer.x)
        if programme.has_choice_of_amounts:
            awards = programme.fullest(awards)
        if fits(problem, awards):
            break
        # A thousandth of an euro, then more: what rounding took is given back.
        margin = max(margin * 50, 1e-6)
    else:
        return Infeasible(time.perf_counter() - start, unknown=True)
    score = sum(one.score for one in problem.candidates if one.key in awards)
    bound = score if answer.status == 0 else int(-answer.mip_dual_bound + 1e-6)
    return Solution(awards, score, max(bound, score), time.perf_counter() - start)


def fits(problem, awards):
    """Whether awards keep every constraint, in whole cents and whole dossiers.

    Args:
        awards: {candidate key: (cents, purse key)}.
    """
    chosen = [(one, *awards[one.key]) for one in problem.candidates if one.key in awards]
    within = all(low <= cents <= high for one, cents, _ in chosen for low, high in [problem.bounds_of(one)])
    if problem.holds(CAPACITY) and problem.most is not None and len(chosen) > problem.most:
        return False
    return (
        within and fit_money(problem, chosen) and all(fits_group(problem, group, awards) for group in problem.groups)
    )


def fits_group(problem, group, awards):
    count = sum(key in awards for key in group.members)
    return not problem.holds(group.family) or group.low <= count <= (len(awards) if group.high is None else group.high)


def fit_money(problem, chosen):
    years = {purse.key: purse.year for purse in problem.purses}
    if problem.holds(AE):
        taken = dict.fromkeys(years, 0)
        for _, cents, purse in chosen:
            taken[purse] += cents
        if any(taken[purse.key] > purse.cents for purse in problem.purses):
            return False
    if not problem.holds(CP):
        return True
    paid = dict.fromkeys(problem.cp, 0)
    for one, cents, purse in chosen:
        for rank, part in enumerate(equal_parts(cents, one.years)):
            if years[purse] + rank in paid:
                paid[years[purse] + rank] += part
    return all(paid[year] <= limit for year, limit in problem.cp.items())


def equal_parts(cents, years):
    """Cents in equal parts, the odd ones first: as `funding.schedules.default_plan` pays an award."""
    base, rest = divmod(cents, years)
    return [base + (rank < rest) for rank in range(years)]


class Row(NamedTuple):
    """One constraint: coefficients by column, lowest and highest; `label`: the purse, year or group it is about."""

    family: str
    label: str
    terms: dict
    low: float
    high: float


class Programme:
    """The matrix of a problem. Columns: one binary y[i, purse] each, then one amount for each that may vary."""

    def __init__(self, problem, margin=0.0):
        self.problem, self.margin = problem, margin
        self.pairs = [(one, purse) for one in problem.candidates for purse in problem.purses]
        self.columns = {(one.key, purse.key): index for index, (one, purse) in enumerate(self.pairs)}
        self.bounds = {one.key: problem.bounds_of(one) for one in problem.candidates}
        varying = [pair for pair in self.columns if len(set(self.bounds[pair[0]])) > 1]
        self.amounts = {pair: len(self.pairs) + index for index, pair in enumerate(varying)}
        self.size = len(self.pairs) + len(self.amounts)
        self.rows = []
        self.build()

    @property
    def has_choice_of_amounts(self):
        return bool(self.amounts)

    @property
    def scores(self):
        scores = np.zeros(self.size)
        scores[: len(self.pairs)] = [one.score for one, _ in self.pairs]
        return scores

    # --- Rows --------------------------------------------------------------------------------------------------------

    def build(self):
        for one in self.problem.candidates:
            self.rows.append(Row("", "", self.funded(one.key), 0, 1))
        for pair, column in self.amounts.items():
            low, high = self.bounds[pair[0]]
            self.rows.append(Row("", "", {column: 1, self.columns[pair]: -high / UNIT}, -np.inf, 0))
            self.rows.append(Row("", "", {column: 1, self.columns[pair]: -low / UNIT}, 0, np.inf))
        self.money_rows()
        self.number_rows()
        self.rows += [Row("", "", terms, 0, np.inf) for terms in self.chains()]

    def funded(self, key):
        return {self.columns[key, purse.key]: 1 for purse in self.problem.purses}

    def amount(self, one, purse, share=1.0, cents=None):
        """(column, coefficient) of what a pair takes: its amount, or its binary times an amount that does not vary."""
        pair = one.key, purse.key
        if pair in self.amounts:
            return self.amounts[pair], share
        return self.columns[pair], (self.bounds[one.key][1] * share if cents is None else cents) / UNIT

    def money_rows(self):
        problem = self.problem
        if problem.holds(AE):
            for purse in problem.purses:
                row = dict(self.amount(one, purse) for one in problem.candidates)
                self.rows.append(Row(AE, purse.key, row, -np.inf, purse.cents / UNIT - self.margin))
        if problem.holds(CP):
            for year, limit in problem.cp.items():
                self.rows.append(Row(CP, str(year), self.paid_in(year), -np.inf, limit / UNIT - self.margin))

    def paid_in(self, year):
        row = {}
        for one, purse in self.pairs:
            rank = year - purse.year
            if 0 <= rank < one.years:
                part = equal_parts(self.bounds[one.key][1], one.years)[rank]
                column, value = self.amount(one, purse, 1 / one.years, part)
                row[column] = value
                if column >= len(self.pairs):
                    # The odd cent of a part.
                    row[self.columns[one.key, purse.key]] = 1 / UNIT
        return row

    def number_rows(self):
        problem = self.problem
        if problem.most is not None and problem.holds(CAPACITY):
            self.rows.append(Row(CAPACITY, "", dict.fromkeys(range(len(self.pairs)), 1), 0, problem.most))
        for group in problem.groups:
            if problem.holds(group.family):
                row = {column: 1 for key in group.members for column in self.funded(key)}
                high = np.inf if group.high is None else group.high
                self.rows.append(Row(group.family, group.label, row, group.low, high))

    def chains(self):
        """Of two dossiers alike in all but the ranking, the lower is never funded alone: fair, and quick to search."""
        alike = {}
        for one in sorted(self.problem.candidates, key=lambda one: one.order):
            groups = tuple(index for index, group in enumerate(self.problem.groups) if one.key in group.members)
            kind = (*self.bounds[one.key], one.years, groups)
            above = alike.get(kind)
            if above is not None and above.score >= one.score:
                yield {**self.funded(above.key), **dict.fromkeys(self.funded(one.key), -1)}
            alike[kind] = one

    # --- Solving -----------------------------------------------------------------------------------------------------

    @property
    def lows(self):
        return [row.low for row in self.rows]

    @property
    def highs(self):
        return [row.high for row in self.rows]

    @property
    def whole(self):
        """1 for the binaries, 0 for the amounts."""
        whole = np.zeros(self.size)
        whole[: len(self.pairs)] = 1
        return whole

    @property
    def highest(self):
        return np.where(self.whole == 1, 1, np.inf)

    def entries(self):
        """(row, column, coefficient) of every term, as three arrays."""
        lengths = [len(row.terms) for row in self.rows]
        columns = np.fromiter((column for row in self.rows for column in row.terms), dtype=np.int64)
        values = np.fromiter((value for row in self.rows for value in row.terms.values()), dtype=float)
        return np.repeat(np.arange(len(self.rows)), lengths), columns, values

    def maximise(self, values, seconds, upper=None, lower=0):
        return minimise(
            -values, whole=self.whole, lower=lower, upper=self.highest if upper is None else upper,
            entries=self.entries(), lows=self.lows, highs=self.highs,
            options={"mip_rel_gap": 0, "time_limit": max(seconds, 0.05)},
        )  # fmt: skip

    def awards(self, x):
        """{candidate key: (cents, purse key)} of an answer."""
        found = {}
        for (one, purse), value in zip(self.pairs, x, strict=False):
            if value > 0.5:
                column = self.amounts.get((one.key, purse.key))
                cents = self.bounds[one.key][1] if column is None else self.in_cents(one, x[column])
                found[one.key] = (cents, purse.key)
        return found

    def in_cents(self, one, amount):
        """Whole euros, never above what the solver found, never below the least."""
        low, high = self.bounds[one.key]
        return min(max(int(amount * UNIT + 0.5) // 100 * 100, low), high)

    def fullest(self, awards):
        """The same dossiers and purses with as much as fits, the best ranked served first among equals."""
        values, fixed = np.zeros(self.size), np.zeros(self.size)
        count = len(self.problem.candidates)
        for one, purse in self.pairs:
            pair = one.key, purse.key
            if awards.get(one.key, (0, None))[1] == purse.key:
                fixed[self.columns[pair]] = 1
                if pair in self.amounts:
                    values[self.amounts[pair]] = 1 + 0.01 * (count - one.order) / count
        upper = fixed.copy()
        upper[len(self.pairs) :] = np.inf
        answer = self.maximise(values, SECONDS, upper=upper, lower=fixed)
        return awards if answer.x is None else self.awards(answer.x)
