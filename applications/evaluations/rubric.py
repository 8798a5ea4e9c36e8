"""The rubric of a call applied to scores: the weighted mean of what applies, and the thresholds. Pure.

A criterion that does not apply leaves the mean with its weight; it never counts as zero. Everything is exact
(fractions) until the one rounding of a score that is kept.
"""

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction

from applications.sheets import FULL_SCORE, half_up


@dataclass(frozen=True)
class Missed:
    """A threshold that was not reached.

    Attributes:
        criterion: the `SheetCriterion`, or None for the score over all.
        reached: `Fraction`: points on the criterion, or hundredths of a point out of 100 over all.
        wanted: the threshold, in the same unit.
    """

    criterion: object
    reached: Fraction
    wanted: int

    @property
    def text(self):
        """The sentence that a panel reads."""
        if self.criterion is None:
            return f"Note d’ensemble : {points(self.reached / 100)} sur 100, il en faut {points(self.wanted / 100)}."
        return (
            f"{self.criterion.label} : {points(self.reached)} sur {self.criterion.max_points}, "
            f"il en faut {self.wanted}."
        )


def points(value):
    """A number of points in French, two decimals at most."""
    shown = half_up(Fraction(value) * 100)
    whole, rest = divmod(shown, 100)
    return f"{whole},{rest:02d}".rstrip("0").rstrip(",") if rest else str(whole)


def exact_mean(scores, criteria):
    """Weighted mean of the criteria that apply, in hundredths of a point out of 100; a `Fraction`, or None.

    Args:
        scores: {criterion id: points, or None where the criterion does not apply or was not scored}; points may be a
            mean over several sheets (`Fraction`).
        criteria: the `SheetCriterion`s of the call version.
    """
    applied = [c for c in criteria if scores.get(c.pk) is not None]
    if not applied:
        return None
    reached = sum(c.weight * Fraction(scores[c.pk]) / c.max_points for c in applied)
    return FULL_SCORE * reached / sum(c.weight for c in applied)


def weighted_hundredths(scores, criteria):
    """`exact_mean` rounded once, half up: 8333 is 83.33 out of 100. None when no criterion applies."""
    mean = exact_mean(scores, criteria)
    return None if mean is None else half_up(mean)


def criterion_means(sheets):
    """{criterion id: mean points of the sheets where the criterion applies}, exact; absent where it applies to none.

    Args:
        sheets: one {criterion id: points or None} a sheet.
    """
    found = defaultdict(list)
    for scores in sheets:
        for criterion_id, given in scores.items():
            if given is not None:
                found[criterion_id].append(given)
    return {criterion_id: Fraction(sum(given), len(given)) for criterion_id, given in found.items()}


def thresholds_missed(scores, criteria, version, *, total=None):
    """The thresholds of the call that scores do not reach; a criterion that does not apply misses none.

    Args:
        scores: {criterion id: points or None} of one sheet, or `criterion_means` of a dossier's.
        criteria: the `SheetCriterion`s of the call version.
        version: the `CallVersion`, or anything with `threshold_hundredths`.
        total: score of the dossier in hundredths of a point (`Fraction` or int); by default that of `scores`.

    Returns:
        list of `Missed`, criteria in order, the score over all last.
    """
    missed = [
        Missed(c, Fraction(scores[c.pk]), c.threshold_points)
        for c in criteria
        if c.threshold_points is not None and scores.get(c.pk) is not None and scores[c.pk] < c.threshold_points
    ]
    total = exact_mean(scores, criteria) if total is None else total
    wanted = version.threshold_hundredths
    if wanted is not None and total is not None and total < wanted:
        missed.append(Missed(None, Fraction(total), wanted))
    return missed
