"""What the pages of wordings show: the list by kind and scope, a comparison, the blanks of a wave."""

from difflib import SequenceMatcher
from typing import NamedTuple

from django.db.models import Q

from documents.models import Document, WordingVersion
from documents.wording.blocks import KINDS, typed
from documents.wording.catalogue import WORDINGS
from documents.wording.checking import empty_fields
from programme.letter_scopes import EVERYWHERE, Scope, scope_named
from selection.wording_samples import dossiers, samples

State = WordingVersion.State
LABELS = dict(Document.Kind.choices)
MAX_DOSSIERS = 300


class Line(NamedTuple):
    """One kind in one scope: what is in force there and what is being written."""

    kind: str
    label: str
    scope: Scope
    standing: WordingVersion | None
    draft: WordingVersion | None


def kind_choices():
    return [(kind, LABELS[kind]) for kind in WORDINGS]


def lines():
    """One line a kind, then one for each narrower scope that has a version; few rows, three queries and the names."""
    rows = WordingVersion.objects.filter(Q(state=State.PUBLISHED) | Q(state=State.DRAFT))
    found = {}
    for row in rows.select_related("published_by"):
        found.setdefault((row.kind, row.scope), {})[row.state] = row
    scopes = {key: scope_named(key) or Scope(key, "Portée disparue") for key in {"", *(key for _, key in found)}}
    keys = {(kind, "") for kind in WORDINGS} | {key for key in found if key[0] in WORDINGS}
    order = {kind: rank for rank, kind in enumerate(WORDINGS)}
    return [
        Line(kind, LABELS[kind], scopes[scope], there.get(State.PUBLISHED), there.get(State.DRAFT))
        for kind, scope in sorted(keys, key=lambda key: (order[key[0]], key[1]))
        for there in [found.get((kind, scope), {})]
    ]


def scope_of(version):
    return scope_named(version.scope) or Scope(version.scope, "Portée disparue")


def versions_beside(version):
    """The other versions of the same wording, the latest first."""
    others = WordingVersion.objects.filter(kind=version.kind, scope=version.scope).exclude(pk=version.pk)
    return others.exclude(state=State.ABANDONED).order_by("-number")


# --- Comparing ----------------------------------------------------------------------------------------------------


class Change(NamedTuple):
    """A stretch of lines: the same in both, or what stood and what replaces it."""

    same: bool
    before: list[str]
    after: list[str]


def changes(before, after):
    """What differs between two lists of blocks, line by line, in reading order."""
    left, right = said(before), said(after)
    matcher = SequenceMatcher(a=left, b=right, autojunk=False)
    return [Change(tag == "equal", left[a:b], right[c:d]) for tag, a, b, c, d in matcher.get_opcodes()]


def said(blocks):
    return [line for one in blocks for line in lines_of(one)]


def lines_of(one):
    when = f" [{one['when']}]" if one["when"] else ""
    if one["kind"] == "fixed":
        return [f"{KINDS['fixed']}{when} : {one['fixed']}"]
    name = f"{KINDS[one['kind']]}{when}"
    return [f"{name} : {text}" for text in [one["caption"], *typed(one).split("\n")] if text]


# --- A wave -------------------------------------------------------------------------------------------------------


class Blank(NamedTuple):
    application: object
    fields: list
    origin: str


def blanks_of(version, wave, user):
    """(dossiers of the wave that this wording would leave with a blank, how many were read)."""
    wording = WORDINGS[version.kind]
    read = list(dossiers(user).filter(wave=wave).order_by("reference")[:MAX_DOSSIERS])
    found = [
        Blank(application, fields, sample.origin)
        for application, sample in samples(version.kind, read).items()
        if (fields := empty_fields(wording, version.blocks, sample.letter))
    ]
    return found, len(read)


__all__ = ["EVERYWHERE", "Blank", "Change", "Line", "blanks_of", "changes", "kind_choices", "lines", "scope_of"]
