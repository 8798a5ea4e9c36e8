"""Office documents: taken when they only say something, refused when they could do something."""

import pytest

from documents import detection, office
from documents.errors import Unreadable
from tests.documents import files

REMOTE = (
    f'<Relationship Id="rId9" Type="{files.OFFICE}/%s" Target="https://ailleurs.example/x" TargetMode="External"/>'
)


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (files.docx(), office.DOCX),
        (files.xlsx(), office.XLSX),
        (files.odf("text"), office.ODT),
        (files.odf("spreadsheet"), office.ODS),
        (files.docx({"word/embeddings/tableau.xlsx": files.xlsx()}), office.DOCX),
    ],
)
def test_documents_of_the_common_programs_are_told_from_their_content(content, content_type):
    assert detection.detect(content) == content_type


@pytest.mark.parametrize(
    ("reason", "content"),
    [
        ("macro", files.docx({"word/vbaProject.bin": b"\xd0\xcf"})),
        ("macro", files.docx(types=files.DOCX_TYPES.replace("document.main", "document.macroEnabled.main"))),
        ("macro", files.docx(body='<w:r><w:instrText>DDEAUTO c:\\\\windows\\\\cmd.exe "/k calc"</w:instrText></w:r>')),
        ("macro", files.docx(body="<w:instrText>DDE</w:instrText><w:instrText>AUTO cmd</w:instrText>")),
        ("macro", files.odf("text", {"Basic/Standard/Module1.xml": "<x/>"})),
        ("macro", files.odf("text", content='<script:event-listener script:language="ooo:script"/>')),
        ("macro", files.odf("spreadsheet", content='<c table:formula="of:=DDE(&quot;cmd&quot;)"/>')),
        ("external", files.docx(rels=REMOTE % "attachedTemplate")),
        ("external", files.docx(rels=REMOTE % "image")),
        ("external", files.docx({"word/styles.xml": '<!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>'})),
        ("foreign_part", files.docx({"word/media/facture.exe": b"MZ"})),
        ("foreign_part", files.docx({"word/embeddings/oleObject1.bin": b"\xd0\xcf"})),
        ("foreign_part", files.docx({"../../etc/cron.d/x": b"* * * * *"})),
        ("foreign_part", files.docx({"word/embeddings/t.xlsx": files.archive({"a.txt": "a"})})),
        ("bomb", files.docx({"word/media/image1.png": b"\0" * (office.MAX_UNPACKED + 1)})),
        ("bomb", files.docx({"word/styles.xml": b" " * (office.MAX_TEXT + 1)})),
        ("protected", files.odf("text", manifest="<manifest:encryption-data/>")),
        ("hidden", b"PK\x03\x04" + files.docx()),
        ("hidden", files.docx() + b"<script>alert(1)</script>"),
        ("hidden", files.picture_bytes("JPEG") + files.archive({"Main.class": b"\xca\xfe\xba\xbe"})),
        ("old_office", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600),
        ("damaged", files.docx()[:-40]),
    ],
)
def test_what_acts_by_itself_or_hides_something_is_refused(reason, content):
    with pytest.raises(Unreadable) as refused:
        detection.detect(content)
    assert refused.value.reason == reason


def test_a_checksum_that_lies_is_damaged():
    content = files.archive({"mimetype": office.ODT, "content.xml": "<bon/>"}, stored=("mimetype", "content.xml"))
    with pytest.raises(Unreadable, match="damaged"):
        detection.detect(content.replace(b"<bon/>", b"<mal/>"))


def test_another_archive_is_not_a_document():
    assert detection.detect(files.archive({"lisez-moi.txt": "bonjour"})) is None


def test_a_small_pdf_that_unpacks_to_gigabytes_costs_no_memory():
    """The table of objects is compressed twice: 3 kB ask for 1.5 GB when the file is opened."""
    import resource
    import zlib

    table = zlib.compress(zlib.compress(b"\0" * (300 << 20), 9), 9)
    content = b"%PDF-1.5\n1 0 obj\n<</Type/XRef/W[1 4 2]/Size 9000000/Root 1 0 R/Filter[/FlateDecode/FlateDecode]"
    content += b"/Length %d>>\nstream\n" % len(table) + table + b"\nendstream\nendobj\nstartxref\n9\n%%EOF\n"
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    del table
    with pytest.raises(Unreadable, match="damaged"):
        detection.detect(content)
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) < 250 * 1024


def test_a_pdf_that_starts_a_program_is_refused():
    import io

    import pikepdf

    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(files.pdf_bytes())) as pdf:
        pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.Launch, F="calc.exe")
        pdf.save(out)
    with pytest.raises(Unreadable, match="program"):
        detection.detect(out.getvalue())
