"""The blocks that a letter is made of, as data: {"kind", "when", "caption", "fixed", "lines": [{"when", "text"}]}.

A block and each of its lines may depend on one field: there ("montant") or not ("!montant"). The lines of a paragraph
follow one another; those of a list are its items; those of a table its rows, whose cells are parted by " | "; those
of a clause its paragraphs, under its caption; its "fixed" is its code.
"""

from documents.wording.parsing import WordingError, read_line, typed_line

KINDS = {
    "title": "Titre du courrier",
    "subtitle": "Sous-titre",
    "heading": "Intertitre",
    "paragraph": "Paragraphe",
    "list": "Liste à puces",
    "steps": "Liste numérotée",
    "box": "Encadré",
    "table": "Tableau",
    "note": "Petits caractères",
    "clause": "Clause",
    "fixed": "Bloc fixe",
}
LISTS = ("list", "steps")
MAX_BLOCKS, MAX_LINES, MAX_TEXT = 60, 40, 3000
KEYS = {"kind", "when", "caption", "fixed", "lines"}
CELLS = " | "


def block(kind, *typed, when="", caption="", fixed=""):
    """A block from typed lines (`parsing.read_line`)."""
    return {
        "kind": kind,
        "when": when,
        "caption": caption,
        "fixed": fixed,
        "lines": [read_line(line) for line in typed if line.strip()],
    }


def fixed(name, when=""):
    return block("fixed", fixed=name, when=when)


def clause(code, caption, *typed):
    return block("clause", *typed, caption=caption, fixed=code)


def typed(one):
    """The lines of a block as the editor shows them, one a line."""
    return "\n".join(typed_line(line) for line in one["lines"])


def refuse_misshapen(blocks):
    """The form of the data alone: what is typed is kept, right or not yet (`checking.problems` says what is wrong).

    Raises:
        WordingError: not blocks, too many, or too long.
    """
    if not isinstance(blocks, list) or len(blocks) > MAX_BLOCKS:
        raise WordingError(f"Un modèle compte au plus {MAX_BLOCKS} blocs.")
    for one in blocks:
        refuse_misshapen_block(one)


def refuse_misshapen_block(one):
    if not isinstance(one, dict) or set(one) != KEYS or one["kind"] not in KINDS:
        raise WordingError("Un bloc n’est pas d’une sorte connue : rechargez la page.")
    if len(one["lines"]) > MAX_LINES or any(len(line["text"]) > MAX_TEXT for line in one["lines"]):
        raise WordingError(f"Un bloc compte au plus {MAX_LINES} lignes de {MAX_TEXT} signes.")


def cells(text):
    return [cell.strip() for cell in text.split(CELLS)]


def conditions(one):
    """Every condition of a block: its own, then those of its lines."""
    return [when for when in (one["when"], *(line["when"] for line in one["lines"])) if when]


def texts(one):
    """Every text of a block in which a field may stand."""
    return [one["caption"], *(line["text"] for line in one["lines"])]
