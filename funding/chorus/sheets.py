"""The bytes of an extract as rows of cells: XLSX, or CSV in UTF-8 or cp1252, whatever its separator."""

import csv
import io
from collections import Counter

from accounts.errors import Refusal
from documents.detection import CSV, XLSX
from documents.office import ZIP
from documents.uploads import Examined, clean_name, examine, read_bytes

MAX_BYTES = 20 * 1024 * 1024
MAX_LINES = 50_000
MAX_COLUMNS = 80
SEPARATORS = ";\t,|"


def open_extract(uploaded):
    """Check the file that was sent and read its cells; nothing is kept.

    Args:
        uploaded: a Django `UploadedFile`.

    Returns:
        (`documents.uploads.Examined`, rows of cells).

    Raises:
        Refusal: no file, too big, of another type, damaged, or too many lines; tied to `file`.
    """
    name, content = read_bytes(uploaded, max_bytes=MAX_BYTES, field="file")
    if content.startswith(ZIP):
        examined = examine(uploaded=uploaded, allowed=(XLSX,), max_bytes=MAX_BYTES, field="file")
        return examined, bounded(cells_of_book(examined.content))
    return Examined.of(clean_name(name), content, CSV), bounded(cells_of_text(decoded(content)))


def bounded(rows):
    if len(rows) > MAX_LINES:
        raise Refusal(
            f"Ce fichier a plus de {MAX_LINES} lignes : extrayez de Chorus les seules lignes du dispositif.",
            field="file",
        )
    return [list(row[:MAX_COLUMNS]) for row in rows]


def cells_of_book(content):
    """Rows of the first sheet that holds something."""
    from python_calamine import CalamineWorkbook  # a library that only an import should pay

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheets = (book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names)
        return next((rows for rows in sheets if rows), [])
    except BaseException as error:
        # A file made to break the reader raises what is not even an `Exception`: it must not end the server's process.
        if isinstance(error, KeyboardInterrupt | SystemExit):
            raise
        raise unreadable() from error


def decoded(content):
    if b"\0" in content:
        raise unreadable()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Every byte but five is a letter of cp1252.
        return content.decode("cp1252", errors="replace")


def cells_of_text(text):
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator_of(text)))
    except csv.Error as error:
        raise unreadable() from error


def separator_of(text):
    """The separator that the first lines hold most."""
    seen = Counter(sign for sign in text[:4000] if sign in SEPARATORS)
    return max(SEPARATORS, key=lambda sign: seen[sign]) if seen else ";"


def unreadable():
    return Refusal(
        "Ce fichier ne se lit pas comme un extrait de Chorus : envoyez-le en XLSX ou en CSV, tel que Chorus le donne.",
        field="file",
    )
