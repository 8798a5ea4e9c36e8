"""Two versions of a dossier, word by word, section by section. Pure: what differs, in the order of the form."""

import re
from collections import Counter
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from applications import reading

KEPT, REMOVED, ADDED = "kept", "removed", "added"
# Words, then what stands between them: a change of punctuation does not strike the word beside it.
TOKEN = re.compile(r"\w+|\s+|[^\w\s]")
# Beyond that many words on both sides the whole passage is shown replaced: nobody reads ten thousand little marks.
MOST_TOKENS = 40_000


@dataclass(frozen=True)
class Part:
    """A run of text: "kept", "removed" (in the first version only) or "added" (in the second only)."""

    kind: str
    text: str


@dataclass(frozen=True)
class Row:
    """One question, amount or piece in both versions; `parts` read in order give both texts."""

    label: str
    before: str
    after: str
    parts: tuple[Part, ...]

    @property
    def changed(self):
        return self.before != self.after

    @property
    def parts_before(self):
        return [part for part in self.parts if part.kind != ADDED]

    @property
    def parts_after(self):
        return [part for part in self.parts if part.kind != REMOVED]


@dataclass
class Section:
    title: str
    rows: list[Row] = field(default_factory=list)

    @property
    def changed(self):
        return [row for row in self.rows if row.changed]


def compare(before, after):
    """Compare two snapshots (`applications.snapshots`).

    Returns:
        The `Section`s of both, in the order of the second, each with all its rows; those of the first alone come last.
    """
    old, new = lines_of(before), lines_of(after)
    titles = dict.fromkeys([*new, *old])
    return [Section(title, rows_of(old.get(title, {}), new.get(title, {}))) for title in titles]


def rows_of(old, new):
    labels = dict.fromkeys([*new, *old])
    return [row_of(label[0], old.get(label, ""), new.get(label, "")) for label in labels]


def row_of(label, before, after):
    return Row(label, before, after, tuple(words_of(before, after)))


def lines_of(content):
    """{section title: {(label, rank): text}}: a label that stands twice in a section is two lines."""
    sections: dict[str, dict] = {}
    for block in reading.readable(content):
        lines = sections.setdefault(block.title, {})
        seen: Counter = Counter()
        for label, text in lines_of_block(block):
            lines[label, seen[label]] = text
            seen[label] += 1
    return sections


def lines_of_block(block):
    """(label, text) of everything that a block shows."""
    for label, text in block.rows:
        yield str(label), table_text(text) if isinstance(text, reading.ShownTable) else str(text or "")
    if block.plan:
        yield from lines_of_plan(block.plan)
    for piece in block.pieces:
        yield f"{piece['label']} : {piece['name']}", f"jointe, empreinte {piece['sha256'][:12]}"


def table_text(table):
    """A table as text, one of its rows a line."""
    rows = [*table.lines, table.total_line] if table.totals else table.lines
    return "\n".join(" ; ".join(f"{column['label']} : {cell}" for column, cell in row if cell) for row in rows)


def lines_of_plan(plan):
    """One line a row of the plan: each year's amount, then the total."""
    for title, rows, total in plan.groups:
        for row in (*rows, total):
            years = [f"{year} : {amount}" for year, amount in zip(plan.years, row.amounts, strict=False)]
            yield f"{title}, {row.label}", "\n".join([*years, f"total : {row.amounts[-1]}"])


def words_of(before, after):
    """The `Part`s of a text that becomes another: whole lines first, words inside the lines that differ."""
    if before == after:
        return [Part(KEPT, before)] if before else []
    if not before or not after:
        return [Part(REMOVED if before else ADDED, before or after)]
    return merged(by_lines(before.splitlines(keepends=True), after.splitlines(keepends=True)))


def by_lines(old, new):
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield Part(KEPT, "".join(old[a:b]))
        else:
            yield from by_words("".join(old[a:b]), "".join(new[c:d]))


def by_words(before, after):
    old, new = TOKEN.findall(before), TOKEN.findall(after)
    if not old or not new or len(old) + len(new) > MOST_TOKENS:
        yield from replaced(before, after)
        return
    for tag, a, b, c, d in SequenceMatcher(None, old, new).get_opcodes():
        if tag == "equal":
            yield Part(KEPT, "".join(old[a:b]))
        else:
            yield from replaced("".join(old[a:b]), "".join(new[c:d]))


def replaced(before, after):
    if before:
        yield Part(REMOVED, before)
    if after:
        yield Part(ADDED, after)


def merged(parts):
    """Neighbours of one kind as one."""
    joined: list[Part] = []
    for part in parts:
        if joined and joined[-1].kind == part.kind:
            joined[-1] = Part(part.kind, joined[-1].text + part.text)
        else:
            joined.append(part)
    return joined
