"""Dated maps: what they say, what they leave unknown, and files with bad rows."""

import datetime

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from accounts.errors import Refusal
from programme.communes import load_communes, resolve_commune
from programme.imports import UnreadableFile, import_territories
from programme.models import Zoning, ZoningEdition
from programme.zoning import zoning_of
from tests.factories import COMMUNES, THIERS

pytestmark = pytest.mark.django_db
DAY = datetime.date(2026, 11, 1)
QPV_HEAD = "insee_com,lib_com,codes_qp,lib_qp"


@pytest.fixture(autouse=True)
def communes():
    load_communes(COMMUNES)


@pytest.fixture
def thiers():
    return resolve_commune(THIERS)


def csv_file(tmp_path, *rows, name="zones.csv"):
    path = tmp_path / name
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def qpv_file(tmp_path, *rows):
    return csv_file(tmp_path, QPV_HEAD, *rows)


def test_without_a_map_nothing_is_known(thiers):
    zoning = zoning_of(thiers, DAY)
    assert (zoning["density"], zoning["qpv"], zoning["sources"]) == (None, None, [])


def test_what_the_maps_say_with_their_sources(tmp_path, thiers):
    import_territories(qpv_file(tmp_path, '63430,Thiers,"QN06306M, QN06301M","Molles, Centre"'), source="ANCT")
    density = csv_file(tmp_path, "code_insee,densite_7", "63430,Petites villes", name="density.csv")
    import_territories(density, source="INSEE", valid_from=datetime.date(2024, 1, 1))
    zoning = zoning_of(thiers, DAY)
    assert zoning["qpv"] == ["QN06301M", "QN06306M"]
    assert zoning["density"] == "Petites villes"
    assert {source["source"] for source in zoning["sources"]} == {"ANCT", "INSEE"}
    assert zoning["sources"][0]["valid_from"] == "2024-01-01"


def test_a_commune_that_the_map_does_not_name_is_not_known_never_no(tmp_path, thiers):
    import_territories(qpv_file(tmp_path, "75056,Paris,QN07501M,Nord"), source="ANCT")
    assert zoning_of(thiers, DAY)["qpv"] is None


def test_only_a_source_that_holds_to_be_complete_says_none(tmp_path, thiers):
    import_territories(qpv_file(tmp_path, "75056,Paris,QN07501M,Nord"), source="ANCT", exhaustive=True)
    assert zoning_of(thiers, DAY)["qpv"] == []


def test_an_empty_density_is_not_known(tmp_path, thiers):
    file = csv_file(tmp_path, "code_insee,densite_7", "63430,")
    report = import_territories(file, source="INSEE", valid_from=DAY)
    assert (report.silent, report.written, report.bad) == (1, 0, [])
    assert zoning_of(thiers, DAY)["density"] is None


def test_the_map_of_the_day_is_the_one_that_counts(tmp_path, thiers):
    old = qpv_file(tmp_path, "63430,Thiers,QP063001,Ancien")
    import_territories(old, source="ANCT 2015", valid_from=datetime.date(2015, 1, 1))
    import_territories(qpv_file(tmp_path, "63430,Thiers,QN06306M,Molles"), source="ANCT 2024")
    assert zoning_of(thiers, datetime.date(2014, 12, 31))["qpv"] is None
    assert zoning_of(thiers, datetime.date(2023, 12, 31))["qpv"] == ["QP063001"]
    assert zoning_of(thiers, datetime.date(2024, 1, 1))["qpv"] == ["QN06306M"]


def test_a_second_run_changes_nothing(tmp_path):
    file = qpv_file(tmp_path, '63430,Thiers,"QN06306M, QN06301M","Molles, Centre"')
    assert import_territories(file, source="ANCT").written == 2
    again = import_territories(file, source="ANCT")
    assert (again.written, again.known, again.bad) == (0, 2, [])
    assert ZoningEdition.objects.count() == 1


