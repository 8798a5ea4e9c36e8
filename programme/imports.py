"""Zoning from files: priority neighbourhoods and the density grid, one dated edition a file.

An edition is written once: a row already there is left alone, a row that says otherwise is refused (a new map is a new
edition, with its own date). What a file does not say of a commune stays "not known".
"""

import csv
import datetime
import gzip
import io
import re
from dataclasses import dataclass, field
from pathlib import Path

from django.db import transaction

from accounts.errors import Refusal
from programme.communes import CommuneResolver, UnknownCommune
from programme.models import Zoning, ZoningEdition

DENSITY_LEVELS = (
    "Grands centres urbains",
    "Centres urbains intermédiaires",
    "Petites villes",
    "Ceintures urbaines",
    "Bourgs ruraux",
    "Rural à habitat dispersé",
    "Rural à habitat très dispersé",
)
CODE_COLUMNS = ("insee_com", "code_insee", "code")
QPV_CODE = re.compile(r"Q[NP][0-9A-Z]{6}")
# Codes in QN are the generation of 2024 (décret n° 2023-1314 du 28 décembre 2023), in force on 1 January 2024.
QPV_2024 = datetime.date(2024, 1, 1)
BATCH = 2_000


class UnreadableFile(Refusal):
    title = "Ce fichier n’est pas lisible"


class BadRow(Exception):
    """A row that cannot be taken, in French words."""


@dataclass
class Report:
    edition: ZoningEdition
    written: int = 0
    known: int = 0
    """Values that were already there."""
    silent: int = 0
    """Rows whose zone is empty: not known."""
    bad: list[tuple[int, str]] = field(default_factory=list)
    """(line in the file, reason)."""


def density_values(row):
    label = row["densite_7"].strip()
    if label and label not in DENSITY_LEVELS:
        raise BadRow(f"densité inconnue « {label[:60]} »")
    return [(label, label)] if label else []


def qpv_values(row):
    codes = [code.strip() for code in row["codes_qp"].split(",") if code.strip()]
    if wrong := [code for code in codes if not QPV_CODE.fullmatch(code)]:
        raise BadRow(f"code de quartier illisible « {wrong[0][:30]} »")
    names = [name.strip() for name in (row.get("lib_qp") or "").split(",")]
    # Some names hold a comma: a name is kept only where it surely is that code's.
    return list(zip(codes, names if len(names) == len(codes) else [""] * len(codes), strict=True))


READERS = {ZoningEdition.Kind.DENSITY: density_values, ZoningEdition.Kind.QPV: qpv_values}


def import_territories(path, *, source, valid_from=None, exhaustive=False) -> Report:
    """Take one zoning file; the good rows go in even when others are refused. A second run changes nothing.

    Args:
        path: CSV in UTF-8, gzipped or not, with `densite_7` (density grid) or `codes_qp` (priority neighbourhoods).
        source: who publishes it, as it will be shown.
        valid_from: first day the map is in force; only the QPV of 2024 bring their own.
        exhaustive: the source holds that a commune it does not name has no zone.

    Raises:
        UnreadableFile: no known columns, or not a CSV.
        Refusal: no date, or this map is already there from another source.
    """
    rows = read_rows(path)
    kind = kind_of(rows)
    edition = edition_of(kind, valid_from or known_date(kind, rows), source, exhaustive)
    with transaction.atomic():
        if edition.pk is None:
            edition.save()
        return write(edition, rows)


def read_rows(path):
    """[(line number, row)]."""
    path = Path(path)
    try:
        with (gzip.open if path.suffix == ".gz" else open)(path, "rb") as binary:
            reader = csv.DictReader(io.TextIOWrapper(binary, "utf-8-sig", newline=""))
            return [(reader.line_num, row) for row in reader]
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
        raise UnreadableFile(f"Le fichier {path.name} ne se lit pas comme un CSV en UTF-8 : {error}.") from error


def kind_of(rows):
    columns = set(rows[0][1]) if rows else set()
    if columns & set(CODE_COLUMNS):
        if "densite_7" in columns:
            return ZoningEdition.Kind.DENSITY
        if "codes_qp" in columns:
            return ZoningEdition.Kind.QPV
    raise UnreadableFile(
        "Colonnes attendues : le code de la commune (insee_com ou code_insee), et densite_7 pour la densité "
        "ou codes_qp pour les quartiers prioritaires."
    )


def known_date(kind, rows):
    if kind == ZoningEdition.Kind.QPV and all((row["codes_qp"] or "QN").startswith("QN") for _, row in rows):
        return QPV_2024
    raise Refusal(
        "Indiquez la date d’entrée en vigueur de ce zonage (--valid-from AAAA-MM-JJ) : le fichier ne la dit pas."
    )


def edition_of(kind, valid_from, source, exhaustive):
    found = ZoningEdition.objects.filter(kind=kind, valid_from=valid_from).first()
    if found is None:
        return ZoningEdition(kind=kind, valid_from=valid_from, source=source, lists_every_commune=exhaustive)
    if (found.source, found.lists_every_commune) != (source, exhaustive):
        raise Refusal(
            f"Ce zonage est déjà connu à cette date, de la source « {found.source} ». "
            "Donnez la même source, ou une autre date d’entrée en vigueur."
        )
    return found


def write(edition, rows):
    report = Report(edition)
    existing: dict[int, dict[str, str]] = {}
    for commune_id, value, label in edition.zonings.values_list("commune_id", "value", "label"):
        existing.setdefault(commune_id, {})[value] = label
    resolve, new = CommuneResolver(), []
    for line, row in rows:
        try:
            new += take(report, edition, existing, resolve, row)
        except (BadRow, UnknownCommune) as refused:
            report.bad.append((line, str(refused)))
    Zoning.objects.bulk_create(new, BATCH)
    report.written = len(new)
    return report


def take(report, edition, existing, resolve, row):
    """The new `Zoning` of one row."""
    if None in row or None in row.values():
        raise BadRow("nombre de colonnes différent de l’en-tête")
    code = next((row[name].strip() for name in CODE_COLUMNS if row.get(name)), "")
    if not code:
        raise BadRow("code de la commune absent")
    values = READERS[edition.kind](row)
    report.silent += not values
    commune = resolve(code)
    there = existing.setdefault(commune.pk, {})
    refuse_contradiction(edition, commune, there, values)
    fresh = [(value, label) for value, label in dict(values).items() if value not in there]
    report.known += len(values) - len(fresh)
    there.update(fresh)
    return [Zoning(edition=edition, commune=commune, value=value, label=label[:200]) for value, label in fresh]


def refuse_contradiction(edition, commune, there, values):
    """A commune has one density in one grid; it may have several neighbourhoods."""
    if edition.kind == ZoningEdition.Kind.DENSITY and there and values and values[0][0] not in there:
        raise BadRow(f"{commune} est déjà « {next(iter(there))} » dans ce zonage, pas « {values[0][0]} »")
