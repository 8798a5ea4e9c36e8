"""An OpenDocument spreadsheet (ISO/IEC 26300), row by row into a zip that leaves as it is written."""

import datetime
import re
import zipfile
from decimal import Decimal
from xml.sax.saxutils import escape

CONTENT_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
ROWS_AT_A_TIME = 200
# What XML 1.0 cannot hold, whatever the way it is written.
FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
SPACES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" '
    'xmlns:number="urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0" '
    'xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"'
)
DAY = (
    '<number:day number:style="long"/><number:text>/</number:text><number:month number:style="long"/>'
    '<number:text>/</number:text><number:year number:style="long"/>'
)
HOUR = (
    '<number:text> </number:text><number:hours number:style="long"/><number:text>:</number:text>'
    '<number:minutes number:style="long"/>'
)
STYLES = (
    "<office:automatic-styles>"
    '<number:number-style style:name="n-cents"><number:number number:decimal-places="2" '
    'number:min-decimal-places="2" number:min-integer-digits="1" number:grouping="true"/></number:number-style>'
    f'<number:date-style style:name="n-date">{DAY}</number:date-style>'
    f'<number:date-style style:name="n-datetime">{DAY}{HOUR}</number:date-style>'
    + "".join(
        f'<style:style style:name="{kind}" style:family="table-cell" style:data-style-name="n-{kind}"/>'
        for kind in ("cents", "date", "datetime")
    )
    + '<style:style style:name="head" style:family="table-cell"><style:text-properties fo:font-weight="bold"/>'
    "</style:style></office:automatic-styles>"
)
STYLED = {"cents", "date", "datetime"}
BEFORE = (
    f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {SPACES} office:version="1.3">{STYLES}'
    '<office:body><office:spreadsheet><table:table table:name="Données">'
)
AFTER = "</table:table></office:spreadsheet></office:body></office:document-content>"
MANIFEST = (
    '<?xml version="1.0" encoding="UTF-8"?><manifest:manifest manifest:version="1.3" '
    'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    f'<manifest:file-entry manifest:full-path="/" manifest:version="1.3" manifest:media-type="{CONTENT_TYPE}"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
)


class Pipe:
    """What the zip writes, to be taken away piece by piece; it cannot go back, so the zip does not try to."""

    def __init__(self):
        self.waiting = bytearray()

    def write(self, data):
        self.waiting += data
        return len(data)

    def flush(self):
        """Nothing is kept back."""

    def take(self):
        data, self.waiting = bytes(self.waiting), bytearray()
        return data


def document(heads, kinds, rows):
    """The bytes of the file, in pieces.

    Args:
        heads: texts of the first row.
        kinds: of each column, as `accounts.columns.Column.kind`.
        rows: lists of numbers, dates and texts.
    """
    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive:
        # First and not compressed: that is how the type of the file is told.
        archive.writestr("mimetype", CONTENT_TYPE, zipfile.ZIP_STORED)
        archive.writestr("META-INF/manifest.xml", MANIFEST)
        with archive.open("content.xml", "w", force_zip64=False) as content:
            for text in body(heads, kinds, rows):
                content.write(text.encode())
                if piece := pipe.take():
                    yield piece
    yield pipe.take()


def body(heads, kinds, rows):
    first = "".join(cell_of(head, "text", "head") for head in heads)
    yield f"{BEFORE}<table:table-header-rows><table:table-row>{first}</table:table-row></table:table-header-rows>"
    block = []
    for row in rows:
        cells = "".join(map(cell_of, row, kinds))
        block.append(f"<table:table-row>{cells}</table:table-row>")
        if len(block) == ROWS_AT_A_TIME:
            yield "".join(block)
            block.clear()
    yield "".join(block) + AFTER


def cell_of(value, kind, style=""):
    """One cell with its type: a text is never read as a formula."""
    style = style or (kind if kind in STYLED else "")
    styled = f' table:style-name="{style}"' if style else ""
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return f'<table:table-cell{styled} office:value-type="float" office:value="{value}"/>'
    if isinstance(value, datetime.date):
        return f'<table:table-cell{styled} office:value-type="date" office:date-value="{value.isoformat()}"/>'
    if value == "":
        return "<table:table-cell/>"
    return f'<table:table-cell{styled} office:value-type="string">{paragraphs(str(value))}</table:table-cell>'


def paragraphs(text):
    """Lines as paragraphs; runs of spaces and tabs in the format's own way, which would else drop them."""
    return "".join(f"<text:p>{spaced(line)}</text:p>" for line in FORBIDDEN.sub("\ufffd", text).splitlines())


def spaced(line):
    kept = re.sub(r"^ | (?= )", "\0", escape(line)).replace("\0", "<text:s/>")
    return kept.replace("\t", "<text:tab/>")
