"""What a list shows of a row: one definition for the page and the files."""

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

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

    @property
    def html(self):
        """The whole cell, written in Python: five hundred includes would take half of the time of a page."""
        before, after = self.column.tags
        note = f'<span class="fab-note">{escaped(self.note)}</span>' if self.note else ""
        return mark_safe(f"{before}{self.content}{note}{after}")

    @property
    def content(self):
        if self.column.kind == "badge" and self.text != "—":
            return badge(self.text, self.tone)
        return f'<a href="{escaped(self.url)}">{escaped(self.text)}</a>' if self.url else escaped(self.text)


def escaped(value):
    """As `conditional_escape`, without what lazy texts cost: a list never has any."""
    return value if isinstance(value, SafeString) else html.escape(str(value))


@lru_cache(maxsize=256)
def badge(label, tone):
    """`{% state_badge %}`, kept: a list has fifty of the same few."""
    return render_to_string("components/state_badge.html", {"label": label, "tone": tone})


@dataclass(frozen=True)
class Written:
    """A cell already written."""

    html: SafeString


def checkbox(value, name, ticked):
    """The cell of a row that can be ticked; the box belongs to the form of the list's selection."""
    return Written(
        mark_safe(
            f'<td class="fab-coche"><input type="checkbox" form="selection" name="coche" value="{value}" '
            f'aria-label="Sélectionner {escaped(name)}"{" checked" if ticked else ""}>'
            f'<input type="hidden" form="selection" name="vu" value="{value}"></td>'
        )
    )


@dataclass
class Column:
    """One column of a list and of its files.

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

    @cached_property
    def tags(self):
        """What stands before and after the content of a cell."""
        if self.header:
            return f'<th scope="row" class="{self.css_class}">', "</th>"
        return f'<td data-label="{escaped(self.label)}" class="{self.css_class}"><span>', "</span></td>"

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
