"""One random instance, solved by the optimiser and by the oracle: do they agree?"""

from dataclasses import dataclass, replace

import numpy as np

from applications.evaluations.loosening import loosenings_of
from applications.evaluations.optimiser import Infeasible, solve
from tests.applications.assignment_oracle import best_cost, broken_by, cost_of, random_problem


@dataclass
class Outcome:
    """`fault` says what differs, "" when nothing does."""

    fault: str
    impossible: bool


def compare(seed):
    problem = random_problem(seed)
    expected, found = best_cost(problem), solve(problem, seed=seed)
    if isinstance(found, Infeasible):
        fault = "feasible" if expected is not None else wrong_loosening(problem)
        return Outcome(fault, impossible=True)
    if expected is None:
        return Outcome("impossible", impossible=False)
    return Outcome(fault_of(problem, found, expected, seed), impossible=False)


def fault_of(problem, found, expected, seed):
    pairs = {(int(dossier), int(reviewer)) for dossier, reviewer in np.argwhere(found.chosen)}
    if broken := broken_by(problem, pairs):
        return f"breaks {broken}"
    if cost_of(problem, pairs) != found.cost:
        return "announces another cost than what it chose"
    if found.cost != expected:
        return f"{found.cost} instead of {expected}"
    if not np.array_equal(solve(problem, seed=seed).chosen, found.chosen):
        return "another answer to the same seed"
    return ""


def wrong_loosening(problem):
    """Whatever is advised must be enough, as the oracle sees it."""
    for advised in loosenings_of(problem):
        if not advised or best_cost(loosened(problem, advised)) is None:
            return "advice that is not enough"
    return ""


def loosened(problem, advised):
    """The problem once every advice of one list is followed."""
    for one in advised:
        if one.rule == "apart":
            # Only on some dossiers: let them meet everywhere, which is what the advice asks of an officer.
            met = {pair for (_, pair), _ in one.where}
            problem = replace(problem, apart=tuple(pair for pair in problem.apart if pair not in met))
            continue
        name, sign = {"most": ("most", 1), "least": ("least", -1), "wanted": ("wanted", -1)}[one.rule]
        values = getattr(problem, name).copy()
        for index, count in one.where:
            values[index] += sign * count
        problem = replace(problem, **{name: values})
    return problem
