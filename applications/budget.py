"""The financing plan: its fixed rows (as in CERFA 12156) and what is wrong in it, told with the remedy.

Amounts in cents. A plan is a dict {(side, account, year_rank): cents}; a cell that is absent is worth nothing.
"""

from dataclasses import dataclass

from accounts.french import euros
from applications.models import BudgetEntry

Side = BudgetEntry.Side
MAX_CENTS = 10_000_000_000


@dataclass(frozen=True)
class Row:
    side: str
    account: str
    label: str
    hint: str = ""

    @property
    def key(self):
        return f"{self.side}-{self.account}"


EXPENSES = (
    Row(Side.EXPENSE, "60", "Achats", "Fournitures, petit matériel, énergie"),
    Row(Side.EXPENSE, "61", "Services extérieurs", "Loyer, entretien, assurance"),
    Row(Side.EXPENSE, "62", "Autres services extérieurs", "Intervenants, communication, déplacements"),
    Row(Side.EXPENSE, "63", "Impôts et taxes"),
    Row(Side.EXPENSE, "64", "Salaires et charges", "Poste d’animation compris"),
    Row(Side.EXPENSE, "65", "Autres charges de gestion courante"),
    Row(Side.EXPENSE, "68", "Amortissements et provisions", "Part annuelle du matériel qui dure"),
    Row(Side.EXPENSE, "86", "Emploi des contributions volontaires", "Bénévolat, mises à disposition gratuites"),
)
REQUESTED = Row(Side.REQUESTED, "74", "Subvention demandée à cet appel")
RESOURCES = (
    Row(Side.RESOURCE, "70", "Recettes du lieu", "Ventes, locations, prestations, adhésions au service"),
    Row(Side.RESOURCE, "74-state", "État, hors cet appel"),
    Row(Side.RESOURCE, "74-region", "Région"),
    Row(Side.RESOURCE, "74-department", "Département"),
    Row(Side.RESOURCE, "74-municipality", "Commune et intercommunalité"),
    Row(Side.RESOURCE, "74-europe", "Fonds européens"),
    Row(Side.RESOURCE, "74-employment", "Aides à l’emploi"),
    Row(Side.RESOURCE, "74-other", "Autres aides publiques"),
    Row(Side.RESOURCE, "75", "Cotisations, dons, mécénat"),
    Row(Side.RESOURCE, "87", "Contributions volontaires", "La contrepartie exacte du compte 86"),
)
ROWS = (*EXPENSES, REQUESTED, *RESOURCES)
ROW_BY_CELL = {(row.side, row.account): row for row in ROWS}


@dataclass(frozen=True)
class BudgetProblem:
    """What is wrong, on which row ("requested-74", "balance", "volunteering", "total"), in which year (0: all)."""

    row: str
    year_rank: int
    sentence: str


def cells_of(application):
    """{(side, account, year_rank): cents} of a dossier; one query unless prefetched."""
    return {(entry.side, entry.account, entry.year_rank): entry.cents for entry in application.budget.all()}


def first_year_of(wave):
    """Civil year in which the project's first year begins: that of the announcement, else of the closing."""
    day = wave.announcement_on or wave.closes_at or wave.opens_at
    return day.year if day else 1


def year_total(cells, year_rank, *sides):
    return sum(cents for (side, _, year), cents in cells.items() if year == year_rank and side in sides)


def spent(cells, year_rank):
    return year_total(cells, year_rank, Side.EXPENSE)


def financed(cells, year_rank):
    return year_total(cells, year_rank, Side.RESOURCE, Side.REQUESTED)


def requested(cells, year_rank=None):
    """Cents asked for in one year of the project, or over all of them."""
    return sum(c for (side, _, year), c in cells.items() if side == Side.REQUESTED and year_rank in (None, year))


def problems(cells, *, years, bounds, first_year):
    """Everything that keeps a plan from being sent, in the order of the page.

    Args:
        cells: the plan, in cents.
        years: how many years the call funds.
        bounds: the `SegmentBounds` of the dossier, or None when the call has none for its segment.
        first_year: civil year of the project's first year, to name the columns.
    """
    found = []
    for rank in range(1, years + 1):
        name = first_year + rank - 1
        found += over_cap(cells, rank, name, bounds)
        found += unbalanced(cells, rank, name)
        found += volunteering(cells, rank, name)
    if not any(spent(cells, rank) for rank in range(1, years + 1)):
        found.append(BudgetProblem("balance", 0, "Le plan est vide. Écrivez vos dépenses et vos ressources."))
    return found + out_of_bounds(cells, bounds)


def over_cap(cells, rank, name, bounds):
    asked = requested(cells, rank)
    if bounds is None or asked <= bounds.year_cap_cents:
        return []
    cap, excess = euros(bounds.year_cap_cents), euros(asked - bounds.year_cap_cents)
    return [
        BudgetProblem(
            REQUESTED.key,
            rank,
            f"{name} dépasse de {excess} le plafond de {cap} par an. Baissez ce montant, "
            f"ou passez {excess} sur une autre année.",
        )
    ]


def unbalanced(cells, rank, name):
    expenses, resources = spent(cells, rank), financed(cells, rank)
    if expenses == resources:
        return []
    gap = euros(abs(expenses - resources))
    if expenses > resources:
        sentence = (
            f"En {name}, il manque {gap} de ressources. Ajoutez une ressource, ou baissez les dépenses d’autant."
        )
    else:
        sentence = f"En {name}, les ressources dépassent les dépenses de {gap}. Baissez une ressource d’autant."
    return [BudgetProblem("balance", rank, sentence)]


def volunteering(cells, rank, name):
    used, given = cells.get((Side.EXPENSE, "86", rank), 0), cells.get((Side.RESOURCE, "87", rank), 0)
    if used == given:
        return []
    sentence = (
        f"En {name}, les contributions volontaires diffèrent : {euros(used)} en dépense (compte 86), "
        f"{euros(given)} en ressource (compte 87). Écrivez le même montant des deux côtés."
    )
    return [BudgetProblem("volunteering", rank, sentence)]


def out_of_bounds(cells, bounds):
    if bounds is None:
        sentence = (
            "L’appel ne fixe pas de montant pour ce segment. Choisissez un autre segment dans « L’adresse du lieu »."
        )
        return [BudgetProblem("total", 0, sentence)]
    asked, low, high = requested(cells), euros(bounds.min_cents), euros(bounds.max_cents)
    if bounds.min_cents <= asked <= bounds.max_cents:
        return []
    if asked > bounds.max_cents:
        remedy = f"Baissez votre demande de {euros(asked - bounds.max_cents)}."
    else:
        remedy = f"Demandez au moins {euros(bounds.min_cents - asked)} de plus."
    return [
        BudgetProblem("total", 0, f"L’appel donne de {low} à {high} en tout ; vous demandez {euros(asked)}. {remedy}")
    ]
