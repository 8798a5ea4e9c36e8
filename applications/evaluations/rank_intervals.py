"""Between which ranks a dossier would fall if other sheets had been drawn: a seeded bootstrap. Pure numpy.

With two or three sheets a dossier, drawing sheets of the same dossier again would tell nothing of chance. What is
drawn again is the deviation of a sheet from the mean of its dossier, among all the deviations of the wave, each
widened by √(k / (k − 1)) for the k sheets that its own mean was made from. The mean stays that of the dossier; only
chance is drawn.
"""

from functools import lru_cache

import numpy as np

DRAWS = 1_000
SEED = 2_026
COVERAGE = 0.90


def rank_intervals(scores_by_dossier, *, draws=DRAWS, seed=SEED):
    """The ranks between which each dossier falls nine times out of ten.

    Args:
        scores_by_dossier: {dossier key: list of its scores, one at least}; any unit.
        draws: how many waves are drawn. seed: the same seed and the same scores give the same ranks.

    Returns:
        {dossier key: (best rank, worst rank)}, whole, the rank of the mean always included; empty when chance cannot
        be told (no dossier was read by two people).
    """
    frozen = tuple(tuple(scores) for scores in scores_by_dossier.values())
    return dict(zip(scores_by_dossier, drawn(frozen, draws, seed), strict=False))


@lru_cache(maxsize=16)
def drawn(scores, draws, seed):
    """[(best rank, worst rank)] in the order given; kept, because a page is read more often than scores change."""
    counts = np.array([len(one) for one in scores])
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(int)
    flat = np.concatenate([np.asarray(one, dtype=float) for one in scores]) if len(scores) else np.array([])
    if not (counts > 1).any():
        return ()
    means = np.add.reduceat(flat, starts) / counts
    deviations = widened(flat - np.repeat(means, counts), np.repeat(counts, counts))
    rng = np.random.default_rng(seed)
    chance = rng.choice(deviations, size=(draws, len(flat)))
    values = means + np.add.reduceat(chance, starts, axis=1) / counts
    # Scores go by steps: equals are many, and each draw puts them in an order of its own.
    ranks = ranks_of(values + rng.random(values.shape) * 1e-6)
    tail = (1 - COVERAGE) / 2
    low, high = np.quantile(ranks, [tail, 1 - tail], axis=0, method="inverted_cdf")
    own = ranks_of(means[None, :])[0]
    return tuple((int(min(a, r)), int(max(b, r))) for a, b, r in zip(low, high, own, strict=True))


def widened(deviations, counts):
    """The deviations that chance is drawn from: those of dossiers read twice at least."""
    known = counts > 1
    return deviations[known] * np.sqrt(counts[known] / (counts[known] - 1))


def ranks_of(values):
    """Ranks of each row, 1 for the highest; equals in the order of the columns."""
    order = np.argsort(-values, axis=1, kind="stable")
    ranks = np.empty_like(order)
    np.put_along_axis(ranks, order, np.arange(1, values.shape[1] + 1)[None, :], axis=1)
    return ranks
