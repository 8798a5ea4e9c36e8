"""An extract of Chorus, or a row typed by hand, becomes a file of rows. Nothing moves here: it is judged, then
confirmed (`funding.chorus.confirming`)."""

import csv
import datetime
import io
from collections import Counter
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.errors import Refusal
from accounts.french import NBSP, long_date, long_datetime, plural
from accounts.models import JournalEntry
from accounts.permissions import require
from documents.detection import CSV
from documents.uploads import Examined, keep
from funding.chorus import cells, sheets
from funding.chorus.cells import Unreadable
from funding.models import ChorusFile, ChorusRow
from funding.models.chorus import IMPORT

FIRST_YEAR = 2018
# Headings of the extract → what is kept of them. The order of the columns does not matter.
COLUMNS = {
    "N° EJ": "commitment",
    "N° poste EJ": "commitment_item",
    "Code taxe 1": "siret",
    "N° DP": "request",
    "N° poste DP": "request_item",
    "Société": "company",
    "Exercice comptable": "fiscal_year",
    "Fournisseur payé (DP)": "payee",
    "Désignation de la structure": "structure",
    "Centre financier CODE": "centre",
    "Domaine fonctionnel CODE": "domain",
    "Montant payé": "cents",
    "Date de dernière opération sur la DP": "paid_on",
}
NEEDED = ("commitment", "request", "fiscal_year", "cents", "paid_on")
BY_HEADING = {cells.heading(name): field for name, field in COLUMNS.items()}
READERS = {
    "commitment": lambda value: cells.code(value, 20),
    "commitment_item": lambda value: cells.code(value, 10),
    "request": lambda value: cells.code(value, 20),
    "request_item": lambda value: cells.code(value, 10),
    "company": lambda value: cells.code(value, 20),
    "siret": cells.siret,
    "payee": lambda value: cells.text(value, 150),
    "structure": lambda value: cells.text(value, 150),
    "fiscal_year": cells.year,
    "cents": cells.cents,
    "centre": lambda value: cells.text(value, 40),
    "domain": lambda value: cells.text(value, 40),
    "paid_on": cells.day,
}


@dataclass(frozen=True)
class Typed:
    """A line of Chorus copied by hand. Cents; Paris date of the last operation on the payment request."""

    commitment: str
    request: str
    cents: int
    paid_on: datetime.date
    siret: str = ""


def receive(*, uploaded, fiscal_year, by, whole_year=False):
    """Read an extract: its rows wait for their confirmation.

    Args:
        uploaded: the file, XLSX or CSV.
        fiscal_year: the year that it is an extract of.
        whole_year: it holds every payment of that year up to its last day.
        by: a finance officer.

    Raises:
        Refusal: not an extract, known already, empty, or with rows of another year; nothing is kept.
    """
    require(by, IMPORT)
    refuse_odd_year(fiscal_year)
    examined, lines = sheets.open_extract(uploaded)
    refuse_known(examined.sha256)
    rows = rows_of(lines)
    refuse_other_years(rows, fiscal_year)
    with transaction.atomic():
        stored = keep(examined=examined, by=by)
        return write(
            rows, origin=ChorusFile.Origin.EXTRACT, name=examined.name, stored_file=stored, sha256=examined.sha256,
            fiscal_year=fiscal_year, whole_year=whole_year, read_by=by,
        )  # fmt: skip


def type_row(*, typed, by):
    """Copy one line of Chorus by hand: it becomes a file of one row, judged and confirmed as any other.

    Args:
        typed: a `Typed`.
        by: a finance officer.

    Raises:
        Refusal: a number or a date that is none, or the same row typed before; tied to its field.
    """
    require(by, IMPORT)
    examined = Examined.of(f"ligne-{typed.request}.csv", file_of(typed), CSV)
    refuse_known(examined.sha256)
    rows = rows_of(sheets.cells_of_text(examined.content.decode()))
    refuse_unreadable(rows[0])
    with transaction.atomic():
        return write(
            rows, origin=ChorusFile.Origin.TYPED, name=f"Ligne saisie, DP {rows[0].request}", sha256=examined.sha256,
            fiscal_year=rows[0].fiscal_year, read_by=by,
        )  # fmt: skip


def file_of(typed):
    """The line as Chorus would have written it: one way of reading serves both."""
    text = io.StringIO()
    amount = f"{typed.cents // 100},{typed.cents % 100:02d}"
    table = csv.writer(text, delimiter=";")
    table.writerow(["N° EJ", "N° DP", "Code taxe 1", "Exercice comptable", "Montant payé", *list(COLUMNS)[-1:]])
    table.writerow(
        [typed.commitment, typed.request, typed.siret, typed.paid_on.year, amount, typed.paid_on.isoformat()]
    )
    return text.getvalue().encode()


def refuse_unreadable(row):
    if row.unreadable:
        raise Refusal(f"{row.unreadable[:1].upper()}{row.unreadable[1:]}. Recopiez la ligne de Chorus.")


def refuse_odd_year(year):
    today = timezone.localdate()
    if not FIRST_YEAR <= year <= today.year:
        raise Refusal(
            f"L’exercice {year} n’est pas possible : choisissez une année de {FIRST_YEAR} à {today.year}.",
            field="fiscal_year",
        )


def refuse_known(sha256):
    known = ChorusFile.objects.filter(sha256=sha256).exclude(state=ChorusFile.State.ABANDONED).first()
    if known is not None:
        raise already(known)


