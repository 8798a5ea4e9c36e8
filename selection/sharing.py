"""What a wave has to share, and how the ranking alone would share it: best first, until something runs out."""

import datetime
from dataclasses import dataclass

from django.utils import timezone

from applications.models import ApplicationState
from programme.models import SegmentBounds
from selection.models import Outcome, PreparedOutcome
from selection.moderation import ranking
from selection.money import credits_of

UNDER_THRESHOLD = "Sous un seuil de l’appel."
NO_PLACE = "La capacité de la vague est atteinte."
NO_MONEY = "Les AE restantes ne suffisent pas."
NO_BOUNDS = "Le montant demandé est sous le minimum de l’appel."


@dataclass(frozen=True)
class Given:
    """What a scenario gives one dossier: cents, line and fiscal year of the AE; `reason`: why, in a sentence.

    `edited_by_id`, `edited_at`: whose choice it was, and when, in the scenario that it is copied from.
    """

    outcome: str
    cents: int | None = None
    line_id: int | None = None
    fiscal_year: int | None = None
    reason: str = ""
    edited_by_id: int | None = None
    edited_at: datetime.datetime | None = None


@dataclass(frozen=True)
class Awardable:
    """What a dossier may receive. Cents.

    Attributes:
        low_cents, high_cents: bounds of the call, never more than what is asked; high < low: nothing.
        year_cap_cents: most in a year. years: over how many it is paid when it gets `high_cents`.
    """

    low_cents: int
    high_cents: int
    year_cap_cents: int
    years_at_least: int

    @property
    def possible(self):
        return 0 < self.low_cents <= self.high_cents or 0 == self.low_cents < self.high_cents

    def years(self, cents):
        """Over how many years an award is paid: those of the call, more when its yearly cap wants them."""
        return (
            max(self.years_at_least, -(-cents // self.year_cap_cents)) if self.year_cap_cents else self.years_at_least
        )


NOTHING = Awardable(0, 0, 0, 1)


def awardables(wave, applications):
    """{application id: `Awardable`}; one query."""
    bounds = bounds_of(wave)
    return {one.pk: awardable(one, bounds.get((one.call_version_id, one.segment))) for one in applications}


def bounds_of(wave):
    """{(call version id, segment): `SegmentBounds`} of the call of a wave; one query."""
    rows = SegmentBounds.objects.filter(version__call=wave.call_id).select_related("version").order_by()
    rows = rows.only("version_id", "segment", "min_cents", "max_cents", "year_cap_cents", "version__years")
    return {(one.version_id, one.segment): one for one in rows}


def awardable(application, bounds):
    if bounds is None:
        return NOTHING
    high = min(application.requested_cents or 0, bounds.max_cents)
    return Awardable(bounds.min_cents, high, bounds.year_cap_cents, bounds.version.years)


def open_credits_of(wave):
    """The credits of the year on which something is left, in the order of their codes."""
    year = timezone.localdate().year
    return [credit for credit in credits_of(wave.call.programme, year=year) if credit.left_cents > 0]


def at_the_panel(wave):
    """(`RankedDossier`s that may be funded, best first; {application id: `Given`} of those deferred already)."""
    deferred = PreparedOutcome.objects.filter(
        wave=wave, outcome=Outcome.DEFERRED, application__state=ApplicationState.REVIEWED
    )
    set_apart = {key: Given(Outcome.DEFERRED) for key in deferred.values_list("application", flat=True)}
    reviewed = [line for line in ranking(wave) if line.application.state == ApplicationState.REVIEWED]
    return [line for line in reviewed if line.application.pk not in set_apart], set_apart


def given_by_ranking(wave, waitlist):
    """{application id: `Given`} of the ranking alone, while the lines and the capacity allow; the next ones wait."""
    lines, deferred = at_the_panel(wave)
    amounts = awardables(wave, [line.application for line in lines])
    return top_down(lines, amounts, open_credits_of(wave), wave.capacity, waitlist) | deferred


def top_down(lines, amounts, credits, places, waitlist):
    """{application id: `Given`}: the first that does not fit closes the list of the funded.

    Args:
        lines: `RankedDossier`s, best first. amounts: {application id: `Awardable`}. credits: `money.Credit`s.
        places: dossiers at most. waitlist: how many wait after that.
    """
    left = {credit.key: credit.left_cents for credit in credits}
    closed, given = "", {}
    for line in lines:
        key, one = line.application.pk, amounts[line.application.pk]
        own = own_reason(line, one)
        credit = next((credit for credit in credits if left[credit.key] >= one.high_cents), None)
        closed = closed or (own == "" and (NO_PLACE if places <= 0 else "" if credit else NO_MONEY)) or ""
        if own or closed:
            wait = not own and waitlist > 0
            waitlist -= wait
            given[key] = Given(Outcome.WAITLIST if wait else Outcome.NOT_RETAINED, reason=own or closed)
        else:
            places, left[credit.key] = places - 1, left[credit.key] - one.high_cents
            given[key] = Given(Outcome.PROPOSED, one.high_cents, credit.line.pk, credit.fiscal_year)
    return given


def own_reason(line, one):
    """Why a dossier may not be funded whatever is left; "" when it may."""
    if line.missed:
        return UNDER_THRESHOLD
    return "" if one.possible else NO_BOUNDS
