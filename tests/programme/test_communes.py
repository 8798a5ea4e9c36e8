"""From a code or from what a person types to the commune of today."""

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from programme.communes import (
    CommuneResolver,
    UnknownCommune,
    find_commune,
    load_communes,
    resolve_commune,
    search_communes,
    search_key,
    typed_form,
)
from programme.models import Commune, FormerCommune
from tests.factories import COMMUNES

pytestmark = pytest.mark.django_db


@pytest.fixture
def loaded():
    return load_communes(COMMUNES)


def write_reference(path, *rows):
    head = "code,name,departement,departement_name,region,population,epci_type,former_codes,postal_codes"
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return path


def test_loading_twice_writes_nothing_the_second_time(loaded):
    assert loaded.communes == Commune.objects.count() == 60
    assert loaded.former_codes == FormerCommune.objects.count() > 0
    assert load_communes(COMMUNES) == (0, 0)


def test_a_changed_reference_changes_only_what_differs(tmp_path):
    load_communes(
        write_reference(tmp_path / "a.csv", "01001,Avant,01,Ain,ARA,10,CC,,01400", "01002,Autre,01,Ain,ARA,5,CC,,")
    )
    later = write_reference(
        tmp_path / "b.csv", "01001,Après,01,Ain,ARA,10,CC,01999,01400", "01002,Autre,01,Ain,ARA,5,CC,,"
    )
    assert load_communes(later) == (1, 1)
    assert Commune.objects.get(code="01001").name == "Après"
    assert Commune.objects.get(code="01001").folded_name == "apres"


def test_a_commune_that_left_the_reference_stays(tmp_path):
    load_communes(write_reference(tmp_path / "a.csv", "01001,Un,01,Ain,ARA,10,CC,,", "01002,Deux,01,Ain,ARA,5,CC,,"))
    load_communes(write_reference(tmp_path / "b.csv", "01001,Un,01,Ain,ARA,10,CC,01002,"))
    assert resolve_commune("01002").name == "Deux"


def test_a_code_is_of_one_commune_only(loaded):
    thiers = Commune.objects.get(code="63430")
    with pytest.raises(IntegrityError), transaction.atomic():
        Commune.objects.create(code="63430", name="Autre", folded_name="autre", departement="63", region="ARA")
    former = FormerCommune.objects.first()
    with pytest.raises(IntegrityError), transaction.atomic():
        FormerCommune.objects.create(code=former.code, commune=thiers)


def test_a_delegated_commune_leads_to_the_one_of_today(loaded):
    """49069 (Champtoceaux) is the code that the real laureate fabt-379 carries."""
    assert resolve_commune("49069").name == "Orée d'Anjou"
    assert CommuneResolver()("49069").name == "Orée d'Anjou"


@pytest.mark.parametrize("code", ["63430", " 63430 "])
def test_a_code_of_today_is_itself(loaded, code):
    assert resolve_commune(code).name == "Thiers"


@pytest.mark.parametrize("code", ["99999", "", None, "63430; DROP"])
def test_an_unknown_code_is_refused_in_words(loaded, code):
    for resolve in (resolve_commune, CommuneResolver()):
        with pytest.raises(UnknownCommune) as refused:
            resolve(code)
        assert refused.value.field == "commune"
        assert "n’existe pas" in refused.value.message


def test_the_resolver_of_files_asks_two_queries(loaded, django_assert_num_queries):
    codes = [*Commune.objects.values_list("code", flat=True), "49069"]
    resolver = CommuneResolver()
    with django_assert_num_queries(2):
        assert all(resolver(code) for code in codes)


def test_search_key():
    assert search_key("Saint-Étienne-du-Grès") == "saint etienne du gres"
    assert search_key("L'Œuvre") == "l oeuvre"


@pytest.mark.parametrize("typed", ["thiers", "THIERS", "63300 Thiers", "Thiers 63300", "Thiers (63)"])
def test_what_a_person_types_finds_the_commune(loaded, typed):
    assert find_commune(typed).code == "63430"


def test_the_suggested_text_is_understood(loaded):
    for commune in Commune.objects.exclude(postal_codes=""):
        assert find_commune(typed_form(commune)) == commune


def test_the_whole_name_comes_before_a_part_of_it(tmp_path):
    load_communes(
        write_reference(
            tmp_path / "a.csv",
            "01001,Vaux-le-Grand,01,Ain,ARA,9000,CC,,01001",
            "01002,Vaux,01,Ain,ARA,5,CC,,01002",
        )
    )
    assert [commune.name for commune in search_communes("vaux")] == ["Vaux", "Vaux-le-Grand"]
    assert find_commune("Vaux").code == "01002"


def test_several_communes_are_named_and_none_is_chosen(tmp_path):
    load_communes(
        write_reference(
            tmp_path / "a.csv", "01001,Sainte-Foy,01,Ain,ARA,9,CC,,01100", "02001,Sainte-Foy,02,Aisne,HDF,5,CC,,02100"
        )
    )
    with pytest.raises(UnknownCommune, match=r"01100 Sainte-Foy, 02100 Sainte-Foy"):
        find_commune("Ste Foy")
    assert find_commune("02100 Ste Foy").code == "02001"


@pytest.mark.parametrize("typed", ["", "x", "commune qui n'existe pas", "%%", "Thiers' OR 1=1"])
def test_nothing_found_says_how_to_write_it(loaded, typed):
    with pytest.raises(UnknownCommune, match="63300 Thiers"):
        find_commune(typed)


def test_the_shipped_reference_loads_whole(capsys):
    call_command("load_communes")
    assert "34969 communes" in capsys.readouterr().out
    assert Commune.objects.count() == 34_969
    assert resolve_commune("75110").name == "Paris"


def test_suggestions_as_options_and_as_json(client, loaded):
    answer = client.get("/communes/", {"q": "63300"})
    assert [one["text"] for one in answer.json()["communes"]] == ["63300 Thiers"]
    assert "max-age" in answer["Cache-Control"]
    fragment = client.get("/communes/", {"champ": "commune", "commune": "thie"}, headers={"HX-Request": "true"})
    assert '<option value="63300 Thiers">' in fragment.content.decode()
    assert client.get("/communes/").json() == {"communes": []}


def test_suggestions_are_few_and_cost_one_query(client, loaded):
    with CaptureQueriesContext(connection) as captured:
        found = client.get("/communes/", {"q": "an"}).json()["communes"]
    assert 1 < len(found) <= 12
    assert len([query for query in captured if query["sql"].startswith("SELECT")]) == 1


def test_a_machine_that_asks_too_fast_is_told_to_wait(client, loaded, monkeypatch):
    monkeypatch.setattr("programme.views.communes.PER_MINUTE", 3)
    assert [client.get("/communes/", {"q": "thiers"}).status_code for _ in range(5)] == [200, 200, 200, 429, 429]
