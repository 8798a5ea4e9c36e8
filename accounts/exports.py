"""Tables as files: CSV, XLSX and ODS that the office suites of the administration open, whatever the number of rows.

The rows are read and written by chunks: memory does not grow with the list. A cell that cannot be read becomes a text
that says so, and the file goes on. No text is ever run as a formula: CSV texts are made harmless, cells of XLSX and
ODS carry their type.
"""

import csv
import datetime
import logging
import math
import tempfile
from decimal import Decimal

from django.http import FileResponse, StreamingHttpResponse
from django.utils import timezone

from accounts import ods

log = logging.getLogger(__name__)
BOM = "\ufeff"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# What a spreadsheet may take for the start of a formula, full-width signs too (OWASP, « CSV injection »).
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# Spreadsheets keep fifteen digits of a number, and 32,767 characters of a cell.
MOST_DIGITS = 10**15
LONGEST_TEXT = 32_767
UNREADABLE = "Valeur illisible"


class Echo:
    """A file whose `write` gives back what it receives: the CSV writer then makes one line at a time."""

    def write(self, value):
        return value


def neutral(text):
    """Text that a spreadsheet will not run as a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def plain(value, kind):
    """The value of a cell as a number, a date or a text (no link, no badge)."""
    if kind == "badge":
        value = value[0] if value else ""
    if value is None:
        return ""
    if kind == "cents":
        return Decimal(value).scaleb(-2)
    if isinstance(value, datetime.datetime):
        return timezone.localtime(value).replace(tzinfo=None, microsecond=0)
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, int | float | Decimal):
        return value if math.isfinite(value) and abs(value) < MOST_DIGITS else str(value)
    # A lazy text, or an object that says its name: what fails must fail here.
    return value if isinstance(value, datetime.date) else str(value)


def read_cell(column, row):
    """The value of one cell, or the words that say it cannot be read: one bad cell never spoils the file."""
    try:
        return plain(column.raw(row), column.kind)
    except Exception as error:
        log.warning("export: column %s of %r cannot be read", column.key, getattr(row, "pk", None), exc_info=True)
        return f"{UNREADABLE} ({type(error).__name__})"


def csv_text(value):
    """A value as CSV text: French decimals, ISO dates, formulas made harmless."""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, float | Decimal):
        return f"{value:.2f}".replace(".", ",")
    if isinstance(value, int):
        return str(value)
    if isinstance(value, datetime.date):
        return value.isoformat(*([" "] if isinstance(value, datetime.datetime) else []))
    # NUL would make the csv writer refuse the line, half a surrogate pair the encoder.
    return neutral(str(value).replace("\0", "")).encode(errors="replace").decode()


def headings(columns):
    return [f"{column.label} (€)" if column.kind == "cents" else column.label for column in columns]


def lines(columns, rows):
    for row in rows:
        yield [read_cell(column, row) for column in columns]


def csv_lines(heads, rows):
    """Lines of a CSV file (BOM, semicolons, CRLF), from headings and rows of values."""
    writer = csv.writer(Echo(), delimiter=";")
    yield BOM + writer.writerow([neutral(head) for head in heads])
    for row in rows:
        yield writer.writerow([csv_text(value) for value in row])


def csv_response(name, columns, rows):
    """A streamed CSV of `rows` (model instances) by `columns` (`accounts.lists.Column`)."""
    content = by_blocks(csv_lines(headings(columns), lines(columns, rows)))
    response = StreamingHttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{file_name(name)}.csv"'
    return response


def by_blocks(texts, size=200):
    """The same text in fewer pieces: a server sends each piece apart."""
    block: list[str] = []
    for text in texts:
        block.append(text)
        if len(block) == size:
            yield "".join(block)
            block.clear()
    yield "".join(block)


def ods_response(name, columns, rows):
    """A streamed ODS of `rows` by `columns`: amounts are numbers in euros, dates are dates."""
    content = ods.document(headings(columns), [column.kind for column in columns], lines(columns, rows))
    response = StreamingHttpResponse(content, content_type=ods.CONTENT_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{file_name(name)}.ods"'
    return response


def xlsx_response(name, columns, rows):
    """An XLSX of `rows` by `columns`: amounts are numbers in euros, dates are dates."""
    # The rows go to a file on disk, and from there to the reader: nothing is kept in memory.
    file = tempfile.TemporaryFile()  # noqa: SIM115 (the response closes it)
    write_xlsx(file, headings(columns), [column.kind for column in columns], lines(columns, rows))
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"{file_name(name)}.xlsx", content_type=XLSX_TYPE)


def write_xlsx(file, heads, kinds, rows):
    import xlsxwriter  # 30 ms that only an export should pay

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(file, options)
    sheet = book.add_worksheet("Données")
    styles = {
        "cents": book.add_format({"num_format": "#,##0.00"}),
        "date": book.add_format({"num_format": "dd/mm/yyyy"}),
        "datetime": book.add_format({"num_format": "dd/mm/yyyy hh:mm"}),
    }
    sheet.write_row(0, 0, heads, book.add_format({"bold": True, "bottom": 2}))
    sheet.freeze_panes(1, 0)
    for number, row in enumerate(rows, start=1):
        for position, value in enumerate(row):
            write_cell(sheet, number, position, value, styles.get(kinds[position]))
    sheet.autofilter(0, 0, 0, max(len(heads) - 1, 0))
    book.close()


def write_cell(sheet, row, position, value, style):
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        sheet.write_number(row, position, value, style)
    # Spreadsheets count days from 1900: an older one is a text.
    elif isinstance(value, datetime.date) and value.year >= 1900:
        sheet.write_datetime(row, position, value, style)
    elif value != "":
        sheet.write_string(row, position, str(value)[:LONGEST_TEXT].encode(errors="replace").decode())


def file_name(name):
    return f"{name}-{timezone.localdate():%Y-%m-%d}"


WRITERS = {"csv": csv_response, "xlsx": xlsx_response, "ods": ods_response}
