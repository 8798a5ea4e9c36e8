"""The conditions of a question as staff type them: rows « question, comparison, value », in one group or two.

{"all": [row, row]}                                   one group
{"any": [{"all": [row, row]}, {"any": [row]}]}        two groups
"""

import datetime
import time
from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError

from accounts import french
from accounts.forms import cents_of
from programme.communes import find_commune
from programme.questionnaire import NUMBERS, WITHOUT_VALUE, BadCondition

DAYS = ("%d/%m/%Y", "%Y-%m-%d", "%d/%m/%y")


def is_money(question):
    return question.kind == "amount" or question.settings.get("format") == "amount"


def typed_test(question, op, text):
    """One comparison as it is kept, from what was typed.

    Raises:
        BadCondition: the value is missing, or is not of the kind of the question.
        UnknownCommune: see `communes.find_commune`.
    """
    if op in WITHOUT_VALUE:
        return {"question": question.slug, "op": op}
    if not text:
        raise BadCondition("Écrivez la valeur à comparer, ou choisissez « est remplie » ou « est vide ».")
    if question.kind == "commune":
        commune = find_commune(text)
        return {"question": question.slug, "op": op, "value": commune.code, "label": commune.name}
    return {"question": question.slug, "op": op, "value": kept_value(question, text)}


def kept_value(question, text):
    if question.kind in ("choice", "choices"):
        return next((option for option in question.options if french.folded(option) == french.folded(text)), text)
    if question.kind == "date":
        return kept_day(text)
    if is_money(question):
        return kept_amount(text)
    return kept_number(text) if question.kind in NUMBERS else text


def kept_amount(text):
    try:
        return cents_of(text)
    except ValidationError as error:
        raise BadCondition(error.messages[0]) from error


def kept_day(text):
    for shape in DAYS:
        try:
            return datetime.date(*time.strptime(text, shape)[:3]).isoformat()
        except ValueError:
            continue
    raise BadCondition("Écrivez la date comme 31/12/2027.")


def kept_number(text):
    try:
        number = Decimal("".join(text.split()).replace(",", "."))
    except InvalidOperation as error:
        raise BadCondition("Écrivez un nombre, par exemple 12 ou 12,5.") from error
    if not number.is_finite():
        raise BadCondition("Écrivez un nombre, par exemple 12 ou 12,5.")
    return str(number)


def shown_value(question, test):
    """The value of a comparison as one would type it."""
    value = test.get("value", "")
    if question is None or value == "":
        return value
    if question.kind == "date":
        return datetime.date.fromisoformat(value).strftime("%d/%m/%Y")
    if is_money(question):
        return french.euros(int(value)).removesuffix(f"{french.NBSP}€")
    return str(value).replace(".", ",") if question.kind in NUMBERS else value


def groups_of(condition):
    """(word between the groups, [(word inside, [test])]) of a kept condition; one or two groups."""
    if not condition:
        return "all", []
    word = "all" if "all" in condition else "any"
    parts = condition[word]
    if any("question" not in part for part in parts):
        return word, [group_of(part) for part in parts]
    return "all", [(word, parts)]


def group_of(part):
    if "question" in part:
        return "all", [part]
    word = "all" if "all" in part else "any"
    return word, part[word]


def joined(between, groups):
    """The condition to keep, from groups [(word, [test])]; empty ones are left out."""
    groups = [{word: tests} for word, tests in groups if tests]
    return {} if not groups else groups[0] if len(groups) == 1 else {between: groups}
