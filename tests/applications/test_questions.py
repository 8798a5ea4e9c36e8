"""Each kind of question: what is typed, what is kept, what it is worth, how it reads. No database but for communes."""

import datetime
import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applications import questions
from applications.questions import Mistyped, Names, faults, read, shown_value, text_of, typed_of, value_of
from programme.models import Question
from tests import factories
from tests.applications.every_kind import COLUMNS, KEPT, QUESTIONS, TYPED

Kind = Question.Kind
NAMES = Names({"63430": "63300 Thiers"}, {})


def asked(kind, **fields):
    return Question(**{"pk": 1, "kind": kind, "label": "Une question", "slug": "q", **fields})


def one_of(slug):
    fields = next(one for one in QUESTIONS if one.get("slug") == slug)
    return Question(pk=1, **{**fields, "slug": slug})


@pytest.mark.parametrize("slug", [slug for slug in KEPT if slug not in ("siege", "nom-d-usage", "histoire-du-lieu")])
def test_what_is_typed_is_kept_in_one_form_and_typed_again_gives_the_same(slug):
    question = one_of(slug)
    kept = read(question, TYPED[slug])
    assert kept == KEPT[slug]
    assert read(question, typed_of(question, kept, NAMES)) == kept
    assert text_of(question, value_of(question, kept)) == kept
    assert not faults(question, kept)


@pytest.mark.django_db
def test_a_commune_is_understood_as_typed_or_chosen():
    factories.communes()
    question = one_of("siege")
    assert read(question, "63300 Thiers") == read(question, "thiers") == read(question, "63430") == "63430"
    names = questions.names_of([(question, "63430")])
    assert typed_of(question, "63430", names) == shown_value(question, "63430", names) == "63300 Thiers"
    with pytest.raises(Mistyped, match="Aucune commune ne répond"):
        read(question, "Nulle-Part")
    assert "Nulle-Part" in faults(question, "Nulle-Part", as_typed=True)[0]


def test_values_are_what_conditions_and_formulas_read():
    assert value_of(one_of("loyer"), "1200050") == 1200050
    assert value_of(one_of("metres"), "1200.5") == Decimal("1200.5")
    assert value_of(one_of("depuis"), "2019-03-14") == datetime.date(2019, 3, 14)
    assert value_of(one_of("occupations"), KEPT["occupations"]) == ["Bureaux", "Formation"]
    assert value_of(one_of("salaries"), KEPT["salaries"]) == [
        {"poste": "Animation", "heures": Decimal(1607), "cout": 3800000},
        {"poste": "Ménage", "cout": 450050},
    ]
    assert value_of(one_of("loyer"), "") is None


@pytest.mark.parametrize(
    ("slug", "shown"),
    [
        ("loyer", "12 000,50 €"), ("metres", "1 200,5 m²"), ("depuis", "14 mars 2019"),
        ("occupations", "Bureaux\nFormation"), ("iban", "FR14 2004 1010 0505 0001 3M02 606"),
        ("salaries", "Animation ; 1 607 ; 38 000 €\nMénage ; 4 500,50 €"),
    ],
)  # fmt: skip
def test_an_answer_reads_in_french(slug, shown):
    assert shown_value(one_of(slug), KEPT[slug]).replace("\u00a0", " ") == shown


def test_what_the_first_version_kept_reads_still():
    """Sent dossiers have choices one a line, and numbers with their comma."""
    assert value_of(one_of("occupations"), "Bureaux\nFormation") == ["Bureaux", "Formation"]
    assert value_of(one_of("metres"), "12,5") == Decimal("12.5")


