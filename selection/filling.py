"""A first proposal from the ranking alone, to be corrected by hand: it fills what nobody has prepared yet."""

from django.db import transaction

from accounts.errors import Refusal
from accounts.models import JournalEntry
from accounts.permissions import require
from applications.models import ApplicationState
from funding.models import Account, Kind
from selection.models import Outcome, PreparedOutcome
from selection.moderation import ranking
from selection.outcomes import prepare
from selection.sessions import lock_deliberation, refuse_adopted, session_of


def fill_from_ranking(*, wave, line, fiscal_year, waitlist, ground, by):
    """Prepare every dossier that has no outcome, in the order of the ranking.

    Each gets what it asks while the line and the capacity allow, the next ones wait, the others are not retained.

    Args:
        line, fiscal_year: AE to draw on.
        waitlist: how many dossiers wait.
        ground: what the letters of the others will say.

    Returns:
        How many outcomes were prepared.

    Raises:
        Refusal: a ground is wanted, or the proposal is adopted.
    """
    require(by, "selection.prepare")
    with transaction.atomic():
        wave = lock_deliberation(wave)
        refuse_adopted(session_of(wave))
        known = set(PreparedOutcome.objects.filter(wave=wave).values_list("application_id", flat=True))
        waiting = [
            row.application
            for row in ranking(wave)
            if row.application.state == ApplicationState.REVIEWED and row.application.pk not in known
        ]
        outcomes = list(distribute(waiting, *room_left(wave, line, fiscal_year), waitlist))
        if Outcome.NOT_RETAINED in outcomes and not ground.strip():
            raise Refusal(
                "Donnez le motif commun de ceux qui ne sont pas proposés : vous pourrez le préciser par dossier.",
                field="ground",
            )
        for application, outcome in zip(waiting, outcomes, strict=True):
            prepare(
                application=application,
                outcome=outcome,
                by=by,
                **fields(application, outcome, line, fiscal_year, ground),
            )
        JournalEntry.write(action="fill_from_ranking", subject=wave, actor=by, details={"prepared": len(waiting)})
    return len(waiting)


def room_left(wave, line, fiscal_year):
    """(places, cents) that the outcomes prepared already leave."""
    proposed = PreparedOutcome.objects.filter(wave=wave, outcome=Outcome.PROPOSED)
    account = Account.objects.filter(kind=Kind.AE_OPENED, line=line, fiscal_year=fiscal_year).first()
    taken = sum(p.amount_cents for p in proposed if p.line_id == line.pk and p.fiscal_year == fiscal_year)
    return wave.capacity - len(proposed), (account.balance_cents if account else 0) - taken


def distribute(applications, places, cents, waitlist):
    """The outcome of each, best first: the first that does not fit closes the list of the funded."""
    open_ = True
    for application in applications:
        open_ = open_ and places > 0 and application.requested_cents <= cents
        if open_:
            places, cents = places - 1, cents - application.requested_cents
            yield Outcome.PROPOSED
        elif waitlist > 0:
            waitlist -= 1
            yield Outcome.WAITLIST
        else:
            yield Outcome.NOT_RETAINED


def fields(application, outcome, line, fiscal_year, ground):
    if outcome == Outcome.PROPOSED:
        return {"amount_cents": application.requested_cents, "line": line, "fiscal_year": fiscal_year}
    return {"ground": ground} if outcome == Outcome.NOT_RETAINED else {}