def test_bad_rows_are_told_and_good_ones_go_in(tmp_path, capsys, thiers):
    file = qpv_file(
        tmp_path,
        "63430,Thiers,QN06306M,Molles",
        "99999,Nulle part,QN99999M,Rien",
        "75056,Paris,n'importe quoi,Rien",
        ",Sans code,QN00000M,Rien",
        "75056,Paris",
    )
    with pytest.raises(CommandError, match="4"):
        call_command("import_territories", str(file), source="ANCT", valid_from=DAY)
    told = capsys.readouterr().err
    assert "ligne 3 : Le code commune « 99999 » n’existe pas" in told
    assert "ligne 4 : code de quartier illisible" in told
    assert "ligne 5 : code de la commune absent" in told
    assert "ligne 6 : nombre de colonnes" in told
    assert zoning_of(thiers, DAY)["qpv"] == ["QN06306M"]


def test_a_former_code_counts_for_the_commune_of_today(tmp_path):
    file = csv_file(tmp_path, "code_insee,densite_7", "49069,Bourgs ruraux")
    import_territories(file, source="INSEE", valid_from=DAY)
    assert zoning_of(resolve_commune("49069"), DAY)["density"] == "Bourgs ruraux"


def test_a_grid_gives_one_density_and_a_correction_is_a_new_map(tmp_path):
    import_territories(csv_file(tmp_path, "code_insee,densite_7", "63430,Petites villes"), source="I", valid_from=DAY)
    changed = csv_file(tmp_path, "code_insee,densite_7", "63430,Bourgs ruraux", "75056,Inventée")
    report = import_territories(changed, source="I", valid_from=DAY)
    assert [line for line, _ in report.bad] == [2, 3]
    assert "est déjà « Petites villes »" in report.bad[0][1]
    assert "densité inconnue" in report.bad[1][1]


def test_a_date_is_asked_where_the_file_has_none(tmp_path):
    with pytest.raises(Refusal, match="--valid-from"):
        import_territories(csv_file(tmp_path, "code_insee,densite_7", "63430,Petites villes"), source="INSEE")


def test_another_source_for_the_same_map_is_refused(tmp_path):
    file = qpv_file(tmp_path, "63430,Thiers,QN06306M,Molles")
    import_territories(file, source="ANCT")
    with pytest.raises(Refusal, match="« ANCT »"):
        import_territories(file, source="Autre")


@pytest.mark.parametrize("content", [b"", b"a;b;c\n1;2;3\n", b"insee_com\n63430\n", b"\xff\xfe\x00nope"])
def test_a_file_that_is_not_one_is_refused_in_words(tmp_path, content):
    path = tmp_path / "zones.csv"
    path.write_bytes(content)
    with pytest.raises(UnreadableFile):
        import_territories(path, source="x", valid_from=DAY)
    assert not ZoningEdition.objects.exists()


def test_a_missing_or_broken_gzip_is_refused_in_words(tmp_path):
    broken = tmp_path / "zones.csv.gz"
    broken.write_bytes(b"not gzip")
    for path in (broken, tmp_path / "absent.csv"):
        with pytest.raises(CommandError, match="ne se lit pas"):
            call_command("import_territories", str(path))


def test_what_a_map_said_is_never_changed(tmp_path):
    import_territories(qpv_file(tmp_path, "63430,Thiers,QN06306M,Molles"), source="ANCT")
    with pytest.raises(IntegrityError), transaction.atomic():
        Zoning.objects.update(value="QN00000M")
    with pytest.raises(IntegrityError), transaction.atomic():
        Zoning.objects.all().delete()
    zone = Zoning.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Zoning.objects.create(edition=zone.edition, commune=zone.commune, value=zone.value)


@pytest.mark.shared
def test_the_real_maps(shared_data):
    load_communes()
    qpv = import_territories(shared_data / "qpv_2024_par_commune.csv", source="ANCT")
    assert (qpv.bad, qpv.edition.valid_from) == ([], datetime.date(2024, 1, 1))
    assert Zoning.objects.filter(edition=qpv.edition).values("value").distinct().count() == 1_493
    assert Zoning.objects.filter(edition=qpv.edition).values("commune").distinct().count() == 824
    density = import_territories(
        shared_data / "communes_ref.csv.gz", source="INSEE", valid_from=datetime.date(2024, 1, 1)
    )
    assert (density.bad, density.written, density.silent) == ([], 34_875, 94)
    thiers = zoning_of(resolve_commune("63430"), DAY)
    assert thiers["density"] and thiers["qpv"]
    village = zoning_of(resolve_commune("01001"), DAY)
    assert village["density"] == "Rural à habitat dispersé"
    assert village["qpv"] is None
