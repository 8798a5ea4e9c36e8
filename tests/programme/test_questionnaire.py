"""Conditions and calculated values, without a database."""

import datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest

from programme.formulas import BadFormula, parse
from programme.questionnaire import (
    BadCondition,
    check_condition,
    check_formula,
    computed,
    reading,
    shown,
    slugs_read,
    told_condition,
)


def ask(slug, kind="short_text", *, label="", options=(), settings=None, condition=None):
    return SimpleNamespace(
        slug=slug, kind=kind, label=label or slug, options=list(options), settings=settings or {},
        condition=condition or {},
    )  # fmt: skip


def when(slug, op, value=""):
    return {"question": slug, "op": op, "value": value}


def formula(text, *, amounts=(), result="number"):
    return ask("total", "computed", settings={"formula": text, "format": result, "amounts": list(amounts)})


@pytest.mark.parametrize(
    ("test", "answer", "expected"),
    [
        (when("a", "is", "En projet"), "En projet", True),
        (when("a", "is", "En projet"), "Ouvert", False),
        (when("a", "is_not", "En projet"), "Ouvert", True),
        (when("a", "is_not", "En projet"), "", False),
        (when("a", "contains", "ecole"), "Une École", True),
        (when("a", "contains", "Café"), ["Café", "Atelier"], True),
        (when("a", "contains", "Café"), ["Atelier"], False),
        (when("a", "is_not", "Café"), ["Atelier"], True),
        (when("a", "is_not", "Café"), [], False),
        (when("a", "more", "10"), 11, True),
        (when("a", "more", "10.5"), Decimal("10.5"), False),
        (when("a", "less", 5000_00), 4999_99, True),
        (when("a", "is", "3"), Decimal("3.0"), True),
        (when("a", "more", "2026-01-01"), datetime.date(2026, 1, 2), True),
        (when("a", "less", "2026-01-01"), datetime.date(2026, 1, 2), False),
        (when("a", "more", "pas un nombre"), 3, False),
        (when("a", "is", "63430"), SimpleNamespace(code="63430"), True),
        (when("a", "filled"), 0, True),
        (when("a", "filled"), None, False),
        (when("a", "filled"), [], False),
        (when("a", "empty"), "", True),
        (when("a", "empty"), [{"cout": 3}], False),
    ],
)
def test_one_comparison(test, answer, expected):
    assert shown(ask("b", condition={"all": [test]}), {"a": answer}) is expected


def test_and_or_and_one_level_of_both():
    one, two, three = when("a", "is", "x"), when("b", "is", "y"), when("c", "is", "z")
    answers = {"a": "x", "c": "z"}
    assert shown(ask("d"), {})
    assert shown(ask("d", condition={"all": []}), {}) and shown(ask("d", condition={"any": []}), {})
    assert not shown(ask("d", condition={"all": [one, two]}), answers)
    assert shown(ask("d", condition={"any": [one, two]}), answers)
    assert shown(ask("d", condition={"all": [{"any": [one, two]}, three]}), answers)
    assert not shown(ask("d", condition={"all": [{"any": [one, two]}, when("c", "empty")]}), answers)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("loyer * 12 + charges", "1300"),
        ("loyer - charges / 2", "50"),
        ("(loyer - charges) / 3", "0"),
        ("-loyer + 250", "150"),
        ("2 × loyer ÷ 3", "66.67"),
        ("loyer * 0,5", "50"),
        ("sum(postes.jours) / 2", "3.5"),
        ("somme(postes.jours)", "7"),
        ("frais-de-siege - loyer", "900"),
        ("absent + 1 + loyer", "101"),
        ("loyer / (charges - 100)", None),
        ("absent + 1", None),
    ],
)
def test_a_formula_is_calculated(text, value):
    postes = [{"jours": 3}, {"jours": Decimal(4)}, {"jours": None}]
    answers = {"loyer": 100, "charges": Decimal(100), "frais-de-siege": 1000, "postes": postes}
    assert computed(formula(text), answers) == (value and Decimal(value))


def test_money_counts_in_euros_inside_a_formula_and_comes_out_in_cents():
    question = formula("loyer * mois + 10", amounts=["loyer"], result="amount")
    assert computed(question, {"loyer": 100_50, "mois": 2}) == 211_00
    depenses = [{"cout": 10_00}, {"cout": 5_55}]
    assert computed(formula("sum(depenses.cout)", amounts=["depenses.cout"]), {"depenses": depenses}) == Decimal(
        "15.55"
    )


