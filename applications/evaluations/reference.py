"""A reviewer's scores of a worked example beside what it deserves. Pure."""

from dataclasses import dataclass

from applications.evaluations.exercise import parts_of
from applications.evaluations.rubric import weighted_hundredths
from applications.evaluations.texts import words_of_score


@dataclass(frozen=True)
class Beside:
    """One criterion: words and reasons of both, and how far mine is above the reference, in points; None where one of
    the two says that the criterion does not apply."""

    criterion: object
    mine: str
    my_reason: str
    wanted: str
    why: str
    gap: int | None

    @property
    def gap_words(self):
        if self.gap is None:
            return "" if self.mine == self.wanted else "un critère compté d’un côté seulement"
        if self.gap == 0:
            return "comme la référence"
        count = abs(self.gap)
        return f"{count} point{'s' if count > 1 else ''} {'au-dessus' if self.gap > 0 else 'au-dessous'}"


@dataclass(frozen=True)
class Comparison:
    """Both scores out of 100, in hundredths of a point, and the criteria one by one."""

    mine: int | None
    wanted: int | None
    rows: list

    @property
    def gap(self):
        """How far mine is above the reference, in hundredths of a point."""
        return None if self.mine is None or self.wanted is None else self.mine - self.wanted


def beside(criteria, references, scores):
    """The `Comparison` of the rows of scores of a reviewer with those of the reference."""
    wanted, mine = ({row.criterion_id: row for row in rows} for rows in (references, scores))
    rows = [beside_one(one, mine.get(one.pk), wanted.get(one.pk)) for one in criteria]
    return Comparison(total_of(scores, criteria), total_of(references, criteria), rows)


def total_of(scores, criteria):
    return weighted_hundredths(parts_of(scores)[0], criteria)


def beside_one(criterion, mine, wanted):
    both = mine and wanted and mine.points is not None and wanted.points is not None
    return Beside(
        criterion,
        words_of_score(criterion, mine),
        mine.reason if mine else "",
        words_of_score(criterion, wanted),
        wanted.reason if wanted else "",
        mine.points - wanted.points if both else None,
    )
