"""What a panel of the board is made of: a drawing, and the same numbers in tables that go out as files."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.safestring import SafeString

from accounts import exports
from accounts.columns import NUMERIC, Column, formatted

# On paper there is no style sheet of the site: the same colours, written out.
COLOURS = {
    "annonce": "#666666", "ouvert": "#6a6af4", "engage": "#000091", "paye": "#009081", "reserve": "#cacafb",
    "gel": "#cecece", "alerte": "#ce0500", "tuile-none": "#f6f6f6", "tuile-1": "#cacafb", "tuile-2": "#8585f6",
    "tuile-3": "#313178", "tuile-4": "#000091",
}  # fmt: skip
# Columns of a table that stands beside its drawing.
NARROW = 4
PRINT_STYLE = (
    "text{font:12px Marianne,sans-serif;fill:#3a3a3a}.t-fort{font-weight:700;fill:#161616}"
    ".l-grille{stroke:#e5e5e5}.l-axe,.fab-s-jour{stroke:#929292}.fab-s-ligne{fill:none;stroke-width:2.5}"
    ".fab-s-ouvert{stroke:#6a6af4}.fab-s-engage{stroke:#000091}.fab-s-paye{stroke:#009081}"
    ".fab-s-annonce{stroke:#666;stroke-width:2;stroke-dasharray:6 4}.fab-s-subventions{fill:#f5f5fe}"
    ".fab-s-vide,.fab-s-point{fill:#fff}.fab-s-point{stroke:#666;stroke-width:2}.fab-s-hachure{stroke:#e5e5e5;"
    "stroke-width:3}.fab-s-etendue{stroke:#161616;stroke-width:1.5}.fab-f-annonce{fill:none;stroke:#666}"
    + "".join(f".fab-f-{tone}{{fill:{colour}}}" for tone, colour in COLOURS.items() if tone != "annonce")
    + "".join(f".fab-{tone}{{fill:{colour}}}" for tone, colour in COLOURS.items() if "tuile" in tone)
    + ".fab-tuile-none{stroke:#cecece}.fab-tuile-t3,.fab-tuile-t4,.fab-tuile-t2{fill:#fff}.c{font-size:10px}"
    ".n{font-size:15px;font-weight:700}"
)


@dataclass(frozen=True)
class Shown:
    """One cell as the page writes it."""

    text: str
    url: str
    numeric: bool
    label: str


@dataclass(frozen=True)
class Row:
    """One row of a table.

    Args:
        label: what names it.
        values: one value a column; None: not known.
        urls: the rows behind each value, "" for a value that has none.
        url: what the row itself opens.
        strong: a subtotal.
    """

    label: Any
    values: Sequence[Any]
    urls: Sequence[str] = ()
    url: str = ""
    strong: bool = False

    @property
    def pk(self):
        """What a file says of a row that cannot be read."""
        return self.label


@dataclass(frozen=True)
class Table:
    """A table whose figures are links.

    Args:
        key: in the URL of its file.
        caption: what it says, the unit included.
        head: heading of the first column.
        columns: (heading, kind) of the others; a kind of `accounts.columns`.
        total: a `Row`, or None.
        empty: what is said when there is no row.
    """

    key: str
    caption: str
    head: str
    columns: Sequence[tuple[str, str]]
    rows: Sequence[Row]
    total: Row | None = None
    note: str = ""
    empty: str = "Rien à cette date."

    @property
    def headings(self):
        return [(label, kind in NUMERIC) for label, kind in self.columns]

    @property
    def shown(self):
        """[(Row, [Shown])]."""
        return [(row, self.cells(row)) for row in self.rows]

    @property
    def shown_total(self):
        return (self.total, self.cells(self.total)) if self.total else None

    def cells(self, row):
        urls = [*row.urls, *[""] * (len(self.columns) - len(row.urls))]
        return [
            Shown(formatted(value, kind), url if value else "", kind in NUMERIC, label)
            for value, url, (label, kind) in zip(row.values, urls, self.columns, strict=True)
        ]

    @property
    def width(self):
        return len(self.columns) + 1

    def file(self, wanted, name):
        """The CSV, XLSX or ODS answer, the total last."""
        columns = [
            Column("ligne", self.head, lambda row: row.label),
            *(
                Column(f"c{n}", label, lambda row, n=n: row.values[n], kind=kind)
                for n, (label, kind) in enumerate(self.columns)
            ),
        ]
        rows = [*self.rows, *([self.total] if self.total else [])]
        return exports.WRITERS[wanted](name, columns, rows)


@dataclass(frozen=True)
class Drawing:
    """An SVG of the server: numbers and our own words, its text said aloud."""

    svg: SafeString
    width: int
    height: int
    title: str
    text: str
    # [(class of the colour, words)].
    legend: list = field(default_factory=list)

    @property
    def as_image(self):
        """The drawing alone, with its colours, for paper."""
        body = self.svg.replace("&nbsp;", "&#160;")
        svg = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}" width="{self.width}" '
            f'height="{self.height}"><style>{PRINT_STYLE}</style>{body}</svg>'
        )
        return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"


@dataclass(frozen=True)
class Panel:
    """One question of the board.

    Args:
        key: in the URL.
        sentence: what it answers that day, in words.
        drawings, tables: the same numbers twice.
        notes: what has to be known to read them.
    """

    key: str
    title: str
    sentence: str
    drawings: Sequence[Drawing | None]
    tables: Sequence[Table]
    notes: Sequence[str] = ()

    @property
    def drawn(self):
        return [one for one in self.drawings if one]

    @property
    def beside(self):
        """One drawing and a table narrow enough stand side by side."""
        return len(self.drawn) == 1 and len(self.tables[0].columns) <= NARROW

    @property
    def under(self):
        return self.tables[1:] if self.beside else self.tables

    def table(self, key):
        """The table of that key, the first one when none is named; None: no such table."""
        return next((one for one in self.tables if not key or one.key == key), None)
