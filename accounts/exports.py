"""Tables as files: CSV that opens in the office suites of the administration, XLSX with real numbers."""

import csv
import datetime
import io
from decimal import Decimal

from django.http import FileResponse, StreamingHttpResponse
from django.utils import timezone

BOM = "\ufeff"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Echo:
    """A file whose `write` gives back what it receives: the CSV writer then makes one line at a time."""

    def write(self, value):
        return value


def neutral(text):
    """Text that a spreadsheet will not run as a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


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
    return value


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
    return neutral(str(value))


def headings(columns):
    return [f"{column.label} (€)" if column.kind == "cents" else column.label for column in columns]


def lines(columns, rows):
    for row in rows:
        yield [plain(column.raw(row), column.kind) for column in columns]


def csv_lines(heads, rows):
    """Lines of a CSV file (BOM, semicolons, CRLF), from headings and rows of values."""
    writer = csv.writer(Echo(), delimiter=";")
    yield BOM + writer.writerow([neutral(head) for head in heads])
    for row in rows:
        yield writer.writerow([csv_text(value) for value in row])


def csv_response(name, columns, rows):
    """A streamed CSV of `rows` (model instances) by `columns` (`accounts.lists.Column`)."""
    content = csv_lines(headings(columns), lines(columns, rows))
    response = StreamingHttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{file_name(name)}.csv"'
    return response


def xlsx_response(name, columns, rows):
    """An XLSX of `rows` by `columns`: amounts are numbers in euros, dates are dates."""
    file = io.BytesIO()
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
    if isinstance(value, bool):
        sheet.write_string(row, position, "oui" if value else "non")
    elif isinstance(value, int | float | Decimal):
        sheet.write_number(row, position, value, style)
    elif isinstance(value, datetime.date):
        sheet.write_datetime(row, position, value, style)
    else:
        sheet.write_string(row, position, str(value))


def file_name(name):
    return f"{name}-{timezone.localdate():%Y-%m-%d}"


WRITERS = {"csv": csv_response, "xlsx": xlsx_response}
