"""Places on the board: the way to the target with the waves, the map, by region and by segment."""

import calendar

from accounts.french import integer, long_date, plural
from funding.outlook.remaining import by_award
from monitoring.panels.drawing import Series, count, grouped_bars
from monitoring.panels.facts import Facts
from monitoring.panels.rows import FLOWS, NOWHERE
from monitoring.panels.shapes import count_drawing, map_drawing
from monitoring.panels.tables import Panel, Row, Table
from monitoring.steering import target_of
from programme.models import Origin, Segment

COLUMNS = (("Lauréates", "integer"), ("Conventionnées", "integer"), ("Ouvertes", "integer"))
MONEY = (("Engagé", "cents"), ("Payé", "cents"))
COUNTED = (("laureates", "standing"), ("contracted_places", "contracted"), ("state_open", "opened"))

# --- Vers la cible -----------------------------------------------------------------------------------------------


def trajectory_panel(facts: Facts):
    board, target = facts.board, facts.figures.promises.target
    laureates = facts.figures.places.total("laureates")
    against = f" sur {integer(target)} promises, il en manque {integer(max(target - laureates, 0))}" if target else ""
    chart = board.count_chart
    rows = [
        Row(
            f"Vague {wave}" if wave else "Hors vague",
            [day, number, total, max(target - total, 0) if target else None],
            ["", facts.to.places(etape="standing", laureate_du=day, laureate_au=day),
             *[facts.to.places(etape="standing", laureate_au=day)] * 2],
        )
        for day, wave, number, total in board.trajectory
    ]  # fmt: skip
    columns = [("Annoncée le", "date"), ("Lauréates", "integer"), ("Cumul", "integer"), ("Manquent", "integer")]
    opened = [
        Row(long_date(month), [total], [facts.to.places(etape="opened", ouverte_au=end_of_month(month))])
        for month, total in board.openings
    ]
    return Panel(
        "trajectoire",
        f"Vers {integer(target)} fabriques" if target else "Trajectoire",
        f"Au {long_date(facts.day)}, {plural(laureates, 'lauréate')}{against}.",
        [count_drawing(chart, board) if chart else None],
        [
            Table("vagues", "Lauréates par annonce de vague, et cumul", "Vague", columns, rows),
            Table("ouvertures", "Ouvertes, cumul par mois d’ouverture", "Mois", [("Ouvertes", "integer")], opened,
                  empty="Aucune ouverture connue à cette date."),
        ],
        board.place_definitions,
    )  # fmt: skip


def end_of_month(day):
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


# --- Le territoire -----------------------------------------------------------------------------------------------


def map_panel(facts: Facts):
    drawn = facts.board.map
    counts = facts.figures.places.by("place")
    opened = facts.figures.places.by("place", "state_open")
    rows = [
        Row(
            code if code != "unknown" else "Non connu",
            [number, known(facts, opened.get(code, 0))],
            [
                facts.to.places(etape=step, departement=NOWHERE if code == "unknown" else code)
                for step in ("standing", "opened")
            ],
        )
        for code, number in sorted(counts.items(), key=lambda pair: (pair[0] == "unknown", pair[0]))
        if number
    ]
    total = Row(
        "Total",
        [sum(counts.values()), known(facts, sum(opened.values()))],
        [facts.to.places(etape=step) for step in ("standing", "opened")],
    )
    caption = "Lauréates et ouvertes par département"
    return Panel(
        "carte",
        "Couverture du territoire",
        f"Au {long_date(facts.day)}, {drawn.covered} départements ou collectivités sur "
        f"{drawn.departements} ont au moins "
        "une fabrique lauréate.",
        [map_drawing(drawn)],
        [Table("departements", caption, "Département", (COLUMNS[0], COLUMNS[2]), rows, total if rows else None)],
        ["Un carré par département, placé à peu près comme sur une carte."],
    )


def known(facts, number):
    """A reconstruction knows who was selected and nothing of what followed: none recorded is unknown, not zero."""
    return None if facts.programme.origin == Origin.RECONSTRUCTION and not number else number


def territory_panel(facts: Facts):
    regions, segments = region_table(facts), segment_table(facts)
    best = regions.rows[0] if regions.rows else None
    sentence = f"Au {long_date(facts.day)}, {plural(len(regions.rows), 'région')} avec au moins une lauréate"
    sentence += f", la première étant {best.label} ({integer(best.values[0])})." if best else "."
    return Panel(
        "territoires",
        "Par région et par segment",
        sentence,
        [bars_of(facts, regions, "région"), bars_of(facts, segments, "segment")],
        [regions, segments],
        [
            "Engagé et payé : subventions, par le lieu de l’attribution. Le segment est figé au "
            "dépôt ; ce que la source ne "
            "donne pas reste « non connu ».",
            "Le fonds d’investissement est un instrument à part : il n’est dans aucun de ces montants.",
        ],
    )


