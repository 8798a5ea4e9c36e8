"""What a letter of each kind may say: its merge fields with an example, the blocks that the code and the law fix.

A field is read from the frozen facts, in words: amounts and dates are French text by then. An empty one is "" or ().
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from accounts.french import NBSP, euros, long_date
from documents.amounts import euros_in_words

TEXT, AMOUNT, DATE, LIST, FLAG = "text", "amount", "date", "list", "flag"
TYPES = {TEXT: "texte", AMOUNT: "montant", DATE: "date", LIST: "liste", FLAG: "condition"}


@dataclass(frozen=True)
class Field:
    """A merge field. A list holds (title, text) pairs, put alone in a list; a flag may only be asked for."""

    name: str
    label: str
    type: str
    example: str
    read: Callable

    @property
    def type_label(self):
        return TYPES[self.type]

    @property
    def written(self):
        return "{{ " + self.name + " }}"


@dataclass(frozen=True)
class Fixed:
    """A block made by the code, that a wording may place and not rewrite."""

    name: str
    label: str
    path: str
    mandatory: bool = True


@dataclass(frozen=True)
class Clause:
    """A clause that the law wants in an agreement; `fields` are those without which it would not say it."""

    code: str
    label: str
    fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wording:
    """All that concerns the wording of one kind of document.

    Attributes:
        must: fields that a version has to state, each with why: alone, or in a line that depends on them alone.
        blocks: the wording that the service starts from.
        shown: what the verification line says of it ("cette lettre est vraie et toujours valable").
        noun: what it is called where it speaks of itself.
        first: what documents that kept no wording were made from.
        clauses: those that the law wants; none of a kind whose blocks are no clauses.
    """

    kind: str
    fields: dict[str, Field]
    fixed: dict[str, Fixed]
    must: dict[str, str]
    blocks: list[dict]
    shown: str
    edition: int = 1
    """Of the packaged wording: raised when it changes."""
    noun: str = "ce courrier"
    first: list[dict] | None = None
    clauses: tuple[Clause, ...] = ()

    @property
    def before(self):
        """The blocks of a document that was asked for before its wording was kept."""
        return self.blocks if self.first is None else self.first

    def value(self, name, letter):
        return self.fields[name].read(letter)

    @property
    def mandatory(self):
        return [one for one in self.fixed.values() if one.mandatory]


WORDINGS: dict[str, Wording] = {}


SAME: dict[str, str] = {}
"""A kind that is worded as another: the signed copy of a text says the text."""


def wording_of(kind):
    """The wording of a kind of document, None for one that has none."""
    return WORDINGS.get(SAME.get(kind, kind))


def register(
    kind, *, fields, blocks, fixed=(), must=None, shown="cette lettre est vraie et toujours valable", common=None,
    copies=(), **more,
):  # fmt: skip
    """Declare the wording of a kind.

    Args:
        common: fields put before its own, those of a letter to somebody when None.
        copies: kinds that are worded as this one.
        more: other attributes of `Wording`.
    """
    WORDINGS[kind] = Wording(
        kind=kind,
        fields={one.name: one for one in (*(COMMON if common is None else common), *fields)},
        fixed={one.name: one for one in fixed},
        must=must or {},
        blocks=blocks,
        shown=shown,
        **more,
    )
    SAME.update(dict.fromkeys(copies, kind))


# --- Readers ------------------------------------------------------------------------------------------------------


def fact(path):
    """Reads an attribute of the facts, as text."""

    def read(letter):
        for name in path.split("."):
            letter = getattr(letter, name)
        return "" if letter is None else str(letter)

    return read


def text(name, label, example, path):
    return Field(name, label, TEXT, example, fact(path))


def date(name, label, example, path):
    def read(letter):
        value = getattr(letter, path)
        return long_date(value) if value else ""

    return Field(name, label, DATE, example, read)


def amount(name, label, example, path):
    def read(letter):
        value = getattr(letter, path)
        return "" if value is None else euros(value)

    return Field(name, label, AMOUNT, example, read)


def in_words(name, label, example, path):
    return Field(name, label, TEXT, example, lambda letter: euros_in_words(getattr(letter, path)))


def titled(name, label, example, path):
    """A list of titles with their explanations."""
    return Field(name, label, LIST, example, lambda letter: [(one.title, one.text) for one in getattr(letter, path)])


def paragraphs(name, label, example, path):
    """A text of several paragraphs."""
    return Field(name, label, LIST, example, lambda letter: [("", one) for one in getattr(letter, path)])


def flag(name, label, read):
    return Field(name, label, FLAG, "", read)


SERVICE = (
    text("service", "Nom du service", "Service Fabriques des territoires", "service.name"),
    text("agent", "Agent qui suit le dossier", "Hélène Martin, instructrice", "service.officer"),
    text("telephone", "Téléphone du service", "01 00 00 00 00", "service.phone"),
    text("courriel", "Courriel du service", "equipe@fabriques.example", "service.email"),
)
COMMON = (
    text("beneficiaire", "Nom de la structure", "Association La Halle aux Possibles", "addressee.organisation"),
    text("representant", "Personne qui la représente", "Claire Rouvier, présidente", "addressee.person"),
    text("civilite", "Formule d’appel", "Madame, Monsieur", "addressee.salutation"),
    text("lieu", "Nom du lieu", "La Halle aux Possibles", "dossier.place"),
    text("commune", "Commune du lieu", "Thiers (63)", "dossier.commune"),
    Field(
        "appel", "Nom de l’appel et vague", TEXT, "« Fabriques de territoire », vague 11",
        lambda letter: f"«{NBSP}{letter.dossier.call}{NBSP}», {letter.dossier.wave}",
    ),
    text("dossier", "Référence du dossier", "DOS-2026-00147", "dossier.reference"),
    Field(
        "recu_le", "Date de réception du dossier", DATE, "12 novembre 2026",
        lambda letter: long_date(letter.dossier.received_on),
    ),
    date("date", "Date du courrier", "14 avril 2027", "issued_on"),
    *SERVICE,
)  # fmt: skip

SIGNATURE = Fixed("signature", "Signature et délégation", "documents/letters/_signature.html")
APPEAL = Fixed("recours", "Voies et délais de recours", "documents/letters/_appeal.html")
SIGNED = (SIGNATURE, APPEAL)
