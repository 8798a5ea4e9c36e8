"""A snapshot as blocks to be read, section by section, in French. Pure."""

import datetime
from dataclasses import dataclass

from accounts.french import long_date
from applications.part_problems import AIDS, CONSORTIUM, PROJECT, TITLES
from applications.part_reading import part_rows, plan_rows
from applications.revisions import PlanTable, plan_of
from applications.snapshots import organisation_lines, place_lines


@dataclass(frozen=True)
class Block:
    """One section: rows of (label, text or `ShownTable`), or the financing plan, or the pieces."""

    title: str
    rows: list
    plan: PlanTable | None = None
    pieces: tuple = ()


@dataclass(frozen=True)
class ShownTable:
    """A table that was answered: everything in it is French text."""

    caption: str
    columns: list
    rows: list
    totals: list

    @property
    def lines(self):
        """Each row as [(column, cell)]."""
        return [list(zip(self.columns, row, strict=False)) for row in self.rows]

    @property
    def total_line(self):
        return list(zip(self.columns, self.totals, strict=False))


def readable(content, *, bank_details=True):
    """The `Block`s of a snapshot (`applications.snapshots`), in the order of the sections.

    Args:
        bank_details: False for readers who neither pay nor are paid: only the end of an account number is told.
    """
    structure = [(label, text) for (_, label), text in organisation_lines(content["organisation"]).items() if text]
    place = [(label, text) for (_, label), text in place_lines(content).items() if text]
    answers = [
        Block(section["title"], [(one["label"], shown_answer(one, bank_details)) for one in section["answers"]])
        for section in content["sections"]
    ]
    beside = {slug: Block(TITLES[slug], rows) for slug, rows in part_rows(content).items()}
    return [
        Block("Votre structure", structure),
        Block("L’adresse du lieu", place),
        *(beside[slug] for slug in (CONSORTIUM, PROJECT) if slug in beside),
        *answers,
        *(beside[slug] for slug in (AIDS,) if slug in beside),
        Block("Le plan de financement", plan_rows(content), plan=plan_of(content)),
        Block("Les pièces", [], pieces=tuple(content["attachments"])),
    ]


def shown_answer(answer, bank_details=True):
    if answer["kind"] == "iban" and answer["text"] and not bank_details:
        return f"compte qui se termine par {answer['text'][-4:]}"
    if "table" in answer:
        table = answer["table"]
        return ShownTable(answer["label"], **table) if table["rows"] else ""
    if "shown" in answer:
        return answer["shown"]
    # Sent before a snapshot said how it reads.
    if answer["kind"] == "date" and answer["text"]:
        return long_date(datetime.date.fromisoformat(answer["text"]))
    return answer["text"]
