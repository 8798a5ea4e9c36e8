"""The sheets of a reviewer as a spreadsheet, and back: filled in without a network, taken in whole or not at all.

The file has one line a criterion (level, reason) and one a dossier (opinion, confidence). It carries, out of sight,
what the sheets said when it was made: a cell that was not changed is never written, a cell that was changed in the
file only is, and a cell changed in both places is an error that shows where. An empty cell erases nothing.
"""

from dataclasses import dataclass, field

from accounts.errors import Refusal
from applications.evaluations.filling import MAX_TEXT
from applications.evaluations.texts import (
    COMMENT,
    CONFIDENCE,
    NOT_APPLICABLE,
    label_of,
    names_of,
    shown,
    texts_of,
    tidy,
)
from applications.merging import mark, merge
from applications.models import ApplicationState, Assignment, Review
from applications.sheets import criteria_of

NOTES, OPINIONS = "Notes", "Avis d’ensemble"
LEVEL, REASON, OPINION, SURE = "Points", "Raison", "Avis d’ensemble", "Confiance (1 à 3)"
LEFT_OUT = "sans objet"
# Out of sight: the sheet, what a line is about, and the marks of what it said.
KEYS = ("fiche", "champ", "marques")
NOTE_HEADS = ("Dossier", "Lieu", "Critère", "Niveaux", LEVEL, REASON, *KEYS)
OPINION_HEADS = ("Dossier", "Lieu", OPINION, SURE, *KEYS)
WRITTEN = {NOTES: (LEVEL, REASON), OPINIONS: (OPINION, SURE)}
HEADS = {NOTES: NOTE_HEADS, OPINIONS: OPINION_HEADS}


@dataclass(frozen=True)
class CellError:
    """What is wrong in one cell: name of its sheet, its address (« E7 »), a French sentence."""

    sheet: str
    cell: str
    text: str


class BadCells(Refusal):
    """The file was not taken in: nothing of it was written.

    Attributes:
        errors: list of `CellError`, in the order of the file.
    """

    def __init__(self, errors):
        self.errors = errors
        super().__init__("Rien n’a été enregistré : corrigez les cellules ci-dessous, puis reprenez le fichier.")


@dataclass
class Taken:
    """What one sheet of the file says.

    Attributes:
        texts: {name of a field: text typed}; cells: {the same: (sheet, cell)}.
        marks: {the same: mark of what the file showed}.
    """

    texts: dict = field(default_factory=dict)
    marks: dict = field(default_factory=dict)
    cells: dict = field(default_factory=dict)


def writable_of(user):
    """The sheets that `user` may write on now, in the order of her desk."""
    rows = Assignment.objects.open_to(user).filter(
        state__in=Assignment.WRITING, application__state=ApplicationState.IN_REVIEW
    )
    rows = rows.select_related("application__fabrique", "application__call_version", "review", "reviewer")
    return list(rows.prefetch_related("review__scores").order_by("due_on", "pk"))


# --- Out -------------------------------------------------------------------------------------------------------------


def note_lines(assignments):
    """The lines of the sheet of notes, by `NOTE_HEADS`."""
    for assignment in assignments:
        criteria = criteria_of(assignment.application.call_version)
        texts = texts_of(assignment.review, criteria)
        for criterion in criteria:
            level, reason = texts[f"points_{criterion.pk}"], texts[f"reason_{criterion.pk}"]
            yield [
                assignment.application.reference,
                str(assignment.application.fabrique),
                criterion.label,
                levels_of(criterion),
                LEFT_OUT if level == NOT_APPLICABLE else int(level) if level else "",
                reason,
                str(assignment.public_id),
                str(criterion.pk),
                f"{mark(level)} {mark(reason)}",
            ]


def levels_of(criterion):
    """The worded levels, for whoever fills in the file."""
    words = [f"{level.points} : {level.label}. {level.description}" for level in criterion.levels]
    return "\n".join([*words, LEFT_OUT] if criterion.may_not_apply else words)


def opinion_lines(assignments):
    """The lines of the sheet of opinions, by `OPINION_HEADS`."""
    for assignment in assignments:
        review = assignment.review
        yield [
            assignment.application.reference,
            str(assignment.application.fabrique),
            review.comment,
            review.confidence or "",
            str(assignment.public_id),
            "ensemble",
            f"{mark(review.comment)} {mark(str(review.confidence or ''))}",
        ]


# --- In --------------------------------------------------------------------------------------------------------------


def take_in(tables, user):
    """Read what a file says of the sheets of `user`.

    Args:
        tables: {name of a sheet: rows of texts}, as `workbook.read` gives them.

    Returns:
        [(assignment, {name: text})]: the texts to write, for each sheet that the file changes.

    Raises:
        BadCells: cell by cell; nothing of the file is to be written.
        Refusal: the file is not one that the service made.
    """
    errors: list[CellError] = []
    known = {str(one.public_id): one for one in writable_of(user)}
    found: dict[str, Taken] = {}
    for name in (NOTES, OPINIONS):
        for number, row in lines_of(tables, name):
            take_line(name, number, row, known, found, errors)
    changes = [(known[key], changed(known[key], taken, errors)) for key, taken in found.items()]
    if errors:
        raise BadCells(errors)
    return [(assignment, texts) for assignment, texts in changes if texts]


