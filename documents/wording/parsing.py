"""One line of a wording: text, merge fields `{{ champ }}`, **bold**, __italic__. Anything else is text, or refused.

What a field holds is never parsed: a name that looks like a field, a tag or a link stays what it is.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from accounts.errors import Refusal

TOKEN = re.compile(r"\{\{ ?([a-z][a-z0-9_]*) ?\}\}|(\*\*)|(__)")
CONDITION = re.compile(r"\[(si|sauf) ([a-z][a-z0-9_]*)\] ?")
FORBIDDEN = ("{{", "}}", "{%", "%}", "{#", "#}")
UNLESS = "!"


class WordingError(Refusal):
    """What is written cannot be read as a wording."""

    def __init__(self, message, field="blocks"):
        super().__init__(message, field=field)


class Piece(NamedTuple):
    """A part of a line: plain text, or the name of a field."""

    text: str
    field: str
    bold: bool
    italic: bool


@lru_cache(maxsize=4096)
def parse(line):
    """The pieces of a line.

    Raises:
        WordingError: braces that are not a field, bold or italic that is not closed.
    """
    pieces, bold, italic, at = [], False, False, 0
    for match in TOKEN.finditer(line):
        pieces.append(Piece(plain(line[at : match.start()]), "", bold, italic))
        name, star, dash = match.groups()
        if name:
            pieces.append(Piece("", name, bold, italic))
        bold, italic, at = bold != bool(star), italic != bool(dash), match.end()
    pieces.append(Piece(plain(line[at:]), "", bold, italic))
    if bold or italic:
        sign = "**" if bold else "__"
        raise WordingError(f"« {line[:60]} » : {sign} ouvre une mise en valeur qui n’est pas fermée.")
    return tuple(piece for piece in pieces if piece.text or piece.field)


def plain(text):
    for sign in FORBIDDEN:
        if sign in text:
            raise WordingError(
                f"« {text.strip()[:60]} » : {sign} ne forme pas un champ. Choisissez un champ de la liste, il s’écrit "
                "{{ nom_du_champ }}."
            )
    return text


def fields_in(line):
    """Names of the merge fields of a line."""
    return [piece.field for piece in parse(line) if piece.field]


def lone_field(line):
    """The name of the field that is all that a line holds, or ""."""
    pieces = parse(line.strip())
    return pieces[0].field if len(pieces) == 1 else ""


def read_line(typed):
    """A typed line as data: "[si champ] texte" gives {"when": "champ", "text": "texte"}, "sauf" a leading "!"."""
    match = CONDITION.match(typed)
    if match is None:
        return {"when": "", "text": typed.strip()}
    word, name = match.groups()
    return {"when": name if word == "si" else UNLESS + name, "text": typed[match.end() :].strip()}


def typed_line(line):
    """The line as the editor shows it; the reverse of `read_line`."""
    when = line["when"]
    if not when:
        return line["text"]
    word = "sauf" if when.startswith(UNLESS) else "si"
    return f"[{word} {when.removeprefix(UNLESS)}] {line['text']}"
