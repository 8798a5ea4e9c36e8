"""Money on the board: from the announcement to the payment, AE and CP by year, how long instalments wait."""

import datetime

from django.urls import reverse

from accounts.french import long_date, millions, plural
from funding.envelopes.standing import funds_on
from funding.models import Source
from monitoring import charts
from monitoring.money import CURVES, cumulated, gain
from monitoring.panels.drawing import Series, count, grouped_bars
from monitoring.panels.facts import FUND, GRANT
from monitoring.panels.schedule import FUND_APART, percent
from monitoring.panels.shapes import money_drawing
from monitoring.panels.tables import Panel, Row, Table
from monitoring.panels.waiting import AGES, OWED, ageing

STEPS = (
    ("ouvert", "Ouvert (AE)", "opened", "ae-ouvert"),
    ("engage", "Engagé", "committed", "ae-engage"),
    ("paye", "Payé", "paid", "ae-liquide"),
)

# --- De l'annonce au paiement ------------------------------------------------------------------------------------


def chain_panel(facts):
    table = chain_table(facts)
    said = " ; ".join(f"{row.label[0].lower()}{row.label[1:]} {millions(row.values[0] or 0)}" for row in table.rows)
    return Panel(
        "argent",
        "De l’annonce au paiement",
        f"Au {long_date(facts.day)}, subventions : {said}.",
        [chain_drawing(facts)],
        [table, years_table(facts), fund_table(facts)],
        [
            "Les annonces ne s’additionnent jamais : celle en vigueur est la dernière que rien n’a reprise. "
            "Engagé à la date de l’acte, payé à celle du comptable.",
            "Le fonds d’investissement est un instrument à part : il a son tableau, et il n’est pas dans les courbes.",
        ],
    )


def chain_drawing(facts):
    gains: dict[str, dict] = {name: {} for name in CURVES}
    for row in facts.months:
        for name, kinds in CURVES.items():
            if row.instrument == GRANT and (change := gain(row, kinds, row.cents)):
                gains[name][row.day] = gains[name].get(row.day, 0) + change
    curves = [(tone, label, cumulated(gains[name])) for tone, label, name, _ in STEPS]
    promises = facts.figures.promises
    chart = charts.money_chart(curves, promises.in_force, promises.statements, facts.day)
    return money_drawing(chart, facts) if chart else None


def chain_table(facts):
    """The grants alone, each step against what was announced of them."""
    force, to = facts.figures.promises.in_force, facts.to
    grants = (force.grants_cents or force.amount_cents) if force else None
    rows = [Row("Annoncé", [grants, None], [to.at("monitoring:statements")])]
    for label, flow in (
        ("Ouvert (AE)", "ae-ouvert"), ("Réservé", "ae-reserve"), ("Engagé", "ae-engage"), ("Payé", "ae-liquide"),
        ("Reste à payer", "ae-a-payer"),
    ):  # fmt: skip
        cents = sum(facts.by_year(flow).values())
        rows.append(Row(label, [cents, percent(cents, grants)], [to.movements(flow, instrument=GRANT)] * 2))
    columns = [("Subventions", "cents"), ("Part de l’annoncé", "text")]
    return Table("etapes", "Où en est l’argent, subventions, cumul depuis l’origine, en euros", "Étape", columns, rows)


def fund_table(facts):
    """The investment fund, in a table of its own: what was announced of it, then each fund."""
    force, day = facts.figures.promises.in_force, facts.day
    url = f"{reverse('funding:funds')}?au={day.isoformat()}&connu_au={facts.clocks.known_on.isoformat()}"
    rows = [Row("Annoncé", [force.fund_cents, *[None] * 5], [facts.to.at("monitoring:statements")])] if force else []
    rows += [
        Row(
            one.fund.name,
            [one.fund.size_cents, one.engaged_cents, one.called_cents, one.value_cents, one.income_cents,
             one.lost_cents],
            [url] * 6,
        )
        for one in funds_on(day, known_on=facts.clocks.known_on, programme=facts.programme)
    ]  # fmt: skip
    columns = [
        ("Annoncé ou taille", "cents"), ("Souscrit ou accordé", "cents"), ("Appelé ou versé", "cents"),
        ("Valeur déclarée", "cents"), ("Distribué et intérêts", "cents"), ("Perdu", "cents"),
    ]  # fmt: skip
    caption = "Fonds d’investissement, à part des subventions, en euros"
    return Table("fonds", caption, "Fonds", columns, rows, note="Jamais ajouté aux subventions.")


