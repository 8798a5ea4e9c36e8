"""The financing plan as a page shows it: rows with their amounts, their totals, and the rules, verified."""

from dataclasses import dataclass, field

from accounts.french import euros
from applications import budget
from applications.completeness import bounds_of


@dataclass
class GridRow:
    """One line: its cells are bound fields; `messages` stand under the row, {kind: "error"} with the sentence."""

    row: budget.Row
    cells: list
    total: int
    messages: list = field(default_factory=list)

    @property
    def key(self):
        return self.row.key


@dataclass
class Rule:
    ok: bool
    title: str
    text: str


@dataclass
class Grid:
    years: list
    expenses: list
    resources: list
    expense_totals: list
    resource_totals: list
    gaps: list
    problems: list
    rules: list
    started: bool

    @property
    def lines(self):
        return [*self.expenses, *self.resources]

    @property
    def other_problems(self):
        """Those that no rule of the call and no message under a row tells already."""
        return [problem for problem in self.problems if problem.row in ("balance", "volunteering")]


def grid_of(application, form, cells):
    """Everything that the page of the plan shows.

    Args:
        form: the `PlanForm`, bound or not.
        cells: the amounts to add up, {(side, account, year_rank): cents}.
    """
    years, first = application.call_version.years, budget.first_year_of(application.wave)
    bounds = bounds_of(application)
    found = budget.problems(cells, years=years, bounds=bounds, first_year=first)
    ranks = range(1, years + 1)
    spent = [budget.spent(cells, rank) for rank in ranks]
    financed = [budget.financed(cells, rank) for rank in ranks]
    return Grid(
        years=[first + rank - 1 for rank in ranks],
        expenses=[grid_row(row, form, cells, ranks, found, first) for row in budget.EXPENSES],
        resources=[grid_row(row, form, cells, ranks, found, first) for row in (budget.REQUESTED, *budget.RESOURCES)],
        expense_totals=labelled(spent, first),
        resource_totals=labelled(financed, first),
        gaps=[gap_of(a, b) for a, b in zip([*financed, sum(financed)], [*spent, sum(spent)], strict=True)],
        problems=found,
        rules=rules_of(cells, ranks, first, bounds),
        started=bool(cells),
    )


def labelled(cents, first):
    """[(year, cents)], then ("", their sum)."""
    return [*((first + n, one) for n, one in enumerate(cents)), ("", sum(cents))]


def gap_of(resources, expenses):
    """(balanced, sentence) of one column."""
    gap = resources - expenses
    if gap == 0:
        return True, "équilibré"
    return False, f"il manque {euros(-gap)}" if gap < 0 else f"{euros(gap)} de trop"


def grid_row(row, form, cells, ranks, found, first):
    fields = [form[f"{row.key}-{rank}"] for rank in ranks]
    sentences = [problem.sentence for problem in found if problem.row == row.key]
    typed = [
        f"{first + rank - 1} : {error}" for rank, field in zip(ranks, fields, strict=True) for error in field.errors
    ]
    total = sum(cells.get((row.side, row.account, rank), 0) for rank in ranks)
    over = {problem.year_rank for problem in found if problem.row == row.key}
    marked = [(field, first + rank - 1, rank in over) for rank, field in zip(ranks, fields, strict=True)]
    return GridRow(row, marked, total, typed + sentences)


def rules_of(cells, ranks, first, bounds):
    """The amounts that the call fixes, each kept or not."""
    if bounds is None:
        return []
    asked = [budget.requested(cells, rank) for rank in ranks]
    total = sum(asked)
    by_year = ", ".join(f"{euros(cents)} en {first + n}" for n, cents in enumerate(asked))
    return [
        Rule(max(asked) <= bounds.year_cap_cents, f"{euros(bounds.year_cap_cents)} au plus par an.",
             f"Vous demandez {by_year}."),
        Rule(bounds.min_cents <= total <= bounds.max_cents,
             f"De {euros(bounds.min_cents)} à {euros(bounds.max_cents)} en tout.", f"Vous demandez {euros(total)}."),
    ]  # fmt: skip
