"""What a form asks, given what was answered: conditions and calculated values. Pure: no database, no request.

A question is anything with `slug`, `kind`, `label`, `settings`, `condition`, `options` (a `Question`, a test's own).
`answers` is {slug: python value}: `int` cents for an amount, `Decimal` or `int` for a number, `date`, `str` for a text
or a choice, a list of `str` for multiple choices, a list of {column key: value} for a table, a code (or an object with
one) for a commune; a missing key, None, "" and [] are "no answer".

    values, asked = reading(questions, answers)     # in the order of the form: conditions, then calculated values
"""

import datetime
from decimal import ROUND_HALF_UP, Decimal, DecimalException, InvalidOperation, localcontext

from accounts.errors import Refusal
from accounts.french import euros, folded, long_date
from programme.formulas import BadFormula, names_in, parse, result

NUMBERS = ("number", "amount", "computed")
OPERATORS = {
    "is": "est",
    "is_not": "n’est pas",
    "contains": "contient",
    "more": "est plus grand que",
    "less": "est plus petit que",
    "filled": "est remplie",
    "empty": "est vide",
}
WITHOUT_VALUE = ("filled", "empty")
PRESENCE = ["filled", "empty"]
# Kind → the comparisons that make sense for it; every other kind is filled or empty.
OPERATORS_OF = {
    "short_text": ["is", "is_not", "contains", *PRESENCE],
    "long_text": ["contains", *PRESENCE],
    "address": ["contains", *PRESENCE],
    "choice": ["is", "is_not", *PRESENCE],
    "choices": ["contains", "is_not", *PRESENCE],
    "commune": ["is", "is_not", *PRESENCE],
    "date": ["is", "is_not", "more", "less", *PRESENCE],
    **{kind: ["is", "is_not", "more", "less", *PRESENCE] for kind in NUMBERS},
}
CENTS = Decimal(100)


class BadCondition(Refusal):
    """A condition that could not be judged; the sentence says why."""

    title = "Cette condition ne peut pas être jugée"

    def __init__(self, message, *, field="condition"):
        super().__init__(message, field=field)


def shown(question, answers) -> bool:
    """Whether the question is asked. An unanswered question satisfies "est vide", and nothing else."""
    return holds(question.condition or {}, answers)


def holds(condition, answers):
    for word, judge in (("all", all), ("any", any)):
        if word in condition:
            return not condition[word] or judge(holds(part, answers) for part in condition[word])
    return not condition or test(condition["op"], answers.get(condition["question"]), condition.get("value"))


def is_empty(value):
    return value is None or (isinstance(value, str | list | tuple) and not value)


def test(op, answer, value):
    if op in WITHOUT_VALUE:
        return is_empty(answer) == (op == "empty")
    if is_empty(answer):
        return False
    try:
        return compared(op, answer, value)
    except (ValueError, InvalidOperation, TypeError):
        return False


def compared(op, answer, value):
    if isinstance(answer, list | tuple):
        return (str(value) in [str(one) for one in answer]) == (op != "is_not")
    if isinstance(answer, datetime.date):
        value = datetime.date.fromisoformat(value)
    elif isinstance(answer, int | Decimal):
        answer, value = Decimal(answer), Decimal(str(value))
    else:
        answer, value = str(getattr(answer, "code", answer)).strip(), str(value).strip()
    if op == "contains":
        return folded(str(value)) in folded(str(answer))
    return (
        {"is": answer == value, "is_not": answer != value}[op]
        if op in ("is", "is_not")
        else ordered(op, answer, value)
    )


def ordered(op, answer, value):
    return answer > value if op == "more" else answer < value


def computed(question, answers) -> Decimal | None:
    """The value of a calculated question: whole cents where its format is an amount, else at most two decimals.

    What has no answer counts for nothing; without any answer at all, or where it would divide by zero, None. The
    answers hold the values of the calculated questions that it reads (`reading` puts them there).
    """
    settings = question.settings
    amounts = set(settings.get("amounts", ()))
    try:
        node = parse(settings.get("formula", ""))
    except BadFormula:
        return None
    names = names_in(node)
    given = {name: given_numbers(name, answers) for name in names}
    if names and not any(given.values()):
        return None
    values = {name: sum(given[name], Decimal(0)) / (CENTS if name in amounts else 1) for name in names}
    return rounded(node, values, settings.get("format") == "amount")


def rounded(node, values, in_cents):
    try:
        with localcontext(prec=40):
            value = result(node, values.__getitem__)
            if value is None:
                return None
            return (value * CENTS).quantize(Decimal(1), ROUND_HALF_UP) if in_cents else two_decimals(value)
    except DecimalException:
        return None


def two_decimals(value):
    value = value.quantize(Decimal("0.01"), ROUND_HALF_UP)
    return value.to_integral_value() if value == value.to_integral_value() else value


def given_numbers(name, answers):
    """The numbers answered under "slug" or "table.column"; what is no number is left out."""
    slug, _, column = name.partition(".")
    answer = answers.get(slug)
    values = [row.get(column) for row in answer or []] if column else [answer]
    return [Decimal(value) for value in values if isinstance(value, int | Decimal) and not isinstance(value, bool)]


