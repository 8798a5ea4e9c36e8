"""An extract of Chorus as it comes: XLSX or CSV, numbers or texts, dates as serials, cp1252 or UTF-8."""

import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.errors import Refusal
from funding.chorus import cells, reading
from funding.models import ChorusFile, ChorusRow
from tests.funding.chorus import extracts
from tests.funding.conftest import today

DAY = datetime.date(2026, 3, 17)
LINE = extracts.line("2103456789", "10004567", 50_000, DAY, siret="00012345678901", payee="Régie d’été")
FORMS = {
    "xlsx, numbers and serials": lambda: extracts.as_xlsx([LINE]),
    "xlsx, texts": lambda: extracts.as_xlsx([LINE], numbers=False),
    "csv, utf-8": lambda: extracts.as_csv([LINE]),
    "csv, cp1252": lambda: extracts.as_csv([LINE], encoding="cp1252"),
    "csv, commas": lambda: extracts.as_csv([LINE], delimiter=","),
    "csv, tabs": lambda: extracts.as_csv([LINE], delimiter="\t"),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_the_extract_reads_the_same(form, finance):
    file = reading.receive(uploaded=FORMS[form](), fiscal_year=2026, by=finance[0])
    [row] = file.rows.all()
    assert row.unreadable == ""
    assert (row.commitment, row.request, row.cents, row.paid_on) == ("2103456789", "10004567", 5_000_000, DAY)
    assert (row.siret, row.payee, row.fiscal_year) == ("00012345678901", "Régie d’été", 2026)
    assert row.identity == "2026/ADCE/2103456789/1/10004567/1"


@pytest.mark.parametrize(
    ("cell", "cents"),
    [
        (50000, 5_000_000), (50000.5, 5_000_050), ("50 000,00", 5_000_000), ("50\u00a0000,00 €", 5_000_000),
        ("50000.00", 5_000_000), ("50.000,25", 5_000_025), ("1,234,567.89", 123_456_789), ("-12,5", -1250),
        ("50 000,00-", -5_000_000), ("(50,00)", -5000), ("0", 0),
    ],
)  # fmt: skip
def test_amounts(cell, cents):
    assert cells.cents(cell) == cents


@pytest.mark.parametrize("cell", ["", None, "abc", "50.000", "50,000", "12,345", "1 2,3,4", 0.001, float("nan"), True])
def test_doubtful_amounts_are_not_guessed(cell):
    with pytest.raises(cells.Unreadable):
        cells.cents(cell)


@pytest.mark.parametrize(
    "cell",
    [DAY, datetime.datetime(2026, 3, 17, 9), 46098, 46098.0, "46098", "17/03/2026", "17.03.2026", "2026-03-17",
     "2026-03-17 00:00:00", "20260317"],
)  # fmt: skip
def test_dates(cell):
    assert cells.day(cell) == DAY


@pytest.mark.parametrize("cell", ["", None, "31/02/2026", "demain", "17/03/26", 3, 999999, True])
def test_what_is_no_date(cell):
    with pytest.raises(cells.Unreadable):
        cells.day(cell)


def test_a_file_of_another_year_is_refused_whole(finance):
    lines = [LINE, extracts.line("2103456789", "10004568", 10, datetime.date(2025, 5, 2))]
    with pytest.raises(Refusal, match="2025"):
        reading.receive(uploaded=extracts.as_csv(lines), fiscal_year=2026, by=finance[0])
    assert not ChorusFile.objects.exists()
    assert not ChorusRow.objects.exists()


def test_a_year_to_come_is_refused(finance):
    with pytest.raises(Refusal, match="choisissez une année"):
        reading.receive(uploaded=extracts.as_csv([LINE]), fiscal_year=today().year + 1, by=finance[0])


def test_the_same_content_is_read_once_whatever_its_name(finance):
    file = reading.receive(uploaded=extracts.as_csv([LINE]), fiscal_year=2026, by=finance[0])
    with pytest.raises(Refusal, match="déjà été lu"):
        reading.receive(uploaded=extracts.as_csv([LINE], name="autre.csv"), fiscal_year=2026, by=finance[1])
    reading.abandon(file=file, by=finance[0])
    assert reading.receive(uploaded=extracts.as_csv([LINE]), fiscal_year=2026, by=finance[0]).pk != file.pk


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "vide"),
        (b"nom;prenom\nA;B\n", "pas un extrait de Chorus"),
        (b"\x00\x01\x02\x03", "ne se lit pas"),
        (b"PK\x03\x04 not an archive", "abîmé"),
        (
            "N° EJ;N° DP;Exercice comptable;Montant payé;Date de dernière opération sur la DP\n".encode(),
            "aucune ligne",
        ),
    ],
)
def test_what_is_not_an_extract(content, words, finance):
    with pytest.raises(Refusal, match=words):
        reading.receive(uploaded=SimpleUploadedFile("x.csv", content), fiscal_year=2026, by=finance[0])
    assert not ChorusFile.objects.exists()


def test_a_cell_that_cannot_be_read_is_told_with_its_line(finance):
    lines = [LINE, {**LINE, "Montant payé": "beaucoup", "N° DP": "10004599"}]
    file = reading.receive(uploaded=extracts.as_csv(lines), fiscal_year=2026, by=finance[0])
    good, bad = file.rows.order_by("line")
    assert good.unreadable == ""
    assert (bad.line, bad.cents) == (3, None)
    assert "beaucoup" in bad.unreadable
