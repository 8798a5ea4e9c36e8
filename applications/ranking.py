"""The order of a wave by its reviews alone; money comes two floors higher.

The mean of the scores as they were given makes the order, unless the panel kept another score; the rules of the call
separate equals. What the calibration says stands beside: it never takes the place of the mean.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from math import lcm

from django.db.models import Count, Sum
from django.utils import timezone

from applications.evaluations.calibration import Calibration, Refused, fit
from applications.evaluations.rank_intervals import rank_intervals
from applications.evaluations.rubric import thresholds_missed
from applications.evaluations.short_dossiers import short_dossiers
from applications.evaluations.tie_break import NEEDS_CRITERIA, Facts, key_of, why
from applications.models import Application, ApplicationState, FabriqueFact, Review, ReviewScore
from applications.sheets import FULL_SCORE, Summary, criteria_of, half_up, summary_of
from programme.models import CallVersion
from programme.tie_break import TieBreak, told

S = ApplicationState
# Handed to reviewers, and not withdrawn or ended since.
RANKED = (S.IN_REVIEW, S.REVIEWED, S.AWARDED, S.WAITLISTED, S.REFUSED, S.DEFERRED)
# From here two reviewers have not read the same dossier: more than one level apart on every criterion of a rubric of
# five levels. In hundredths of a point.
DISAGREEMENT = 3_000


@dataclass
class RankedDossier:
    """One line of the ranking; scores in hundredths of a point out of 100 (8333 is 83.33).

    Attributes:
        rank: 1 for the best; the same for those that nothing separates (1, 1, 3); None without any score given.
        mean_hundredths: mean of the scores given, half up. None: none given, or hidden from the reader.
        spread_hundredths: highest less lowest. deviation_hundredths: standard deviation, half up.
        given, expected: sheets given with a score, and asked for (never fewer than the call says).
        abstained: sheets given without a score. scores: those given, in hundredths.
        hidden: the reader owes a sheet on this dossier: no score is told.
        adjusted: `Estimate` of the calibration, in hundredths; None when the wave is not calibrated.
        adjusted_rank: its rank by that score, equals in the order of the ranking.
        rank_low, rank_high: between which ranks it falls nine times out of ten (`rank_intervals`); None: unknown.
        missed: the thresholds of the call that it does not reach (`rubric.Missed`).
        separations: how the rules of the call put it before or after its equals; French sentences.
        moderated: the score that the panel kept instead of the mean, in hundredths; None when it kept the mean.
    """

    application: Application
    summary: Summary
    expected: int
    rank: int | None = None
    tied: bool = False
    hidden: bool = False
    abstained: int = 0
    scores: list = field(default_factory=list)
    facts: Facts = field(default_factory=Facts)
    adjusted: object = None
    adjusted_rank: int | None = None
    rank_low: int | None = None
    rank_high: int | None = None
    missed: list = field(default_factory=list)
    separations: list = field(default_factory=list)
    moderated: int | None = None

    @property
    def kept(self):
        """The score that makes the order, exact: the panel's own, else the mean. None without any sheet."""
        return self.summary.mean if self.moderated is None else Fraction(self.moderated)

    @property
    def kept_hundredths(self):
        return self.mean_hundredths if self.moderated is None or self.hidden else self.moderated

    @property
    def is_moderated(self):
        return self.moderated is not None and not self.hidden

    @property
    def given(self):
        return self.summary.given

    @property
    def missing(self):
        return max(self.expected - self.given - self.abstained, 0)

    @property
    def mean_hundredths(self):
        return None if self.hidden else self.summary.mean_hundredths

    @property
    def spread_hundredths(self):
        return None if self.hidden else self.summary.spread_hundredths

    @property
    def deviation_hundredths(self):
        return None if self.hidden else self.summary.deviation_hundredths

    @property
    def adjusted_hundredths(self):
        return within(self.adjusted.value) if self.adjusted else None

    @property
    def adjusted_interval(self):
        """(lowest, highest) in hundredths, of 95 %; None without an adjusted score."""
        return (within(self.adjusted.low), within(self.adjusted.high)) if self.adjusted else None

    @property
    def disagrees(self):
        """Two of its scores are too far apart to be averaged without a word."""
        return (self.spread_hundredths or 0) >= DISAGREEMENT

    @property
    def passes(self):
        """Whether it reaches every threshold; None without a score, or when hidden."""
        return None if self.hidden or self.summary.mean is None else not self.missed


def within(hundredths):
    """An estimate as a score out of 100."""
    return half_up(Fraction(min(max(hundredths, 0), FULL_SCORE)))