def years_table(facts):
    """The points of the drawing: what was cumulated at the end of each year."""
    gains, to = facts.curves(GRANT), facts.to
    said = facts.figures.promises.statements
    days = [year for name in gains for year in gains[name]] + [one.stated_on.year for one in said]
    rows = []
    for year in range(min(days, default=facts.year), facts.year + 1):
        end = min(datetime.date(year, 12, 31), facts.day)
        force = in_force(said, end)
        sums = [sum(cents for of, cents in gains[name].items() if of <= year) for _, _, name, _ in STEPS]
        announced = (force.grants_cents or force.amount_cents) if force else None
        urls = [
            to.at("monitoring:statements"),
            *(to.movements(flow, instrument=GRANT, au_plus=end) for *_, flow in STEPS),
        ]
        rows.append(Row(long_date(end), [announced, *sums], urls))
    columns = [("Annoncé", "cents"), *((label, "cents") for _, label, _, _ in STEPS)]
    return Table("cumul", "Cumul à la fin de chaque année, subventions, en euros", "Au", columns, rows)


def in_force(statements, day):
    """The statement of money that held on a day (`Promises.in_force`, on another day)."""
    said = [one for one in statements if one.stated_on <= day]
    replaced = {one.supersedes_id for one in said}
    standing = [one for one in said if one.contradicts_id is None and one.pk not in replaced]
    return standing[-1] if standing else None


# --- AE et CP par exercice ---------------------------------------------------------------------------------------

AE_COLUMNS = (
    ("Ouvertes", "ae-ouvert"), ("Gelées", "ae-gele"), ("Réservées", "ae-reserve"), ("Engagées", "ae-engage"),
    ("Perdues", "ae-tombe"), ("Restantes", "ae-restant"),
)  # fmt: skip
CP_COLUMNS = (
    ("Ouverts", "cp-ouvert"), ("Gelés", "cp-gele"), ("Mis en paiement", "cp-ordonne"), ("Payés", "cp-paye"),
    ("Disponibles", "cp-disponible"),
)  # fmt: skip


def years_panel(facts):
    year = facts.year
    sentence = (
        f"Au {long_date(facts.day)}, exercice {year}, subventions : AE ouvertes "
        f"{millions(facts.of_year('ae-ouvert', year))}, engagées "
        f"{millions(facts.of_year('ae-engage', year))} ; CP ouverts "
        f"{millions(facts.of_year('cp-ouvert', year))}, payés {millions(facts.of_year('cp-paye', year))}."
    )
    tables = [axis_table(facts, "ae", AE_COLUMNS, GRANT), axis_table(facts, "cp", CP_COLUMNS, GRANT)]
    if facts.has_fund:
        tables += [axis_table(facts, "ae", AE_COLUMNS, FUND), axis_table(facts, "cp", CP_COLUMNS, FUND)]
    return Panel(
        "exercices",
        "AE et CP par exercice",
        sentence,
        [axes_drawing(facts)],
        tables,
        ["Ce qui reste d’un exercice clos est tombé. AE et CP ne s’additionnent jamais.", FUND_APART],
    )


