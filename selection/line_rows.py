"""One dossier on the funding line: its place in the ranking, and what a scenario gives it."""

import datetime
from dataclasses import dataclass
from typing import ClassVar

from applications.models import ApplicationState
from applications.ranking import RankedDossier
from funding.models import Line
from selection.models import Outcome, PreparedOutcome, ScenarioLine
from selection.moderation import KeptScore, in_points

ENTERS, LEAVES = "entre", "sort"
FULL_RANK_WIDTH = 100


@dataclass(slots=True, eq=False)
class GivenLine:
    """A `ScenarioLine` read without its model, under the same names; `line` is set once the budget lines are known."""

    application_id: int
    outcome: str
    amount_cents: int | None
    line_id: int | None
    fiscal_year: int | None
    reason: str
    edited_by_id: int | None
    edited_at: datetime.datetime | None
    line: Line | None = None
    # A scenario holds no reservation.
    award_id: ClassVar[None] = None


@dataclass(eq=False)
class Row(KeptScore):
    """One dossier of the list.

    Attributes:
        given: what the scenario gives it, None when it came since.
        was_funded: whether the other scenario funds it; None when there is no other.
        crosses: its rank interval is on both sides of the funding line: chance alone may have put it there.
    """

    line: RankedDossier
    given: GivenLine | ScenarioLine | None
    was_funded: bool | None = None
    departs: bool = False
    crosses: bool = False
    # The prepared outcome of a dossier that is deferred: it names the wave to come back to.
    prepared: PreparedOutcome | None = None
    width: int = 1

    @property
    def application(self):
        return self.line.application

    @property
    def outcome(self):
        return self.given.outcome if self.given else ""

    @property
    def outcome_label(self):
        return Outcome(self.outcome).label if self.outcome else "Sans issue"

    @property
    def prefix(self):
        return f"d{self.application.public_id.hex}"

    @property
    def is_funded(self):
        return self.outcome == Outcome.PROPOSED

    @property
    def may_move(self):
        at_panel = self.application.state == ApplicationState.REVIEWED
        return at_panel and not self.line.hidden and self.outcome != Outcome.DEFERRED

    @property
    def adjusted(self):
        return in_points(self.line.adjusted_hundredths)

    @property
    def interval_text(self):
        low, high = self.line.rank_low, self.line.rank_high
        return "" if low is None else f"{low} à {high}" if low != high else str(low)

    def place(self, rank):
        """Where a rank stands on the drawing of intervals."""
        return round(FULL_RANK_WIDTH * (rank - 1) / max(self.width - 1, 1), 1)

    @property
    def drawing(self):
        """(start, length, place of the rank) of its interval; None when it is not known."""
        if self.line.rank_low is None or self.line.rank is None:
            return None
        start = self.place(self.line.rank_low)
        return start, max(round(self.place(self.line.rank_high) - start, 1), 1), self.place(self.line.rank)

    @property
    def movement(self):
        """ENTERS, LEAVES or "" against the other scenario."""
        if self.was_funded is None or self.was_funded == self.is_funded:
            return ""
        return ENTERS if self.is_funded else LEAVES


def given_lines(scenario):
    """{application id: `GivenLine`}; one query."""
    if scenario is None:
        return {}
    names = ("application", "outcome", "amount_cents", "line", "fiscal_year", "reason", "edited_by", "edited_at")
    rows = ScenarioLine.objects.filter(scenario=scenario).order_by("pk").values_list(*names)
    return {row[0]: GivenLine(*row) for row in rows}


def funded_by_scenario(wave):
    """{scenario id: {application id: cents}} of a wave; one query."""
    funded = ScenarioLine.objects.filter(scenario__wave=wave, outcome=Outcome.PROPOSED).order_by()
    found = {}
    for scenario, application, cents in funded.values_list("scenario", "application", "amount_cents"):
        found.setdefault(scenario, {})[application] = cents
    return found


def name_lines(given, credits):
    """Set the budget line of each `GivenLine`: that of the credits, or read; one query at most."""
    known = {credit.line.pk: credit.line for credit in credits}
    missing = {one.line_id for one in given if one.line_id} - known.keys()
    known |= Line.objects.in_bulk(missing) if missing else {}
    for one in given:
        one.line = known.get(one.line_id)
