"""What a refused applicant reads of the review: her own mean by criterion beside the mean of those funded.

Only once the decision is handed over; never who reviewed. With few funded dossiers their mean would tell a score of
one of them (by difference, to the others): below `SHOWN_FROM` it is not given, and the page says so.
"""

from dataclasses import dataclass
from fractions import Fraction

from applications.models import Review, ReviewScore
from applications.sheets import FULL_SCORE, half_up, share_of, summary_of
from applications.sheets import criteria_of as sheet_of
from selection import querysets
from selection.models import Decision
from selection.moderation import moderated_of

# Five funded dossiers: nobody works out the score of one from their mean and her own.
SHOWN_FROM = 5
TOLD = (Decision.Act.REFUSAL, Decision.Act.DEFERRAL)
HANDED_OVER = (Decision.State.ISSUED, Decision.State.NOTIFIED)


@dataclass(frozen=True)
class OwnCriterion:
    """One criterion, out of 100, in hundredths of a point. `own` None: not applicable; `funded` None: not told."""

    label: str
    weight_percent: int
    own: int | None
    funded: int | None


@dataclass(frozen=True)
class Feedback:
    """What is told of one dossier.

    Attributes:
        sheets: how many sheets were given with a score.
        own, funded: overall scores, hundredths of a point out of 100: those that made the order.
        raw: the mean of the sheets, where the panel kept another score; None elsewhere.
        too_few: fewer than `SHOWN_FROM` dossiers were funded: their mean is not told.
    """

    criteria: tuple[OwnCriterion, ...]
    sheets: int
    own: int | None
    funded: int | None
    funded_count: int
    too_few: bool
    raw: int | None = None


def feedback_of(decision):
    """The `Feedback` of a decision, or None when there is nothing to tell.

    Args:
        decision: addressed to the reader (the caller has checked); a refusal or a deferral on merit, handed over.
    """
    if decision is None or decision.act not in TOLD or decision.state not in HANDED_OVER:
        return None
    own_total = summary_of(scores_of([decision.application_id]))
    if not own_total.given:
        return None
    funded = funded_dossiers(decision)
    told = len(funded) >= SHOWN_FROM
    sheet = sheet_of(decision.application.call_version)
    own = means_by_criterion([decision.application_id])
    others = means_by_criterion(funded, least=SHOWN_FROM) if told else {}
    moderated = moderated_of(decision.wave)
    kept = moderated.get(decision.application_id)
    return Feedback(
        criteria=tuple(line_of(c, sheet, own, others) for c in sheet),
        sheets=own_total.given,
        own=own_total.mean_hundredths if kept is None else kept,
        raw=None if kept is None else own_total.mean_hundredths,
        funded=mean_of_kept(funded, moderated) if told else None,
        funded_count=len(funded),
        too_few=not told,
    )


def funded_dossiers(decision):
    """Scored dossiers of the same wave and form that its announcement funded.

    Those of that day, whatever came after: a mean that moved with each later award would tell its score.
    """
    awarded = Decision.objects.filter(
        wave=decision.wave_id,
        act=Decision.Act.AWARD,
        state__in=querysets.HANDED_OVER,
        replaces=None,
        application__call_version=decision.application.call_version_id,
    )
    scored = given().filter(score_hundredths__isnull=False, assignment__application__in=awarded.values("application"))
    return list(scored.order_by().values_list("assignment__application", flat=True).distinct())


def given():
    return Review.objects.filter(submitted_at__isnull=False, assignment__state="submitted")


def scores_of(applications):
    rows = given().filter(assignment__application__in=applications, score_hundredths__isnull=False)
    return list(rows.order_by("pk").values_list("score_hundredths", flat=True))


def mean_of_kept(applications, moderated):
    """Each dossier counts once, whatever its number of sheets, with the score that made its rank."""
    rows = given().filter(assignment__application__in=applications, score_hundredths__isnull=False)
    means: dict = {}
    for application, score in rows.order_by().values_list("assignment__application", "score_hundredths"):
        means.setdefault(application, []).append(score)
    exact = [Fraction(moderated.get(key, Fraction(sum(scores), len(scores)))) for key, scores in means.items()]
    return half_up(sum(exact) / len(exact)) if exact else None


def means_by_criterion(applications, *, least=1):
    """{criterion id: exact mean of the dossiers' means, in points}; "not applicable" left out.

    Args:
        least: how many dossiers at least a mean is made of; with fewer, it is left out.
    """
    rows = ReviewScore.objects.filter(
        review__in=given().filter(assignment__application__in=applications, score_hundredths__isnull=False),
        points__isnull=False,
    )
    points: dict = {}
    for criterion, application, value in rows.order_by().values_list(
        "criterion", "review__assignment__application", "points"
    ):
        points.setdefault(criterion, {}).setdefault(application, []).append(value)
    return {
        criterion: sum(Fraction(sum(values), len(values)) for values in dossiers.values()) / len(dossiers)
        for criterion, dossiers in points.items()
        if len(dossiers) >= least
    }


def line_of(criterion, sheet, own, funded):
    def hundredths(means):
        mean = means.get(criterion.pk)
        return None if mean is None else half_up(FULL_SCORE * Fraction(mean) / criterion.max_points)

    return OwnCriterion(criterion.label, share_of(criterion, sheet), hundredths(own), hundredths(funded))
