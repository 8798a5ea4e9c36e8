"""Extracts of Chorus for the tests: the columns of the real ones, as XLSX or CSV."""

import csv
import datetime
import io

import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile

HEADINGS = (
    "N° EJ", "N° poste EJ", "Code taxe 1", "No TVA 3 (COM-RIDET ou TAHITI)", "Branche CODE", "Branche",
    "Référentiel de programmation", "Référentiel de programmation CODE", "N° DP", "N° poste DP", "Société",
    "Exercice comptable", "Fournisseur payé (DP)", "Désignation de la structure", "Centre financier",
    "Centre financier CODE", "Domaine fonctionnel", "Domaine fonctionnel CODE", "Montant payé",
    "Date de dernière opération sur la DP",
)  # fmt: skip
SERIAL_ZERO = datetime.date(1899, 12, 30)


def line(ej, dp, euros, on, *, siret="", item="1", ej_item="1", year=None, payee="Structure"):
    """One line, by heading."""
    values = dict.fromkeys(HEADINGS, "")
    values |= {
        "N° EJ": ej, "N° poste EJ": ej_item, "Code taxe 1": siret, "N° DP": dp, "N° poste DP": item,
        "Société": "ADCE", "Exercice comptable": year or on.year, "Fournisseur payé (DP)": payee,
        "Montant payé": euros, "Date de dernière opération sur la DP": on,
    }  # fmt: skip
    return values


def as_csv(lines, *, encoding="utf-8-sig", delimiter=";", name="extrait.csv", headings=HEADINGS):
    text = io.StringIO()
    table = csv.writer(text, delimiter=delimiter)
    table.writerow(headings)
    for one in lines:
        table.writerow([text_of(one[heading]) for heading in headings])
    return SimpleUploadedFile(name, text.getvalue().encode(encoding))


def text_of(value):
    if isinstance(value, datetime.date):
        return value.strftime("%d/%m/%Y")
    return f"{value:.2f}".replace(".", ",") if isinstance(value, float) else str(value)


def as_xlsx(lines, *, numbers=True, name="extrait.xlsx", title=True):
    """`numbers`: amounts, codes and dates (as serials) are numbers; else every cell is a text."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file)
    sheet = book.add_worksheet("Extraction")
    start = 0
    if title:
        sheet.write_string(0, 0, "Extraction Chorus des paiements")
        start = 2
    sheet.write_row(start, 0, HEADINGS)
    for rank, one in enumerate(lines, start=start + 1):
        for column, heading in enumerate(HEADINGS):
            write(sheet, rank, column, one[heading], numbers)
    book.close()
    return SimpleUploadedFile(name, file.getvalue())


def write(sheet, rank, column, value, numbers):
    if not numbers:
        sheet.write_string(rank, column, text_of(value))
    elif isinstance(value, datetime.date):
        sheet.write_number(rank, column, (value - SERIAL_ZERO).days)
    elif isinstance(value, int | float) or str(value).isdecimal():
        sheet.write_number(rank, column, float(value))
    else:
        sheet.write_string(rank, column, str(value))
