"""A scenario as its page shows it: the ranked list against the money, the places and the territories."""

from collections import Counter
from dataclasses import dataclass, field

from django.db.models import Count, Q, Sum
from django.utils import timezone

from accounts.french import euros, plural
from applications.models import ApplicationState
from applications.ranking import RankedDossier
from funding.models import Line
from programme.models import Target, Wave
from selection.adoption import adopted_of
from selection.cash import CashYear, cash_years
from selection.coverage import laureates_by_region
from selection.departures import departures
from selection.models import Outcome, PanelSession, Scenario, ScenarioLine
from selection.moderation import in_points, ranking
from selection.money import Credit, credits_of
from selection.outcomes import in_rank_order
from selection.panel import fold, is_far, laureates_by_segment, segments, written_where
from selection.sharing import NOTHING, awardables

ENTERS, LEAVES = "entre", "sort"
FULL_RANK_WIDTH = 100


@dataclass
class Row:
    """One dossier of the list.

    Attributes:
        given: what the scenario gives it, None when it came since.
        was_funded: whether the other scenario funds it; None when there is no other.
        crosses: its rank interval is on both sides of the funding line: chance alone may have put it there.
    """

    line: RankedDossier
    given: ScenarioLine | None
    was_funded: bool | None = None
    departs: bool = False
    crosses: bool = False
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
    def mean(self):
        """The score that makes the rank."""
        return in_points(self.line.kept_hundredths)

    @property
    def raw(self):
        """The mean of the sheets, where the panel kept another score; "" elsewhere."""
        return in_points(self.line.mean_hundredths) if self.line.is_moderated else ""

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


@dataclass
class FundingLine:
    """The page of one scenario for one reader, in a number of queries that the number of dossiers does not change."""

    wave: Wave
    session: PanelSession | None
    scenario: Scenario | None
    scenarios: list
    rows: list[Row]
    credits: list[Credit] = field(default_factory=list)
    cash: list[CashYear] = field(default_factory=list)
    laureates: Counter = field(default_factory=Counter)
    targets: list[Target] = field(default_factory=list)
    regions: list = field(default_factory=list)
    against: Scenario | None = None
    adopted: Scenario | None = None

    @property
    def proposed(self):
        return [row for row in self.rows if row.is_funded]

    @property
    def cents(self):
        return sum(row.given.amount_cents for row in self.proposed)

    @property
    def requested_cents(self):
        return sum(row.application.requested_cents for row in self.rows)

    @property
    def left_cents(self):
        return sum(credit.left_cents for credit in self.credits)

    @property
    def shown_credits(self):
        return [credit for credit in self.credits if credit.left_cents or credit.proposed]

    @property
    def segments(self):
        return segments(self)

    @property
    def grey(self):
        return [row for row in self.rows if row.crosses]

    @property
    def entering(self):
        return [row for row in self.rows if row.movement == ENTERS]

    @property
    def leaving(self):
        return [row for row in self.rows if row.movement == LEAVES]

    @property
    def departing(self):
        return [row for row in self.rows if row.departs]

    @property
    def missing(self):
        """Dossiers at the panel that the scenario does not know."""
        return [row for row in self.rows if row.given is None and row.application.state == ApplicationState.REVIEWED]

    @property
    def is_adopted(self):
        return bool(self.session and self.session.is_adopted)

    @property
    def is_open(self):
        return self.wave.state == Wave.State.DELIBERATION and not self.is_adopted

    @property
    def over_capacity(self):
        return max(len(self.proposed) - self.wave.capacity, 0)

    @property
    def mean(self):
        """Mean of the scores of the funded ones, out of 100; None without any."""
        scores = [row.line.kept_hundredths for row in self.proposed if row.line.kept_hundredths is not None]
        return sum(scores) / len(scores) / 100 if scores else None

    def count(self, outcome):
        return sum(row.outcome == outcome for row in self.rows)

    @property
    def cut_place(self):
        """Where the funding line crosses the drawings of intervals: after the last rank that is funded by number."""
        return round(FULL_RANK_WIDTH * (len(self.proposed) - 0.5) / max(len(self.rows) - 1, 1), 1)

    @property
    def line_text(self):
        """What is left on each line, and what the next one asks."""
        told = [
            f"il manque {euros(credit.short_cents)} sur {credit.line.code}, {credit.fiscal_year}"
            if credit.short_cents
            else f"il reste {euros(credit.after_cents)} sur {credit.line.code}, {credit.fiscal_year}"
            for credit in self.shown_credits
        ]
        following = next((row for row in self.rows if not row.is_funded and row.may_move), None)
        asked = f" ; le suivant demande {euros(following.application.requested_cents)}" if following else ""
        return f"AE : {', '.join(told) or 'aucune ligne ouverte'}{asked}"


