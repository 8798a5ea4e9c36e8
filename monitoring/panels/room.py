"""How many more fabriques can be funded, and until when, as a panel."""

import datetime

from accounts.french import euros, integer, long_date, millions, plural
from funding.outlook.affordable import Outlook, YearRoom, before_pace, pace_of
from monitoring.panels.drawing import Series, count, grouped_bars
from monitoring.panels.rows import FLOWS
from monitoring.panels.tables import Panel, Row, Table


def affordable_panel(facts):
    found = outlook_of(facts)
    return Panel(
        "fabriques-possibles",
        "Fabriques que l’on peut encore financer",
        affordable_sentence(found),
        [affordable_drawing(facts, found)],
        [rooms_table(facts, found), until_table(facts, found)],
        notes_of(facts),
    )


def notes_of(facts):
    force = facts.figures.promises.in_force
    against = f", contre {millions(granted_of(force))} annoncés" if force else ""
    fund = f" ({millions(force.fund_cents)})" if force and force.fund_cents else ""
    return [
        "Attribution moyenne : engagé net ÷ attributions engagées sur les AE de l’année, à défaut de la dernière "
        "année qui en a. Premier versement : la même moyenne ÷ les années de l’échéancier.",
        "AE et CP sont comptés chaque année ; le plus petit des deux nombres l’emporte. Une année que rien "
        "n’ouvre encore ne finance rien.",
        f"Subventions seules{against} : le fonds d’investissement{fund} n’y est jamais ajouté.",
    ]


def granted_of(force):
    """Grants that the statement in force announces, in cents."""
    return (force.grants_cents or force.amount_cents) if force else 0


def outlook_of(facts):
    average, first_payment = average_of(facts)
    ae, cp = facts.by_year("ae-restant"), facts.by_year("cp-disponible")
    opened, cp_opened = facts.by_year("ae-ouvert"), facts.by_year("cp-ouvert")
    waiting: dict[int, int] = {}
    for part in facts.left.waiting_for_cp:
        if not part.ordered:
            year = max(part.expected_on.year, facts.year)
            waiting[year] = waiting.get(year, 0) + part.cents
    years = range(facts.year, facts.year + 3)
    rooms = [
        YearRoom(
            year,
            ae.get(year, 0) if opened.get(year) else None,
            cp.get(year, 0) if cp_opened.get(year) else None,
            waiting.get(year, 0),
            average,
            first_payment,
        )
        for year in years
    ]
    granted = granted_of(facts.figures.promises.in_force)
    grants_opened = sum(cents for cents in opened.values())
    return Outlook(
        rooms,
        average,
        facts.figures.places.total("laureates"),
        facts.figures.promises.target,
        max(granted - grants_opened, 0),
        pace_of(facts.figures.places.steps["selected"], facts.day),
        facts.day,
    )


def average_of(facts):
    """(average award, its first payment), whole euros; zeros before the first award."""
    by_year: dict[int, dict[int, int]] = {}
    for (kind, award, _, year), cents in facts.held.items():
        if kind in FLOWS["ae-engage"].kinds and cents > 0:
            of = by_year.setdefault(year, {})
            of[award] = of.get(award, 0) + cents
    if not (past := [year for year in by_year if year <= facts.year]):
        return 0, 0
    awards = by_year[max(past)]
    average = sum(awards.values()) // len(awards) // 100 * 100
    years = facts.schedule_years
    return average, average // max(years, 1) // 100 * 100


def affordable_sentence(found):
    if not found.average:
        return f"{plural(found.laureates, 'lauréate')} ; aucune attribution engagée, donc pas de moyenne pour compter."
    start = (
        f"{plural(found.laureates, 'lauréate')}"
        + (f" sur {integer(found.target)}" if found.target else "")
        + f" ; à {euros(found.average)} en moyenne, ce qui est ouvert finance encore "
        f"{plural(found.opened_places, 'fabrique')}"
    )
    if found.until is None:
        return f"{start}. Aucune lauréate depuis deux ans : pas de rythme pour dire jusqu’à quand."
    return f"{start}, jusqu’au {long_date(found.until)} au rythme des deux dernières années."


