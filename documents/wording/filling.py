"""Blocks and frozen facts in, what the page sets out: pure. What people write and what they are called is text."""

import re
from functools import cached_property
from itertools import pairwise

from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString

from accounts.errors import Refusal
from documents.wording.blocks import LISTS, cells
from documents.wording.catalogue import AMOUNT, FLAG, LIST
from documents.wording.parsing import UNLESS, lone_field, parse

HEADED_FROM = 3
# Scripts that run from right to left, and the signs that turn the direction round.
TURNS = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\u202a-\u202e\u2066-\u2069\u200e\u200f]")
ISOLATE, POP = "\u2068", "\u2069"


class EmptyFields(Refusal):
    """Fields that the letter would leave empty; `fields` are their `catalogue.Field`s."""

    title = "Ce courrier aurait des blancs"

    def __init__(self, fields, letter):
        self.fields = fields
        names = ", ".join(f"« {field.label.lower()} »" for field in fields)
        about = f"Le courrier du dossier {letter.dossier.reference}" if hasattr(letter, "dossier") else "Ce document"
        super().__init__(
            f"{about} n’est pas fait : il manque {names}. Complétez le dossier, ou faites dépendre la phrase de ce "
            "champ dans le modèle du courrier. Rien n’a été enregistré."
        )


class Filled:
    """A wording with its fields filled in from one letter.

    Args:
        wording: a `catalogue.Wording`.
        blocks: those of a version.
        letter: the facts, typed.
    """

    def __init__(self, wording, blocks, letter):
        self.wording, self.letter = wording, letter
        self.source = blocks
        self.values, self.used = {}, {}

    def value(self, name):
        if name not in self.values:
            self.values[name] = self.wording.value(name, self.letter)
        return self.values[name]

    def holds(self, when):
        return not when or bool(self.value(when.removeprefix(UNLESS))) != when.startswith(UNLESS)

    @cached_property
    def blocks(self):
        """What is shown, in order, for `documents/letters/_body.html`."""
        shown = [self.block(one) for one in self.with_clauses if self.holds(one["when"])]
        found = [one for one in shown if one]
        for number, one in enumerate((one for one in found if one["kind"] == "clause"), 1):
            one["number"] = number
        for one, following in pairwise(found):
            one["closing"] = one["kind"] == "paragraph" and following.get("name") == "signature"
        return found

    @property
    def with_clauses(self):
        """The blocks; an agreement that was drafted says its own clauses, in the place of those of its model."""
        own = getattr(self.letter, "clauses", ())
        places = [at for at, one in enumerate(self.source) if one["kind"] == "clause"]
        if not places or not own:
            return self.source
        said = [{"kind": "own", "when": "", "caption": one.title, "lines": one.paragraphs} for one in own]
        kept = [one for one in self.source if one["kind"] != "clause"]
        return [*kept[: places[0]], *said, *kept[places[0] :]]

    @cached_property
    def empty(self):
        """The fields that are to be printed and hold nothing."""
        _ = self.blocks
        return [self.wording.fields[name] for name in self.used if not self.value(name)]

    def refuse_empty(self):
        if self.empty:
            raise EmptyFields(self.empty, self.letter)

    @property
    def title(self):
        return self.only("title")

    @property
    def subtitle(self):
        return self.only("subtitle")

    def only(self, kind):
        return next((one["lines"][0] for one in self.blocks if one["kind"] == kind), "")

    @property
    def body(self):
        return [one for one in self.blocks if one["kind"] not in ("title", "subtitle")]

    def block(self, one):
        """A block to show, or None when each of its lines depends on something that is not there."""
        if one["kind"] == "own":
            return one | {"kind": "clause"}
        kind, lines = one["kind"], [line["text"] for line in one["lines"] if self.holds(line["when"])]
        if kind == "fixed":
            known = self.wording.fixed[one["fixed"]]
            return {"kind": kind, "name": known.name, "path": known.path}
        if not lines:
            return None
        return {"kind": kind, "caption": self.inline(one["caption"]), **self.content(kind, lines)}

    def content(self, kind, lines):
        if kind == "table":
            return self.table(lines)
        if kind in LISTS or kind == "box":
            return {"lines": self.items(lines), "figures": kind == "box" and self.is_amount(lines[0])}
        if kind == "clause":
            return {"lines": [self.inline(line) for line in lines]}
        if kind in ("paragraph", "note") and self.list_of(lines[0]) and len(lines) == 1:
            return {"lines": self.items(lines)}
        return {"lines": [SafeString(" ".join(self.inline(line) for line in lines))]}

    def is_amount(self, line):
        name = lone_field(line)
        return bool(name) and self.wording.fields[name].type == AMOUNT

    def list_of(self, line):
        name = lone_field(line)
        return name if name and self.wording.fields[name].type == LIST else ""

    def items(self, lines):
        """Items, a list field giving one for each of its entries."""
        found = []
        for line in lines:
            name = self.list_of(line)
            found += self.entries(name) if name else [self.inline(line)]
        return found

    def entries(self, name):
        self.used[name] = True
        return [entry(title, text) for title, text in self.value(name)]

    def table(self, lines):
        rows = [[self.cell(cell) for cell in cells(line)] for line in lines]
        headed = max(len(row) for row in rows) >= HEADED_FROM
        return {"head": rows[0] if headed else [], "rows": rows[1:] if headed else rows}

    def cell(self, text):
        name = self.list_of(text)
        return self.entries(name) if name else [self.inline(text)]

    def plain(self, lines):
        """Lines of a wording as plain text, for what is frozen in words: those whose condition holds, one a line."""
        kept = [line["text"] for line in lines if self.holds(line["when"])]
        return "\n".join("".join(self.printed(one.field) if one.field else one.text for one in parse(t)) for t in kept)

    def inline(self, line):
        return SafeString("".join(self.piece(piece) for piece in parse(line)))

    def piece(self, piece):
        said = conditional_escape(self.printed(piece.field) if piece.field else piece.text)
        said = format_html("<b>{}</b>", said) if piece.bold else said
        return format_html("<i>{}</i>", said) if piece.italic else said

    def printed(self, name):
        self.used[name] = True
        value = self.value(name)
        if self.wording.fields[name].type == FLAG:
            return ""
        return ", ".join(" ".join(filter(None, pair)) for pair in value) if isinstance(value, list) else value


def entry(title, text):
    if not title:
        return conditional_escape(text)
    return format_html("<b>{}</b> {}", title, text) if text else format_html("<b>{}</b>", title)


def isolated(facts):
    """The same facts, each text that could turn the direction of its neighbours kept to itself (Unicode UAX 9)."""
    if isinstance(facts, dict):
        return {key: isolated(value) for key, value in facts.items()}
    if isinstance(facts, list | tuple):
        return [isolated(value) for value in facts]
    if isinstance(facts, str) and TURNS.search(facts):
        return f"{ISOLATE}{facts.replace(POP, '')}{POP}"
    return facts
