"""The « échéancier des CP » as a panel: each amount opens its movements or its instalments."""

import datetime

from accounts.french import euros, long_date, millions
from funding.outlook.jpe import Generation, over_years, window_of
from funding.outlook.refunds import needs_of, total
from monitoring.panels.drawing import Series, stacked_bars
from monitoring.panels.tables import Panel, Row, Table

# The fund is never added to the grants: it is said wherever a total could seem to hold it.
FUND_APART = "Subventions seules : le fonds d’investissement est un instrument à part, dans aucun de ces totaux."

# What is owed back to structures, in the address of its rows.
REFUNDS_ONLY = "remboursements"
REFUNDS = "Remboursements dus, hors AE"

TO_COME = ("to_come", "next", "after_next", "beyond")


def schedule_panel(facts):
    table, year = facts.jpe, facts.year
    due, owed = table.total, refund_cents(facts)
    sentence = (
        f"Au {long_date(facts.day)}, {millions(due.left + owed)} restent à payer : {millions(due.to_come + owed)} en "
        f"{year}, {millions(due.next)} en {year + 1}, {millions(due.after_next)} en {year + 2}, "
        f"{millions(due.beyond)} au-delà"
        + (f", et {millions(due.unplanned)} que rien ne planifie" if due.unplanned else "")
        + (f", dont {millions(owed)} de remboursements dus." if owed else ".")
    )
    return Panel(
        "echeancier-cp",
        "Échéancier des CP",
        sentence,
        [schedule_drawing(facts)],
        [schedule_table(facts), keys_table(facts), bill_table(facts)],
        schedule_notes(facts),
    )


def refund_cents(facts):
    """CP that what is owed back to structures waits for."""
    return total(facts.left.refunds) and sum(one.cents for one in needs_of(facts.left.refunds))


def refund_notes(facts):
    """What is owed back to structures, and which part of it takes CP."""
    if not (cents := total(facts.left.refunds)):
        return []
    owed = refund_cents(facts)
    return [
        f"{euros(cents)} sont à rendre à des structures dont le retrait est annulé : {euros(owed)} sur des CP, "
        f"comptés ici comme exigibles ; {euros(cents - owed)} que le comptable rend hors crédits, et qui n’y sont pas."
    ]


def schedule_drawing(facts):
    table, year = facts.jpe, facts.year
    labels = [str(year), str(year + 1), str(year + 2), f"après {year + 2}"]
    series = [
        Series("payé", "paye", [table.total.paid, 0, 0, 0]),
        Series(f"engagements antérieurs à {year}", "engage", [getattr(table.earlier, name) for name in TO_COME]),
        Series(f"engagements de {year}", "reserve", [getattr(table.new, name) for name in TO_COME]),
    ]
    if owed := refund_cents(facts):
        series.append(Series("remboursements dus", "alerte", [owed, 0, 0, 0]))
    text = " ; ".join(f"{label} : {millions(sum(one.values[n] for one in series))}" for n, label in enumerate(labels))
    return stacked_bars(
        f"CP par année de paiement, en millions d’euros, au {long_date(facts.day)}", text, labels, series
    )


def schedule_table(facts):
    table, year = facts.jpe, facts.year
    columns = [
        (f"Engagé non payé au 31/12/{year - 1}", "cents"), (f"Engagé en {year}", "cents"),
        (f"Retiré en {year}", "cents"), (f"CP {year} payés", "cents"), (f"CP {year} à payer", "cents"),
        (f"CP {year + 1}", "cents"), (f"CP {year + 2}", "cents"), (f"CP après {year + 2}", "cents"),
        ("Sans échéance", "cents"), ("Reste à payer", "cents"),
    ]  # fmt: skip
    rows = [row_of_year(facts, one) for one in table.generations if one.year < year]
    if rows:
        label = f"Engagements antérieurs à {year}"
        rows.append(generation_row(facts, label, table.earlier, strong=True, avant=year))
    rows += [row_of_year(facts, one) for one in table.generations if one.year >= year]
    return Table(
        "echeancier",
        "Engagements par génération d’AE et CP qui les paient, subventions, en euros",
        "AE de",
        columns,
        rows,
        with_refunds(facts, rows, generation_row(facts, "Total", table.total), held=(4, 9)),
        note=(
            "Pour chaque ligne : engagé non payé + engagé − retiré = payé + à payer + sans échéance. "
            "Une échéance en retard compte dans l’année en cours."
        ),
        empty="Rien n’était engagé à cette date.",
    )


def with_refunds(facts, rows, whole, held):
    """The total of a table of AE; what is owed back on CP has a row of its own, and is counted in it.

    Args:
        held: the columns of the CP to pay this year, and of what is left to pay.
    """
    if not (owed := refund_cents(facts)):
        return whole
    count, left = len(whole.values), facts.to.at("funding:remaining")
    rows.append(Row("Total des engagements", whole.values, whole.urls, strong=True))
    rows_of = facts.to.instalments(nature=REFUNDS_ONLY)
    rows.append(
        Row(
            REFUNDS,
            [owed if n in held else None for n in range(count)],
            [rows_of if n in held else "" for n in range(count)],
        )
    )
    values = [cents + owed if n in held else cents for n, cents in enumerate(whole.values)]
    return Row("Total", values, [left if n == held[1] else url for n, url in enumerate(whole.urls)])


