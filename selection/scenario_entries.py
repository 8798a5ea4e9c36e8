"""What is typed on the funding line: one entry a dossier, read from the page or from the scenario."""

import re
from collections import defaultdict
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError

from accounts.forms import EuroCentsField
from applications.models import Application, Assignment
from applications.ranking import OWING
from selection.entries import same_text, typed_euros
from selection.models import Outcome, ScenarioLine
from selection.money import credit_key
from selection.scenarios import REASON_MAX_LENGTH

NAMES = ("outcome", "amount", "credit", "reason")
LABELS = {"outcome": "Issue", "amount": "Montant", "credit": "Ligne", "reason": "Pourquoi"}
FIELD = re.compile(r"d([0-9a-f]{32})-outcome")
FIELD_OF_REFUSAL = {"amount_cents": "amount"}


@dataclass
class Entry:
    """Text of the fields of one dossier, and the sentences that refuse them: {name of field: sentence}."""

    prefix: str
    outcome: str = ""
    amount: str = ""
    credit: str = ""
    reason: str = ""
    is_changed: bool = False
    # `<option>`s, as the page writes them.
    credit_options: str = ""
    outcome_options: str = ""
    errors: dict[str, str] = field(default_factory=lambda: defaultdict(str))


@dataclass(frozen=True)
class Line:
    """A dossier that a page sent, and what the scenario gives it (None when it came since)."""

    application: Application
    given: ScenarioLine | None

    @property
    def prefix(self):
        return f"d{self.application.public_id.hex}"

    @property
    def outcome(self):
        return self.given.outcome if self.given else ""


def rows_posted(page, data, *, reader):
    """What a page sent: the `funding_line.Row`s of `page`, and a `Line` for each dossier that has left the ranking."""
    keys = {match[1] for match in map(FIELD.fullmatch, data) if match}
    rows = [row for row in page.ranked if row.application.public_id.hex in keys]
    gone = keys - {row.application.public_id.hex for row in rows}
    rows = [row for row in rows if not row.line.hidden and row.outcome != Outcome.DEFERRED]
    return rows + lines_posted(page.wave, page.scenario, gone, reader=reader) if gone else rows


def lines_posted(wave, scenario, keys, *, reader):
    """The `Line`s of these dossiers, among those that the reader may see and move; three queries."""
    dossiers = Application.objects.visible_to(reader).filter(wave=wave, public_id__in=keys).select_related("fabrique")
    owed = Assignment.objects.filter(application__wave=wave, reviewer=reader, state__in=OWING)
    hidden = set(owed.values_list("application", flat=True))
    known = ScenarioLine.objects.filter(scenario=scenario, application__public_id__in=keys).select_related("line")
    given = {line.application_id: line for line in known}
    lines = [Line(one, given.get(one.pk)) for one in dossiers.order_by("pk") if one.pk not in hidden]
    return [line for line in lines if line.outcome != Outcome.DEFERRED]


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


def posted(line, data, default_credit):
    """The entry as the page sent it; what it did not send stays as it is."""
    before = stored(line, default_credit)
    typed = {name: data.get(f"{line.prefix}-{name}", getattr(before, name)).strip() for name in NAMES}
    changed = any(same_text(typed[name]) != same_text(getattr(before, name)) for name in NAMES)
    return Entry(prefix=line.prefix, is_changed=changed, **typed)


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


def summary(changed):
    """[(id of the field, label, sentence)] for the error summary; `changed` is {`Line`: `Entry`}."""
    return [
        (f"{entry.prefix}-{name}", f"{line.application.fabrique.name}, {LABELS[name].lower()}", sentence)
        for line, entry in changed.items()
        for name, sentence in entry.errors.items()
        if sentence
    ]
