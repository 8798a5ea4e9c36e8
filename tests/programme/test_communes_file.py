"""The shipped commune reference: whole, unambiguous, rebuilt identically."""

import csv
import gzip
from collections import Counter
from pathlib import Path

import pytest

from programme.communes_file import REFERENCE, read_communes, read_tiles

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def communes():
    return list(read_communes())


def test_every_commune_is_there_once(communes):
    assert len(communes) == len({c.code for c in communes}) == 34_969
    assert [c.code for c in communes] == sorted(c.code for c in communes)
    assert all(c.name and c.departement_name and c.region for c in communes)


def test_every_code_leads_to_one_commune_only(communes):
    current = {c.code for c in communes}
    former = Counter(code for c in communes for code in c.former_codes)
    assert max(former.values()) == 1
    assert not current & former.keys()
    assert len(former) > 4_000


def test_population_is_unknown_only_where_nobody_lives(communes):
    assert {c.departement for c in communes if c.population is None} == {"984", "989"}
    assert sum(c.population or 0 for c in communes) > 67_000_000


def test_known_cases(communes):
    by_code = {code: c for c in communes for code in (c.code, *c.former_codes)}
    assert by_code["49069"].name == "Orée d'Anjou"  # delegated commune of Champtoceaux
    assert by_code["75110"].code == "75056"  # municipal arrondissement
    assert by_code["97801"].region == "Saint-Martin"  # overseas collectivity
    assert by_code["69123"].epci_type == "MET69"
    assert by_code["63430"].postal_codes == ("63300",)


def test_the_map_has_a_tile_for_every_departement_with_a_place_for_it(communes):
    tiles = list(read_tiles())
    assert len({(t.row, t.col) for t in tiles}) == len(tiles) == 102
    assert {t.code for t in tiles} <= {c.departement for c in communes}


def test_extract_is_a_true_part_of_the_reference(communes):
    extract = list(read_communes(ROOT / "tests/data/communes_extract.csv"))
    assert len(extract) == 60
    assert set(extract) <= set(communes)
    assert len({c.departement for c in extract}) > 40


def test_gzip_header_bears_no_date():
    assert REFERENCE.read_bytes()[4:8] == b"\0\0\0\0"
    with gzip.open(REFERENCE, "rt", encoding="utf-8") as lines:
        assert next(csv.reader(lines))[0] == "code"


@pytest.mark.shared
def test_every_real_laureate_has_its_commune(communes, shared_data):
    known = {code for c in communes for code in (c.code, *c.former_codes)}
    with (shared_data / "real_laureates.csv").open(encoding="utf-8", newline="") as lines:
        laureates = list(csv.DictReader(lines))
    assert len(laureates) == 382
    assert not [(row["anct_id"], row["insee_com"]) for row in laureates if row["insee_com"] not in known]
