"""The answer that is a table: rows of texts, numbers and amounts, with sums under the columns that have one.

Kept as JSON: a list of {column key: text}, each cell in the shape that its kind keeps (cents for an amount). A blank
cell is left out, a blank row too. As typed, the same list holds what was typed in each cell.
"""

import json
from decimal import Decimal
from types import SimpleNamespace

from accounts import french
from applications.answer_kinds import KINDS, Kind, Mistyped, Text, clean, french_number

CELL_KINDS = {"text": KINDS[Kind.SHORT_TEXT], "number": KINDS[Kind.NUMBER], "amount": KINDS[Kind.AMOUNT]}
# The cells have no settings of their own: a number may be anything that is not negative.
CELL = SimpleNamespace(settings={}, label="")
MAX_ROWS = 50


def columns_of(question):
    return question.settings.get("columns", [])


def max_rows_of(question):
    return question.settings.get("max_rows") or MAX_ROWS


def kind_of(column):
    return CELL_KINDS[column.get("kind", "text")]


def rows_in(text):
    """The rows of a JSON text, whatever their state; [] when it is no table."""
    try:
        rows = json.loads(text or "[]")
    except ValueError:
        return []
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


class Table(Text):
    def read(self, question, typed):
        rows, wrong = [], []
        for number, row in enumerate(typed_rows(question, typed), start=1):
            cells = {}
            for column in columns_of(question):
                try:
                    cells |= read_cell(column, row.get(column["key"], ""))
                except Mistyped as mistyped:
                    wrong += [f"Ligne {number}, « {column['label']} » : {one}" for one in mistyped.sentences]
            rows.append(cells)
        if wrong:
            raise Mistyped(*wrong)
        return json.dumps(rows, ensure_ascii=False) if rows else ""

    def value(self, question, text):
        return [
            {
                column["key"]: kind_of(column).value(CELL, row[column["key"]])
                for column in columns_of(question)
                if row.get(column["key"])
            }
            for row in rows_in(text)
        ]

    def text(self, value):
        return json.dumps([{key: cell_text(cell) for key, cell in row.items()} for row in value], ensure_ascii=False)

    def typed(self, question, text, names):
        rows = [
            {
                column["key"]: kind_of(column).typed(CELL, row[column["key"]], None)
                for column in columns_of(question)
                if row.get(column["key"])
            }
            for row in rows_in(text)
        ]
        return json.dumps(rows, ensure_ascii=False)

    def shown(self, question, text, names):
        return "\n".join(" ; ".join(filter(None, row)) for row in self.shown_rows(question, text))

    def shown_rows(self, question, text):
        return [
            [
                kind_of(column).shown(CELL, row[column["key"]], None) if row.get(column["key"]) else ""
                for column in columns_of(question)
            ]
            for row in rows_in(text)
        ]

    def shown_totals(self, question, text):
        columns, rows = columns_of(question), self.value(question, text)
        if not any(column.get("sum") for column in columns):
            return []
        return [shown_total(column, rows) if column.get("sum") else "" for column in columns]

    def limits(self, question, text):
        excess = len(rows_in(text)) - max_rows_of(question)
        most = french.plural(max_rows_of(question), "ligne")
        return [f"Ce tableau compte au plus {most} : retirez-en {excess}."] if excess > 0 else []


def typed_rows(question, typed):
    """The rows that have something in a column of this table."""
    keys = [column["key"] for column in columns_of(question)]
    rows = [{key: clean(str(row.get(key, ""))) for key in keys} for row in rows_in(typed)]
    return [row for row in rows if any(row.values())]


def read_cell(column, typed):
    text = kind_of(column).read(CELL, typed) if typed else ""
    if text and column.get("kind") == "number" and kind_of(column).limits(CELL, text):
        raise Mistyped("Écrivez un nombre positif.")
    return {column["key"]: text} if text else {}


def cell_text(cell):
    return f"{cell:f}" if isinstance(cell, Decimal) else str(cell)


def total_of(column, rows):
    return sum((row.get(column["key"]) or 0 for row in rows), Decimal(0))


def shown_total(column, rows):
    total = total_of(column, rows)
    return french.euros(int(total)) if column.get("kind") == "amount" else french_number(total)