def already(known):
    said = "confirmé" if known.state == ChorusFile.State.CONFIRMED else "lu, et attend sa confirmation"
    return Refusal(
        f"Ce contenu a déjà été {said} : « {known.name} », lu le {long_datetime(known.read_at)} par {known.read_by}. "
        "Rien n’est appliqué deux fois : ouvrez ce fichier dans la liste des imports.",
        field="file",
    )


def rows_of(lines):
    """`ChorusRow`s, unsaved, of rows of cells.

    Raises:
        Refusal: no heading row, a column missing, or no line.
    """
    at, columns = headings_of(lines)
    rows = [
        row_of(number, {field: line[rank] for field, rank in columns.items() if rank < len(line)})
        for number, line in enumerate(lines[at + 1 :], start=at + 2)
        if any(str(cell).strip() for cell in line if cell is not None)
    ]
    if not rows:
        raise Refusal("Ce fichier n’a aucune ligne sous ses titres de colonnes.", field="file")
    return rows


def headings_of(lines):
    """(index of the heading row, {field: rank of its column}): Chorus sometimes writes a title above."""
    best: dict[str, int] = {}
    for at, line in enumerate(lines[:20]):
        found: dict[str, int] = {}
        for rank, cell in enumerate(line):
            if field := BY_HEADING.get(cells.heading(cell)):
                found.setdefault(field, rank)
        if all(field in found for field in NEEDED):
            return at, found
        best = max(best, found, key=len)
    raise missing_columns(best)


def missing_columns(found):
    names = [f"«{NBSP}{name}{NBSP}»" for name, field in COLUMNS.items() if field in NEEDED and field not in found]
    return Refusal(
        f"Ce n’est pas un extrait de Chorus : il y manque {plural(len(names), 'colonne')}, {', '.join(names)}. "
        "Refaites l’extraction avec ces colonnes.",
        field="file",
    )


def row_of(number, line):
    read, wrong = {}, []
    for field, reader in READERS.items():
        try:
            read[field] = reader(line.get(field)) if field in line else blank(field)
        except Unreadable as error:
            wrong.append(str(error))
            read[field] = blank(field)
    wrong += missing_numbers(read, wrong)
    # The beneficiary as Chorus names it: the payee, else the structure.
    read["payee"] = read["payee"] or read.pop("structure", "")
    read.pop("structure", None)
    row = ChorusRow(line=number, unreadable=" ; ".join(wrong)[:300], **read)
    row.identity = identity_of(row)
    return row


def blank(field):
    return None if field in ("fiscal_year", "cents", "paid_on") else ""


def missing_numbers(read, wrong):
    if wrong:
        return []
    return [f"le {name} manque" for name, field in (("N° EJ", "commitment"), ("N° DP", "request")) if not read[field]]


def identity_of(row):
    """The same payment line in any extract (as the open-source readers of Chorus make it)."""
    parts = (
        row.fiscal_year or "", row.company, row.commitment, row.commitment_item, row.request, row.request_item
    )  # fmt: skip
    if not row.request:
        parts = (*parts, row.siret, "" if row.cents is None else row.cents, row.paid_on or "")
    return "/".join(str(part) for part in parts)


def refuse_other_years(rows, fiscal_year):
    others = Counter(row.fiscal_year for row in rows if row.fiscal_year not in (None, fiscal_year))
    if others:
        told = ", ".join(f"{year} ({plural(count, 'ligne')})" for year, count in sorted(others.items()))
        raise Refusal(
            f"Ce fichier est d’un autre exercice : {told}, alors que vous importez {fiscal_year}. "
            "Rien n’est enregistré. Choisissez le bon exercice, ou refaites l’extraction.",
            field="fiscal_year",
        )


def write(rows, **fields):
    """The file, then its rows; a twin that sends the same content meanwhile is told so."""
    try:
        with transaction.atomic():
            file = ChorusFile.objects.create(**fields)
    except IntegrityError as error:
        raise Refusal("Ce fichier vient d’être lu par quelqu’un d’autre : ouvrez-le dans la liste.") from error
    for row in rows:
        row.file = file
    ChorusRow.objects.bulk_create(rows, batch_size=1000)
    JournalEntry.write(
        action="read_chorus_file", subject=file, actor=file.read_by,
        details={"name": file.name, "rows": len(rows), "year": file.fiscal_year},
    )  # fmt: skip
    return file


def abandon(*, file, by, version=None):
    """Leave a file that was read and not confirmed; the same may then be read again.

    Raises:
        StalePage: it is confirmed.
    """
    with transaction.atomic():
        locked = ChorusFile.objects.select_for_update(of=("self",)).get(pk=file.pk)
        locked.expect_version(version)
        locked.move("abandon", by=by)
    return locked


def day_of(row):
    """Day at which a payment counts: those of the complementary period count at the end of their year.

    The comptable may book payments of a year until the 20 January that follows (LOLF art. 28).
    """
    last = datetime.date(row.fiscal_year, 12, 31)
    return last if last < row.paid_on <= last + datetime.timedelta(days=20) else row.paid_on


def is_complementary(row):
    return day_of(row) != row.paid_on


def told_day(row):
    """The day of a row in words."""
    if not is_complementary(row):
        return long_date(row.paid_on)
    return f"{long_date(row.paid_on)}, période complémentaire : compté au {long_date(day_of(row))}"
