"""Files out of a list: whatever the cells hold, the file opens, and no text becomes a formula."""

import csv
import datetime
import io
import subprocess
import sys
import zipfile
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest
from django.http import FileResponse

from accounts import exports
from accounts.columns import Column

ROOT = Path(__file__).resolve().parent.parent.parent
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
HOSTILE = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠a"]
ODD = ["", " ", "a\0b", "a\x01b\x0bc", "\ud800 moitié", "ligne 1\nligne 2", "a  b\tc", "<b>&\"';</b>", "x" * 40_000]


def fails(row):
    raise ZeroDivisionError("one bad cell")


class Nameless:
    def __str__(self):
        raise ValueError("no name")


COLUMNS = [
    Column("texte", "=Texte", "text"),
    Column("argent", "Argent", "cents", kind="cents"),
    Column("jour", "Jour", "day", kind="date"),
    Column("etat", "État", lambda row: ("Reçu", "info"), kind="badge"),
    Column("pire", "Pire", "worst"),
]


def row(text="texte", worst="bien", cents=1250, day=datetime.date(2026, 11, 22)):
    return SimpleNamespace(pk=1, text=text, worst=worst, cents=cents, day=day)


def body_of(response):
    body = b"".join(response.streaming_content)
    if isinstance(response, FileResponse):
        response.file_to_stream.close()
    return body


def csv_rows(rows, columns=COLUMNS):
    text = body_of(exports.csv_response("liste", columns, rows)).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))


def ods_cells(rows, columns=COLUMNS):
    with zipfile.ZipFile(io.BytesIO(body_of(exports.ods_response("liste", columns, rows)))) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["mimetype", "META-INF/manifest.xml", "content.xml"]
        assert archive.read("mimetype").decode() == exports.ods.CONTENT_TYPE
        assert archive.getinfo("mimetype").compress_type == zipfile.ZIP_STORED
        ElementTree.fromstring(archive.read("META-INF/manifest.xml"))
        content = archive.read("content.xml").decode()
    assert "formula" not in content
    tree = ElementTree.fromstring(content)
    return [list(one.iter(f"{TABLE}table-cell")) for one in tree.iter(f"{TABLE}table-row")]


def xlsx_sheet(rows, columns=COLUMNS):
    with zipfile.ZipFile(io.BytesIO(body_of(exports.xlsx_response("liste", columns, rows)))) as archive:
        assert archive.testzip() is None
        content = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in content
    tree = ElementTree.fromstring(content)
    lines = [one for one in tree.iter() if one.tag.endswith("}row")]
    return [["".join(cell.itertext()) for cell in one if cell.tag.endswith("}c")] for one in lines]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_is_a_formula(text):
    rows = csv_rows([row(text=text)])
    assert rows[0][0] == "'=Texte"
    assert rows[1][0] == f"'{text}"
    cell = ods_cells([row(text=text)])[1][0]
    assert cell.get(f"{OFFICE}value-type") == "string" and cell.get(f"{TABLE}formula") is None
    assert xlsx_sheet([row(text=text)])[1]


@pytest.mark.parametrize("text", ODD)
def test_odd_texts_do_not_break_the_file(text):
    last = row(text="la suite")
    assert csv_rows([row(text=text), last])[-1][0] == "la suite"
    assert "".join(ods_cells([row(text=text), last])[-1][0].itertext()) == "la suite"
    assert xlsx_sheet([row(text=text), last])[-1][0] == "la suite"


def test_spaces_and_lines_are_kept_in_ods():
    cell = ods_cells([row(text="a  b\nc\td")])[1][0]
    assert [ElementTree.tostring(one, encoding="unicode").count("<ns") for one in cell] == [2, 2]
    assert len(cell.findall(f"{TEXT}p")) == 2 and cell.find(f"{TEXT}p/{TEXT}s") is not None


@pytest.mark.parametrize(
    "worst", [Nameless(), Decimal("NaN"), float("inf"), 10**400, datetime.date(1, 1, 1), b"\xff", []]
)
def test_values_that_no_spreadsheet_holds(worst):
    rows = [row(worst=worst), row(text="la suite")]
    assert csv_rows(rows)[2][0] == "la suite"
    assert len(ods_cells(rows)) == 3
    assert xlsx_sheet(rows)[2][0] == "la suite"


def test_a_cell_that_raises_is_a_text_and_the_file_goes_on(caplog):
    columns = [*COLUMNS, Column("mort", "Mort", fails)]
    rows = [row(), row(text="la suite")]
    expected = "Valeur illisible (ZeroDivisionError)"
    assert [line[5] for line in csv_rows(rows, columns)] == ["Mort", expected, expected]
    assert "".join(ods_cells(rows, columns)[2][5].itertext()) == expected
    assert xlsx_sheet(rows, columns)[2][-1] == expected
    assert "column mort" in caplog.text


def test_amounts_and_days_are_numbers_and_days():
    assert csv_rows([row()])[1] == ["texte", "12,50", "2026-11-22", "Reçu", "bien"]
    cells = ods_cells([row()])[1]
    assert cells[1].get(f"{OFFICE}value") == "12.50"
    assert cells[2].get(f"{OFFICE}date-value") == "2026-11-22"
    assert cells[3].findtext(f"{TEXT}p") == "Reçu"


MEMORY = """
import os, pathlib, resource, sys
os.environ["DATABASE_URL"] = f"sqlite:///{sys.argv[1]}"
import django
django.setup()
from django.db import connection
from django.test import RequestFactory
from accounts.models import User
from tests.accounts.test_lists import People

with connection.schema_editor() as editor:
    editor.create_model(User)
User.objects.bulk_create(
    (User(email=f"p{i}@exemple.test", last_name=f"N{i:05}", first_name="Prénom " * 5) for i in range(10_000)),
    batch_size=500,
)

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024

def export(kind, rows):
    listing = People(RequestFactory().get("/", {"format": kind}), User.objects.filter(pk__lte=rows))
    response = listing.file()
    size = sum(map(len, response.streaming_content))
    response.close()
    return size

for kind in ("csv", "ods", "xlsx"):
    assert export(kind, 50) > 500
    before = peak()
    assert export(kind, 10_000) > 30_000
    print(kind, peak() - before)
"""


def test_memory_stays_flat_for_ten_thousand_rows(tmp_path):
    """In a process of its own: the peak of a file of 10,000 rows, against that of a file of 50."""
    variables = {"DJANGO_SETTINGS_MODULE": "config.settings", "VAR_DIR": str(tmp_path), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", MEMORY, str(tmp_path / "base.sqlite3")],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
        env={"PATH": "/usr/bin:/bin", **variables},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    grown = {kind: int(megabytes) for kind, megabytes in (line.split() for line in done.stdout.splitlines())}
    assert set(grown) == {"csv", "ods", "xlsx"}
    assert max(grown.values()) <= 50, grown
