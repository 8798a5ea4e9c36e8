"""Good files of every accepted type, as the common programs write them; hostile ones are in `hostile.py`."""

import datetime
import io
import zipfile

import pikepdf
import xlsxwriter
from PIL import Image

DOCX_TYPES = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Types '
    'xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'wordprocessingml.document.main+xml"/></Types>'
)
RELS = (
    '<?xml version="1.0" encoding="UTF-8"?><Relationships '
    'xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
)
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = f'<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="word/document.xml"/>'
LINK = f'<Relationship Id="rId2" Type="{OFFICE}/hyperlink" Target="https://exemple.fr/" TargetMode="External"/>'
BODY = (
    '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r>'
    "<w:t>Statuts de l’association</w:t></w:r>{}</w:p></w:body></w:document>"
)
ODF_MANIFEST = (
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">{}</manifest:manifest>'
)
ODF_CONTENT = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0">{}'
    "<office:body/></office:document-content>"
)


def pdf_bytes(pages=1, text="", **save):
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        font = pdf.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Font,
                Subtype=pikepdf.Name.Type1,
                BaseFont=pikepdf.Name.Helvetica,
                Encoding=pikepdf.Name.WinAnsiEncoding,
            )
        )
        for number in range(1, pages + 1):
            page = pdf.add_blank_page(page_size=(595, 842))
            if text:
                page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
                words = f"BT /F1 24 Tf 60 760 Td ({text} {number}) Tj ET"
                page.Contents = pdf.make_stream(words.encode("cp1252"))
        pdf.save(out, deterministic_id="encryption" not in save, **save)
    return out.getvalue()


def picture_bytes(kind="PNG", size=(40, 30), mode="RGB", **save):
    out = io.BytesIO()
    Image.new(mode, size, "navy").save(out, kind, **save)
    return out.getvalue()


def archive(parts, stored=()):
    """A zip of {name: bytes or text}; the names of `stored` are not compressed."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            kind = zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED
            made.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content, kind)
    return out.getvalue()


def docx(extra=None, *, types=DOCX_TYPES, body="", rels=LINK):
    parts = {
        "[Content_Types].xml": types,
        "_rels/.rels": RELS.format(MAIN),
        "word/document.xml": BODY.format(body),
        "word/_rels/document.xml.rels": RELS.format(rels),
    }
    return archive({**parts, **(extra or {})})


def xlsx(rows=3):
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.set_properties({"created": datetime.datetime(2026, 1, 1)})
    sheet = book.add_worksheet("Budget")
    for row in range(rows):
        sheet.write_row(row, 0, [row, "Loyer", 1200.5])
    sheet.write_url(0, 5, "https://exemple.fr/")
    book.add_chart({"type": "line"}).add_series({"values": "=Budget!$A$1:$A$3"})
    book.close()
    return out.getvalue()


def odf(kind="text", extra=None, *, manifest="", content=""):
    parts = {
        "mimetype": f"application/vnd.oasis.opendocument.{kind}",
        "Configurations2/toolbar/": "",
        "content.xml": ODF_CONTENT.format(content or "<office:scripts/>"),
        "styles.xml": "<office:document-styles xmlns:office='urn:oasis:names:tc:opendocument:xmlns:office:1.0'/>",
        "Thumbnails/thumbnail.png": picture_bytes(),
        "META-INF/manifest.xml": ODF_MANIFEST.format(manifest),
    }
    return archive({**parts, **(extra or {})}, stored=("mimetype",))


def body_of(response):
    """The bytes of a streamed response; its files are closed, without `close()`, which ends the test's connection."""
    content = b"".join(response.streaming_content)
    for close in response._resource_closers:
        close()
    return content