class Ranking(list):
    """The `RankedDossier`s of a wave, best first.

    Attributes:
        calibration: the `Calibration` of the wave, or why there is none (`Refused`).
        rules: the rules of the call for equals, in words, in their order; empty when it has none.
    """

    calibration: Calibration | Refused = Refused(("Aucune évaluation n’est rendue.",))
    rules: tuple = ()


def ranking(wave, *, reader=None, moderated=None, short=False):
    """The dossiers of a wave that were handed to reviewers, best first; six queries at most, whatever their number.

    Order: exact mean, or the score that the panel kept instead, highest first; then the rules of the call; then the
    number of the dossier (order of arrival), which does not separate; dossiers without a score last.

    Args:
        wave: the `Wave`.
        reader: the `User` who reads the page. Dossiers that she may not see are not there, nor in any figure. What
            she must not know yet is hidden, and those dossiers come last, without a rank, so that their place does
            not tell. None: nothing is hidden (verbs, exports of the service).
        moderated: {application id: score in hundredths} of the panel; the sheets stay beside.
        short: the dossiers are `ShortDossier`s, four times quicker to read than `Application`s.

    Returns:
        `Ranking`.
    """
    dossiers = dossiers_of(wave, reader)
    dossiers = short_dossiers(dossiers) if short else with_versions(dossiers)
    shown = {dossier.pk for dossier in dossiers}
    sheets = [sheet for sheet in sheets_of(wave) if sheet[0] in shown]
    owed = {a for a, who, state, _ in sheets if reader and who == reader.pk and state in OWING}
    by_dossier = defaultdict(list)
    for application_id, _, state, score in sheets:
        by_dossier[application_id].append((state, score))
    lines = [line_of(dossier, by_dossier[dossier.pk], dossier.pk in owed) for dossier in dossiers]
    for line in lines:
        line.moderated = (moderated or {}).get(line.application.pk) if line.given else None
    codes = rules_of(dossiers)
    read_facts(wave, lines, codes)
    found = Ranking(ranked(lines, codes))
    found.rules = tuple(told(codes))
    found.calibration = calibration_of(given_scores(sheets))
    tell_chance(found)
    return found


OWING = ("proposed", "accepted", "reopened")


def dossiers_of(wave, reader):
    dossiers = Application.objects.visible_to(reader) if reader else Application.objects.all()
    return dossiers.filter(wave=wave, state__in=RANKED).order_by("pk")


# What is shown of a dossier or passed on with it; the rest is read when it is asked for.
SHOWN = (
    "public_id", "version", "reference", "state", "segment", "requested_cents", "submitted_at", "wave", "call_version",
    "organisation", "fabrique__name", "fabrique__region", "fabrique__commune__name", "fabrique__commune__departement",
)  # fmt: skip


def with_versions(dossiers):
    """`Application`s with their place and commune, and the few versions of the call that they share."""
    rows = list(dossiers.select_related("fabrique__commune").only(*SHOWN))
    versions = CallVersion.objects.in_bulk({row.call_version_id for row in rows})
    for row in rows:
        row.call_version = versions[row.call_version_id]
    return rows


def sheets_of(wave):
    """(application id, reviewer id, state of the assignment, score given or None) of a wave; one query."""
    review = Review.assignment.field.related_model
    rows = review.objects.filter(application__wave=wave).order_by("pk")
    return rows.values_list("application_id", "reviewer_id", "state", "review__score_hundredths")


def given_scores(sheets):
    """((application id, reviewer id, score in hundredths), …) of the sheets given with a score."""
    return tuple((a, who, score) for a, who, state, score in sheets if state == "submitted" and score is not None)


@lru_cache(maxsize=16)
def calibration_of(scores):
    """`calibration.fit`, kept: a page is read more often than scores change."""
    return fit(scores) if scores else Ranking.calibration


def line_of(application, sheets, hidden=False):
    given = [score for state, score in sheets if state == "submitted"]
    scores = [score for score in given if score is not None]
    waiting = sum(state in OWING for state, _ in sheets)
    expected = max(len(given) + waiting, application.call_version.reviews_per_application)
    abstained, summary = len(given) - len(scores), kept_summary(tuple(scores))
    return RankedDossier(application, summary, expected, hidden=hidden, abstained=abstained, scores=scores)


@lru_cache(maxsize=4096)
def kept_summary(scores):
    """`summary_of`, kept: scores go by steps, and a page is read more often than they change."""
    return summary_of(scores)


# --- Order -----------------------------------------------------------------------------------------------------------


