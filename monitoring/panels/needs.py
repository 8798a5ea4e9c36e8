"""The needs of CP as a panel: what the schedules plan, and the range that past delays give."""

import datetime

from accounts.french import MONTHS, long_date, millions, plural
from funding.outlook.slippage import ENOUGH, MEDIAN, quantile
from monitoring.panels.drawing import ranges
from monitoring.panels.schedule import FUND_APART, refund_notes
from monitoring.panels.tables import Panel, Row, Table


def needs_panel(facts):
    found, learned = facts.needs, facts.needs.slippage
    year = facts.year
    available = facts.of_year("cp-disponible", year)
    this_year = found.years[0] if found.years else None
    return Panel(
        "besoins-cp",
        "Besoins de CP",
        needs_sentence(facts, this_year, available, learned),
        [needs_drawing(facts, found.months, month_label, "Besoin de CP par mois"),
         needs_drawing(facts, found.years, year_label, "Besoin de CP par année")],
        [needs_table(facts, found.years), end_table(facts, found.by_year_end), months_table(facts, found.months),
         delays_table(facts, learned)],
        [*needs_notes(learned), *refund_notes(facts), FUND_APART],
    )  # fmt: skip


def month_label(day):
    return f"{day.month:02d}/{day.year % 100:02d}"


def year_label(day):
    return str(day.year)


def needs_sentence(facts, this_year, available, learned):
    if this_year is None or not facts.left.waiting_for_cp:
        return f"Au {long_date(facts.day)}, aucune échéance ne reste à payer."
    ordered = sum(part.cents for part in facts.left.parts if part.ordered)
    start = f"D’ici au 31 décembre {facts.year}, les échéanciers prévoient {millions(this_year.planned)}"
    end = f"CP disponibles : {millions(available)}, et {millions(ordered)} déjà mis en paiement."
    if not learned.is_enough:
        return f"{start}. {end}"
    return (
        f"{start} ; avec les délais constatés, de {millions(this_year.low)} à {millions(this_year.high)}, "
        f"médiane {millions(this_year.median)}. {end}"
    )


def needs_drawing(facts, rows, label, title):
    text = " ; ".join(
        f"{label(one.start)} : {millions(one.planned)}"
        + (f" (de {millions(one.low)} à {millions(one.high)})" if one.high else "")
        for one in rows
        if one.planned or one.high
    )
    return ranges(
        f"{title}, en millions d’euros, au {long_date(facts.day)}", text, [label(one.start) for one in rows],
        [one.planned for one in rows], [(one.low, one.median, one.high) for one in rows],
    )  # fmt: skip


NEED_COLUMNS = (("Prévu", "cents"), ("Bas", "cents"), ("Médiane", "cents"), ("Haut", "cents"))


def need_values(one):
    return one.planned, one.low, one.median, one.high


def need_urls(facts, one, first, last):
    """The instalments of each amount: those planned by then, those that its scenario pays by then.

    Args:
        first, last: days of the period, first None when it starts with what is late.
    """
    urls = [facts.to.instalments(prevue_du=first, prevue_au=last)]
    if one.median is None:
        return urls
    deciles = (one.low_at, MEDIAN, one.high_at)
    return urls + [facts.to.instalments(scenario=decile, payee_du=first, payee_au=last) for decile in deciles]


def needs_table(facts, rows):
    last = rows[-1].start.year if rows else 0
    written = []
    for one in rows:
        year = one.start.year
        first, end = facts.first_and_last(year)
        urls = need_urls(facts, one, first if year > facts.year else None, end)
        available = facts.of_year("cp-disponible", year) if year in facts.by_year("cp-ouvert") else None
        url_cp = facts.to.movements("cp-disponible", exercice=year, instrument="grant")
        written.append(Row(str(year), [*need_values(one), available], [*urls, *[""] * (4 - len(urls)), url_cp]))
    total, every = sum(one.planned for one in rows), facts.to.instalments()
    median = sum(one.median or 0 for one in rows) if rows and rows[0].median is not None else None
    return Table(
        "annees", "Besoin de CP par année, subventions, en euros", "Année",
        [*NEED_COLUMNS, ("CP disponibles", "cents")],
        written, Row("Total", [total, None, median, None, None], [every, "", every]) if last else None,
        note="Bas et haut ne s’additionnent pas : ce qui n’est pas payé une année l’est la suivante.",
    )  # fmt: skip


def end_table(facts, rows):
    written = []
    for one in rows:
        _, end = facts.first_and_last(one.start.year)
        written.append(Row(str(one.start.year), need_values(one), need_urls(facts, one, None, end)))
    caption = "Payé au plus tard le 31 décembre, cumulé depuis ce jour, en euros"
    return Table("cumul", caption, "Année", NEED_COLUMNS, written)


def months_table(facts, rows):
    written = []
    for n, one in enumerate(rows):
        end = datetime.date(one.start.year + one.start.month // 12, one.start.month % 12 + 1, 1)
        urls = need_urls(facts, one, one.start if n else None, end - datetime.timedelta(days=1))
        written.append(Row(f"{MONTHS[one.start.month - 1]} {one.start.year}", need_values(one), urls))
    return Table("mois", "Besoin de CP par mois, sur 24 mois, en euros", "Mois", NEED_COLUMNS, written)


def delays_table(facts, learned):
    """What past payments teach, or that they are too few."""
    columns = [("1 sur 10 au plus", "text"), ("Médiane", "text"), ("9 sur 10 au plus", "text")]
    rows = []
    if learned.is_enough:
        for label, values in (
            ("De l’exigibilité au paiement", learned.since_due),
            ("De la date prévue au paiement", learned.since_expected),
        ):
            rows.append(
                Row(
                    label,
                    [plural(quantile(values, percent_), "jour") for percent_ in (10, 50, 90)],
                    [facts.to.at("monitoring:payments")] * 3,
                )
            )
    return Table("delais", "Délais constatés sur les paiements passés", "Délai", columns, rows, empty=too_few(learned))


def too_few(learned):
    return (
        f"Trop peu de paiements passés pour en apprendre un délai : {plural(learned.payments, 'paiement')} sur les "
        f"{ENOUGH} qu’il faut au moins. Les échéanciers sont montrés sans fourchette."
    )


def needs_notes(learned):
    if not learned.is_enough:
        return [too_few(learned)]
    return [
        f"Délais appris de {plural(learned.payments, 'paiement')} du comptable. Une échéance exigible "
        "compte de ce jour, "
        "une échéance seulement prévue de la date prévue ; rien n’est payé avant ce jour.",
        "Bas et haut : le moins et le plus que donnent neuf scénarios, un par décile, où toutes les "
        "échéances glissent "
        "ensemble, comme lors d’un gel ou d’une fin de gestion.",
    ]