@pytest.mark.parametrize(
    ("kind", "typed", "sentence"),
    [
        ("number", "douze", "Écrivez un nombre"),
        ("number", "1e9", "Écrivez un nombre"),
        ("amount", "beaucoup", "Saisissez un montant en euros"),
        ("amount", "-5", "ne peut pas être négatif"),
        ("amount", "99999999999999", "trop grand"),
        ("date", "31/02/2027", "Cette date n’existe pas"),
        ("date", "2027-13-01", "Cette date n’existe pas"),
        ("date", "0027-01-01", "Cette date n’existe pas"),
        ("siret", "12345678901234", "Ce SIRET n’est pas valable"),
        ("rna", "W12345678", "Ce numéro RNA n’est pas valable"),
        ("rna", "1234567890", "Ce numéro RNA n’est pas valable"),
        ("iban", "FR1420041010050500013M02607", "Cet IBAN n’est pas valable"),
        ("iban", "FR14", "Cet IBAN n’est pas valable"),
    ],
)
def test_what_is_no_answer_of_its_kind_is_told_and_told_again(kind, typed, sentence):
    question = asked(kind)
    with pytest.raises(Mistyped, match=sentence):
        read(question, typed)
    assert sentence in faults(question, typed, as_typed=True)[0]


def test_associations_of_corsica_and_overseas_have_a_letter_in_their_number():
    assert read(asked("rna"), "w2a1001234") == "W2A1001234"
    assert read(asked("rna"), "W9R 2001234") == "W9R2001234"


def test_a_choice_that_is_not_offered_is_named():
    with pytest.raises(Mistyped, match="« Loué » n’en est pas une"):
        read(one_of("ouvert"), "Loué")
    with pytest.raises(Mistyped, match="« Autre » n’en est pas une"):
        read(one_of("occupations"), '["Bureaux", "Autre"]')


def test_bounds_and_lengths_are_told_and_the_answer_is_kept():
    metres = one_of("metres")
    assert read(metres, "9") == "9"
    assert faults(metres, "9") == ["Écrivez un nombre d’au moins 10."]
    assert faults(metres, "5001")[0].replace("\u00a0", " ") == "Écrivez un nombre d’au plus 5 000."
    assert faults(asked("number"), "-1") == ["Écrivez un nombre d’au moins 0."]
    assert not faults(asked("number", settings={"min": -5}), "-5")
    assert "retirez-en 2" in faults(asked("short_text", max_length=3), "abcde")[0]


def test_each_cell_of_a_table_is_told_by_its_line_and_column():
    table = one_of("salaries")
    typed = json.dumps([{"poste": "A", "cout": "x"}, {}, {"heures": "-2", "cout": "12"}])
    with pytest.raises(Mistyped) as caught:
        read(table, typed)
    assert [one.partition("\u00a0: ")[0] for one in caught.value.sentences] == [
        "Ligne 1, « Coût »",
        "Ligne 2, « Heures »",
    ]
    assert faults(table, json.dumps([{"poste": "A"}] * 4)) == [
        "Ce tableau compte au plus 3\u00a0lignes : retirez-en 1."
    ]
    assert read(table, json.dumps([{"poste": " "}, {"autre": "x"}])) == ""


@given(
    st.lists(
        st.fixed_dictionaries(
            {}, optional={
                "poste": st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20),
                "heures": st.decimals(0, 10**9, places=2).map(lambda n: str(n).replace(".", ",")),
                "cout": st.integers(0, 10**9).map(lambda c: f"{c // 100},{c % 100:02d}"),
            },
        ),
        max_size=4,
    )
)  # fmt: skip
def test_any_table_typed_again_as_it_is_shown_is_the_same_table(rows):
    table = asked("table", settings={"columns": COLUMNS})
    kept = read(table, json.dumps(rows))
    assert read(table, typed_of(table, kept)) == kept


@given(st.text(max_size=60))
def test_any_text_is_kept_and_counted_as_it_is(typed):
    """Code points, line breaks as one, no blanks around: what the counter of the page counts."""
    kept = read(asked("long_text"), typed)
    wanted = typed.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").strip()
    assert kept == wanted and len(kept) == len(wanted)


def test_what_a_database_cannot_hold_is_taken_out():
    assert questions.clean("a\x00b\ud800") == "ab?"
