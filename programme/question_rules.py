"""What the settings of a question may be, by kind. Pure: what is wrong is said in French, tied to its field."""

import re

from accounts.errors import Refusal
from programme.models import Question
from programme.questionnaire import check_condition, check_formula

DEFAULT_LENGTH = {Question.Kind.SHORT_TEXT: 250, Question.Kind.LONG_TEXT: 4000}
MOST_SIGNS = 20_000
MOST_OPTIONS = 60
MOST_COLUMNS = 8
MOST_ROWS = 100
DEFAULT_ROWS = 10
COLUMN_KINDS = {"text": "Texte", "number": "Nombre", "amount": "Montant en euros"}
FORMATS = {"number": "Nombre", "amount": "Montant en euros"}
KEY = re.compile(r"[a-z][a-z0-9_]*(-[a-z0-9_]+)*")


def checked(fields, earlier):
    """The fields of a question as they are kept: what its kind does not use is emptied, what is missing is refused.

    Args:
        fields: kind, label, help_text, required, max_length, options, settings, condition, and any other, left alone.
        earlier: the questions that come before it.

    Raises:
        Refusal: tied to its field.
    """
    kind, settings = fields["kind"], fields.get("settings") or {}
    check_condition(fields.get("condition") or {}, earlier)
    return fields | {
        "condition": fields.get("condition") or {},
        "required": bool(fields.get("required")) and kind != Question.Kind.COMPUTED,
        "max_length": checked_length(kind, fields.get("max_length")),
        "options": checked_options(fields.get("options") or []) if kind in Question.WITH_OPTIONS else [],
        "settings": SETTINGS.get(kind, no_settings)(settings, earlier),
    }


def no_settings(settings, earlier):
    return {}


def checked_length(kind, length):
    if kind not in Question.WITH_LENGTH:
        return None
    length = length or DEFAULT_LENGTH[kind]
    if length > MOST_SIGNS:
        raise Refusal(f"Un texte a {MOST_SIGNS} signes au plus : demandez un fichier.", field="max_length")
    return length


def checked_options(options):
    options = [" ".join(str(option).split()) for option in options]
    options = [option for option in options if option]
    twice = sorted({option for option in options if options.count(option) > 1})
    if len(options) < 2:
        raise Refusal("Écrivez deux choix au moins, un par ligne.", field="options")
    if twice:
        raise Refusal(f"Le choix « {twice[0]} » est écrit deux fois : gardez-en un.", field="options")
    if len(options) > MOST_OPTIONS or any(len(option) > 200 for option in options):
        raise Refusal(f"{MOST_OPTIONS} choix au plus, de 200 signes au plus chacun.", field="options")
    return options


def number_settings(settings, earlier):
    least, most = settings.get("min"), settings.get("max")
    if least is not None and most is not None and least > most:
        raise Refusal("Le plus petit nombre accepté dépasse le plus grand : changez l’un des deux.", field="max")
    return {name: settings[name] for name in ("min", "max", "unit") if settings.get(name) not in (None, "")}


def table_settings(settings, earlier):
    columns = [checked_column(column) for column in settings.get("columns", [])]
    keys = [column["key"] for column in columns]
    if not columns:
        raise Refusal("Un tableau a une colonne au moins : donnez-lui un titre.", field="columns")
    if len(columns) > MOST_COLUMNS or len(set(keys)) < len(keys):
        raise Refusal(f"{MOST_COLUMNS} colonnes au plus, de titres différents.", field="columns")
    rows = settings.get("max_rows") or DEFAULT_ROWS
    if not 1 <= rows <= MOST_ROWS:
        raise Refusal(f"Un tableau a de 1 à {MOST_ROWS} lignes.", field="max_rows")
    return {"columns": columns, "max_rows": rows}


def checked_column(column):
    label, kind, key = " ".join(column["label"].split()), column["kind"], column["key"]
    if not label or kind not in COLUMN_KINDS or not KEY.fullmatch(key):
        raise Refusal("Chaque colonne a un titre et un type.", field="columns")
    total = bool(column.get("sum"))
    if total and kind == "text":
        raise Refusal(f"La colonne « {label} » est un texte : elle n’a pas de total.", field="columns")
    return {"key": key, "label": label[:80], "kind": kind, "sum": total}


def computed_settings(settings, earlier):
    formula, shape = (settings.get("formula") or "").strip(), settings.get("format")
    amounts = check_formula(formula, earlier)
    if shape not in FORMATS:
        raise Refusal("Dites si le résultat est un nombre ou un montant.", field="format")
    return {"formula": formula, "format": shape, "amounts": amounts}


SETTINGS = {
    Question.Kind.NUMBER: number_settings,
    Question.Kind.TABLE: table_settings,
    Question.Kind.COMPUTED: computed_settings,
}
