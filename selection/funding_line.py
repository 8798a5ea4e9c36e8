"""A scenario as its page shows it: the ranked list against the money, the places and the territories."""

from collections import Counter
from dataclasses import dataclass, field

from django.utils import timezone

from accounts.french import euros
from applications.models import ApplicationState
from programme.models import Target, Wave
from selection.adoption import adopted_of
from selection.cash import Cash, CashYear, cash_of, cash_years
from selection.coverage import laureates
from selection.departures import departures
from selection.line_rows import ENTERS, FULL_RANK_WIDTH, LEAVES, Row, funded_by_scenario, given_lines, name_lines
from selection.models import Outcome, PanelSession, PreparedOutcome, Scenario
from selection.moderation import ranking
from selection.money import Credit, credits_of, draw_on, proposed_by_credit
from selection.outcomes import in_rank_order
from selection.panel import segments
from selection.sharing import awardable, bounds_of


@dataclass
class FundingLine:
    """The page of one scenario for one reader, in a number of queries that the number of dossiers does not change.

    `settle` works out what follows from what the scenario gives; the other attributes are read, and no edit of the
    scenario changes them.

    Attributes:
        ranked: the `Row`s in the order of the ranking. rows: the funded ones (`proposed`) first.
        funded: {scenario id: {application id: cents}} of every scenario of the wave, on all of its dossiers.
        bounds: of `sharing.bounds_of`. selected: {region: places selected already}.
    """

    wave: Wave
    session: PanelSession | None
    scenario: Scenario | None
    scenarios: list
    ranked: list[Row]
    against: Scenario | None = None
    adopted: Scenario | None = None
    funded: dict = field(default_factory=dict)
    bounds: dict = field(default_factory=dict)
    credits: list[Credit] = field(default_factory=list)
    accounts: Cash | None = None
    laureates: Counter = field(default_factory=Counter)
    selected: Counter = field(default_factory=Counter)
    targets: list[Target] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    proposed: list[Row] = field(default_factory=list)
    cash: list[CashYear] = field(default_factory=list)
    regions: list = field(default_factory=list)

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
    """`read`, settled: the page of a scenario as it is kept."""
    page = read(wave, reader=reader, scenario=scenario, against=against, found=found)
    settle(page)
    return page


def read(wave, *, reader, scenario=None, against=None, found=None):
    """The `FundingLine` of a wave for one reader, still to `settle`; dossiers that she may not see are nowhere in it.

    Args:
        scenario: the one to show, the adopted or else the latest one by default. against: the one to compare with,
            the first other by default. found: the ranking as `reader` sees it, when it is read already.
    """
    session = PanelSession.objects.filter(wave=wave).select_related("adopted_by", "meeting").first()
    found = ranking(wave, reader=reader, short=True) if found is None else found
    scenarios = list(Scenario.objects.filter(wave=wave).select_related("created_by"))
    adopted = adopted_of(wave, session)
    scenario = scenario or adopted or (scenarios[-1] if scenarios else None)
    against = against or next((one for one in scenarios if scenario and one.pk != scenario.pk), None)
    given = given_lines(scenario)
    rows = [Row(line, given.get(line.application.pk), width=len(found)) for line in found]
    page = FundingLine(wave, session, scenario, scenarios, rows, against=against, adopted=adopted)
    page.funded = funded_by_scenario(wave)
    read_deferrals(page)
    read_money(page, given)
    page.laureates, page.selected = laureates(wave.call.programme)
    page.targets = list(Target.objects.filter(programme=wave.call.programme).exclude(segment=""))
    return page


def read_deferrals(page):
    """What is prepared of the deferred dossiers; a query only when there is one."""
    deferred = {row.application.pk: row for row in page.ranked if row.outcome == Outcome.DEFERRED}
    if deferred:
        rows = PreparedOutcome.objects.filter(application__in=list(deferred), outcome=Outcome.DEFERRED)
        for one in rows.select_related("deferred_to"):
            deferred[one.application_id].prepared = one


def read_money(page, given):
    programme = page.wave.call.programme
    page.credits = credits_of(programme, prepared=[one for one in given.values() if one.outcome == Outcome.PROPOSED])
    page.bounds = bounds_of(page.wave)
    page.accounts = cash_of(programme, first_year=timezone.localdate().year)
    name_lines(given.values(), page.credits)


# --- What follows from what the scenario gives -------------------------------------------------------------------


def take(page, scenario):
    """The scenario was edited: its `changed` lines say what it gives now. To `settle` again."""
    changed = {line.application_id: line for line in scenario.changed}
    for row in page.ranked:
        row.given = changed.get(row.application.pk, row.given)
    page.scenario = scenario
    page.scenarios = [scenario if one.pk == scenario.pk else one for one in page.scenarios]


def settle(page):
    """What follows from what the scenario gives, without a query."""
    page.proposed, others = in_two(page)
    page.rows = page.proposed + others
    if page.scenario:
        page.funded[page.scenario.pk] = {row.application.pk: row.given.amount_cents for row in page.proposed}
    count_scenarios(page)
    funded = [row.given for row in page.proposed]
    # What is adopted is reserved: the accounts count it already.
    draw_on(page.credits, {} if page.is_adopted else proposed_by_credit(funded))
    page.cash = cash_years(page.accounts, awards=[payment(page, row) for row in page.proposed])
    page.regions = regions_of(page)


def payment(page, row):
    """(cents, first year, number of years) of what the scenario gives a dossier."""
    one, application = row.given, row.application
    may = awardable(application, page.bounds.get((application.call_version_id, application.segment)))
    return one.amount_cents, one.fiscal_year, may.years(one.amount_cents)


def count_scenarios(page):
    """The laureates and cents of each scenario, among the dossiers that the reader may see."""
    visible = {row.application.pk for row in page.ranked}
    for one in page.scenarios:
        seen = [cents for key, cents in page.funded.get(one.pk, {}).items() if key in visible]
        one.laureates, one.cents = len(seen), sum(seen)


def in_two(page):
    """The funded rows and the others, with what the other scenario and the funding line make of each."""
    rows = page.ranked
    before = page.funded.get(page.against.pk, {}) if page.against else None
    place = {row.application.pk: (row.line.rank or len(rows) + 1, index) for index, row in enumerate(rows)}
    leaving = departures(in_rank_order([row.given for row in rows if row.given], place))
    funded, others = [row for row in rows if row.is_funded], [row for row in rows if not row.is_funded]
    cut = len(funded)
    for row in rows:
        row.was_funded = None if before is None else row.application.pk in before
        row.departs = row.given in leaving
        low, high = row.line.rank_low, row.line.rank_high
        row.crosses = bool(cut) and low is not None and low <= cut < high
    return funded, others


def regions_of(page):
    """[{label, before, here, total, candidates, least}] of the regions that have a dossier in the wave."""
    before = page.selected
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
