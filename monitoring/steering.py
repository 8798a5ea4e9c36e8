"""The steering board of one programme: what a director reads, in that order (glossary, part 3)."""

from collections import Counter
from functools import cached_property
from itertools import accumulate
from urllib.parse import urlencode

from django.urls import reverse

from accounts.french import euros, long_date, millions, plural
from applications.evaluations.doors import closed_dossiers
from funding.models import Kind
from monitoring import charts, tiles
from monitoring.current_wave import current_wave
from monitoring.figures import Figures
from monitoring.pieces import DEFINITIONS, Card, SegmentRow, Stage, Step, percent
from monitoring.todo import to_do
from programme.models import Origin, Segment

K = Kind
UNKNOWN_AFTER = "Non connu"


class Board:
    """Everything the page shows; each part is computed once.

    Args:
        clocks: the two dates. « À traiter » and the wave are today's: another day does not show them.
        nature, lines: what « À traiter » shows.
        address: the page with its own parameters, for its links.
        reader: the `User` who reads the page.
    """

    def __init__(self, programme, clocks, *, nature="", lines=8, address="/pilotage/", reader=None):
        self.programme, self.clocks = programme, clocks
        self.figures = Figures(programme, clocks)
        self.nature, self.most_lines, self.address, self.reader = nature, lines, address, reader

    @cached_property
    def closed(self):
        """Dossiers that are counted neither in what waits nor in the wave; sums of money and places stay whole."""
        return closed_dossiers(self.reader)

    # Dates and addresses.

    @cached_property
    def is_now(self):
        return self.clocks.is_now

    @property
    def origin_note(self):
        return {
            Origin.RECONSTRUCTION: "Reconstruction d’après la liste des lauréats publiée par l’ANCT (janvier 2024).",
            Origin.DEMONSTRATION: "Démonstration : lieux, personnes et montants inventés.",
        }.get(self.programme.origin, "")

    def dated(self, path, **parameters):
        """A link that keeps the two dates when they are not today's."""
        if not self.is_now:
            parameters |= {"au": self.clocks.as_of.isoformat(), "connu_au": self.clocks.known_on.isoformat()}
        return f"{path}?{urlencode(parameters)}" if parameters else path

    def places_url(self, **parameters):
        """Places, by the facts dated and known on the day of the page."""
        return self.dated(reverse("monitoring:places"), dispositif=self.programme.slug, **parameters)

    @cached_property
    def places(self):
        """The address of all of them, for the rows of a table to add theirs."""
        return self.places_url()

    def waiting_url(self, **parameters):
        """Instalments, as they stood on the day of the page."""
        return self.dated(reverse("monitoring:waiting"), dispositif=self.programme.slug, **parameters)

    @property
    def dates(self):
        """The two dates as a link carries them after its other parameters; "" for today's."""
        return "" if self.is_now else "&" + self.dated("").removeprefix("?")

    def movements_url(self, flow):
        """The movements that make a figure of every year (`monitoring.panels.rows.FLOWS`)."""
        return self.dated(reverse("monitoring:movements"), chiffre=flow, dispositif=self.programme.slug)

    @property
    def pages(self):
        """[(words, address)] of the other pages of figures, on the same day."""
        scope = {"dispositif": self.programme.slug}
        return [
            ("Tableau de bord", self.dated(reverse("monitoring:board"), **scope)),
            ("Prévisions", self.dated(reverse("monitoring:forecasts"), **scope)),
            ("Simuler une coupe", self.dated(reverse("monitoring:cut"), **scope)),
            ("Tout imprimer (PDF)", self.dated(reverse("monitoring:prints"), **scope)),
        ]

    # The four first figures.

    @cached_property
    def steps(self):
        places, target = self.figures.places, self.figures.promises.target
        # A reconstruction knows who was selected and nothing of what followed: none recorded is unknown, not zero.
        known = self.programme.origin != Origin.RECONSTRUCTION

        def step(key, name, total, new, tone="", etape=""):
            count = places.total(total)
            number = count if known or count or key == "laureates" else None
            url = self.places_url(**({"etape": etape} if etape else {}))
            return Step(key, name, number, url, places.total(new), target, tone)

        return [
            step("laureates", "Lauréates", "laureates", "new_laureates"),
            step("contracted", "Conventionnées", "contracted_places", "new_contracted", etape="contracted"),
            step("open", "Ouvertes", "state_open", "new_open", "paye", "opened"),
        ]

    @property
    def before(self):
        return self.figures.places.total("open_before_selection")

    @property
    def target(self):
        return self.figures.promises.targets.get("")

    @property
    def place_definitions(self):
        return [DEFINITIONS[key] for key in ("laureates", "contracted", "open", "alive")]

    @cached_property
    def cards(self):
        return [self.left_card(), self.payment_credit_card(), self.remaining_card()]

    def left_card(self):
        year = self.clocks.year
        opened, left = (self.figures.money.of_year(key, year) for key in ("opened_cents", "left_cents"))
        average = self.average_award_cents()
        if not opened:
            sentence = f"Aucune AE n’est ouverte en {year}."
        elif average:
            sentence = f"soit encore {plural(left // average, 'fabrique')} à {euros(average)} en moyenne."
        else:
            sentence = "Aucune attribution encore : pas de moyenne."
        return Card(
            title=f"AE {year} restant à engager",
            cents=left,
            url=self.dated(f"/pilotage/budget/exercices/{year}/", chiffre="ae-restant"),
            rows_label="Mouvements",
            definition=DEFINITIONS["ae"],
            sentence=sentence,
            change_cents=self.figures.money.change_since_yesterday({K.AE_OPENED}, year),
        )

    def average_award_cents(self):
        """What was committed on this year's AE a place selected this year, whole euros; else the year before…"""
        selected: Counter = Counter()
        for day, places in self.figures.places.steps["selected"]:
            selected[day.year] += places
        for year in sorted(selected, reverse=True):
            if committed := self.figures.money.of_year("committed_cents", year):
                return committed // selected[year] // 100 * 100
        return 0

    def payment_credit_card(self):
        year = self.clocks.year
        need, number = self.need()
        available, opened = (self.figures.money.of_year(key, year) for key in ("cp_left_cents", "cp_opened_cents"))
        gap = available - need
        nothing = f"Aucun CP ouvert en {year}, aucune échéance attendue." if not (need or opened) else ""
        return Card(
            title=f"CP {year} : besoin d’ici au 31/12",
            cents=need,
            url=self.waiting_url(prevue_au=self.clocks.year_end.isoformat(), nature="sans-cp"),
            rows_label=plural(number, "échéance"),
            definition=DEFINITIONS["cp"],
            sentence=nothing or f"pour {millions(available)} disponibles :",
            gap="" if nothing else f"impasse de {millions(-gap)}" if gap < 0 else f"surplus de {millions(gap)}",
            change_cents=self.figures.money.change_since_yesterday({K.CP_AVAILABLE}, year),
            alert=gap < 0,
        )

    def need(self):
        """(cents, number) of the instalments expected by 31 December and not ordered yet."""
        waiting = [row for row in self.figures.money.unpaid if row.expected <= self.clocks.year and not row.ordered]
        return sum(row.cents for row in waiting), sum(row.number for row in waiting)

    def remaining_card(self):
        remaining = self.figures.money.totals["remaining_to_pay_cents"]
        years = self.remaining_by_year()
        unplanned = remaining - sum(cents for _, cents in years)
        text = " ; ".join(f"{label} : {millions(cents)}" for label, cents in years)
        return Card(
            title="Reste à payer",
            cents=remaining,
            url=self.dated(reverse("monitoring:forecast", args=["echeancier-cp"]), dispositif=self.programme.slug),
            rows_label="Échéancier",
            definition=DEFINITIONS["remaining"],
            sentence=f"dont {millions(unplanned)} sans échéancier connu." if unplanned > 0 and self.is_now else "",
            change_cents=self.figures.money.change_since_yesterday({K.AE_COMMITTED}),
            bars=charts.bars(years),
            bars_text=f"Reste à payer par année. {text}",
        )

    def remaining_by_year(self):
        """[(year, cents)], this year with the years before, the third and the later ones together."""
        year = self.clocks.year
        amounts = dict.fromkeys(range(year, year + 4), 0)
        for row in self.figures.money.unpaid:
            amounts[min(max(row.expected, year), year + 3)] += row.cents
        while len(amounts) > 1 and not amounts[max(amounts)]:
            amounts.pop(max(amounts))
        return [(str(one), cents) for one, cents in amounts.items()]

    # To do, and the wave.

    @cached_property
    def to_do(self):
        return to_do(
            self.programme, nature=self.nature, limit=self.most_lines, address=self.address, closed=self.closed
        )

    @cached_property
    def wave(self):
        return current_wave(self.programme, closed=self.closed)

    # The money.

    @cached_property
    def stages(self):
        totals, force = self.figures.money.totals, self.figures.promises.in_force
        funds = self.figures.money.fund_totals
        opened, committed = totals["opened_cents"], totals["committed_cents"]
        announced = force.amount_cents if force else 0
        grants = (force.grants_cents if force else 0) or announced
        return [
            Stage(
                "annonce", "Annoncé", grants, force.fund_cents if force else 0, announced, "—",
                reverse("monitoring:statements"),
            ),
            Stage("ouvert", "Ouvert (AE)", opened, funds["opened_cents"], opened + funds["opened_cents"],
                  f"{percent(opened, grants)} des subv.", self.movements_url("ae-ouvert")),
            Stage("reserve", "Réservé", totals["reserved_cents"], None, totals["reserved_cents"],
                  f"{percent(totals['reserved_cents'], opened)} de l’ouvert", self.movements_url("ae-reserve")),
            Stage("engage", "Engagé", committed, funds["committed_cents"], committed + funds["committed_cents"],
                  f"{percent(committed, opened)} de l’ouvert", self.movements_url("ae-engage")),
            Stage("gel", "Exigible", totals["due_cents"], None, totals["due_cents"],
                  f"{percent(totals['due_cents'], committed)} de l’engagé", self.waiting_url(nature="exigibles")),
            Stage("paye", "Payé", totals["paid_cents"], funds["paid_cents"],
                  totals["paid_cents"] + funds["paid_cents"],
                  f"{percent(totals['paid_cents'], committed)} de l’engagé", self.movements_url("ae-liquide")),
        ]  # fmt: skip

    @property
    def not_opened_cents(self):
        """Announced grants that no budget has opened yet."""
        return max(self.stages[0].grants_cents - self.stages[1].grants_cents, 0)

    @property
    def statement_counts(self):
        said = self.figures.promises.statements
        return plural(len(said), "énoncé daté", "énoncés datés"), sum(1 for one in said if one.contradicts_id)

    @cached_property
    def money_chart(self):
        drawn = self.figures.money.curves()
        curves = [
            ("ouvert", "Ouvert (AE)", drawn["opened"]),
            ("engage", "Engagé", drawn["committed"]),
            ("paye", "Payé", drawn["paid"]),
        ]
        promises = self.figures.promises
        return charts.money_chart(curves, promises.in_force, promises.statements, self.clocks.as_of)

    @property
    def money_text(self):
        parts = ", ".join(f"{stage.name.lower()} {millions(stage.total_cents)}" for stage in self.stages)
        return f"Au {long_date(self.clocks.as_of)} : {parts}."

    # The count.

    @cached_property
    def trajectory(self):
        """[(day, wave numbers as text, places, cumulated)], one row a day of announcement."""
        steps = self.figures.places.steps
        waves: dict = {}
        for day, number in steps["wave"]:
            waves.setdefault(day, []).append(str(number))
        days = steps["selected"]
        totals = accumulate(places for _, places in days)
        return [
            (day, "+".join(waves.get(day, ())), places, total)
            for (day, places), total in zip(days, totals, strict=True)
        ]

    @cached_property
    def openings(self):
        """[(month, cumulated open places)]."""
        rows = self.figures.places.steps["opened"]
        return list(zip((day for day, _ in rows), accumulate(n for _, n in rows), strict=True))

    @cached_property
    def count_chart(self):
        laureates = [(day, wave, total) for day, wave, _, total in self.trajectory]
        return charts.count_chart(laureates, self.openings, self.figures.promises.target, self.clocks.as_of)

    @property
    def count_text(self):
        counts = ", ".join(str(total) for *_, total in self.trajectory)
        return f"Lauréates cumulées par vague : {counts} ; cible : {self.figures.promises.target}."

    # The territory.

    @cached_property
    def segments(self):
        """Laureates against targets; the digital ones are a part of the priority neighbourhoods."""
        targets, places = self.figures.promises.by_segment, self.figures.places
        columns = {name: places.by_segment(name) for name in ("laureates", "contracted_places", "state_open")}
        known = self.programme.origin != Origin.RECONSTRUCTION

        def part(name, key):
            count = columns[name][key]
            return count if known or count else None

        return [
            SegmentRow(
                label=Segment(key).label,
                key=key,
                target=target_of(key, targets),
                laureates=columns["laureates"][key],
                contracted=part("contracted_places", key),
                open=part("state_open", key),
            )
            for key in (Segment.OUTSIDE_LARGE_CENTRES, Segment.QPV, Segment.QPV_DIGITAL, Segment.UNKNOWN)
        ]

    @cached_property
    def map(self):
        counts = self.figures.places.by("place")
        return tiles.tile_map({code: n for code, n in counts.items() if code != "unknown"})

    @cached_property
    def regions(self):
        """[(name, laureates, open or None, départements covered)], most laureates first, unknown last."""
        rows: dict[str, list] = {}
        for group in self.figures.places.groups:
            row = rows.setdefault(group["area"] or UNKNOWN_AFTER, [0, 0, set()])
            row[0] += group["laureates"]
            row[1] += group["state_open"]
            if group["laureates"] and group["place"]:
                row[2].add(group["place"])
        named = [(name, n, opened, len(covered)) for name, (n, opened, covered) in rows.items() if n]
        return sorted(named, key=lambda row: (row[0] == UNKNOWN_AFTER, -row[1], row[0]))

    @property
    def most_in_a_region(self):
        return max((row[1] for row in self.regions), default=0)


def target_of(segment, targets):
    """150 in priority neighbourhoods comprise the 30 digital ones: 120 are left for the others."""
    if segment == Segment.QPV and Segment.QPV in targets:
        return targets[Segment.QPV] - targets.get(Segment.QPV_DIGITAL, 0)
    return targets.get(segment)
