"""A spreadsheet of sheets, written and read: XLSX out; XLSX or ODS in, values only, nothing of it is ever run."""

import io
import zipfile
import zlib

from accounts.errors import Refusal
from applications.evaluations import offline

# What a file may weigh, packed and unpacked: a hundred dossiers are far below.
MOST_BYTES = 5_000_000
MOST_UNPACKED = 60_000_000
MOST_LINES = 20_000
WIDTHS = {"Dossier": 16, "Lieu": 24, "Critère": 28, "Niveaux": 60, "Points": 12, "Raison": 60, "Avis d’ensemble": 70}
HOW = (
    "Remplissez les colonnes claires : un niveau et une raison par critère. Une cellule vide n’efface rien. "
    "Ne changez ni les titres, ni l’ordre des colonnes. Reprenez ensuite ce fichier sur la page « Mes évaluations »."
)


def written(assignments):
    """The bytes of the XLSX of these sheets; texts are texts, whatever they begin with: none is run as a formula."""
    import xlsxwriter  # 30 ms that only an export should pay

    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    styles = styles_of(book)
    note_lines = list(offline.note_lines(assignments))
    add_sheet(book, offline.NOTES, note_lines, styles)
    add_sheet(book, offline.OPINIONS, list(offline.opinion_lines(assignments)), styles)
    help_sheet = book.add_worksheet("Mode d’emploi")
    help_sheet.set_column(0, 0, 100)
    help_sheet.write_string(0, 0, HOW, styles["text"])
    book.close()
    return file.getvalue()


def styles_of(book):
    plain = {"text_wrap": True, "valign": "top"}
    return {
        "head": book.add_format({"bold": True, "bottom": 2, "text_wrap": True, "valign": "top"}),
        "text": book.add_format({**plain, "num_format": "@"}),
        "open": book.add_format({**plain, "bg_color": "#F5F5FE", "border": 1, "border_color": "#CECECE"}),
    }


def add_sheet(book, name, lines, styles):
    """One sheet: what is given, the columns to fill in, and the keys out of sight."""
    sheet = book.add_worksheet(name)
    heads, open_heads = offline.HEADS[name], offline.WRITTEN[name]
    for column, head in enumerate(heads):
        options = {"hidden": True} if head in offline.KEYS else {}
        sheet.set_column(column, column, WIDTHS.get(head, 16), None, options)
        sheet.write_string(0, column, head, styles["head"])
    sheet.freeze_panes(1, 3 if name == offline.NOTES else 2)
    for number, line in enumerate(lines, start=1):
        for column, value in enumerate(line):
            write_cell(sheet, number, column, value, styles["open" if heads[column] in open_heads else "text"])
    return sheet


def write_cell(sheet, row, column, value, style):
    if isinstance(value, int):
        sheet.write_number(row, column, value, style)
    elif value:
        sheet.write_string(row, column, value, style)
    else:
        sheet.write_blank(row, column, None, style)


def read(data):
    """{name of a sheet: rows of texts} of a spreadsheet.

    Args:
        data: the bytes of an XLSX or ODS file.

    Raises:
        Refusal: too heavy, or not a spreadsheet; tied to `file`.
    """
    sheets = cells_of(unpacked(data))
    if any(len(rows) > MOST_LINES for rows in sheets.values()):
        raise Refusal(f"Ce tableur a plus de {MOST_LINES} lignes : reprenez celui du service.", field="file")
    return {name: [[text_of(value) for value in row] for row in rows] for name, rows in sheets.items()}


def cells_of(file):
    """{name of a sheet of ours: rows of values}."""
    from python_calamine import CalamineWorkbook  # a library that only an import should pay

    try:
        book = CalamineWorkbook.from_filelike(file)
        names = [name for name in book.sheet_names if name in offline.HEADS]
        return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in names}
    except BaseException as error:
        # A file made to break the reader raises what is not even an `Exception`: it must not end the server's process.
        if isinstance(error, KeyboardInterrupt | SystemExit):
            raise
        raise unreadable() from error


def unpacked(data):
    """The same archive with nothing packed: what a member says of its size is what is read of it, and no more."""
    if len(data) > MOST_BYTES:
        raise Refusal("Ce fichier est trop lourd : 5 Mo au plus.", field="file")
    file = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(file, "w") as plain:
            if sum(one.file_size for one in archive.infolist()) > MOST_UNPACKED:
                raise Refusal("Ce fichier est trop lourd une fois ouvert : reprenez celui du service.", field="file")
            for one in archive.infolist():
                plain.writestr(one.filename, archive.read(one))
    except (zipfile.BadZipFile, zlib.error, RuntimeError, OSError, EOFError) as error:
        raise unreadable() from error
    file.seek(0)
    return file


def unreadable():
    return Refusal("Ce fichier n’est pas un tableur lisible : envoyez le fichier XLSX (ou ODS) rempli.", field="file")


def text_of(value):
    """The text of a cell: whole numbers without a decimal part, whatever the office suite wrote."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
