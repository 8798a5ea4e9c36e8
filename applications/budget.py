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
    """One line of the plan. A `cofunded` one says who gives, and whether it is obtained; a `rare` one is folded."""

    side: str
    account: str
    label: str
    hint: str = ""
    number: str = ""
    cofunded: bool = False
    rare: bool = False

    @property
    def key(self):
        return f"{self.side}-{self.account}"

    @property
    def shown_number(self):
        """The accounting number that the reader knows (60–69, 70–79, 86, 87)."""
        return self.number or self.account[:2]


def expense(account, label, hint="", **more):
    return Row(Side.EXPENSE, account, label, hint, **more)


def resource(account, label, hint="", **more):
    return Row(Side.RESOURCE, account, label, hint, **more)


PREMISES, PREMISES_GIVEN = "86-premises", "87-premises"
EXPENSES = (
    expense("60", "Achats", "Fournitures, petit matériel, énergie"),
    expense("61", "Services extérieurs", "Loyer, entretien, assurance"),
    expense("62", "Autres services extérieurs", "Intervenants, communication, déplacements"),
    expense("63", "Impôts et taxes"),
    expense("64", "Salaires et charges", "Poste d’animation compris"),
    expense("65", "Autres charges de gestion courante"),
    expense("66", "Charges financières", "Intérêts, frais d’emprunt", rare=True),
    expense("67", "Charges exceptionnelles", rare=True),
    expense("68", "Amortissements et provisions", "Part annuelle du matériel qui dure"),
    expense("69", "Impôts sur les bénéfices, participation", rare=True),
    expense("86", "Emploi des contributions volontaires", "Bénévolat, dons en nature, prestations gratuites"),
    expense(PREMISES, "Locaux mis à disposition", "Ce que coûterait leur loyer", number="861"),
)
REQUESTED = Row(Side.REQUESTED, "74", "Subvention demandée à cet appel")
RESOURCES = (
    resource("70", "Recettes du lieu", "Ventes, locations, prestations, adhésions au service"),
    resource("71", "Production stockée", rare=True),
    resource("72", "Production immobilisée", rare=True),
    resource("73", "Dotations et produits de tarification", rare=True),
    resource("74-state", "État, hors cet appel", cofunded=True),
    resource("74-region", "Région", cofunded=True),
    resource("74-department", "Département", cofunded=True),
    resource("74-municipality", "Commune et intercommunalité", cofunded=True),
    resource("74-europe", "Fonds européens", cofunded=True),
    resource("74-employment", "Aides à l’emploi", cofunded=True),
    resource("74-other", "Autres aides publiques", cofunded=True),
    resource("75", "Cotisations, dons, mécénat", cofunded=True),
    resource("76", "Produits financiers", rare=True),
    resource("77", "Produits exceptionnels", rare=True),
    resource("78", "Reprises sur amortissements et provisions", rare=True),
    resource("79", "Transferts de charges", rare=True),
    resource("87", "Contributions volontaires", "La contrepartie exacte du compte 86"),
    resource(PREMISES_GIVEN, "Locaux mis à disposition", "La contrepartie exacte du compte 861", number="871"),
)
COFUNDED = tuple(row for row in RESOURCES if row.cofunded)
IN_KIND = ("86", PREMISES, "87", PREMISES_GIVEN)
# What counts with the grant asked for as the State's money.
STATE_ACCOUNTS = ("74-state",)
CERTIFIED_ACCOUNTS_ABOVE_CENTS = 15_300_000
"""Above, in cash subsidies in one year, accounts are certified and published (code de commerce L612-4, D612-5)."""
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


def cash_expenses(cells):
    """Cents spent over all the years, without what is given in kind."""
    kept = (c for (side, account, _), c in cells.items() if side == Side.EXPENSE and account not in IN_KIND)
    return sum(kept)


def state_money(cells):
    """Cents that the State would pay over all the years: what is asked for here, and its other subsidies."""
    other = sum(c for (side, account, _), c in cells.items() if side == Side.RESOURCE and account in STATE_ACCOUNTS)
    return requested(cells) + other


