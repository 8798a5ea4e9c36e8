"""The order of a wave by its reviews alone; money comes two floors higher."""

from collections import defaultdict
from dataclasses import dataclass

from applications.models import Application, ApplicationState, Review
from applications.sheets import Summary, summary_of

S = ApplicationState
# Handed to reviewers, and not withdrawn or ended since.
RANKED = (S.IN_REVIEW, S.REVIEWED, S.AWARDED, S.WAITLISTED, S.REFUSED, S.DEFERRED)


@dataclass
class RankedDossier:
    """One line of the ranking; scores in hundredths of a point out of 100 (8333 is 83.33).

    Attributes:
        rank: 1 for the best; the same for equal exact means (1, 1, 3); None without any score given.
        mean_hundredths: mean of the scores given, half up. None: none given, or hidden from the reader.
        spread_hundredths: highest less lowest. deviation_hundredths: standard deviation, half up.
        given, expected: sheets given, and asked for (never fewer than the call says).
        hidden: the reader owes a sheet on this dossier, or declared a tie with it: no score is told.
    """

    application: Application
    summary: Summary
    expected: int
    rank: int | None = None
    tied: bool = False
    hidden: bool = False

    @property
    def given(self):
        return self.summary.given

    @property
    def missing(self):
        return max(self.expected - self.given, 0)

    @property
    def mean_hundredths(self):
        return None if self.hidden else self.summary.mean_hundredths

    @property
    def spread_hundredths(self):
        return None if self.hidden else self.summary.spread_hundredths

    @property
    def deviation_hundredths(self):
        return None if self.hidden else self.summary.deviation_hundredths


def ranking(wave, *, reader=None):
    """The dossiers of a wave that were handed to reviewers, best first; two queries whatever their number.

    Order: exact mean, highest first; then the number of the dossier (order of arrival); dossiers without a score last.

    Args:
        wave: the `Wave`.
        reader: the `User` who reads the page: what she must not know yet is hidden, and those dossiers come last,
            without a rank, so that their place does not tell. None: nothing is hidden (verbs, exports of the service).

    Returns:
        list of `RankedDossier`.
    """
    dossiers = Application.objects.filter(wave=wave, state__in=RANKED)
    dossiers = dossiers.select_related("fabrique__commune", "organisation", "call_version").order_by("pk")
    assignments = defaultdict(list)
    hidden = set()
    for application_id, reviewer_id, state, score in sheets_of(wave):
        assignments[application_id].append((state, score))
        if reader and reviewer_id == reader.pk and state in ("proposed", "accepted", "reopened", "recused"):
            hidden.add(application_id)
    return ranked([line_of(d, assignments[d.pk], d.pk in hidden) for d in dossiers])


def sheets_of(wave):
    """(application id, reviewer id, state of the assignment, score given or None) of a wave; one query."""
    review = Review.assignment.field.related_model
    rows = review.objects.filter(application__wave=wave).order_by("pk")
    return rows.values_list("application_id", "reviewer_id", "state", "review__score_hundredths")


def line_of(application, sheets, hidden=False):
    scores = [score for state, score in sheets if state == "submitted" and score is not None]
    active = sum(state in ("proposed", "accepted", "submitted", "reopened") for state, _ in sheets)
    expected = max(active, application.call_version.reviews_per_application)
    return RankedDossier(application, summary_of(scores), expected, hidden=hidden)


def ranked(lines):
    """Put `RankedDossier`s in order and number them; gives the same order whatever the order received."""
    lines = sorted(lines, key=order_key)
    known = [line for line in lines if line.summary.mean is not None and not line.hidden]
    for index, line in enumerate(known):
        same = index and known[index - 1].summary.mean == line.summary.mean
        line.rank = known[index - 1].rank if same else index + 1
        line.tied = bool(same)
        if same:
            known[index - 1].tied = True
    return lines


def order_key(line):
    shown = line.summary.mean is not None and not line.hidden
    return (not shown, -line.summary.mean if shown else 0, line.application.reference or "", line.application.pk)
