"""When no assignment keeps every rule: which one to loosen, and by how much. Pure."""

from dataclasses import dataclass

import numpy as np

from applications.evaluations.assignment_model import ELASTIC, AssignmentModel


@dataclass(frozen=True)
class Loosening:
    """One rule, broken as little as possible.

    Attributes:
        rule: "most" (a reviewer takes more), "least" (takes fewer), "apart" (two people meet), "wanted" (sheets that
            nobody can give).
        where: ((index, how many), …): columns for "most" and "least", rows for "wanted"; ((row, (column, column)), 1)
            for "apart".
    """

    rule: str
    where: tuple

    @property
    def amount(self):
        return sum(count for _, count in self.where)


def loosenings_of(problem):
    """The least that makes an infeasible problem feasible.

    Returns:
        list of lists of `Loosening`: each inner list is enough. Rules that are enough alone, one a list; when none is,
        one list of several rules together.
    """
    alone = [found for rule in ELASTIC if (found := least_breach(problem, (rule,)))]
    return alone or [least_breach(problem, ELASTIC)]


def least_breach(problem, rules):
    """The breaches of `rules` of least total, as `Loosening`s; [] when breaking them does not help."""
    model = AssignmentModel(problem, elastic=rules)
    values = model.solve()
    if values is None:
        return []
    found = [Loosening(rule, tuple(breaches(model, rule, values))) for rule in model.slack]
    return [loosening for loosening in found if loosening.where]


def breaches(model, rule, values):
    counts = np.rint(values[model.slack[rule]]).astype(int)
    names = names_of(model, rule)
    return [(names[place], int(counts[place])) for place in np.flatnonzero(counts)]


def names_of(model, rule):
    """What each row of the rule is about."""
    if rule == "apart":
        return model.meetings
    if rule == "least":
        return np.flatnonzero(model.problem.least > model.problem.carried).tolist()
    return list(range(len(model.problem.wanted if rule == "wanted" else model.problem.most)))
