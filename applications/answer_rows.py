"""What the page of a section draws for each question, and what its script needs to follow conditions and formulas."""

import json
from dataclasses import dataclass, field
from decimal import Decimal
from types import SimpleNamespace

from applications.answer_kinds import Mistyped, clean
from applications.answer_tables import Table, columns_of, max_rows_of, read_cell, rows_in
from programme.formulas import BadFormula, parse
from programme.models import Question

Kind = Question.Kind
TABLE = Table()
PARTIALS = {Kind.TABLE: "_table", Kind.FILE: "_file", Kind.COMPUTED: "_computed", Kind.COMMUNE: "_commune"}


@dataclass
class Row:
    """One question as it is drawn. `condition`, `formula` and `amounts` are JSON for the script."""

    question: Question
    field: object
    asked: bool
    partial: str
    condition: str = ""
    formula: str = ""
    amounts: str = ""
    shown: str = ""
    text: str = ""
    table: object = None


def row_of(form, question, *, extra=0):
    entry = form.current.entries[question.pk]
    row = Row(
        question=question,
        field=form[f"q{question.pk}"],
        asked=question.pk in form.current.asked,
        partial=f"applications/sections/{PARTIALS.get(question.kind, '_field')}.html",
        condition=json.dumps(question.condition) if question.condition else "",
    )
    if question.kind == Kind.COMPUTED:
        row.formula, row.amounts = formula_of(question), json.dumps(question.settings.get("amounts", []))
        row.shown = entry.shown(form.sheet.names)
    if question.kind == Kind.FILE:
        row.text, row.shown = entry.text, entry.shown(form.sheet.names)
    if question.kind == Kind.TABLE:
        row.table = grid_of(form, row.field, question, entry, extra)
    return row


def formula_of(question):
    """The tree of the formula as JSON, numbers as text."""
    try:
        return json.dumps(parse(question.settings.get("formula", "")), default=str)
    except BadFormula:
        return ""


@dataclass
class Grid:
    """A table to be filled: columns, lines of cells, totals; `blank` is the line that the script adds."""

    columns: list
    lines: list
    blank: object
    totals: list = field(default_factory=list)
    max_rows: int = 0

    @property
    def has_totals(self):
        return any(column.get("sum") for column in self.columns)


def grid_of(form, bound, question, entry, extra):
    columns, rows = columns_of(question), rows_in(bound.value())
    rows += [{}] * max(extra, 1 - len(rows))
    totals = [] if entry.as_typed else TABLE.shown_totals(question, entry.text)
    return Grid(
        columns=columns,
        lines=[line_of(bound.html_name, index, columns, row) for index, row in enumerate(rows)],
        blank=line_of(bound.html_name, "NOUVELLE", columns, {}),
        totals=list(zip(columns, totals or [""] * len(columns), strict=True)),
        max_rows=max_rows_of(question),
    )


def line_of(name, index, columns, row):
    number = index + 1 if isinstance(index, int) else index
    cells = [
        SimpleNamespace(
            column=column,
            name=f"{name}-{index}-{column['key']}",
            value=row.get(column["key"]) or "",
            numeric=column.get("kind", "text") != "text",
            wrong=is_wrong(column, row.get(column["key"]) or ""),
        )
        for column in columns
    ]
    return SimpleNamespace(index=index, number=number, key=f"{name}-{index}", cells=cells)


def is_wrong(column, typed):
    try:
        read_cell(column, clean(typed))
    except Mistyped:
        return True
    return False


def script_values(sheet):
    """{slug: value} of the asked questions, for the script: what the other sections hold."""
    return json.dumps(sheet.values, default=plain)


def plain(value):
    """Decimals as numbers, dates as ISO text."""
    return float(value) if isinstance(value, Decimal) else value.isoformat()