# --- Reading -----------------------------------------------------------------------------------------------------


def read_line(wave, *, reader, scenario=None, against=None, found=None):
    """The `FundingLine` of a wave for one reader; dossiers that she may not see are nowhere in it.

    Args:
        scenario: the one to show, the adopted or else the latest one by default. against: the one to compare with,
            the first other by default. found: the ranking as `reader` sees it, when it is read already.
    """
    session = PanelSession.objects.filter(wave=wave).select_related("adopted_by", "meeting").first()
    found = ranking(wave, reader=reader) if found is None else found
    scenarios = scenarios_of(wave, [line.application.pk for line in found])
    adopted = adopted_of(wave, session)
    scenario = scenario or adopted or (scenarios[-1] if scenarios else None)
    against = against or next((one for one in scenarios if scenario and one.pk != scenario.pk), None)
    page = FundingLine(wave, session, scenario, scenarios, [], against=against, adopted=adopted)
    page.rows = rows_of(page, found)
    read_money(page)
    page.laureates = laureates_by_segment(wave.call.programme)
    page.targets = list(Target.objects.filter(programme=wave.call.programme).exclude(segment=""))
    page.regions = regions_of(page)
    return page


def scenarios_of(wave, visible):
    """The scenarios of a wave with their laureates and cents, counted on the dossiers that the reader may see."""
    funded = Q(lines__outcome=Outcome.PROPOSED, lines__application__in=visible)
    rows = Scenario.objects.filter(wave=wave).select_related("created_by")
    return list(
        rows.annotate(laureates=Count("lines", filter=funded), cents=Sum("lines__amount_cents", filter=funded))
    )


def rows_of(page, found):
    given = lines_of(page.scenario)
    rows = [Row(line, given.get(line.application.pk), width=len(found)) for line in found]
    if page.against:
        funded = ScenarioLine.objects.filter(scenario=page.against, outcome=Outcome.PROPOSED)
        before = set(funded.values_list("application", flat=True))
        for row in rows:
            row.was_funded = row.application.pk in before
    place = {row.application.pk: (row.line.rank or len(rows) + 1, index) for index, row in enumerate(rows)}
    leaving = departures(in_rank_order([row.given for row in rows if row.given], place))
    cut = sum(row.is_funded for row in rows)
    for row in rows:
        row.departs = row.given in leaving
        low, high = row.line.rank_low, row.line.rank_high
        row.crosses = bool(cut) and low is not None and low <= cut < high
    return [row for row in rows if row.is_funded] + [row for row in rows if not row.is_funded]


def lines_of(scenario):
    """{application id: `ScenarioLine`}; two queries: hundreds of lines draw on a few budget lines."""
    if scenario is None:
        return {}
    rows = {line.application_id: line for line in ScenarioLine.objects.filter(scenario=scenario)}
    drawn = Line.objects.in_bulk({line.line_id for line in rows.values() if line.line_id})
    for line in rows.values():
        line.line = drawn.get(line.line_id)
    return rows


def read_money(page):
    funded = [row.given for row in page.proposed]
    programme = page.wave.call.programme
    # What is adopted is reserved: the accounts count it already.
    page.credits = credits_of(programme, prepared=[] if page.is_adopted else funded)
    amounts = awardables(page.wave, [row.application for row in page.proposed])
    awards = [
        (line.amount_cents, line.fiscal_year, amounts.get(line.application_id, NOTHING).years(line.amount_cents))
        for line in funded
    ]
    page.cash = cash_years(programme, first_year=timezone.localdate().year, awards=awards)


