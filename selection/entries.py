"""What is typed on the panel's table: one entry a dossier, read from the page or from what is prepared."""

from collections import defaultdict
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError

from accounts import french
from accounts.errors import StalePage
from accounts.forms import EuroCentsField
from selection.models import Outcome
from selection.money import Credit, credit_key
from selection.panel import Row

NAMES = ("outcome", "amount", "credit", "ground", "departure_reason", "version")
# Where a refusal of the verb is shown.
FIELD_OF_REFUSAL = {"amount_cents": "amount", "ground": "ground", "departure_reason": "departure_reason"}
REASON_MAX_LENGTH = 300
LABELS = {
    "outcome": "Issue",
    "amount": "Montant proposé",
    "credit": "Ligne",
    "ground": "Motif du courrier",
    "departure_reason": "Motif de l’écart",
}


@dataclass
class Entry:
    """Text of the fields of one dossier, and the sentences that refuse them: {name of field: sentence}."""

    prefix: str
    outcome: str = ""
    amount: str = ""
    credit: str = ""
    ground: str = ""
    departure_reason: str = ""
    version: str = "0"
    errors: dict[str, str] = field(default_factory=lambda: defaultdict(str))

    @property
    def wants_detail(self):
        """The second line of the dossier is unfolded where something is written or refused in it."""
        return bool(self.errors["ground"] or self.errors["departure_reason"])


def stored(row: Row, default_credit: str) -> Entry:
    """The entry as it is prepared; a dossier without outcome offers what it asks."""
    prepared = row.prepared
    if prepared is None:
        return Entry(row.prefix, amount=typed_euros(row.application.requested_cents), credit=default_credit)
    return Entry(
        prefix=row.prefix,
        outcome=prepared.outcome,
        amount=typed_euros(prepared.amount_cents or row.application.requested_cents),
        credit=credit_key(prepared.line, prepared.fiscal_year) if prepared.line else default_credit,
        ground=prepared.ground,
        departure_reason=prepared.departure_reason,
        version=str(prepared.version),
    )


def typed_euros(cents):
    return french.euros(cents).removesuffix(f"{french.NBSP}€")


def posted(row: Row, data, default: Entry) -> Entry | None:
    """The entry as the page sent it; None when the page did not show this dossier."""
    if f"{row.prefix}-outcome" not in data:
        return None
    typed = {name: data.get(f"{row.prefix}-{name}", "").strip() for name in NAMES}
    typed["credit"] = typed["credit"] or default.credit
    return Entry(prefix=row.prefix, **typed)


def is_changed(entry: Entry, before: Entry) -> bool:
    """Whether it differs from what is prepared; an outcome that is not chosen keeps what is typed for a sentence."""
    if not entry.outcome:
        return entry.ground != before.ground or entry.departure_reason != before.departure_reason
    names = ["outcome", "ground", "departure_reason"]
    names += ["amount", "credit"] if entry.outcome == Outcome.PROPOSED else []
    return any(same_text(getattr(entry, name)) != same_text(getattr(before, name)) for name in names)


def same_text(text):
    return " ".join(text.split())


def change_of(entry: Entry, row: Row, credits: dict[str, Credit]) -> dict | None:
    """Keyword arguments of `outcomes.prepare`, or None with the errors noted on the entry."""
    if entry.outcome not in Outcome.values:
        entry.errors["outcome"] = "Choisissez l’issue."
    if not entry.version.isdecimal():
        entry.errors["outcome"] = "Cette ligne n’est plus à jour : rechargez la page."
    money = money_of(entry, credits) if entry.outcome == Outcome.PROPOSED else {}
    if len(entry.departure_reason) > REASON_MAX_LENGTH:
        entry.errors["departure_reason"] = "Trois cents signes au plus."
    if any(entry.errors.values()):
        return None
    return {
        "application": row.application,
        "outcome": entry.outcome,
        "ground": entry.ground,
        "departure_reason": entry.departure_reason,
        "version": int(entry.version),
        **money,
    }


def money_of(entry, credits):
    try:
        cents = EuroCentsField(label="Montant proposé", required=True).clean(entry.amount)
    except ValidationError as error:
        entry.errors["amount"] = " ".join(error.messages)
        return {}
    credit = credits.get(entry.credit)
    if credit is None:
        entry.errors["credit"] = "Choisissez une ligne budgétaire ouverte cette année."
        return {}
    return {"amount_cents": cents, "line": credit.line, "fiscal_year": credit.fiscal_year}


def note_refusal(entry: Entry, refusal, row: Row):
    """Put the sentence where it is read; after somebody else's change, sending again keeps what is typed here."""
    if isinstance(refusal, StalePage) and row.prepared:
        entry.version = str(row.prepared.version)
        entry.errors["outcome"] = (
            f"{row.prepared.prepared_by} a préparé ce dossier entre-temps : « {row.prepared.get_outcome_display()} ». "
            "Enregistrez de nouveau pour garder votre choix."
        )
    else:
        entry.errors[FIELD_OF_REFUSAL.get(refusal.field, "outcome")] = refusal.message


def summary(entries, names):
    """[(id of the field, label, sentence)] for the error summary; `names` is {prefix: dossier}."""
    return [
        (f"{entry.prefix}-{name}", f"{names[entry.prefix]}, {LABELS[name].lower()}", sentence)
        for entry in entries
        for name, sentence in entry.errors.items()
        if sentence
    ]
