"""Who is linked to whom by the dossiers that they review together: what calibration rests on."""

import numpy as np


def groups_of(problem, chosen):
    """The pieces of the graph of co-review: lists of columns, among the reviewers who have a dossier.

    Args:
        problem: its `carried` and `together` count, beside what is `chosen` (D, R).
    """
    parent = list(range(chosen.shape[1]))
    for group in [*problem.together, *(np.flatnonzero(row) for row in chosen)]:
        for other in group[1:]:
            parent[root_of(parent, other)] = root_of(parent, group[0])
    pieces: dict[int, list[int]] = {}
    for reviewer in np.flatnonzero((problem.carried > 0) | chosen.any(axis=0)):
        pieces.setdefault(root_of(parent, reviewer), []).append(int(reviewer))
    return list(pieces.values())


def root_of(parent, node):
    while parent[node] != node:
        parent[node] = parent[parent[node]]
        node = parent[node]
    return node


def partners_of(chosen, together=()):
    """(R,) with how many others each reviewer shares a dossier."""
    shared = np.zeros((chosen.shape[1],) * 2, dtype=bool)
    for group in [*together, *(np.flatnonzero(row) for row in chosen)]:
        shared[np.ix_(list(group), list(group))] = True
    np.fill_diagonal(shared, False)
    return shared.sum(axis=1)
