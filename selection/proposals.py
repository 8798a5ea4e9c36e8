"""« Proposer » : the portfolio of a wave under the rules of its panel, kept as a scenario with the price of each."""

from collections import Counter
from dataclasses import asdict, dataclass, field

from django.db import transaction
from django.utils import timezone

from accounts import jobs
from accounts.errors import Refusal
from accounts.models import User
from accounts.permissions import require
from programme.models import Segment, Wave
from selection.coverage import COUNTED_IN, counted_label, laureates_by_region
from selection.models import Outcome, Scenario
from selection.portfolio import REGIONS, SEGMENTS, Candidate, Group, Infeasible, Problem, Purse, solve
from selection.portfolio_prices import prices_of, why_chosen, why_left
from selection.portfolio_words import infeasible_sentence, reason_chosen, reason_left
from selection.scenarios import PREPARE, draw_up, free_name
from selection.sessions import lock_deliberation, refuse_adopted, session_of
from selection.sharing import Given, at_the_panel, awardables, open_credits_of, own_reason, top_down

KIND = "proposition-de-selection"


@dataclass(frozen=True)
class Asked:
    """What a proposal must keep.

    Attributes:
        most: dossiers at most. regional_minimum: laureates at least in each region that has a dossier to fund,
            those of earlier waves included when `count_earlier`.
        quotas: {segment: (at least, at most or None)}, of this wave.
        cp: {year: cents that the wave may ask of that year's CP}; a year that is not there is not limited.
        lowest_percent: least part of what is asked that a dossier may get, 100: no amount is reduced.
        thresholds: dossiers under a threshold of the call are left out. adjusted: the adjusted scores count.
        waitlist: how many dossiers wait.
    """

    most: int | None = None
    regional_minimum: int = 0
    count_earlier: bool = True
    quotas: dict = field(default_factory=dict)
    cp: dict = field(default_factory=dict)
    lowest_percent: int = 100
    thresholds: bool = True
    adjusted: bool = False
    waitlist: int = 5

    @classmethod
    def of_json(cls, data):
        quotas = {segment: tuple(pair) for segment, pair in data["quotas"].items()}
        return cls(**{**data, "quotas": quotas, "cp": {int(year): cents for year, cents in data["cp"].items()}})


@dataclass
class Read:
    """A wave as the calculation sees it: `lines` best first, `problem`, and what the words need."""

    wave: Wave
    lines: list
    deferred: dict
    amounts: dict
    credits: list
    problem: Problem
    notes: list


# --- Asking ------------------------------------------------------------------------------------------------------


def ask_proposal(*, wave, name, asked, by):
    """Ask for a proposal; a worker makes it.

    Args:
        name: of the scenario that it will be. asked: `Asked`.

    Returns:
        The `Job`.

    Raises:
        Refusal: the name is missing or taken, the proposal is adopted, or one is under way.
    """
    require(by, PREPARE)
    with transaction.atomic():
        wave = lock_deliberation(wave)
        refuse_adopted(session_of(wave))
        name = free_name(wave, name)
        arguments = {"name": name, "asked": asdict(asked)}
        subject = jobs.Subject(key=wave.pk, label=f"{wave}, {name}")
        return jobs.start(kind=KIND, scope=str(wave.pk), subjects=[subject], by=by, arguments=arguments)


def perform(*, subject_id, version, by, arguments):
    """The work of the job: the sentence of what was found."""
    wave = Wave.objects.select_related("call__programme").get(pk=subject_id)
    scenario = propose(wave=wave, name=arguments["name"], asked=Asked.of_json(arguments["asked"]), by=by)
    return f"Scénario « {scenario.name} » : {scenario.findings['dossiers']} dossiers proposés."


def register():
    jobs.register(jobs.Kind(key=KIND, label="Proposition de sélection", perform=perform, home="/pilotage/vagues/"))


def propose(*, wave, name, asked, by: User):
    """Solve the portfolio of a wave and keep it as a scenario.

    Raises:
        Refusal: nothing keeps every rule: the sentence says which to loosen, and by how much.
    """
    require(by, PREPARE)
    read = read_wave(wave, asked)
    found = solve(read.problem)
    if isinstance(found, Infeasible):
        raise Refusal(infeasible_sentence(read.problem, found))
    prices = list(prices_of(read.problem, found))
    with transaction.atomic():
        wave = lock_deliberation(wave)
        refuse_adopted(session_of(wave))
        given = given_of(read, found, prices, asked.waitlist) | read.deferred
        findings = findings_of(read, found, prices)
        origin = Scenario.Origin.PROPOSAL
        return draw_up(wave=wave, name=name, origin=origin, given=given, by=by, asked=asdict(asked), findings=findings)


