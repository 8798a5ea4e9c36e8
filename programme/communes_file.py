"""The commune reference shipped with the product (`programme/data/communes.csv.gz`), read row by row.

No database here: loading is the business of the caller, which keeps this usable from scripts and tests.
"""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

REFERENCE = Path(__file__).resolve().parent / "data" / "communes.csv.gz"
TILES = Path(__file__).resolve().parent / "data" / "tiles.csv"


class CommuneRow(NamedTuple):
    code: str
    name: str
    departement: str
    departement_name: str
    region: str
    population: int | None
    """Unknown for the five districts of the TAAF and for Clipperton."""
    epci_type: str
    """CC, CA, CU, METRO, MET69, or empty for a commune outside any EPCI with own taxation."""
    former_codes: tuple[str, ...]
    """Former, delegated and associated communes and municipal arrondissements that resolve to this commune."""
    postal_codes: tuple[str, ...]


class Tile(NamedTuple):
    code: str
    row: int
    col: int


def read_communes(path: Path | str = REFERENCE) -> Iterator[CommuneRow]:
    """Yield every commune of the file, in code order; a plain `.csv` is read as well as a `.csv.gz`."""
    with _open_text(Path(path)) as lines:
        yield from (_row(record) for record in csv.DictReader(lines))


def read_tiles(path: Path | str = TILES) -> Iterator[Tile]:
    """Yield the position of each département on the tile-grid map."""
    with _open_text(Path(path)) as lines:
        yield from (Tile(r["code"], int(r["row"]), int(r["col"])) for r in csv.DictReader(lines))


def _open_text(path: Path) -> io.TextIOBase:
    opener = gzip.open if path.suffix == ".gz" else open
    return opener(path, "rt", encoding="utf-8", newline="")


def _row(record: dict[str, str]) -> CommuneRow:
    return CommuneRow(
        code=record["code"],
        name=record["name"],
        departement=record["departement"],
        departement_name=record["departement_name"],
        region=record["region"],
        population=int(record["population"]) if record["population"] else None,
        epci_type=record["epci_type"],
        former_codes=tuple(record["former_codes"].split()),
        postal_codes=tuple(record["postal_codes"].split()),
    )
