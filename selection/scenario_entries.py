"""What is typed on the funding line: one entry a dossier, read from the page or from the scenario."""

from collections import defaultdict
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError

from accounts.forms import EuroCentsField
from selection.entries import same_text, typed_euros
from selection.models import Outcome
from selection.money import credit_key
from selection.scenarios import REASON_MAX_LENGTH

NAMES = ("outcome", "amount", "credit", "reason")
LABELS = {"outcome": "Issue", "amount": "Montant", "credit": "Ligne", "reason": "Pourquoi"}
FIELD_OF_REFUSAL = {"amount_cents": "amount"}


@dataclass
class Entry:
    """Text of the fields of one dossier, and the sentences that refuse them: {name of field: sentence}."""

    prefix: str
    outcome: str = ""
    amount: str = ""
    credit: str = ""
    reason: str = ""
    errors: dict[str, str] = field(default_factory=lambda: defaultdict(str))


def stored(row, default_credit):
    """The entry as the scenario has it; a dossier without an amount offers what it asks."""
    given = row.given
    cents = (given.amount_cents if given else None) or row.application.requested_cents or 0
    return Entry(
        prefix=row.prefix,
        outcome=row.outcome,
        amount=typed_euros(cents),
        credit=credit_key(given.line, given.fiscal_year) if given and given.line else default_credit,
        reason=given.reason if given else "",
    )


def posted(row, data, before):
    """The entry as the page sent it; what it did not send stays as it is. None when it did not show this dossier."""
    if f"{row.prefix}-outcome" not in data or not row.may_move:
        return None
    typed = {name: data.get(f"{row.prefix}-{name}", getattr(before, name)).strip() for name in NAMES}
    return Entry(prefix=row.prefix, **typed)


def is_changed(entry, before):
    return any(same_text(getattr(entry, name)) != same_text(getattr(before, name)) for name in NAMES)


def change_of(entry, credits):
    """Keyword arguments of one change of `scenarios.edit_scenario`, or None with the errors noted on the entry."""
    if entry.outcome not in Outcome.values:
        entry.errors["outcome"] = "Choisissez l’issue."
    try:
        cents = EuroCentsField(label="Montant", required=True).clean(entry.amount)
    except ValidationError as error:
        cents, entry.errors["amount"] = None, " ".join(error.messages)
    credit = credits.get(entry.credit)
    if credit is None and entry.outcome == Outcome.PROPOSED:
        entry.errors["credit"] = "Choisissez une ligne budgétaire ouverte cette année."
    if len(entry.reason) > REASON_MAX_LENGTH:
        entry.errors["reason"] = "Trois cents signes au plus."
    if any(entry.errors.values()):
        return None
    return {
        "outcome": entry.outcome,
        "amount_cents": cents,
        "budget_line": credit.line if credit else None,
        "fiscal_year": credit.fiscal_year if credit else None,
        "reason": entry.reason,
    }


def note_refusal(entry, refusal):
    entry.errors[FIELD_OF_REFUSAL.get(refusal.field, "outcome")] = refusal.message


def summary(entries, names):
    """[(id of the field, label, sentence)] for the error summary; `names` is {prefix: dossier}."""
    return [
        (f"{entry.prefix}-{name}", f"{names[entry.prefix]}, {LABELS[name].lower()}", sentence)
        for entry in entries
        for name, sentence in entry.errors.items()
        if sentence
    ]
