"""What is left to commit, live, by line and fiscal year: read from the accounts, never computed apart."""

from collections import defaultdict
from dataclasses import dataclass

from django.utils import timezone

from funding.models import Account, Kind, Line


@dataclass
class Credit:
    """The AE of one line and one fiscal year. Cents.

    Attributes:
        left_cents: opened and not used, now.
        proposed_cents, proposed: what the proposal that is not adopted yet would take, and for how many dossiers.
    """

    line: Line
    fiscal_year: int
    left_cents: int
    proposed_cents: int = 0
    proposed: int = 0

    @property
    def key(self):
        return credit_key(self.line, self.fiscal_year)

    @property
    def label(self):
        return f"{self.line.label}, {self.fiscal_year}"

    @property
    def after_cents(self):
        return self.left_cents - self.proposed_cents

    @property
    def short_cents(self):
        """What is missing for the proposal, 0 when it fits."""
        return max(-self.after_cents, 0)


def credit_key(line, fiscal_year):
    """How a page names a line and its year: the line's public identifier, never its key."""
    return f"{line.public_id}:{fiscal_year}"


def credits_of(programme, *, prepared=(), year=None):
    """The `Credit`s of a programme, one query: those of the year, and those that the proposal already names.

    Args:
        prepared: proposed `PreparedOutcome`s that hold no reservation yet.
        year: fiscal year of the AE that may be used, that of today by default.
    """
    year = year or timezone.localdate().year
    asked = proposed_by_credit(prepared)
    # A laureate is given a grant: the lines of the fund are none (glossary 37).
    grants = {"line__programme": programme, "line__source__instrument": "grant"}
    accounts = Account.objects.filter(kind=Kind.AE_OPENED, **grants).select_related("line")
    credits = [
        Credit(account.line, account.fiscal_year, account.balance_cents)
        for account in accounts.order_by("line__code", "fiscal_year")
        if account.fiscal_year == year or (account.line_id, account.fiscal_year) in asked
    ]
    draw_on(credits, asked)
    return credits


def draw_on(credits, asked):
    """Note on each credit what would be taken from it; `asked` is made by `proposed_by_credit`."""
    for credit in credits:
        amounts = asked.get((credit.line.pk, credit.fiscal_year), [])
        credit.proposed, credit.proposed_cents = len(amounts), sum(amounts)


def proposed_by_credit(prepared):
    amounts = defaultdict(list)
    for outcome in prepared:
        if outcome.award_id is None and outcome.line_id:
            amounts[outcome.line_id, outcome.fiscal_year].append(outcome.amount_cents)
    return amounts
