"""The financing plan as a page shows it: rows with their amounts, their totals, and the rules, verified."""

from dataclasses import dataclass, field

from accounts.french import euros
from applications import budget, parts
from applications.completeness import bounds_of
from applications.part_pages import ceilings_of, state_share_text


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
    """One rule, kept or not; None: said for information."""

    ok: bool | None
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
    def common_expenses(self):
        return [line for line in self.expenses if not line.row.rare]

    @property
    def rare_expenses(self):
        return [line for line in self.expenses if line.row.rare]

    @property
    def common_resources(self):
        return [line for line in self.resources if not line.row.rare]

    @property
    def rare_resources(self):
        return [line for line in self.resources if line.row.rare]

    @property
    def uses_rare_expenses(self):
        return any(line.total or line.messages for line in self.rare_expenses)

    @property
    def uses_rare_resources(self):
        return any(line.total or line.messages for line in self.rare_resources)

    @property
    def other_problems(self):
        """Those that no rule of the call and no message under a row tells already."""
        return [
            problem
            for problem in self.problems
            if problem.row in ("balance", "volunteering", "premises", "state-share")
        ]


def grid_of(application, form, cells):
    """Everything that the page of the plan shows.

    Args:
        form: the `PlanForm`, bound or not.
        cells: the amounts to add up, {(side, account, year_rank): cents}.
    """
    years, first = application.call_version.years, budget.first_year_of(application.wave)
    bounds = bounds_of(application)
    said, most = parts.parts_of(application), application.call_version.state_share_max_percent
    found = budget.problems(
        cells, years=years, bounds=bounds, first_year=first, state_share_max=most, premises=parts.lent_premises(said)
    )
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
        rules=[*rules_of(cells, ranks, first, bounds), *rules_on_aid(application, said, cells, first, most)],
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
        f"{first + rank - 1} : {error}" for rank, field in zip(ranks, fields, strict=True) for error in field.errors
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


def rules_on_aid(application, said, cells, first, most):
    """The State's share, de minimis, certified accounts: each kept, not kept, or said for information."""
    share = budget.state_share(cells)
    rules = []
    if share is not None:
        limit = f"L’État paie au plus {most}\u00a0% des dépenses." if most else "L’appel ne fixe pas de part maximale."
        ok = budget.over_state_share(cells, most) == [] if most else None
        rules.append(Rule(ok, limit, f"Part de l’État : {state_share_text(cells, share)}."))
    for one in ceilings_of(application.organisation, said, budget.requested(cells)):
        text = one.refusal or f"{one.name} : {one.received} reçus et {one.asked} demandés ; il reste {one.left}."
        rules.append(Rule(not one.refusal, f"Moins de {one.ceiling} d’aides de minimis sur trois ans.", text))
    if years := budget.years_to_certify(cells, application.call_version.years):
        named = ", ".join(f"{euros(cents)} en {first + rank - 1}" for rank, cents in years)
        text = f"Votre plan en compte {named} : une association ou une fondation fait alors certifier ses comptes."
        rules.append(Rule(None, "Plus de 153\u00a0000\u00a0€ de subventions dans l’année.", text))
    return rules