def affordable_drawing(facts, found):
    labels = [str(one.year) for one in found.years]
    series = [
        Series("places que paient les AE", "engage", [one.by_ae for one in found.years]),
        Series("places que paient les CP", "paye", [one.by_cp for one in found.years]),
    ]
    text = " ; ".join(
        f"{one.year} : AE {'—' if one.by_ae is None else one.by_ae}, CP {'—' if one.by_cp is None else one.by_cp}"
        for one in found.years
    )
    return grouped_bars(
        f"Fabriques de plus que chaque année peut financer, au {long_date(facts.day)}", text, labels, series,
        unit=count,
    )  # fmt: skip


LIMITS = {"ae": "AE", "cp": "CP", "": "—"}


def rooms_table(facts, found):
    columns = [
        ("AE restantes", "cents"), ("Places (AE)", "integer"), ("CP disponibles", "cents"),
        ("CP attendus par les attributions", "cents"), ("CP libres", "cents"), ("Places (CP)", "integer"),
        ("Places", "integer"), ("Ce qui manque d’abord", "text"),
    ]  # fmt: skip
    rows, left = [], facts.to.movements("ae-restant", instrument="grant")
    for one in found.years:
        first, last = facts.first_and_last(one.year)
        ae, cp = (
            facts.to.movements(flow, exercice=one.year, instrument="grant") for flow in ("ae-restant", "cp-disponible")
        )
        waiting = facts.to.instalments(
            prevue_du=first if one.year > facts.year else None, prevue_au=last, nature="sans-cp"
        )
        # What is computed opens the rows of what it is computed from: the least of the two says which.
        urls = [ae, ae, cp, waiting, waiting, cp, cp if one.limit == "cp" else ae]
        values = [
            one.ae_left, one.by_ae, one.cp_left, one.cp_need, one.cp_free, one.by_cp, one.places, LIMITS[one.limit],
        ]  # fmt: skip
        rows.append(Row(str(one.year), values, urls))
    return Table(
        "annees", f"Ce que chaque année peut encore financer, à {euros(found.average)} l’une, premier versement de "
        f"{euros(found.years[0].first_payment)}", "Année", columns, rows,
        Row("Total", [None, found.by_ae, *[None] * 4, found.opened_places, ""], ["", left, *[""] * 4, left]),
        note="Un tiret : rien n’est ouvert pour cette année-là.",
    )  # fmt: skip


def until_table(facts, found):
    to = facts.to
    standing, statements = to.places(etape="standing"), to.at("monitoring:statements")
    left, pace = to.movements("ae-restant", instrument="grant"), since_two_years(facts)
    rows = [
        Row("Lauréates", [integer(found.laureates)], [standing]),
        Row("Cible en vigueur", [integer(found.target) if found.target else "non connue"], [statements]),
        Row("Manquent", [integer(found.missing) if found.target else "—"], [standing]),
        Row("Ce qui est ouvert en finance encore", [integer(found.opened_places)], [left]),
        Row("Subventions annoncées que rien n’ouvre", [euros(found.promised_left)], [statements]),
        Row("qui en financeraient", [integer(found.promised_places)], [statements]),
        Row("AE à ouvrir pour atteindre la cible", [euros(found.to_open) if found.target else "—"], [left]),
        Row("Rythme (lauréates par an, sur deux ans)", [f"{found.pace:.1f}".replace(".", ",")], [pace]),
        Row("Ce qui est ouvert suffit jusqu’au", [long_date(found.until)], [pace]),
        Row("Cible atteinte à ce rythme le", [long_date(found.target_day)], [pace]),
    ]
    return Table("jusqu-a-quand", "Jusqu’à quand, contre la cible", "", [("Valeur", "text")], rows)


def since_two_years(facts):
    """The laureates that make the pace."""
    first = before_pace(facts.day) + datetime.timedelta(days=1)
    return facts.to.places(etape="standing", laureate_du=first, laureate_au=facts.day)
