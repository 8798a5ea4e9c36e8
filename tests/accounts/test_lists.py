"""Search, filters, sort, pages, totals and files of every list, on the list of accounts."""

import csv
import io
import zipfile
from xml.etree import ElementTree

import pytest
from django.db.models import Count, Max

from accounts import exports, french
from accounts.lists import PAGE_SIZE, ChoiceFilter, Column, DateFilter, ListPage
from accounts.models import Organisation, User
from tests import factories


class People(ListPage):
    name = "personnes"
    noun = ("personne", "personnes")
    default_sort = "nom"
    search_field = "search_text"
    columns = [
        Column("nom", "Nom", "last_name", sort="last_name", header=True),
        Column("vu", "Vu le", "last_login", kind="datetime", sort="last_login"),
        Column("argent", "Argent", lambda row: 1250, kind="cents"),
        Column("mail", "Adresse", "email", shown=False),
    ]
    filters = [
        ChoiceFilter("prenom", "Prénom", field="first_name", choices=[("Anne", "Anne"), ("Bob", "Bob")]),
        DateFilter("du", "Inscrit depuis le", field="date_joined"),
        DateFilter("au", "Inscrit jusqu’au", field="date_joined", lookup="lte"),
    ]
    totals = {"Dernière clé": ("integer", Max("pk"))}


@pytest.fixture
def page(rf, db):
    def make(query=""):
        return People(rf.get(f"/liste/?{query}"), User.objects.all())

    return make


def crowd(n):
    """People named N000, N001…, one in two Anne, the others Bob."""
    User.objects.bulk_create(
        User(email=f"p{i:03}@exemple.test", last_name=f"N{i:03}", first_name="Anne" if i % 2 else "Bob")
        for i in range(n)
    )


def names(listing):
    return [row.last_name for row in listing.rows]


@pytest.mark.parametrize(
    ("number", "first", "size"), [(1, "N000", 50), (2, "N050", 50), (3, "N100", 50), (4, "N150", 7)]
)
def test_pages_from_both_ends(page, number, first, size):
    crowd(157)
    listing = page(f"page={number}")
    assert listing.count == 157
    assert listing.page_count == 4
    assert (names(listing)[0], len(listing.rows)) == (first, size)
    assert names(listing) == sorted(names(listing))


def test_descending_pages_are_the_same_rows_upside_down(page):
    crowd(120)
    up = [name for n in (1, 2, 3) for name in names(page(f"tri=nom&page={n}"))]
    down = [name for n in (1, 2, 3) for name in names(page(f"tri=-nom&page={n}"))]
    assert up == down[::-1]
    assert len(set(up)) == 120


@pytest.mark.parametrize("bad", ["0", "-1", "x", "9999999999", "99", "²"])
def test_a_page_that_does_not_exist_is_the_nearest(page, bad):
    crowd(60)
    assert page(f"page={bad}").page in (1, 2)


def test_empty_values_come_last_whichever_the_direction(page):
    crowd(3)
    factories.applicant(last_name="Vue", last_login=factories.days(-1))
    assert names(page("tri=vu"))[0] == names(page("tri=-vu"))[0] == "Vue"


def test_search_ignores_accents_and_case(page):
    factories.applicant(first_name="Zoé", last_name="Œuvrard")
    factories.applicant(last_name="Autre")
    assert names(page("q=OEUVRARD+zoe")) == ["Œuvrard"]
    assert names(page("q=%25")) == []


def test_filters_are_chips_that_can_be_removed(page):
    crowd(4)
    listing = page("prenom=Anne&q=n00&tri=-nom")
    assert listing.count == 2
    assert [chip.label for chip in listing.chips] == ["« n00 »", "Prénom : Anne"]
    assert listing.chips[0].url == "/liste/?prenom=Anne&tri=-nom"
    assert listing.chips[1].url == "/liste/?q=n00&tri=-nom"


@pytest.mark.parametrize("query", ["prenom=Inconnu", "du=2026-13-45", "tri=cle", "colonnes=inconnue", "du="])
def test_a_question_that_means_nothing_is_left_out(page, query):
    crowd(3)
    assert page(query).count == 3
    assert page(query).chips == []
    assert len(page(query).table) == 3


def test_a_day_is_whole(page):
    factories.applicant(last_name="Hier", date_joined=factories.days(-1, hour=23))
    factories.applicant(last_name="Demain", date_joined=factories.days(1, hour=0))
    yesterday = factories.day(-1).isoformat()
    assert names(page(f"du={yesterday}&au={yesterday}")) == ["Hier"]


def test_totals_are_those_of_the_filter(page):
    crowd(5)
    last_bob = User.objects.filter(first_name="Bob").aggregate(Max("pk"))["pk__max"]
    assert page("prenom=Bob").total_texts == [("Dernière clé", french.integer(last_bob))]


def test_columns_to_choose(page):
    crowd(1)
    assert [column.key for column in page().shown_columns] == ["nom", "vu", "argent"]
    assert [column.key for column in page("colonnes=mail").shown_columns] == ["nom", "mail"]


def test_a_page_costs_three_queries(page, django_assert_num_queries):
    crowd(150)
    for query in ("", "page=3", "tri=-nom&q=n&prenom=Anne"):
        listing = page(query)
        with django_assert_num_queries(3):
            assert listing.count_text
            assert listing.table
            assert listing.pages
    assert PAGE_SIZE == 50


def csv_rows(response):
    text = b"".join(response.streaming_content).decode()
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";"))


def test_csv_has_every_row_of_the_filter_and_no_formula(page):
    crowd(60)
    factories.applicant(last_name="=HYPERLINK(1)", first_name="Anne")
    rows = csv_rows(page("prenom=Anne&tri=nom&format=csv").file())
    assert rows[0] == ["Nom", "Vu le", "Argent (€)"]
    assert rows[1][:3] == ["'=HYPERLINK(1)", "", "12,50"]
    assert len(rows) == 1 + 31


def test_files_have_the_columns_shown_or_all_of_them(page):
    crowd(1)
    assert csv_rows(page("colonnes=mail&format=csv").file())[0] == ["Nom", "Adresse"]
    assert csv_rows(page("colonnes=toutes&format=csv").file())[0] == ["Nom", "Vu le", "Argent (€)", "Adresse"]


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\tx", "\rx"])
def test_formulas_are_neutral(text):
    assert exports.neutral(text) == f"'{text}"


def test_xlsx_is_a_workbook_with_numbers(page):
    factories.applicant(last_name="=1+1")
    response = page("format=xlsx").file()
    with zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content))) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    response.close()
    assert ElementTree.fromstring(sheet).findtext(".//{*}c[@r='C2']/{*}v") == "12.50"
    assert "<f>" not in sheet


def test_no_file_unless_asked(page):
    assert page().file() is None
    assert page("format=exe").file() is None


def test_a_list_of_nothing(page):
    listing = page("q=personne")
    assert (listing.count, listing.table, listing.page_count, listing.first_shown) == (0, [], 1, 0)


def test_rows_that_a_related_count_doubles_are_counted_once(rf, organisation):
    people = User.objects.annotate(n=Count("organisations"))
    assert People(rf.get("/"), people).count == 1
    assert Organisation.objects.count() == 1