# --- Reading -----------------------------------------------------------------------------------------------------


def read_wave(wave, asked):
    """The `Read` of a wave: its reviewed dossiers, those deferred already apart."""
    lines, deferred = at_the_panel(wave)
    amounts = awardables(wave, [line.application for line in lines])
    credits = open_credits_of(wave)
    candidates = tuple(candidates_of(lines, amounts, asked))
    groups, notes = groups_of(wave, lines, candidates, asked)
    purses = tuple(Purse(credit.key, credit.left_cents, credit.fiscal_year) for credit in credits)
    problem = Problem(candidates, purses, dict(asked.cp), tuple(groups), asked.most)
    return Read(wave, lines, deferred, amounts, credits, problem, notes)


def candidates_of(lines, amounts, asked):
    for order, line in enumerate(lines):
        one, application = amounts[line.application.pk], line.application
        if score_of(line, asked) is None or not one.possible or (asked.thresholds and line.missed):
            continue
        low = max(one.low_cents, -(-one.high_cents * asked.lowest_percent // 100))
        years = one.years(one.high_cents)
        if years > one.years_at_least:
            # As many years whatever is taken off: the parts stay equal.
            low = max(low, one.year_cap_cents * (years - 1) + 1)
        yield Candidate(
            key=application.pk,
            score=score_of(line, asked),
            order=order,
            low_cents=low,
            high_cents=one.high_cents,
            floor_cents=min(low, max(one.low_cents, 1)) if years == one.years_at_least else low,
            years=years,
            segment=application.segment,
            region=application.fabrique.region,
        )


def score_of(line, asked):
    adjusted = asked.adjusted and line.adjusted and not line.is_moderated
    return line.adjusted_hundredths if adjusted else line.kept_hundredths


def groups_of(wave, lines, candidates, asked):
    """([`Group`], sentences on the regions that have nobody to fund)."""
    groups = [
        Group(SEGMENTS, counted_label(segment), members_of(candidates, "segment", COUNTED_IN.get(segment, (segment,))),
              low or 0, high)
        for segment in Segment
        for low, high in [asked.quotas.get(segment, (0, None))]
        if low or high is not None
    ]  # fmt: skip
    if not asked.regional_minimum:
        return groups, []
    before = laureates_by_region(wave.call.programme) if asked.count_earlier else Counter()
    notes = []
    for region in sorted({line.application.fabrique.region for line in lines}):
        members = members_of(candidates, "region", (region,))
        wanted = max(asked.regional_minimum - before[region], 0)
        if len(members) < wanted:
            notes.append(f"{region} : {len(members)} dossier à financer sur {wanted} au minimum.")
        if wanted and members:
            groups.append(Group(REGIONS, region, members, min(wanted, len(members))))
    return groups, notes


def members_of(candidates, name, values):
    return frozenset(one.key for one in candidates if getattr(one, name) in values)


# --- Writing -----------------------------------------------------------------------------------------------------


def given_of(read, found, prices, waitlist):
    """{application id: `Given`}: the chosen ones, those that wait in the order of the ranking, the others."""
    alone = top_down(read.lines, read.amounts, read.credits, read.problem.most or len(read.lines), 0)
    credits, given = {credit.key: credit for credit in read.credits}, {}
    for line in read.lines:
        key = line.application.pk
        alone_funded = alone[key].outcome == Outcome.PROPOSED
        if key in found.awards:
            cents, purse = found.awards[key]
            reason = "" if alone_funded else reason_chosen(line.application, why_chosen(key, prices))
            credit = credits[purse]
            given[key] = Given(Outcome.PROPOSED, cents, credit.line.pk, credit.fiscal_year, reason)
        else:
            own = own_reason(line, read.amounts[key])
            wait = not own and waitlist > 0
            waitlist -= wait
            reason = own or (reason_left(why_left(key, prices)) if alone_funded else alone[key].reason)
            given[key] = Given(Outcome.WAITLIST if wait else Outcome.NOT_RETAINED, reason=reason)
    return given


def findings_of(read, found, prices):
    """What the page says of the calculation; ready for JSON."""
    return {
        "at": timezone.now().isoformat(),
        "dossiers": len(found.awards),
        "score": found.score,
        "at_most": found.at_most,
        "milliseconds": round(found.seconds * 1000),
        "notes": read.notes,
        "prices": [
            {
                "family": price.family,
                "points": price.points,
                "dossiers": price.dossiers,
                "proved": price.is_proved,
                "enter": sorted(price.enter),
                "leave": sorted(price.leave),
            }
            for price in prices
        ],
    }