def state_share(cells):
    """Ten-thousandths of the cash expenses that the State would pay, rounded up; None when nothing is spent."""
    spent_cents = cash_expenses(cells)
    return -(-state_money(cells) * 10_000 // spent_cents) if spent_cents else None


def subsidies(cells, year_rank):
    """Cents of public subsidies in cash in one year: accounts 74, and what is asked for here."""
    given = (
        c
        for (side, account, year), c in cells.items()
        if year == year_rank and (side == Side.REQUESTED or (side == Side.RESOURCE and account.startswith("74")))
    )
    return sum(given)  # fmt: skip


def years_to_certify(cells, years):
    """[(year rank, cents)] of the years whose subsidies pass 153 000 €."""
    totals = [(rank, subsidies(cells, rank)) for rank in range(1, years + 1)]
    return [(rank, cents) for rank, cents in totals if cents > CERTIFIED_ACCOUNTS_ABOVE_CENTS]


def problems(cells, *, years, bounds, first_year, state_share_max=None, premises=()):
    """Everything that keeps a plan from being sent, in the order of the page.

    Args:
        cells: the plan, in cents.
        years: how many years the call funds.
        bounds: the `SegmentBounds` of the dossier, or None when the call has none for its segment.
        first_year: civil year of the project's first year, to name the columns.
        state_share_max: percentage of the cash expenses that the State may pay at most, or None.
        premises: (name, cents a year) of each place that a local authority or another lends.
    """
    found = []
    for rank in range(1, years + 1):
        name = first_year + rank - 1
        found += over_cap(cells, rank, name, bounds)
        found += unbalanced(cells, rank, name)
        found += volunteering(cells, rank, name)
    if not any(spent(cells, rank) for rank in range(1, years + 1)):
        found.append(BudgetProblem("balance", 0, "Le plan est vide. Écrivez vos dépenses et vos ressources."))
    found += out_of_bounds(cells, bounds)
    found += over_state_share(cells, state_share_max)
    return found + missing_premises(cells, years, first_year, premises)


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
    return [
        *mirror(cells, rank, name, ("86", "87"), "volunteering", "les contributions volontaires diffèrent"),
        *mirror(cells, rank, name, (PREMISES, PREMISES_GIVEN), "premises", "les locaux mis à disposition diffèrent"),
    ]


def mirror(cells, rank, name, accounts, row, what):
    """What is given in kind is worth the same on both sides."""
    used, given = cells.get((Side.EXPENSE, accounts[0], rank), 0), cells.get((Side.RESOURCE, accounts[1], rank), 0)
    if used == given:
        return []
    numbers = ROW_BY_CELL[Side.EXPENSE, accounts[0]].shown_number, ROW_BY_CELL[Side.RESOURCE, accounts[1]].shown_number
    sentence = (
        f"En {name}, {what} : {euros(used)} en dépense (compte {numbers[0]}), "
        f"{euros(given)} en ressource (compte {numbers[1]}). Écrivez le même montant des deux côtés."
    )
    return [BudgetProblem(row, rank, sentence)]


def over_state_share(cells, most):
    """The State pays at most this percentage of what is spent in cash; compared without rounding."""
    asked, spent_cents = state_money(cells), cash_expenses(cells)
    if most is None or not spent_cents or asked * 100 <= most * spent_cents:
        return []
    # `asked - x <= most % of spent`: the least x, in whole cents.
    excess = asked - most * spent_cents // 100
    sentence = (
        f"L’État paierait {euros(asked)} sur {euros(spent_cents)} de dépenses, hors contributions en nature ; l’appel "
        f"limite sa part à {most} %. Baissez votre demande de {euros(excess)}, ou trouvez d’autres ressources."
    )
    return [BudgetProblem("state-share", 0, sentence)]


def missing_premises(cells, years, first_year, premises):
    """A place that is lent is a contribution in kind: the plan carries its value, and never more than it."""
    worth = sum(cents for _, cents in premises)
    carried = [cells.get((Side.EXPENSE, PREMISES, rank), 0) for rank in range(1, years + 1)]
    if worth and not any(carried):
        names = ", ".join(name for name, _ in premises)
        sentence = (
            f"Des locaux vous sont mis à disposition ({names}), pour une valeur de {euros(worth)} par an. Portez-la "
            "au plan : compte 861 en dépense, compte 871 en ressource."
        )
        return [BudgetProblem("premises", 0, sentence)]
    over = [(rank, cents) for rank, cents in enumerate(carried, start=1) if cents > worth]
    return [
        BudgetProblem("premises", rank, too_much_lent(first_year + rank - 1, cents, worth)) for rank, cents in over
    ]


def too_much_lent(name, cents, worth):
    if not worth:
        return (
            f"En {name}, le plan porte {euros(cents)} de locaux mis à disposition (compte 861). Dites dans « Le "
            "projet et ses lieux » qui les met à disposition, à quel titre, jusqu’à quand et pour quelle valeur."
        )
    return (
        f"En {name}, le plan porte {euros(cents)} de locaux mis à disposition, plus que les {euros(worth)} par an que "
        "disent vos lieux. Corrigez l’un ou l’autre."
    )


def out_of_bounds(cells, bounds):
    if bounds is None:
        sentence = (
            "L’appel ne fixe pas de montant pour ce segment. Choisissez un autre segment dans « L’adresse du lieu »."
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
        BudgetProblem("total", 0, f"L’appel donne de {low} à {high} en tout ; vous demandez {euros(asked)}. {remedy}")
    ]
