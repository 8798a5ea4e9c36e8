"""The rows of a schedule, as a form asks for them."""

from django import forms

from accounts.errors import Refusal
from accounts.forms import EuroCentsField
from funding.models import Instalment
from funding.schedules import Plan

FREE_ROWS = 2


class PlanMixin:
    """One row a payment: its nature, year, amount, day and condition; a row without an amount is left out."""

    parts = ("kind", "year", "amount", "expected_on", "condition")
    # Where a refusal of the schedule is shown.
    plan_refusals = {"amount": "plan-1-amount", "expected_on": "plan-1-expected_on"}

    def add_plan(self, planned, free_rows=FREE_ROWS):
        """Add the rows of `Plan`s that stand, and some empty ones."""
        self.planned = [as_plan(one) for one in planned]
        rows = [(p.kind, p.year, p.cents, p.expected_on, p.condition) for p in self.planned]
        rows += [(Instalment.Kind.INTERIM, None, None, None, "")] * free_rows
        self.plan_rows = len(rows)
        for n, values in enumerate(rows, start=1):
            for part, field, value in zip(self.parts, row_of(n), values, strict=True):
                field.initial = euros_typed(value) if part == "amount" else value
                self.fields[f"plan-{n}-{part}"] = field

    def plan_fields(self):
        return [[self[f"plan-{n}-{part}"] for part in self.parts] for n in range(1, self.plan_rows + 1)]

    def plans(self):
        """`Plan`s typed, or None when they are those that stand.

        Raises:
            Refusal: a payment is half written.
        """
        found = [plan for n in range(1, self.plan_rows + 1) if (plan := self.plan_of(n))]
        return None if found == self.planned else tuple(found)

    def plan_of(self, n):
        data = {part: self.cleaned_data.get(f"plan-{n}-{part}") for part in self.parts}
        if not data["amount"]:
            return None
        for part, what in (("year", "l’année"), ("expected_on", "la date prévue"), ("condition", "la condition")):
            if not data[part]:
                raise Refusal(f"Versement {n} : donnez {what}.", field=f"plan-{n}-{part}")
        return Plan(data["kind"], data["year"], data["amount"], data["condition"], data["expected_on"])


def as_plan(one):
    """A `Plan`, from itself or from an `Instalment`."""
    if isinstance(one, Plan):
        return one
    return Plan(one.kind, one.schedule_year.year, one.cents, one.condition, one.expected_on)


def row_of(n):
    day = forms.DateField(label=f"Versement {n}, prévu le", widget=forms.DateInput, required=False)
    year = forms.IntegerField(
        label=f"Versement {n}, année", min_value=2018, max_value=2100, required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )  # fmt: skip
    return (
        forms.ChoiceField(label=f"Versement {n}, nature", choices=Instalment.Kind.choices, required=False),
        year,
        EuroCentsField(label=f"Versement {n}, montant", required=False),
        day,
        forms.CharField(label=f"Versement {n}, condition", max_length=250, required=False),
    )


def euros_typed(cents):
    if cents is None:
        return None
    whole, rest = divmod(cents, 100)
    return f"{whole},{rest:02d}" if rest else str(whole)
