"""What a list shows of a row: one definition for the page, the CSV and the XLSX."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString

from accounts import french

FORMATS: dict[str, Callable] = {
    "code": str,
    "text": lambda value: value if isinstance(value, SafeString) else str(value),
    "integer": french.integer,
    "cents": french.euros,
    "decimal": french.decimal,
    "date": french.long_date,
    "datetime": french.long_datetime,
}
NUMERIC = {"integer", "cents", "decimal"}


@dataclass
class Cell:
    """What one `<td>` shows."""

    column: "Column"
    text: str
    url: str = ""
    note: str = ""
    tone: str = ""


@dataclass
class Column:
    """One column of a list, of its CSV and of its XLSX.

    Args:
        key: French, short, without accents: it stands in the URL (`?tri=-recu`).
        label: heading.
        value: attribute path ("call.name"), or a function of the row. For kind "badge" it gives (label, tone), the
            tone being success, error, warning, info, new or "".
        kind: text, code (a reference, never cut in two), integer, cents, decimal, date, datetime or badge.
        sort: ORM field or fields to order by; None: this column does not sort.
        url: function of the row giving the link of the cell, or None.
        note: attribute path or function of the row: small grey text under the value.
        shown: False for a column that the reader has to choose.
        header: True for the cell that names the row (`<th scope="row">`).
    """

    key: str
    label: str
    value: str | Callable[[Any], Any]
    kind: str = "text"
    sort: str | Sequence[str] | None = None
    url: Callable[[Any], str | None] | None = None
    note: str | Callable[[Any], Any] | None = None
    shown: bool = True
    header: bool = False

    @property
    def css_class(self):
        return "fab-num" if self.numeric else "fab-nw" if self.kind == "code" else ""

    @property
    def numeric(self):
        return self.kind in NUMERIC

    @property
    def sort_fields(self):
        return [self.sort] if isinstance(self.sort, str) else list(self.sort or [])

    def raw(self, row):
        return read(row, self.value)

    def cell(self, row):
        value = self.raw(row)
        text, tone = value if self.kind == "badge" and value else (formatted(value, self.kind), "")
        return Cell(
            column=self,
            text=text,
            url=(self.url(row) or "") if self.url else "",
            note=read(row, self.note) or "" if self.note else "",
            tone=tone,
        )


def read(row, source):
    """A function of the row, or an attribute path through objects ("call.name")."""
    if callable(source):
        return source(row)
    for name in source.split("."):
        row = getattr(row, name, None)
    return row() if callable(row) else row


def formatted(value, kind):
    if value is None or value == "":
        return "—"
    return FORMATS.get(kind, str)(value)
