"""Writing the cells of a financing plan, inside the transaction of `drafting.save_budget`."""

from accounts.errors import Refusal
from accounts.french import integer
from applications import budget
from applications.models import BudgetEntry


def refuse_bad_cell(call_version, cell, cents):
    side, account, year_rank = cell
    row = budget.ROW_BY_CELL.get((side, account))
    if row is None or not 1 <= year_rank <= call_version.years:
        raise Refusal("Cette ligne n’existe pas dans le plan de financement. Rechargez la page.")
    field = f"{row.key}-{year_rank}"
    if cents is not None and cents < 0:
        raise Refusal(f"« {row.label} » ne peut pas être négatif. Écrivez un montant positif.", field=field)
    if cents is not None and cents > budget.MAX_CENTS:
        limit = integer(budget.MAX_CENTS // 100)
        raise Refusal(f"« {row.label} » est trop grand : écrivez au plus {limit} €.", field=field)


def write_cells(application, cells):
    """Only what differs is written: one query for what changed, one for each cell that was emptied."""
    before = budget.cells_of(application)
    emptied = [cell for cell, cents in cells.items() if not cents and cell in before]
    for side, account, year_rank in emptied:
        application.budget.filter(side=side, account=account, year_rank=year_rank).delete()
    changed = {cell: cents for cell, cents in cells.items() if cents and before.get(cell) != cents}
    BudgetEntry.objects.bulk_create(
        [
            BudgetEntry(application=application, side=side, account=account, year_rank=year_rank, cents=cents)
            for (side, account, year_rank), cents in changed.items()
        ],
        update_conflicts=True,
        unique_fields=["application", "side", "account", "year_rank"],
        update_fields=["cents"],
    )
