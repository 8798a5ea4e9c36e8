"""How each reviewer of a wave scores beside the others: what the chair reads, and the reviewer of herself."""

from collections import defaultdict
from dataclasses import dataclass, field
from functools import lru_cache
from statistics import fmean, stdev

from accounts.models import User
from applications.evaluations.agreement import agreement_of
from applications.evaluations.calibration import Calibration
from applications.models import Application, Assignment
from applications.ranking import OWING, RANKED, calibration_of, given_scores, sheets_of

agreement = lru_cache(maxsize=16)(agreement_of)


@dataclass
class ReviewerLine:
    """One reviewer of a wave; scores in hundredths of a point out of 100, None when there is nothing to tell it from.

    Attributes:
        given: sheets given with a score. mean, spread: of those scores (spread: standard deviation, from two sheets).
        shared: how many of them are of a dossier that somebody else scored too.
        apart: by how much, on those, she is above (+) or below (−) the mean of the others.
        severity: the same told by the model, what dossiers deserve taken out: an `Estimate`; None without a model.
    """

    reviewer: User
    given: int
    mean: float
    spread: float | None
    shared: int
    apart: float | None
    severity: object = None

    @property
    def is_marked(self):
        """Chance alone does not explain her severity."""
        return self.severity is not None and (self.severity.low > 0 or self.severity.high < 0)

    @property
    def words(self):
        if self.severity is None:
            return ""
        if not self.is_marked:
            return "comme les autres"
        return "plus haut que les autres" if self.severity.value > 0 else "plus sévère que les autres"


@dataclass
class WaveScores:
    """The scores of a wave read together.

    Attributes:
        calibration: `Calibration` or `Refused`. agreement: `Agreement`, None when nothing was read twice.
        lines: `ReviewerLine`s, the most severe first when the model tells, else by name.
        owed: sheets that the reader still owes in the wave: while there are some, nothing may be told her.
        spread: the standard deviation of all the scores of the wave.
    """

    calibration: object
    agreement: object
    lines: list = field(default_factory=list)
    owed: int = 0
    spread: float | None = None

    @property
    def is_calibrated(self):
        return isinstance(self.calibration, Calibration)

    def share(self, variance):
        """A variance of the model in whole per cent of the three."""
        return round(100 * variance / self.calibration.variance)

    @property
    def shares(self):
        """[(label, whole per cent)] of what makes two scores differ; wants the model."""
        model = self.calibration
        parts = (
            ("la qualité des dossiers", model.dossier_variance),
            ("la sévérité de la personne qui lit", model.reviewer_variance),
            ("le hasard de chaque lecture", model.noise_variance),
        )
        return [(label, self.share(variance)) for label, variance in parts]

    def line_of(self, user):
        return next((line for line in self.lines if line.reviewer.pk == user.pk), None)


def scores_of_wave(wave, *, reader=None):
    """What the scores of a wave say of its reviewers; three queries whatever their number.

    Args:
        wave: the `Wave`.
        reader: the `User` who reads: dossiers that she may not see are in no figure. None: every dossier.
    """
    sheets = list(sheets_of(wave))
    if reader is not None:
        visible = Application.objects.visible_to(reader).filter(wave=wave, state__in=RANKED)
        shown = set(visible.values_list("pk", flat=True))
        sheets = [sheet for sheet in sheets if sheet[0] in shown]
    scores = given_scores(sheets)
    found = WaveScores(
        calibration_of(scores),
        agreement(scores),
        lines_of(scores),
        owed=sum(reader is not None and who == reader.pk and state in OWING for _, who, state, _ in sheets),
        spread=stdev(score for _, _, score in scores) if len(scores) > 1 else None,
    )
    if found.is_calibrated:
        for line in found.lines:
            line.severity = found.calibration.severity[line.reviewer.pk]
        found.lines.sort(key=lambda line: line.severity.value)
    return found


def lines_of(scores):
    by_dossier, by_reviewer = defaultdict(list), defaultdict(list)
    for dossier, reviewer, score in scores:
        by_dossier[dossier].append((reviewer, score))
        by_reviewer[reviewer].append((dossier, score))
    people = User.objects.filter(pk__in=by_reviewer).order_by("search_text", "pk")
    return [line_of(person, by_reviewer[person.pk], by_dossier) for person in people]


def line_of(person, given, by_dossier):
    apart = []
    for dossier, score in given:
        others = [other for who, other in by_dossier[dossier] if who != person.pk]
        if others:
            apart.append(score - fmean(others))
    values = [score for _, score in given]
    return ReviewerLine(
        reviewer=person,
        given=len(values),
        mean=fmean(values),
        spread=stdev(values) if len(values) > 1 else None,
        shared=len(apart),
        apart=fmean(apart) if apart else None,
    )


def waves_told(user):
    """The waves, deliberated, on which a reviewer may read how she scored; one query, newest first.

    Returns:
        list of `Wave`s with `given`, how many scores she gave in each.
    """
    mine = Assignment.objects.on_desk_of(user).filter(
        state=Assignment.State.SUBMITTED,
        review__score_hundredths__isnull=False,
        application__wave__state__in=("decided", "announced"),
    )
    found: dict = {}
    for row in mine.select_related("application__wave__call").order_by("-application__wave", "pk"):
        wave = found.setdefault(row.application.wave_id, row.application.wave)
        wave.given = getattr(wave, "given", 0) + 1
    return list(found.values())
