"""Scores adjusted for the severity of their reviewers, when the sheets allow it. Pure: numpy and scipy, no database.

The model is crossed: score = level of the wave + quality of the dossier + severity of the reviewer + chance. The
three variances are those of restricted maximum likelihood (REML); qualities and severities are their best linear
predictions (BLUP), from Henderson's equations, the dossiers eliminated first: a wave of 500 dossiers and 80 reviewers
is a system of 81 unknowns. statsmodels' MixedLM gives the same figures (tests/applications).

Standardising each reviewer (z-scores) is not used: it takes away what is true of a person who was given better
dossiers, and finds fewer of the best dossiers when severities differ little.
"""

from collections import Counter
from dataclasses import dataclass

import numpy as np

from accounts.french import plural
from applications.evaluations.overlap import bridges_of, graph_of, groups_of, without_lone_dossiers

MIN_REVIEWS = 4
MIN_REVIEWERS = 3
# Two-sided 95 %.
WIDTH = 1.959964
# Half of a chi-square of one degree at 5 %: a variance cannot be negative, so chance alone passes it once in twenty.
ABOVE_NOISE = 2.705543
# Bounds of the logarithm of a variance as a share of noise: beyond, the figures no longer move.
LOWEST, HIGHEST = -14.0, 10.0


@dataclass(frozen=True)
class Estimate:
    """One figure with its interval of 95 %, in the unit of the scores."""

    value: float
    low: float
    high: float

    @classmethod
    def around(cls, value, deviation):
        return cls(float(value), float(value - WIDTH * deviation), float(value + WIDTH * deviation))


@dataclass(frozen=True)
class Calibration:
    """What the model says of a wave.

    Attributes:
        level: the mean that a dossier of the wave would have from a reviewer of middling severity.
        adjusted: {dossier key: `Estimate` of its score}, as such a reviewer would have given it.
        severity: {reviewer key: `Estimate`}: points more (+) or fewer (−) than the middling reviewer gives.
        dossier_variance, reviewer_variance, noise_variance: of quality, of severity, of chance (unit squared).
        evidence: how much likelier the scores are with severities than without (−2 log, REML).
    """

    level: float
    adjusted: dict
    severity: dict
    dossier_variance: float
    reviewer_variance: float
    noise_variance: float
    evidence: float

    @property
    def variance(self):
        return self.dossier_variance + self.reviewer_variance + self.noise_variance


@dataclass(frozen=True)
class Refused:
    """The scores are not adjusted; `reasons` are French sentences, never empty."""

    reasons: tuple[str, ...]


def fit(scores):
    """Adjust the scores of a wave, or say why they cannot be.

    Args:
        scores: list of (dossier key, reviewer key, score); any unit; a reviewer scores a dossier once.

    Returns:
        `Calibration`, or `Refused` when reviewers are too few, gave too few sheets, do not overlap enough, or when
        their severities do not stand out of chance.
    """
    if reasons := obstacles(scores):
        return Refused(tuple(reasons))
    return fit_anyway(scores, refuse_noise=True)


def fit_anyway(scores, *, refuse_noise=False):
    """The model without the checks of `fit`: for proofs. Wants two dossiers, two reviewers and some overlap."""
    sheets = Sheets(scores)
    alone = sheets.best(reviewers=False)
    crossed = sheets.best(reviewers=True)
    evidence = alone.deviance - crossed.deviance
    if refuse_noise and evidence < ABOVE_NOISE:
        return Refused((NOISE,))
    return crossed.calibration(evidence)


NOISE = (
    "Les différences de sévérité entre évaluateurs ne dépassent pas ce que le hasard produit à lui seul : corriger "
    "les notes ajouterait du bruit. La note brute suffit."
)


def obstacles(scores):
    """French sentences: what forbids comparing the reviewers of these scores; empty when nothing does."""
    given = Counter(reviewer for _, reviewer, _ in scores)
    if len(given) < MIN_REVIEWERS:
        return [
            f"{plural(len(given), 'personne a', 'personnes ont')} rendu des évaluations : il en faut "
            f"{MIN_REVIEWERS} au moins pour comparer les sévérités."
        ]
    return [*too_few(given), *too_thin(scores)]


def too_few(given):
    short = sum(count < MIN_REVIEWS for count in given.values())
    if short:
        yield (
            f"{plural(short, 'personne a', 'personnes ont')} rendu moins de {MIN_REVIEWS} évaluations : une sévérité "
            "n’y est pas distinguée de la qualité des dossiers lus. Confiez d’autres dossiers, puis revenez."
        )


def too_thin(scores):
    graph = without_lone_dossiers(graph_of(scores))
    groups = groups_of(graph)
    if len(groups) > 1:
        yield (
            f"Les évaluateurs forment {len(groups)} groupes qui n’ont lu aucun dossier en commun : rien ne dit lequel "
            "est plus sévère. Confiez à une personne de chaque groupe des dossiers d’un autre."
        )
    elif bridges := bridges_of(graph):
        yield thin_words(bridges)


def thin_words(bridges):
    people = sum(kind == "reviewer" for kind, _ in bridges)
    by = [plural(len(bridges) - people, "dossier"), plural(people, "personne")]
    names = " et ".join(text for text in by if not text.startswith("0"))
    return (
        f"Des groupes d’évaluateurs ne se recoupent que par un seul point ({names}) : la comparaison tiendrait à ce "
        "point. Confiez-leur au moins deux dossiers en commun, par deux personnes différentes."
    )


