"""The form of the financing plan: the three-year grid, who gives each co-funded line, the note."""

from django import forms

from accounts.forms import DsfrForm, EuroCentsField
from applications import budget
from applications.models import CoFunding
from applications.parts import project_of

NOTE = "plan_note"
FIELDS = ("funder", "status", "evidence")


class PlanForm(DsfrForm):
    """One amount a cell, named "side-account-year"; "cofunding-account-field" says who gives a line, and how sure.

    Args:
        cells: the amounts that are saved. beside: what is saved of the other fields, by name.
        pieces: the `Attachment`s among which the one that shows a line is chosen.
    """

    use_required_attribute = False

    def __init__(self, *args, years, first_year, cells, beside=None, pieces=(), **kwargs):
        self.years, self.first_year = years, first_year
        self.pieces = {str(piece.public_id): piece for piece in pieces}
        initial = {name_of(cell): cents for cell, cents in cells.items()} | (beside or {})
        super().__init__(*args, initial=initial, **kwargs)
        for row in budget.ROWS:
            for rank in range(1, years + 1):
                self.fields[f"{row.key}-{rank}"] = amount_field(row, first_year + rank - 1)
        for row in budget.COFUNDED:
            self.fields.update(cofunding_fields(row, self.pieces))
        self.fields[NOTE] = forms.CharField(
            label="Ce qu’il faut savoir pour lire ce plan",
            required=False,
            max_length=800,
            help_text="800 signes au plus.",
            widget=forms.Textarea(attrs={"rows": 3}),
        )  # fmt: skip
        self.beside = [name for name in self.fields if name.startswith("cofunding-") or name == NOTE]

    def cells(self):
        """{(side, account, year_rank): cents} of every valid cell; an empty one is 0."""
        return {
            (row.side, row.account, rank): self.cleaned_data[name] or 0
            for row in budget.ROWS
            for rank in range(1, self.years + 1)
            if (name := f"{row.key}-{rank}") in self.cleaned_data
        }

    def cofunded(self):
        """[(row, its fields)] of the lines that somebody else gives."""
        return [(row, [self[f"cofunding-{row.account}-{name}"] for name in FIELDS]) for row in budget.COFUNDED]


def name_of(cell):
    side, account, year_rank = cell
    return f"{side}-{account}-{year_rank}"


def amount_field(row, year):
    field = EuroCentsField(label=f"{row.label}, {year}", required=False, max_cents=budget.MAX_CENTS)
    field.widget.attrs |= {"aria-label": f"{row.label}, {year}, en euros"}
    return field


def cofunding_fields(row, pieces):
    """Who gives this line, whether it is obtained, and the joined piece that shows it."""
    named = [(key, piece.file.name) for key, piece in pieces.items()]
    made = {
        "funder": forms.CharField(label=f"{row.label} : nom du cofinanceur", max_length=200, required=False),
        "status": forms.ChoiceField(
            label=f"{row.label} : où en est cette aide ?",
            choices=[("", "Non précisé"), *CoFunding.Status.choices],
            required=False,
        ),
        "evidence": forms.ChoiceField(
            label=f"{row.label} : pièce qui le montre", choices=[("", "Aucune"), *named], required=False
        ),
    }
    for field in made.values():
        field.widget.attrs["aria-label"] = field.label
    return {f"cofunding-{row.account}-{name}": field for name, field in made.items()}


def plan_form(application, data=None):
    """The form of the plan of a dossier, with what is saved."""
    pieces = application.attachments.filter(removed_at=None).select_related("file").order_by("pk")
    return PlanForm(
        data,
        years=application.call_version.years,
        first_year=budget.first_year_of(application.wave),
        cells=budget.cells_of(application),
        beside=beside_of(application),
        pieces=pieces,
    )


def beside_of(application):
    """What is saved of the co-funders and the note, by the names of their fields."""
    project = project_of(application)
    if project is None:
        return {}
    found = {NOTE: project.plan_note}
    for one in application.cofunding.all():
        prefix = f"cofunding-{one.account}-"
        evidence = str(one.evidence.public_id) if one.evidence else ""
        found |= {f"{prefix}funder": one.funder, f"{prefix}status": one.status, f"{prefix}evidence": evidence}
    return found


def cofunding_of(values, pieces):
    """What `drafting.save_budget` wants of the fields beside the grid.

    Args:
        values: {name of a field: value}. pieces: {public id: `Attachment`}.
    """
    rows = {}
    for row in budget.COFUNDED:
        fields = {name: values.get(f"cofunding-{row.account}-{name}", "") for name in FIELDS}
        rows[row.account] = fields | {"evidence": pieces.get(fields["evidence"])}
    return {"cofunding_rows": rows, "note": values.get(NOTE, "").strip()}
