"""One question, one answer: what is typed, what is kept, what it is worth, how it reads in French.

Four shapes of one answer, each with its function:

    typed   what a person wrote in the field: « 1 500,50 », « 63300 Thiers », « 31/12/2027 »
    text    what `Answer.text` keeps: « 150050 » (cents), « 63430 », « 2027-12-31 », JSON for choices and tables
    value   what conditions and formulas read: 150050, "63430", date(2027, 12, 31), a list
    shown   what a page or a letter says, in French

`read` goes from typed to text, and says what is wrong. A draft keeps what is wrong too, as it was typed
(`Answer.as_typed`): nothing is lost, and `faults` says it again until it is corrected. No function here writes.
"""

from dataclasses import dataclass, field

from accounts.french import integer
from applications.answer_kinds import KINDS, MAX_TYPED, Mistyped, clean
from applications.answer_tables import Table
from applications.models import Attachment
from programme.communes import typed_form
from programme.models import Commune, Question

Kind = Question.Kind
KINDS = {**KINDS, Kind.TABLE: Table()}
__all__ = ["MAX_TYPED", "Mistyped", "Names", "clean", "faults", "names_of", "read", "shown_value", "text_of",
           "too_long", "typed_of", "value_of"]  # fmt: skip


@dataclass(frozen=True)
class Names:
    """What answers name and do not contain: communes by code, joined files by `public_id`."""

    communes: dict = field(default_factory=dict)
    files: dict = field(default_factory=dict)


def names_of(pairs):
    """The `Names` of these (question, text) pairs: one query for all the communes, one for all the files."""
    found = [(question.kind, text) for question, text in pairs if text]
    codes = {text for kind, text in found if kind == Kind.COMMUNE}
    pieces = {text for kind, text in found if kind == Kind.FILE}
    return Names(communes_of(codes) if codes else {}, files_of(pieces) if pieces else {})


def communes_of(codes):
    return {one.code: typed_form(one) for one in Commune.objects.filter(code__in=codes)}


def files_of(pieces):
    kept = Attachment.objects.filter(public_id__in=pieces).select_related("file")
    return {str(one.public_id): one.file.name for one in kept}


def read(question, typed):
    """The text to keep of what was typed; "" for nothing.

    Args:
        typed: text; several choices or a table as JSON, or choices one a line.

    Raises:
        Mistyped: it is no answer of this kind; `sentences` say why and what to do.
    """
    typed = clean(typed)
    return KINDS[question.kind].read(question, typed) if typed else ""


def value_of(question, text):
    """The value of a kept text: None for nothing, Decimal for a number, int cents, date, list; never raises."""
    return KINDS[question.kind].value(question, text) if text else None


def text_of(question, value):
    """The text to keep of a value: the inverse of `value_of`."""
    return "" if value is None else KINDS[question.kind].text(value)


def typed_of(question, text, names=None):
    """A kept text as its field shows it, ready to be typed over."""
    return KINDS[question.kind].typed(question, text, names or Names()) if text else ""


def shown_value(question, text, names=None):
    """A kept text in French, for a page; a table as its rows joined, one a line."""
    return KINDS[question.kind].shown(question, text, names or Names()) if text else ""


def faults(question, text, as_typed=False):
    """What is wrong in an answer that is not empty: sentences, none when it may be sent. No query."""
    if as_typed:
        return KINDS[question.kind].complaints(question, text)
    return [*length_faults(question, text), *KINDS[question.kind].limits(question, text)]


def length_faults(question, text):
    counted = question.kind in (Kind.SHORT_TEXT, Kind.LONG_TEXT, Kind.ADDRESS)
    return [too_long(question, text)] if counted and question.max_length and len(text) > question.max_length else []


def too_long(question, text):
    excess = len(text) - question.max_length
    return (
        f"Votre réponse à « {question.label} » compte {integer(len(text))} signes : "
        f"retirez-en {integer(excess)} pour rester dans les {integer(question.max_length)} permis."
    )
