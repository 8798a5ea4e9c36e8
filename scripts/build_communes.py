#!/usr/bin/env python3
"""Build the commune reference that the product ships, from the npm package of Etalab.

    python3 scripts/build_communes.py                    # fetches the package with `npm pack`
    python3 scripts/build_communes.py --package DIR      # an unpacked package (its data/ folder inside)

Writes `programme/data/communes.csv.gz` and `tests/data/communes_extract.csv`. The same package always gives
the same bytes (no time stamp in the gzip header), so that a change of the reference shows as a change of data.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import json
import subprocess
import tarfile
import tempfile
from collections import defaultdict
from pathlib import Path

PACKAGE = "@etalab/decoupage-administratif@6.0.0"
EXPECTED_COMMUNES = 34_969
ROOT = Path(__file__).resolve().parent.parent
COLUMNS = (
    "code", "name", "departement", "departement_name", "region",
    "population", "epci_type", "former_codes", "postal_codes",
)  # fmt: skip

# For tests: the places of the demonstration, every INSEE density class, every overseas collectivity that has
# inhabitants, Corsica, the three cities with municipal arrondissements, merged communes with former codes.
EXTRACT_CODES = """
    02810 04088 10387 12011 12089 12167 13055 15014 18279 22113 23096 26113 29024 2A348 2B033 2B096 30350 33063
    34142 35236 38318 42187 45228 46102 48061 49126 52114 52448 53135 54099 57089 58062 58145 58194 59350 59392
    59512 62498 63003 63430 69123 71014 75056 76351 77335 81163 83054 87064 93048 93066 97105 97209 97302 97311
    97410 97411 97502 97611 97801 98818
"""


def load(package: Path, name: str) -> list[dict]:
    return json.loads((package / "data" / f"{name}.json").read_text(encoding="utf-8"))


def resolving_codes(communes: list[dict]) -> dict[str, set[str]]:
    """Codes that today lead to each current commune: former, delegated, associated, municipal arrondissement."""
    current = {c["code"] for c in communes if c["type"] == "commune-actuelle"}
    target_of = {old: c["code"] for c in communes for old in c.get("anciensCodes", ())}
    # Two places (55273, 60455) left the commune that still lists them and are now part of another one: what a
    # code is today wins over what it once was, and a current commune over the delegated one that bears its code.
    target_of |= {c["code"]: c.get("chefLieu") or c["commune"] for c in communes if c["code"] not in current}
    found: dict[str, set[str]] = defaultdict(set)
    for code, target in target_of.items():
        if code not in current:
            found[target].add(code)
    if unknown := found.keys() - current:
        raise SystemExit(f"Codes that lead to no commune of today: {', '.join(sorted(unknown))}")
    return found


def epci_types(epcis: list[dict]) -> dict[str, str]:
    return {member["code"]: epci["type"] for epci in epcis for member in epci["membres"]}


def rows(package: Path) -> list[dict[str, str]]:
    communes = load(package, "communes")
    departements = {d["code"]: d["nom"] for d in load(package, "departements")}
    regions = {r["code"]: r["nom"] for r in load(package, "regions")}
    former, types = resolving_codes(communes), epci_types(load(package, "epci"))
    return [
        {
            "code": c["code"],
            "name": c["nom"],
            "departement": c["departement"],
            "departement_name": departements[c["departement"]],
            "region": regions[c["region"]],
            "population": str(c.get("population", "")),
            "epci_type": types.get(c["code"], ""),
            "former_codes": " ".join(sorted(former.get(c["code"], ()))),
            "postal_codes": " ".join(sorted(c.get("codesPostaux", ()))),
        }
        for c in sorted(communes, key=lambda c: c["code"])
        if c["type"] == "commune-actuelle"
    ]


def as_csv(table: list[dict[str, str]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(table)
    return out.getvalue().encode("utf-8")


def write_gzip(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as out:
        out.write(content)


def fetch(folder: Path) -> Path:
    """Download and unpack the package with the ordinary npm client; returns the folder that holds `data/`."""
    subprocess.run(["npm", "pack", "--silent", "--ignore-scripts", PACKAGE], cwd=folder, check=True)
    with tarfile.open(next(folder.glob("*.tgz"))) as archive:
        archive.extractall(folder, filter="data")
    return folder / "package"


def build(package: Path) -> None:
    table = rows(package)
    if len(table) != EXPECTED_COMMUNES:
        raise SystemExit(f"{len(table)} communes found, {EXPECTED_COMMUNES} expected: check the package version.")
    write_gzip(ROOT / "programme/data/communes.csv.gz", as_csv(table))
    extract = [row for row in table if row["code"] in set(EXTRACT_CODES.split())]
    if missing := set(EXTRACT_CODES.split()) - {row["code"] for row in extract}:
        raise SystemExit(f"Unknown codes in the extract: {', '.join(sorted(missing))}")
    target = ROOT / "tests/data/communes_extract.csv"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(as_csv(extract))
    print(f"{len(table)} communes, {len(extract)} in the extract")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--package", type=Path, help="unpacked npm package; fetched with npm when absent")
    package = parser.parse_args().package
    if package:
        return build(package)
    with tempfile.TemporaryDirectory() as folder:
        build(fetch(Path(folder)))


if __name__ == "__main__":
    main()