def axes_drawing(facts):
    flows = ("ae-ouvert", "ae-engage", "cp-ouvert", "cp-paye")
    found = {flow: facts.by_year(flow) for flow in flows}
    years = sorted({year for of in found.values() for year, cents in of.items() if cents})
    tones = {"ae-ouvert": "ouvert", "ae-engage": "engage", "cp-ouvert": "reserve", "cp-paye": "paye"}
    names = {"ae-ouvert": "AE ouvertes", "ae-engage": "AE engagées", "cp-ouvert": "CP ouverts", "cp-paye": "CP payés"}
    series = [Series(names[flow], tones[flow], [found[flow].get(year, 0) for year in years]) for flow in flows]
    text = " ; ".join(
        f"{year} : " + ", ".join(f"{one.name} {millions(one.values[n])}" for one in series)
        for n, year in enumerate(years)
    )
    title = f"AE et CP par exercice, subventions, en millions d’euros, au {long_date(facts.day)}"
    return grouped_bars(title, text, [str(year) for year in years], series)


def axis_table(facts, axis, columns, instrument):
    found = {flow: facts.by_year(flow, instrument) for _, flow in columns}
    years = sorted({year for of in found.values() for year, cents in of.items() if cents})
    rows = [
        Row(
            f"{year}" + (" (clos)" if year < facts.year else ""),
            [found[flow].get(year, 0) for _, flow in columns],
            [facts.to.movements(flow, exercice=year, instrument=instrument) for _, flow in columns],
        )
        for year in years
    ]
    what = "subventions" if instrument == GRANT else "fonds d’investissement, à part"
    total = Row(
        f"Total, {Source.Instrument(instrument).label.split(' (')[0].lower()}",
        [sum(found[flow].values()) for _, flow in columns],
        [facts.to.movements(flow, instrument=instrument) for _, flow in columns],
    )
    key = axis if instrument == GRANT else f"{axis}-fonds"
    heads = [(label, "cents") for label, _ in columns]
    return Table(
        key, f"{axis.upper()} par exercice, {what}, en euros", "Exercice", heads, rows, total if rows else None
    )


# --- Depuis combien de temps -------------------------------------------------------------------------------------


def ageing_panel(facts):
    ages = ageing(facts.left.parts, facts.day)
    late = [ages[key] for key in ("90", "plus")]
    owed = [ages[key] for key in OWED]
    sentence = (
        f"Au {long_date(facts.day)}, {plural(sum(n for n, _ in owed), 'échéance exigible', 'échéances exigibles')} "
        f"({millions(sum(cents for _, cents in owed))}), dont {sum(n for n, _ in late)} depuis plus de soixante jours "
        f"({millions(sum(cents for _, cents in late))})."
    )
    labels = ["≤ 30 j", "31 à 60 j", "61 à 90 j", "> 90 j", "en retard", "à venir"]
    text = " ; ".join(f"{AGES[key]} : {number}" for key, (number, _) in ages.items())
    drawn = grouped_bars(
        f"Échéances non payées, par ancienneté, au {long_date(facts.day)}", text, labels,
        [Series("échéances", "engage", [number for number, _ in ages.values()])], unit=count,
    )  # fmt: skip
    rows = [
        Row(AGES[key], [number, cents], [facts.to.instalments(age=key)] * 2) for key, (number, cents) in ages.items()
    ]
    number, cents = (sum(values) for values in zip(*ages.values(), strict=True))
    total = Row("Total", [number, cents], [facts.to.instalments()] * 2)
    columns = [("Échéances", "integer"), ("Reste à payer", "cents")]
    caption = "Échéances non payées, par ancienneté de l’exigibilité, subventions, en euros"
    return Panel(
        "echeances",
        "Ancienneté des échéances",
        sentence,
        [drawn],
        [Table("anciennete", caption, "Ancienneté", columns, rows, total)],
        [
            "Soixante jours au plus pour payer, sauf autre délai de la convention (loi 2000-321, "
            "art. 10). « En retard » : la "
            "date prévue est passée, la condition n’est pas remplie.",
            FUND_APART,
        ],
    )