def rules_of(dossiers):
    """The rules of the latest version of the call that one of the dossiers answers: one order for the whole wave."""
    latest = max((dossier.call_version for dossier in dossiers), key=lambda version: version.number, default=None)
    return tuple(TieBreak(code) for code in latest.tie_break if code in TieBreak.values) if latest else ()


def ranked(lines, codes=()):
    """Put `RankedDossier`s in order and number them; gives the same order whatever the order received."""
    places = standings([line for line in lines if is_known(line)], codes)
    lines = sorted(lines, key=lambda line: order_key(line, places))
    upper = None
    for index, line in enumerate(lines[: len(places)]):
        place, above = places[line.application.pk], upper and places[upper.application.pk]
        line.tied = place == above
        line.rank = upper.rank if line.tied else index + 1
        if line.tied:
            upper.tied = True
        elif upper and above[0] == place[0]:
            tell_separation(upper, line, codes)
        upper = line
    return lines


def is_known(line):
    return line.summary.mean is not None and not line.hidden


def standings(lines, codes):
    """{application id: (score, what the rules look at)}, the best lowest; exact scores, in whole units."""
    scores = {line.application.pk: line.kept for line in lines}
    unit = lcm(*(score.denominator for score in scores.values()))
    return {
        line.application.pk: (-score.numerator * (unit // score.denominator), key_of(line, codes))
        for line, score in zip(lines, scores.values(), strict=True)
    }


def order_key(line, places):
    application = line.application
    place = places.get(application.pk)
    return (place is None, place or (), application.reference or "", application.pk)


def tell_separation(upper, lower, codes):
    reason = why(upper, lower, codes)
    upper.separations.append(f"À égalité de note avec {lower.application.reference}, passe devant : {reason}.")
    lower.separations.append(f"À égalité de note avec {upper.application.reference}, qui passe devant : {reason}.")


# --- What stands beside ----------------------------------------------------------------------------------------------


def read_facts(wave, lines, codes):
    """What thresholds and rules look at; a query is made only for what the call asks."""
    versions = {line.application.call_version_id: line.application.call_version for line in lines}
    criteria = {pk: criteria_of(version) for pk, version in versions.items()}
    wanted = any(c.threshold_points is not None for one in criteria.values() for c in one)
    strict = wanted or any(version.threshold_hundredths is not None for version in versions.values())
    means = means_of(wave) if wanted or NEEDS_CRITERIA & set(codes) else {}
    selected = selected_before(wave) if TieBreak.REGION in codes else {}
    for line in lines:
        application = line.application
        line.facts = Facts(criteria[application.call_version_id], means.get(application.pk, {}), selected)
        if strict and is_known(line):
            line.missed = thresholds_missed(
                line.facts.means, line.facts.criteria, application.call_version, total=line.kept
            )


def means_of(wave):
    """{application id: {criterion id: mean points, exact}} of the sheets given with a score; one query."""
    scores = ReviewScore.objects.filter(
        review__assignment__application__wave=wave,
        review__assignment__state="submitted",
        review__score_hundredths__isnull=False,
        points__isnull=False,
    )
    rows = scores.order_by().values_list("review__assignment__application", "criterion")
    found = defaultdict(dict)
    for application_id, criterion_id, total, count in rows.annotate(total=Sum("points"), count=Count("pk")):
        found[application_id][criterion_id] = Fraction(total, count)
    return found


def selected_before(wave):
    """{region: places of the programme selected before the deposit of the wave closed}; one query."""
    facts = FabriqueFact.objects.filter(kind=FabriqueFact.Kind.SELECTED, fabrique__programme=wave.call.programme_id)
    if wave.closes_at:
        facts = facts.filter(effective_on__lt=timezone.localdate(wave.closes_at))
    rows = facts.order_by().values_list("fabrique__region").annotate(count=Count("fabrique", distinct=True))
    return Counter(dict(rows))


def moved(line):
    """The scores of a line around the score that was kept: chance stays that of its sheets."""
    if line.moderated is None:
        return line.scores
    return [float(score + line.kept - line.summary.mean) for score in line.scores]


def tell_chance(lines):
    """Adjusted scores with their ranks, and rank intervals; of the lines that the reader may know."""
    known = [line for line in lines if is_known(line)]
    if isinstance(lines.calibration, Calibration):
        for line in known:
            line.adjusted = lines.calibration.adjusted[line.application.pk]
        for rank, line in enumerate(sorted(known, key=lambda line: -line.adjusted.value), start=1):
            line.adjusted_rank = rank
    intervals = rank_intervals({line.application.pk: moved(line) for line in known})
    for line in known:
        if line.application.pk in intervals:
            low, high = intervals[line.application.pk]
            line.rank_low, line.rank_high = min(low, line.rank), max(high, line.rank)
