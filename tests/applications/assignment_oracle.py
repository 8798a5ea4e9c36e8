"""An exact solver of assignments that shares nothing with the optimiser: dynamic programming, dossier by dossier.

After each dossier only two things matter for the rest: what each reviewer carries, and who is linked to whom. Every
subset of allowed reviewers is tried on every dossier, so that the least cost is the least of all assignments. Written
from the definition of the rules, in plain Python; for small instances.
"""

from itertools import combinations

import numpy as np

from applications.evaluations.optimiser import Prices, Problem


def best_cost(problem):
    """The least cost of an assignment that keeps the hard rules, in points; None when there is none."""
    reviewers = range(len(problem.most))
    alone = frozenset(frozenset([reviewer]) for reviewer in reviewers)
    start = tuple(int(load) for load in problem.carried), linked(alone, problem)
    states = {start: 0}
    for dossier in range(len(problem.wanted)):
        following = {}
        for group, price in subsets_of(problem, dossier):
            for (loads, links), cost in states.items():
                after = tuple(load + (r in group) for r, load in enumerate(loads))
                if all(after[r] <= problem.most[r] for r in group):
                    steps = problem.prices.load * sum(loads[r] for r in group)
                    key = after, merged(links, group)
                    total = cost + price + steps
                    if total < following.get(key, total + 1):
                        following[key] = total
        states = following
    ends = [
        cost + problem.prices.overlap * in_pieces(loads, links)
        for (loads, links), cost in states.items()
        if all(loads[r] >= problem.least[r] for r in reviewers)
    ]
    return min(ends, default=None)


def broken_by(problem, pairs):
    """Names of the hard rules that an assignment breaks, counted pair by pair. `pairs`: {(dossier, reviewer)}."""
    reviewers, dossiers = range(len(problem.most)), range(len(problem.wanted))
    on = {d: {r for one, r in pairs if one == d} for d in dossiers}
    loads = {r: int(problem.carried[r]) + sum(r in on[d] for d in dossiers) for r in reviewers}
    short = [d for d in dossiers if len(on[d]) < problem.wanted[d]]
    broken = {
        "excluded": any(not problem.allowed[d, r] for d, r in pairs),
        "too many sheets": any(len(on[d]) > problem.wanted[d] for d in dossiers),
        "too few sheets": bool(short) and problem.prices.missing is None,
        # What she carries already may be more than the rule says: nothing is added to it then.
        "most": any(loads[r] > problem.most[r] for r in reviewers if any(r in on[d] for d in dossiers)),
        "least": any(loads[r] < problem.least[r] for r in reviewers),
        "apart": any({one, other} <= on[d] for d in dossiers for one, other in problem.apart),
    }
    return [rule for rule, is_broken in broken.items() if is_broken]


def cost_of(problem, pairs):
    """What an assignment costs, in points, from the same definition as `best_cost`."""
    loads = [int(load) for load in problem.carried]
    links = linked(frozenset(frozenset([r]) for r in range(len(loads))), problem)
    cost = 0
    for dossier in range(len(problem.wanted)):
        group = tuple(sorted(r for one, r in pairs if one == dossier))
        cost += price_of_dossier(problem, dossier, group, int(problem.wanted[dossier]))
        cost += problem.prices.load * sum(loads[r] for r in group)
        links = merged(links, group)
        for r in group:
            loads[r] += 1
    return cost + problem.prices.overlap * in_pieces(loads, links)


def linked(links, problem):
    for group in problem.together:
        links = merged(links, group)
    return links


def merged(links, group):
    """The partition once everybody of `group` is linked."""
    touched = [part for part in links if part & set(group)]
    if len(touched) < 2:
        return links
    return (links - set(touched)) | {frozenset().union(*touched)}


def in_pieces(loads, links):
    """Whether the people who have a dossier fall into several parts."""
    return sum(any(loads[r] for r in part) for part in links) > 1


def subsets_of(problem, dossier):
    """[(reviewers, price of the dossier)] of every set of people who may read it together."""
    wanted, prices = int(problem.wanted[dossier]), problem.prices
    possible = [r for r in range(len(problem.most)) if problem.allowed[dossier, r]]
    least = wanted if prices.missing is None else 0
    for size in range(least, wanted + 1):
        for group in combinations(possible, size):
            if not any(one in group and other in group for one, other in problem.apart):
                yield group, price_of_dossier(problem, dossier, group, wanted)


def price_of_dossier(problem, dossier, group, wanted):
    prices = problem.prices
    price = sum(int(problem.costs[dossier, r]) for r in group)
    price += sum(int(kept) for r, kept in enumerate(problem.kept[dossier]) if r not in group)
    if wanted and not any(problem.experts[dossier, r] for r in group):
        price += prices.expert
    if wanted > 1 and len({int(problem.regions[r]) for r in group if problem.regions[r] >= 0}) < 2:
        price += prices.regions
    return price + (prices.missing or 0) * (wanted - len(group))


def random_problem(seed):
    """A small random instance: every rule is there, often tight, sometimes impossible."""
    rng = np.random.default_rng(seed)
    dossiers, reviewers = int(rng.integers(1, 6)), int(rng.integers(2, 6))
    shape = dossiers, reviewers
    carried = rng.integers(0, 3, reviewers) * (rng.random(reviewers) < 0.3)
    wanted = rng.integers(1, min(3, reviewers) + 1, dossiers)
    fair = int(np.ceil(wanted.sum() / reviewers))
    return Problem(
        costs=rng.choice([0, 2, 6, 8, 14], shape),
        allowed=rng.random(shape) > rng.choice([0.05, 0.2, 0.4]),
        wanted=wanted,
        carried=carried,
        least=rng.integers(0, 2, reviewers) * int(rng.random() < 0.3),
        most=carried + rng.integers(max(fair - 1, 1), fair + 3, reviewers),
        experts=rng.random(shape) < 0.4,
        regions=rng.integers(-1, 3, reviewers),
        kept=rng.choice([0, 0, 0, 3, 1_000], shape),
        apart=pairs_apart(rng, reviewers),
        together=together(rng, carried),
        prices=Prices(
            expert=int(rng.choice([0, 20])),
            regions=int(rng.choice([0, 10])),
            overlap=int(rng.choice([0, 30])),
            load=int(rng.choice([0, 1, 3])),
            missing=300 if rng.random() < 0.2 else None,
        ),
    )


def pairs_apart(rng, reviewers):
    every = list(combinations(range(reviewers), 2))
    return tuple(pair for pair in every if rng.random() < 0.1)


def together(rng, carried):
    busy = [int(r) for r in np.flatnonzero(carried)]
    return (tuple(busy[:2]),) if len(busy) > 1 and rng.random() < 0.5 else ()
