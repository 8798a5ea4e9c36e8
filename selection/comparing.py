"""Scenarios side by side: what each takes, who enters, who leaves, and why."""

from dataclasses import dataclass
from functools import cached_property

from accounts.french import long_datetime
from accounts.models import User
from selection.funding_line import FundingLine, Row, read_line
from selection.moderation import ranking

AT_MOST = 4


@dataclass
class Movement:
    """One dossier that not every scenario funds: (`Row`, or None) of each, in their order."""

    first: Row
    rows: list[Row]
    names: dict

    @property
    def cells(self):
        """(funded, cents, label of the outcome, why) of each scenario."""
        return [
            (row.is_funded, row.given.amount_cents if row.is_funded else None, row.outcome_label, self.why(row))
            for row in self.rows
        ]

    def why(self, row):
        """The reason that the scenario gives, and who changed it by hand."""
        given = row.given
        if given is None:
            return ""
        if given.edited_at is None:
            return given.reason or ("Selon le classement." if row.is_funded else "")
        by = f" par {self.names[given.edited_by_id]}" if given.edited_by_id in self.names else ""
        hand = f"Modifié à la main{by}, le {long_datetime(given.edited_at)}."
        return f"{given.reason} {hand}" if given.reason else hand


@dataclass
class Comparison:
    """Scenarios of one wave, the first is what the others are compared with."""

    pages: list[FundingLine]

    @property
    def scenarios(self):
        return [page.scenario for page in self.pages]

    @cached_property
    def names(self):
        """{user id: name} of those who changed a line by hand; one query."""
        hands = {row.given.edited_by_id for page in self.pages for row in page.rows if row.given} - {None}
        return {pk: str(user) for pk, user in User.objects.in_bulk(hands).items()} if hands else {}

    @property
    def figures(self):
        """[(label, kind of figure, value by scenario)]; kind: "count", "euros" or "points"."""
        pages = self.pages
        rows = [
            ("Lauréats", "count", [len(page.proposed) for page in pages]),
            ("AE prises", "euros", [page.cents for page in pages]),
        ]
        for index, credit in enumerate(pages[0].credits):
            if any(page.credits[index].proposed for page in pages if len(page.credits) > index):
                rows.append((f"Reste sur {credit.label}", "euros", [left_on(page, credit.key) for page in pages]))
        rows.append(("Note moyenne des lauréats", "points", [page.mean for page in pages]))
        for year in pages[0].cash[:3]:
            rows.append((f"CP {year.year} demandés", "euros", [cash_of(page, year.year) for page in pages]))
        labels = {one["label"]: None for page in pages for one in page.segments}
        for label in labels:
            rows.append((label, "count", [here_of(page, label) for page in pages]))
        rows.append(("Régions avec un lauréat ici", "count", [covered(page) for page in pages]))
        rows.append(("Écarts au classement", "count", [len(page.departing) for page in pages]))
        return rows

    @property
    def movements(self):
        """Dossiers that some scenarios fund and others do not, or not for as much; in the order of the ranking."""
        by_page = [{row.application.pk: row for row in page.rows} for page in self.pages]
        ordered = sorted(self.pages[0].rows, key=lambda row: row.line.rank or len(by_page[0]) + 1)
        names = self.names
        found = [Movement(row, [rows[row.application.pk] for rows in by_page], names) for row in ordered]
        return [one for one in found if len({cell[:2] for cell in one.cells}) > 1]


def compare(wave, scenarios, *, reader):
    """The `Comparison` of scenarios of a wave, for one reader."""
    found = ranking(wave, reader=reader)
    return Comparison([read_line(wave, reader=reader, scenario=one, found=found) for one in scenarios])


def left_on(page, key):
    return next((credit.after_cents for credit in page.credits if credit.key == key), 0)


def cash_of(page, year):
    return next((one.here_cents for one in page.cash if one.year == year), 0)


def here_of(page, label):
    return next((one["here"] for one in page.segments if one["label"] == label), 0)


def covered(page):
    return sum(region["here"] > 0 for region in page.regions)