def reading(questions, answers):
    """Go through the form in its order.

    A question that is not asked has no answer, whatever was typed there before; what follows is judged without it.

    Args:
        questions: every question of the version, in order.
        answers: {slug: python value}, as typed.

    Returns:
        ({slug: value} of the questions asked, calculated ones included; the questions asked, in order).
    """
    values, asked = {}, []
    for question in questions:
        if shown(question, values):
            asked.append(question)
            values[question.slug] = (
                computed(question, values) if question.kind == "computed" else answers.get(question.slug)
            )
    return values, asked


def check_formula(formula, earlier) -> list[str]:
    """Refuse a formula that could not be calculated; give the names in it that are money (for `settings["amounts"]`).

    Args:
        formula: as typed.
        earlier: the questions before this one, in order.

    Raises:
        BadFormula: syntax, a name that is not an earlier question, or an answer that is not a number.
    """
    numbers = numbers_of(earlier)
    names = names_in(parse(formula))
    if not names:
        raise BadFormula("La formule ne lit aucune réponse : nommez au moins une question.")
    for name in names:
        if name not in numbers:
            raise BadFormula(unknown_name(name, earlier, numbers))
    return sorted({name for name in names if numbers[name]})


def numbers_of(questions):
    """{name usable in a formula: whether it is money}."""
    found = {}
    for question in questions:
        if question.kind == "table":
            columns = [one for one in question.settings.get("columns", []) if one["kind"] != "text"]
            found |= {f"{question.slug}.{one['key']}": one["kind"] == "amount" for one in columns}
        elif question.kind in NUMBERS:
            found[question.slug] = question.kind == "amount" or question.settings.get("format") == "amount"
    return found


def unknown_name(name, earlier, numbers):
    slug, _, column = name.partition(".")
    known = {question.slug: question for question in earlier}
    usable = ", ".join(f"sum({one})" if "." in one else one for one in numbers) or "aucune pour l’instant"
    if slug not in known:
        return f"« {slug} » n’est pas une question qui précède. Vous pouvez nommer : {usable}."
    if column:
        return f"« {slug} » n’a pas de colonne de nombres ou de montants nommée « {column} ». Possibles : {usable}."
    if known[slug].kind == "table":
        return f"« {slug} » est un tableau : écrivez sum({slug}.colonne)."
    return f"« {slug} » ne se calcule pas : sa réponse n’est pas un nombre. Vous pouvez nommer : {usable}."


def slugs_read(question):
    """The slugs of the questions that this one depends on, by its condition or its formula."""
    slugs = {test["question"] for test in tests_of(question.condition or {})}
    if question.kind == "computed":
        try:
            slugs |= {name.partition(".")[0] for name in names_in(parse(question.settings.get("formula", "")))}
        except BadFormula:
            pass
    return slugs


def tests_of(condition):
    """The single comparisons of a condition, whatever its nesting."""
    if "question" in condition:
        return [condition]
    parts = condition.get("all") or condition.get("any") or []
    return [test for part in parts for test in tests_of(part)]


def check_condition(condition, earlier):
    """Refuse a condition that names a question that does not come before, or compares what cannot be.

    Raises:
        BadCondition.
    """
    known = {question.slug: question for question in earlier}
    for one in tests_of(condition):
        question = known.get(one["question"])
        if question is None:
            raise BadCondition(
                f"« {one['question']} » ne vient pas avant cette question : une condition porte sur ce qui précède."
            )
        if one["op"] not in OPERATORS_OF.get(question.kind, PRESENCE):
            possible = ", ".join(f"« {OPERATORS[op]} »" for op in OPERATORS_OF.get(question.kind, PRESENCE))
            raise BadCondition(
                f"« {OPERATORS.get(one['op'], one['op'])} » ne va pas avec « {question.label} » : "
                f"choisissez {possible}."
            )
        if question.kind in ("choice", "choices") and one["op"] not in WITHOUT_VALUE:
            refuse_unknown_option(question, one.get("value"))


def refuse_unknown_option(question, value):
    if value not in question.options:
        possible = ", ".join(f"« {option} »" for option in question.options)
        raise BadCondition(
            f"« {value} » n’est pas un choix de la question « {question.label} ». Ses choix : {possible}."
        )


def told_condition(condition, questions):
    """The condition in French: « si « Où en est le lieu ? » est « En projet » et … »; "" when there is none."""
    if not condition:
        return ""
    labels = {question.slug: question for question in questions}
    return f"si {phrase(condition, labels)}"


def phrase(condition, known):
    for word, between in (("all", " et "), ("any", " ou ")):
        if word in condition:
            return between.join(nested(part, known) for part in condition[word])
    question = known.get(condition["question"])
    label = question.label.rstrip(" \u00a0?:") if question else condition["question"]
    said = f"« {label} » {OPERATORS[condition['op']]}"
    if condition["op"] in WITHOUT_VALUE:
        return said
    return f"{said} « {condition.get('label') or told_value(question, condition['value'])} »"


def nested(part, known):
    return f"({phrase(part, known)})" if len(tests_of(part)) > 1 else phrase(part, known)


def told_value(question, value):
    """A value of a condition as people write it."""
    if question is None:
        return value
    if question.kind == "date":
        return long_date(datetime.date.fromisoformat(value))
    in_euros = question.kind == "amount" or question.settings.get("format") == "amount"
    return euros(int(value)) if in_euros else str(value).replace(".", ",") if question.kind in NUMBERS else value