class Sheets:
    """The scores as arrays, and what every evaluation of the model shares."""

    def __init__(self, scores):
        self.dossiers = list(dict.fromkeys(dossier for dossier, _, _ in scores))
        self.reviewers = list(dict.fromkeys(reviewer for _, reviewer, _ in scores))
        dossier_at, reviewer_at = positions(self.dossiers), positions(self.reviewers)
        rows = np.array([dossier_at[d] for d, _, _ in scores])
        columns = np.array([reviewer_at[r] for _, r, _ in scores])
        y = np.array([score for _, _, score in scores], dtype=float)
        self.centre = y.mean()
        y = y - self.centre
        self.n, self.square = len(y), float(y @ y)
        # Column 0 is the level, the others are the reviewers.
        self.counts = np.zeros((len(self.dossiers), len(self.reviewers) + 1))
        np.add.at(self.counts, (rows, columns + 1), 1.0)
        self.counts[:, 0] = np.bincount(rows, minlength=len(self.dossiers))
        self.totals = np.bincount(rows, weights=y, minlength=len(self.dossiers))
        given = np.bincount(columns, minlength=len(self.reviewers)).astype(float)
        sums = np.bincount(columns, weights=y, minlength=len(self.reviewers))
        self.right = np.concatenate([[y.sum()], sums])
        self.left = np.diag(np.concatenate([[self.n], given]))
        self.left[0, 1:] = self.left[1:, 0] = given

    def best(self, *, reviewers):
        """The `Solution` of greatest restricted likelihood, with or without severities."""
        start = np.zeros(2 if reviewers else 1)

        def objective(logs):
            solution = Solution(self, np.exp(logs))
            return solution.deviance, solution.slope()

        # Half a second of loading that only a calculation needs.
        from scipy.optimize import minimize

        found = minimize(
            objective, start, jac=True, method="L-BFGS-B", bounds=[(LOWEST, HIGHEST)] * len(start),
            options={"ftol": 1e-14, "gtol": 1e-8},
        )  # fmt: skip
        return Solution(self, np.exp(found.x))


def positions(keys):
    return {key: position for position, key in enumerate(keys)}


class Solution:
    """Henderson's equations solved at given ratios of variance to noise (dossiers, then reviewers if they count)."""

    def __init__(self, sheets, ratios):
        self.sheets, self.ratios = sheets, ratios
        size = len(sheets.reviewers) + 1 if len(ratios) > 1 else 1
        counts = sheets.counts[:, :size]
        self.weights = 1 / (counts[:, 0] + 1 / ratios[0])
        self.shares = counts * self.weights[:, None]
        left = sheets.left[:size, :size] - counts.T @ self.shares
        if size > 1:
            left[np.diag_indices(size)] += np.concatenate([[0.0], np.full(size - 1, 1 / ratios[1])])
        self.inverse = np.linalg.inv(left)
        self.small = self.inverse @ (sheets.right[:size] - self.shares.T @ sheets.totals)
        self.quality = self.weights * sheets.totals - self.shares @ self.small
        explained = self.small @ sheets.right[:size] + self.quality @ sheets.totals
        self.noise = max((sheets.square - explained) / (sheets.n - 1), 1e-12)
        self.deviance = self.minus_two_log(left)

    def minus_two_log(self, left):
        """−2 log of the restricted likelihood, but for a constant, noise profiled out."""
        reviewers = (len(self.small) - 1) * np.log(self.ratios[-1])
        determinants = np.linalg.slogdet(left)[1] - np.log(self.weights).sum()
        dossiers = len(self.quality) * np.log(self.ratios[0])
        return (self.sheets.n - 1) * np.log(self.noise) + determinants + dossiers + reviewers

    def slope(self):
        """Derivatives of the deviance by the logarithms of the ratios: what the EM steps would move by."""
        spread = self.weights.sum() + np.einsum("ij,jk,ik->", self.shares, self.inverse, self.shares, optimize=True)
        slopes = [len(self.quality) - (spread + self.quality @ self.quality / self.noise) / self.ratios[0]]
        if len(self.ratios) > 1:
            severity = self.small[1:]
            spread = np.trace(self.inverse[1:, 1:])
            slopes.append(len(severity) - (spread + severity @ severity / self.noise) / self.ratios[1])
        return np.array(slopes)

    def calibration(self, evidence):
        sheets, level = self.sheets, self.sheets.centre + self.small[0]
        # How far the level plus a quality may be from the truth: errors of both, which go together.
        away = -self.shares
        away[:, 0] += 1
        spread = np.einsum("ij,jk,ik->i", away, self.inverse, away, optimize=True)
        errors = np.sqrt(self.noise * (self.weights + spread))
        severities = np.sqrt(self.noise * np.diag(self.inverse)[1:])
        return Calibration(
            level=float(level),
            adjusted=estimates(sheets.dossiers, level + self.quality, errors),
            severity=estimates(sheets.reviewers, self.small[1:], severities),
            dossier_variance=float(self.ratios[0] * self.noise),
            reviewer_variance=float(self.ratios[1] * self.noise),
            noise_variance=float(self.noise),
            evidence=float(evidence),
        )


def estimates(keys, values, errors):
    return {key: Estimate.around(*one) for key, *one in zip(keys, values, errors, strict=True)}