def regions_of(page):
    """[{label, before, here, total, candidates, least}] of the regions that have a dossier in the wave."""
    before = laureates_by_region(page.wave.call.programme)
    here = Counter(row.application.fabrique.region for row in page.proposed)
    candidates = Counter(row.application.fabrique.region for row in page.rows)
    least = page.scenario.asked.get("regional_minimum", 0) if page.scenario else 0
    return [
        {
            "label": region or "Région non connue",
            "before": before[region],
            "here": here[region],
            "total": before[region] + here[region],
            "candidates": candidates[region],
            "least": least,
        }
        for region in sorted(candidates)
    ]


# --- What is shown -----------------------------------------------------------------------------------------------

VIEWS = {
    "proposes": ("Proposés", lambda row: row.is_funded),
    "grise": ("Zone grise", lambda row: row.crosses),
    "liste": ("Liste complémentaire", lambda row: row.outcome == Outcome.WAITLIST),
    "non": ("Non proposés", lambda row: row.outcome == Outcome.NOT_RETAINED),
    "bouge": ("Entrent ou sortent", lambda row: row.movement),
    "ecarts": ("Écarts au classement", lambda row: row.departs),
}


def tabs(page, view):
    """[(key, label, count, chosen)] of the filters; empty ones are left out unless chosen."""
    counted = [("", "Tous", len(page.rows))]
    counted += [(key, label, sum(bool(keep(row)) for row in page.rows)) for key, (label, keep) in VIEWS.items()]
    return [(key, label, count, key == view) for key, label, count in counted if count or key in ("", view)]


def shown(page, *, view="", everything=False):
    """The parts of the table: ("row", Row), ("line", None) and ("fold", sentence); far from the line, a fold."""
    if view in VIEWS:
        return [("row", row) for row in page.rows if VIEWS[view][1](row)]
    last = len(page.proposed) - 1
    parts, folded = [] if last >= 0 else [("line", None)], 0
    for index, row in enumerate(page.rows):
        if not everything and is_far(index, last, len(page.rows)):
            folded += 1
        else:
            parts += [*fold(folded, index), ("row", row)]
            folded = 0
        if index == last:
            parts += [*fold(folded, index + 1), ("line", None)]
            folded = 0
    return parts + fold(folded, len(page.rows))


def adoption_items(page):
    """What adopting the scenario will do, in numbers."""
    where = ", ".join(
        f"{euros(credit.proposed_cents)} sur {credit.label}" for credit in page.credits if credit.proposed
    )
    where = f" : {where}" if where else ""
    yield f"{plural(len(page.proposed), 'dossier')} en proposition, {euros(page.cents)} réservés{where}"
    yield f"{page.count(Outcome.WAITLIST)} en liste complémentaire, {page.count(Outcome.NOT_RETAINED)} non proposés"
    for credit in page.credits:
        if credit.short_cents:
            yield f"Il manque {euros(credit.short_cents)} sur {credit.label} : la réservation sera refusée en entier"
    for year in page.cash:
        if year.gap_cents is not None and year.gap_cents < 0:
            yield f"Impasse de CP {year.year} : {euros(-year.gap_cents)}"
    if page.departing:
        yield f"{plural(len(page.departing), 'écart')} au classement, avec leur motif, au procès-verbal"
    yield from written_where(page.session)
    yield "Aucun courrier ne part, aucun candidat ne voit rien. Réversible jusqu’à la signature de la vague."


def blocked(page):
    """Why it cannot be adopted now; "" when it can."""
    if page.session is None:
        return "indiquez d’abord, sur la page du comité, la date de la séance et les personnes présentes."
    if page.missing:
        return f"{plural(len(page.missing), 'dossier')} sans issue dans ce scénario."
    if not page.rows:
        return "aucun dossier n’est au classement."
    return ""
