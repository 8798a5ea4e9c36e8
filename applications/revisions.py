"""A sent version of a dossier, arranged for reading: what the form asked, the financing plan, the pieces. Pure."""

from dataclasses import dataclass

from accounts.french import euros
from applications import budget

Side = budget.Side
GROUPS = (
    ("Dépenses", budget.EXPENSES),
    ("Ressources", (budget.REQUESTED, *budget.RESOURCES)),
)


@dataclass(frozen=True)
class PlanRow:
    label: str
    amounts: list[str]


@dataclass(frozen=True)
class PlanTable:
    """The financing plan: columns are the civil years and a total; amounts as French text."""

    years: list[int]
    groups: list[tuple[str, list[PlanRow], PlanRow]]


def plan_of(content):
    """The `PlanTable` of a snapshot (`snapshots.snapshot`); rows without any amount are left out."""
    plan = content["budget"]
    cells = {(side, account, year): cents for side, account, year, cents in plan["cells"]}
    ranks = range(1, plan["years"] + 1)
    groups = []
    for title, rows in GROUPS:
        amounts = [(row, [cells.get((row.side, row.account, rank), 0) for rank in ranks]) for row in rows]
        filled = [PlanRow(label_of(row), with_total(cents)) for row, cents in amounts if any(cents)]
        total = [sum(cents[index] for _, cents in amounts) for index in range(len(ranks))]
        groups.append((title, filled, PlanRow(f"Total des {title.lower()}", with_total(total))))
    return PlanTable([plan["first_year"] + rank - 1 for rank in ranks], groups)


def label_of(row):
    return f"{row.shown_number} {row.label}"


def with_total(cents):
    return [euros(amount) for amount in [*cents, sum(cents)]]