def lines_of(tables, name):
    """(number of the line, {head: text}) of one sheet of the file."""
    rows = tables.get(name)
    heads = HEADS[name]
    if not rows or tuple(rows[0][: len(heads)]) != heads:
        raise Refusal(
            "Ce fichier n’est pas celui que le service a préparé, ou ses titres de colonnes ont changé. "
            "Téléchargez-le de nouveau et recopiez-y vos réponses.",
            field="file",
        )
    for number, row in enumerate(rows[1:], start=2):
        if any(row):
            padded = [*row, *[""] * len(heads)][: len(heads)]
            yield number, dict(zip(heads, padded, strict=True))


def take_line(name, number, row, known, found, errors):
    """Note what one line says; an error when it is about no sheet of the reader's that is open."""
    written = {head: tidy(row[head]) for head in WRITTEN[name]}
    assignment = known.get(row["fiche"])
    marks = dict(zip(WRITTEN[name], [*row["marques"].split(" "), "", ""], strict=False))
    if assignment is None:
        if any(text and mark(kept_text(head, text)) != marks[head] for head, text in written.items()):
            first = next(head for head, text in written.items() if text)
            text = "Cette évaluation n’est plus ouverte, ou n’est pas la vôtre : effacez cette ligne du fichier."
            errors.append(CellError(name, address(name, first, number), text))
        return
    taken = found.setdefault(row["fiche"], Taken())
    for head, text in written.items():
        key = key_of(head, row["champ"])
        if text and taken.texts.get(key):
            errors.append(CellError(name, address(name, head, number), "Cette ligne est en double : effacez-la."))
        taken.texts[key], taken.marks[key] = kept_text(head, text), marks[head]
        taken.cells[key] = (name, address(name, head, number))


def key_of(head, about):
    """The name of the field that a column is, on the line of a criterion or of a dossier."""
    names = {LEVEL: f"points_{about}", REASON: f"reason_{about}", OPINION: COMMENT, SURE: CONFIDENCE}
    return names[head]


def kept_text(head, text):
    """What is typed in a cell, in the one form in which it is kept."""
    if head == LEVEL and text.casefold() == LEFT_OUT:
        return NOT_APPLICABLE
    return text


def address(name, head, number):
    """« E7 »: no sheet of ours has more than 26 columns."""
    return f"{chr(ord('A') + HEADS[name].index(head))}{number}"


def changed(assignment, taken, errors):
    """The texts of one sheet once the file is taken in, or {} when it changes nothing; errors are added."""
    criteria = criteria_of(assignment.application.call_version)
    known = set(names_of(criteria))
    typed = {key: text for key, text in taken.texts.items() if text}
    before = len(errors)
    for key, text in typed.items():
        if key not in known:
            errors.append(CellError(*taken.cells[key], "Cette ligne n’est d’aucun critère : reprenez le fichier."))
        elif problem := problem_of(key, text, criteria):
            errors.append(CellError(*taken.cells[key], problem))
    if len(errors) > before:
        return {}
    saved = texts_of(assignment.review, criteria)
    merged = merge(typed, saved, read=taken.marks, stale=True)
    errors.extend(clash(key, saved[key], taken, criteria) for key in merged.disputed)
    return saved | {key: typed[key] for key in merged.written} if merged.written else {}


def problem_of(key, text, criteria):
    """What is wrong with the text of a cell, in a sentence, or None."""
    if key == CONFIDENCE:
        allowed = ", ".join(str(value) for value in Review.Confidence.values)
        return None if text in {str(one) for one in Review.Confidence.values} else f"Écrivez {allowed}, ou rien."
    if not key.startswith("points_"):
        return f"{len(text)} signes : {MAX_TEXT} au plus." if len(text) > MAX_TEXT else None
    criterion = next(one for one in criteria if f"points_{one.pk}" == key)
    if text == NOT_APPLICABLE:
        return None if criterion.may_not_apply else "Ce critère s’applique à tous les dossiers : donnez un niveau."
    if text.isascii() and text.isdecimal() and criterion.level(int(text)):
        return None
    allowed = ", ".join(str(level.points) for level in criterion.levels)
    return f"« {text[:40]} » n’est pas un niveau : écrivez {allowed}" + (
        f" ou {LEFT_OUT}." if criterion.may_not_apply else "."
    )


def clash(key, saved, taken, criteria):
    """A field changed in the file and in the service since: both say something else."""
    there = shown(key, saved, criteria)
    return CellError(
        *taken.cells[key],
        f"{label_of(key, criteria)} : changé dans le service depuis que ce fichier est fait (« {there[:200]} »). "
        "Videz cette cellule pour garder ce qui est dans le service, ou recopiez-y ce texte.",
    )
