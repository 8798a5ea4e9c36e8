"""The sheet of a call version (criteria, weights, worded levels) and its arithmetic. Pure but for one query."""

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import isqrt

from programme.models import CriterionLevel

FULL_SCORE = 10_000


@dataclass(frozen=True)
class SheetLevel:
    points: int
    label: str
    description: str


@dataclass(frozen=True)
class SheetCriterion:
    """One criterion as a reviewer meets it; `levels` are the worded steps, lowest first.

    `threshold_points`: what a dossier must reach on it, or None. `may_not_apply`: a reviewer may answer so.
    """

    pk: int
    position: int
    label: str
    description: str
    weight: int
    levels: tuple[SheetLevel, ...]
    threshold_points: int | None = None
    may_not_apply: bool = False

    @property
    def max_points(self):
        return max(level.points for level in self.levels)

    def level(self, points):
        """The level worth `points`, or None."""
        return next((level for level in self.levels if level.points == points), None)


def criteria_of(version):
    """The `SheetCriterion`s of a `CallVersion`, in order; those of a published version are read once a process."""
    if version.frozen_at is None:
        return read_criteria(version.pk)
    return frozen_criteria(version.pk, version.frozen_at)


@lru_cache(maxsize=32)
def frozen_criteria(version_id, frozen_at):
    """The database refuses any change of a frozen version: what was read stays true."""
    return read_criteria(version_id)


def read_criteria(version_id):
    levels = CriterionLevel.objects.filter(criterion__version=version_id).select_related("criterion")
    grouped: dict = {}
    for level in levels.order_by("criterion__position", "points"):
        step = SheetLevel(level.points, level.label, level.description)
        grouped.setdefault(level.criterion, []).append(step)
    return tuple(
        SheetCriterion(
            c.pk, c.position, c.label, c.description, c.weight, tuple(steps), c.threshold_points, c.may_not_apply
        )
        for c, steps in grouped.items()
    )


def share_of(criterion, criteria):
    """Weight of a criterion in whole per cent, for display only (half up)."""
    total = sum(c.weight for c in criteria)
    return (200 * criterion.weight + total) // (2 * total)


def half_up(value):
    """The nearest integer of a `Fraction` ≥ 0; a half goes up."""
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


def score_hundredths(criteria, points):
    """Weighted mean of a complete sheet, out of 100, in hundredths of a point.

    Each criterion is worth points ÷ its highest level; the mean is weighted, exact, and rounded once, half up:
    8333 is 83.33 out of 100. Two reviewers who tick the same levels have the same score whatever the machine.

    Args:
        criteria: the `SheetCriterion`s of the call version.
        points: {criterion id: points}, one for each criterion.
    """
    total = sum(c.weight for c in criteria)
    reached = sum(c.weight * Fraction(points[c.pk], c.max_points) for c in criteria)
    return half_up(FULL_SCORE * reached / total)


@dataclass(frozen=True)
class Summary:
    """What the scores given on one dossier say together; all in hundredths of a point, None without any score.

    `mean` is exact (it orders a ranking); `mean_hundredths` is that mean rounded half up, for display. `spread` is
    the highest less the lowest; `deviation` the standard deviation of the population, rounded half up.
    """

    given: int
    mean: Fraction | None
    mean_hundredths: int | None
    spread_hundredths: int | None
    deviation_hundredths: int | None


def summary_of(scores):
    """The `Summary` of a list of scores in hundredths; the order of the list does not matter."""
    n = len(scores)
    if not n:
        return Summary(0, None, None, None, None)
    mean = Fraction(sum(scores), n)
    # n² × variance is an integer: isqrt keeps the root exact before the one rounding.
    squares = n * sum(score * score for score in scores) - sum(scores) ** 2
    deviation = (isqrt(4 * squares) + n) // (2 * n)
    return Summary(n, mean, half_up(mean), max(scores) - min(scores), deviation)
