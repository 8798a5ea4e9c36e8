"""The exact assignment of dossiers to reviewers: arrays in, arrays out, no database.

Every cost is a whole number of points, so that an optimum is exact: the solver may stop once what it found is proven
less than half a point from the best, and the noise that breaks ties by the seed adds up to less than the other half.
"""

import time
from dataclasses import dataclass, field, replace

import numpy as np

from applications.evaluations.assignment_model import AssignmentModel, regions_seen
from applications.evaluations.groups import groups_of

NOISE = 0.4
GAP = 0.5
RULES = ("expert", "regions", "overlap", "kept", "apart", "least")


@dataclass(frozen=True)
class Prices:
    """What breaking a soft rule costs, in points; 0 leaves the rule out.

    Attributes:
        expert: a dossier without an expert. regions: a dossier whose reviewers come from fewer than two known regions.
        overlap: the graph of who reviews a dossier with whom is in several pieces.
        load: the k-th dossier of a reviewer costs k - 1 times this. missing: a sheet that nobody gives; None: refused.
    """

    expert: int = 0
    regions: int = 0
    overlap: int = 0
    load: int = 0
    missing: int | None = None


@dataclass(frozen=True, eq=False)
class Problem:
    """Dossiers in rows, reviewers in columns.

    Attributes:
        costs: (D, R) points of each pair. allowed: (D, R) pairs that may meet.
        wanted: (D,) sheets of each dossier. carried: (R,) dossiers that each has already, elsewhere in the wave.
        least, most: (R,) dossiers in all, `carried` included.
        experts: (D, R) who knows the field of the dossier. regions: (R,) number of a region, -1 when not known.
        kept: (D, R) points paid when the pair is not chosen. apart: pairs of columns that never share a dossier.
        together: groups of columns that share a dossier elsewhere in the wave.
    """

    costs: np.ndarray
    allowed: np.ndarray
    wanted: np.ndarray
    carried: np.ndarray
    least: np.ndarray
    most: np.ndarray
    experts: np.ndarray
    regions: np.ndarray
    kept: np.ndarray
    apart: tuple = ()
    together: tuple = ()
    prices: Prices = field(default_factory=Prices)


@dataclass(frozen=True, eq=False)
class Solution:
    """An assignment of least cost.

    Attributes:
        chosen: (D, R) booleans. terms: {what is paid for: points}. rounds: times the solver ran.
    """

    chosen: np.ndarray
    terms: dict
    rounds: int
    seconds: float

    @property
    def cost(self):
        return sum(self.terms.values())


@dataclass(frozen=True)
class Infeasible:
    """No assignment keeps every rule; `loosening.loosenings_of` says which to loosen."""

    seconds: float = 0.0


def solve(problem, *, seed=0):
    """The cheapest assignment that keeps every rule, exactly.

    Args:
        seed: which of several equally good assignments; the same problem and seed give the same one.

    Returns:
        a `Solution`, or `Infeasible`.
    """
    started = time.perf_counter()
    model = AssignmentModel(problem)
    noise = noise_of(problem, len(model.pairs), seed)
    rounds = 0
    while True:
        rounds += 1
        values = model.solve(noise, gap=gap_of(problem))
        if values is None:
            return Infeasible(time.perf_counter() - started)
        chosen = model.chosen(values)
        pieces = groups_of(problem, chosen)
        if not problem.prices.overlap or len(pieces) < 2 or model.pays_for_pieces(values):
            break
        for piece in pieces:
            model.join(piece)
    refuse_violations(problem, chosen)
    return Solution(chosen, terms_of(problem, chosen), rounds, time.perf_counter() - started)


def noise_of(problem, pairs, seed):
    """Less than `NOISE` points in all, whatever is chosen."""
    drawn = np.random.default_rng(seed).random(pairs)
    return drawn * NOISE / max(int(problem.wanted.sum()), 1)


def gap_of(problem):
    """The relative gap that is `GAP` points of the largest cost that an assignment may have."""
    most = int(problem.wanted.sum())
    dearest = int(np.abs(problem.costs).max(initial=0)) + problem.prices.load * int(problem.most.max(initial=0))
    prices = problem.prices
    rules = (prices.expert + prices.regions) * len(problem.wanted) + prices.overlap + (prices.missing or 0) * most
    return GAP / (most * dearest + rules + int(problem.kept.sum()) + 1)


def terms_of(problem, chosen):
    """{what is paid for: points} of any assignment, counted from its definition."""
    prices, given = problem.prices, chosen.sum(axis=1)
    loads = problem.carried + chosen.sum(axis=0)
    missing = int((problem.wanted - given).clip(0).sum())
    pieces = len(groups_of(problem, chosen)) if prices.overlap else 0
    return {
        "pairs": int(problem.costs[chosen].sum()),
        "load": prices.load * int((steps_below(loads) - steps_below(problem.carried)).sum()),
        "expert": prices.expert * len(without_expert(problem, chosen)),
        "regions": prices.regions * len(in_one_region(problem, chosen)),
        "overlap": prices.overlap * (pieces > 1),
        "kept": int(problem.kept[~chosen].sum()),
        "missing": (prices.missing or 0) * missing,
    }


def steps_below(loads):
    """0 + 1 + … + (load - 1)."""
    return loads * (loads - 1) // 2


def without_expert(problem, chosen):
    """Indices of the dossiers that want a sheet and have no expert."""
    return np.flatnonzero((problem.wanted > 0) & ~(chosen & problem.experts).any(axis=1))


def in_one_region(problem, chosen):
    """Indices of the dossiers that want two sheets or more, from reviewers of fewer than two known regions."""
    return [d for d in np.flatnonzero(problem.wanted > 1) if regions_seen(problem, chosen[d]) < 2]


def violations(problem, chosen):
    """Names of the hard rules that an assignment breaks."""
    loads, given = problem.carried + chosen.sum(axis=0), chosen.sum(axis=1)
    broken = {
        "excluded": (chosen & ~problem.allowed).any(),
        "wanted": (given > problem.wanted).any()
        or (problem.prices.missing is None and (given < problem.wanted).any()),
        "most": (loads > np.maximum(problem.most, problem.carried)).any(),
        "least": (loads < problem.least).any(),
        "apart": any((chosen[:, one] & chosen[:, other]).any() for one, other in problem.apart),
    }
    return [rule for rule, is_broken in broken.items() if is_broken]


def refuse_violations(problem, chosen):
    """What the solver returns is never trusted: a rounding error must not put a dossier on a wrong desk."""
    if broken := violations(problem, chosen):
        raise RuntimeError(f"The solver broke {broken}.")


def price_of(rule, problem, solution, *, seed=0):
    """What keeping one rule costs in everything else: points, 0 or more.

    Args:
        rule: one of `RULES`. solution: the optimum of `problem` with it.
    """
    if rule == "overlap" and solution.rounds == 1:
        # The optimum was found before the rule was even looked at.
        return 0
    free = solve(without_rule(rule, problem), seed=seed)
    return solution.cost - solution.terms.get(rule, 0) - free.cost


def without_rule(rule, problem):
    """The same problem, one rule left out."""
    if rule == "kept":
        return replace(problem, kept=np.zeros_like(problem.kept))
    if rule == "apart":
        return replace(problem, apart=())
    if rule == "least":
        return replace(problem, least=np.zeros_like(problem.least))
    return replace(problem, prices=replace(problem.prices, **{rule: 0}))