def test_a_number_too_large_is_no_value():
    assert computed(formula("a * a * a * a"), {"a": 10**20}) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Écrivez la formule"),
        ("loyer +", "s’arrête trop tôt"),
        ("loyer loyer", "il manque un signe"),
        ("(loyer", "Il manque « ) »"),
        ("loyer)", "sans avoir été ouverte"),
        ("* loyer", "Devant « * »"),
        ("__import__('os')", "ne se lit pas"),
        ("loyer ** 2", "Devant « * »"),
        ("loyer; charges", "« ; »"),
        ("sum(depenses)", "Il manque « . »"),
        ("sum(depenses.)", "le nom de la colonne"),
        ("1 + 2", "ne lit aucune réponse"),
        ("inconnu + 1", "« inconnu » n’est pas une question"),
        ("nom + 1", "n’est pas un nombre"),
        ("depenses + 1", "est un tableau"),
        ("sum(depenses.objet)", "« objet »"),
        ("(" * 30 + "loyer" + ")" * 30, "trop de parenthèses"),
        ("loyer + " * 60 + "loyer", "trop longue"),
    ],
)
def test_a_formula_that_cannot_be_read_says_why(text, words):
    columns = [{"key": "objet", "label": "Objet", "kind": "text"}, {"key": "cout", "label": "Coût", "kind": "amount"}]
    earlier = [ask("nom"), ask("loyer", "amount"), ask("depenses", "table", settings={"columns": columns})]
    with pytest.raises(BadFormula, match="(?s)" + words.replace("(", r"\(").replace(")", r"\)").replace("*", r"\*")):
        check_formula(text, earlier)


def test_the_money_of_a_formula_is_told():
    columns = [{"key": "cout", "label": "Coût", "kind": "amount"}, {"key": "n", "label": "N", "kind": "number"}]
    earlier = [
        ask("loyer", "amount"), ask("mois", "number"), ask("depenses", "table", settings={"columns": columns}),
        ask("total", "computed", settings={"format": "amount"}),
    ]  # fmt: skip
    text = "loyer * mois + sum(depenses.cout) + sum(depenses.n) + total"
    assert check_formula(text, earlier) == ["depenses.cout", "loyer", "total"]


def test_the_tree_is_ours():
    assert parse("a + b * 2") == ("+", ("name", "a"), ("*", ("name", "b"), ("number", Decimal(2))))


def test_a_hidden_question_has_no_answer_for_what_follows():
    first = ask("statut", "choice", options=["Ouvert", "En projet"])
    second = ask("visiteurs", "number", condition={"all": [when("statut", "is", "Ouvert")]})
    third = ask("detail", condition={"any": [when("visiteurs", "more", "10"), when("total", "more", "5")]})
    total = ask("total", "computed", settings={"formula": "visiteurs * 2", "format": "number"})
    questions = [first, second, total, third]
    values, asked = reading(questions, {"statut": "Ouvert", "visiteurs": 30, "detail": "x"})
    assert [one.slug for one in asked] == ["statut", "visiteurs", "total", "detail"]
    assert values["total"] == 60
    values, asked = reading(questions, {"statut": "En projet", "visiteurs": 30, "detail": "x"})
    assert [one.slug for one in asked] == ["statut", "total"]
    assert values == {"statut": "En projet", "total": None}


@pytest.mark.parametrize(
    ("test", "words"),
    [
        (when("suite", "is", "x"), "ne vient pas avant"),
        (when("statut", "more", "1"), "ne va pas avec"),
        (when("statut", "is", "Fermé"), "n’est pas un choix"),
        (when("piece", "contains", "x"), "ne va pas avec"),
        (when("statut", "exec", "x"), "ne va pas avec"),
    ],
)
def test_a_condition_that_cannot_be_judged_is_refused(test, words):
    earlier = [ask("statut", "choice", options=["Ouvert", "En projet"]), ask("piece", "file")]
    with pytest.raises(BadCondition, match=words):
        check_condition({"all": [{"any": [test]}]}, earlier)
    check_condition({"any": [when("statut", "is", "Ouvert"), when("piece", "empty")]}, earlier)


def test_a_condition_is_told_in_french():
    questions = [
        ask("statut", "choice", label="Où en est le lieu ?", options=["Ouvert"]),
        ask("loyer", "amount", label="Loyer"), ask("jour", "date", label="Ouverture"),
        ask("n", "number", label="Postes"),
    ]  # fmt: skip
    either = {"any": [when("loyer", "more", 150_000_00), when("jour", "less", "2026-08-01"), when("n", "is", "2.5")]}
    assert told_condition({"all": [when("statut", "is", "Ouvert"), either]}, questions) == (
        "si « Où en est le lieu » est « Ouvert » et (« Loyer » est plus grand que « 150\u00a0000\u00a0€ » ou "
        "« Ouverture » est plus petit que « 1er\u00a0août\u00a02026 » ou « Postes » est « 2,5 »)"
    )
    assert told_condition({}, questions) == ""


def test_what_a_question_depends_on():
    question = formula("loyer + sum(depenses.cout)")
    question.condition = {"all": [when("statut", "filled"), {"any": [when("n", "empty")]}]}
    assert slugs_read(question) == {"loyer", "depenses", "statut", "n"}