def money_by(facts, rank):
    """{region or segment: (committed, paid)} of the awards; cents."""
    committed, paid = (by_award(facts.held, FLOWS[flow].kinds) for flow in ("ae-engage", "ae-liquide"))
    found: dict[str, list[int]] = {}
    for award, place in facts.places_of_awards.items():
        sums = found.setdefault(place[rank], [0, 0])
        sums[0] += committed.get(award, 0)
        sums[1] += paid.get(award, 0)
    return found


def counts_by(facts, key):
    """{value: (laureates, contracted, open)}."""
    found: dict[str, list[int]] = {}
    for group in facts.figures.places.groups:
        sums = found.setdefault(group[key] or "", [0, 0, 0])
        for n, (name, _) in enumerate(COUNTED):
            sums[n] += group[name]
    return found


def place_row(facts, label, name, value, counts, money):
    """One region or segment: its places, then its money, each a link to its rows."""
    to = facts.to
    places = [to.places(etape=step, **{name: value or NOWHERE}) for _, step in COUNTED]
    moved = [
        to.at("monitoring:movements", chiffre=flow, instrument="grant", **{name: value or NOWHERE})
        for flow in ("ae-engage", "ae-liquide")
    ]
    values = [counts[0], known(facts, counts[1]), known(facts, counts[2]), *money]
    return Row(label, values, [*places, *moved])


def region_table(facts):
    counts, money = counts_by(facts, "area"), money_by(facts, 0)
    names = {name for name, sums in counts.items() if any(sums)} | {name for name, sums in money.items() if any(sums)}
    rows = [
        place_row(facts, name or "Non connue", "region", name, counts.get(name, [0, 0, 0]), money.get(name, [0, 0]))
        for name in names
    ]
    rows.sort(key=lambda row: (row.label == "Non connue", -(row.values[0] or 0), row.label))
    caption = "Par région : places, et subventions en euros"
    return Table("regions", caption, "Région", (*COLUMNS, *MONEY), rows, total_of(facts, rows))


def segment_table(facts):
    counts, money = counts_by(facts, "zone"), money_by(facts, 1)
    targets = facts.figures.promises.by_segment
    rows = []
    for key in (Segment.OUTSIDE_LARGE_CENTRES, Segment.QPV, Segment.QPV_DIGITAL, Segment.UNKNOWN):
        row = place_row(
            facts, Segment(key).label, "segment", key.value, counts.get(key, [0, 0, 0]), money.get(key, [0, 0])
        )
        target = target_of(key, targets)
        left = None if target is None else max(target - row.values[0], 0)
        said = facts.to.at("monitoring:statements")
        rows.append(Row(row.label, [*row.values, target, left], [*row.urls, said, row.urls[0]]))
    total = total_of(facts, rows)
    promised = facts.figures.promises.target or None
    total = Row(total.label, [*total.values, promised, None], [*total.urls, facts.to.at("monitoring:statements")])
    columns = (*COLUMNS, *MONEY, ("Cible", "integer"), ("Manquent", "integer"))
    return Table(
        "segments", "Par segment : places contre cible, et subventions en euros", "Segment", columns, rows, total
    )


def total_of(facts, rows):
    sums = [sum(row.values[n] or 0 for row in rows) for n in range(5)]
    values = [sums[0], known(facts, sums[1]), known(facts, sums[2]), *sums[3:]]
    urls = [facts.to.places(etape=step) for _, step in COUNTED]
    urls += [facts.to.movements(flow, instrument="grant") for flow in ("ae-engage", "ae-liquide")]
    return Row("Total", values, urls)


def bars_of(facts, table, what):
    shown = table.rows[:14]
    labels = [row.label if len(row.label) < 12 else f"{row.label[:10]}…" for row in shown]
    text = " ; ".join(f"{row.label} : {row.values[0]}" for row in table.rows)
    series = [
        Series("lauréates", "engage", [row.values[0] for row in shown]),
        Series("ouvertes", "paye", [row.values[2] or 0 for row in shown]),
    ]
    return grouped_bars(
        f"Lauréates et ouvertes par {what}, au {long_date(facts.day)}", text, labels, series, unit=count
    )