def amounts(one: Generation):
    return (
        one.before, one.committed, one.withdrawn, one.paid, one.to_come, one.next, one.after_next, one.beyond,
        one.unplanned, one.left,
    )  # fmt: skip


def row_of_year(facts, one):
    return generation_row(facts, str(one.year), one, exercice=one.year)


def generation_row(facts, label, one, *, strong=False, **which):
    """One row; every amount opens its movements or its instalments.

    Args:
        which: the AE that it counts, as an address says it: `exercice`, `avant`, or nothing for all of them.
    """
    to, year = facts.to, facts.year
    first, last = facts.first_and_last(year)
    grants = {"instrument": "grant", **which}
    in_year = {**grants, "du": first, "au_plus": last}
    urls = [
        to.movements("ae-a-payer", **grants, au_plus=first - datetime.timedelta(days=1)),
        to.movements("ae-a-payer", **in_year, nature="commit"),
        to.movements("ae-a-payer", **in_year, nature=["decommit", "lapse"]),
        to.movements("ae-liquide", **in_year),
    ]
    for name in TO_COME:
        start, end = window_of(name, year)
        urls.append(to.instalments(**which, prevue_du=start, prevue_au=end))
    left = to.movements("ae-a-payer", **grants)
    return Row(label, amounts(one), [*urls, left, left], strong=strong)


def keys_table(facts):
    """Which part of the AE each year pays: what the PAP calls « clés d'ouverture des CP »."""
    table, year = facts.jpe, facts.year
    first, last = facts.first_and_last(year)
    rows = [
        Row(
            label,
            [percent(cents, one.engaged) for cents in (one.paid, one.to_come, one.next, one.after_next, one.beyond)],
            [facts.to.movements("ae-liquide", instrument="grant", **which, du=first, au_plus=last),
             *[facts.to.instalments(**which, prevue_du=start, prevue_au=end)
               for start, end in (window_of(name, year) for name in TO_COME)]],
        )
        for label, one, which in (
            (f"Engagements antérieurs à {year}", table.earlier, {"avant": year}),
            (f"AE nouvelles de {year}", table.new, {"exercice": year}),
            ("Total", table.total, {}),
        )
        if one.engaged
    ]  # fmt: skip
    heads = [
        (f"CP {year} payés", "text"), (f"CP {year} à payer", "text"), (f"CP {year + 1}", "text"),
        (f"CP {year + 2}", "text"), ("CP au-delà", "text"),
    ]  # fmt: skip
    return Table("cles", "Clés : part des AE que paient les CP de chaque année", "AE", heads, rows)


def bill_table(facts):
    """What a finance bill for N+1 has to open CP for: what is committed, by generation, year after year."""
    year = facts.year
    columns = [
        ("Reste à payer", "cents"), (f"CP {year} à payer", "cents"), (f"CP {year + 1}", "cents"),
        (f"CP {year + 2}", "cents"), (f"CP {year + 3}", "cents"), (f"CP après {year + 3}", "cents"),
        ("Sans échéance", "cents"),
    ]  # fmt: skip
    unplanned: dict[int, int] = {}
    for (_, ae_year), cents in facts.left.unplanned.items():
        unplanned[ae_year] = unplanned.get(ae_year, 0) + cents
    rows = []
    for ae_year, amounts_of in over_years(facts.left, year).items():
        without = unplanned.get(ae_year, 0)
        values = [sum(amounts_of) + without, *amounts_of, without]
        rows.append(Row(str(ae_year), values, bill_urls(facts, exercice=ae_year)))
    sums = [sum(values) for values in zip(*(row.values for row in rows), strict=True)]
    return Table(
        "plf",
        f"Projet de loi de finances {year + 1} : CP qu’il faut pour ce qui est déjà engagé, subventions, en euros",
        "AE de",
        columns,
        rows,
        with_refunds(facts, rows, Row("Total", sums, bill_urls(facts)), held=(1, 0)) if rows else None,
        note=(
            f"Les AE que le projet demandera pour {year + 1} n’y sont pas : rien ne les engage encore. "
            f"« CP {year} à payer » est ce qui reste à payer d’ici au 31 décembre, échéances en retard comprises."
        ),
        empty="Rien n’était à payer à cette date.",
    )


def bill_urls(facts, **which):
    """The rows of each amount of `bill_table`, of one generation of AE or of all."""
    to, year = facts.to, facts.year
    left = to.movements("ae-a-payer", instrument="grant", **which)
    years = [to.instalments(**which, prevue_au=datetime.date(year, 12, 31))]
    for one in range(year + 1, year + 4):
        first, last = facts.first_and_last(one)
        years.append(to.instalments(**which, prevue_du=first, prevue_au=last))
    return [left, *years, to.instalments(**which, prevue_du=datetime.date(year + 4, 1, 1)), left]


def percent(part, whole):
    return f"{100 * part / whole:.1f} %".replace(".", ",").replace(" %", "\u00a0%") if whole else "—"


def schedule_notes(facts):
    notes = ["Les montants sont ceux du grand livre ; les échéanciers disent seulement quand ils seront payés."]
    if facts.left.uncommitted:
        cents = sum(facts.left.uncommitted.values())
        notes.append(
            f"Hors du tableau : {euros(cents)} planifiés, que rien n’engage encore (engagement année par année)."
        )
    notes += [*refund_notes(facts), FUND_APART]
    return notes
