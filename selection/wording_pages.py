"""What the pages of wordings show: the list by kind and scope, a comparison, the blanks of a wave."""

from difflib import SequenceMatcher
from typing import NamedTuple

from django.db.models import Q

from documents.models import Document, WordingVersion
from documents.wording.blocks import KINDS, typed
from documents.wording.catalogue import WORDINGS
from documents.wording.checking import empty_fields
from funding.conventions.wordings import older_blocks
from programme.letter_scopes import EVERYWHERE, Scope, scope_named
from programme.models import Call
from selection.wording_subjects import way_of

State = WordingVersion.State
LABELS = dict(Document.Kind.choices) | {"agreement": "Convention", "amendment": "Avenant à une convention"}
# In the order of a dossier's life, which is that of the kinds of documents.
WORDED = [kind for kind in LABELS if kind in WORDINGS]
MAX_DOSSIERS = 300


class Line(NamedTuple):
    """One kind in one scope: what is in force there and what is being written."""

    kind: str
    label: str
    scope: Scope
    standing: WordingVersion | None
    draft: WordingVersion | None


def kind_choices():
    return [(kind, LABELS[kind]) for kind in WORDED]


def lines():
    """One line a kind, then one for each narrower scope that has a version; few rows, three queries and the names."""
    rows = WordingVersion.objects.filter(Q(state=State.PUBLISHED) | Q(state=State.DRAFT))
    found = {}
    for row in rows.select_related("published_by"):
        found.setdefault((row.kind, row.scope), {})[row.state] = row
    scopes = {key: scope_named(key) or Scope(key, "Portée disparue") for key in {"", *(key for _, key in found)}}
    keys = {(kind, "") for kind in WORDED} | {key for key in found if key[0] in WORDED}
    order = {kind: rank for rank, kind in enumerate(WORDED)}
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
    """What would be made with a blank: what the address of its preview carries, its name, whose it is, the fields."""

    key: str
    name: str
    about: str
    fields: list


def blanks_of(version, wave, user):
    """([`Blank`] of the wave with this wording, how many were read)."""
    wording, way = WORDINGS[version.kind], way_of(version.kind)
    read = list(way.of_wave(version.kind, user, wave)[:MAX_DOSSIERS])
    found = [
        Blank(*way.named(one), fields)
        for one, sample in way.samples(version.kind, read, user).items()
        if (fields := empty_fields(wording, version.blocks, sample.letter))
    ]
    return found, len(read)


# --- Older models of agreements -----------------------------------------------------------------------------------


def first_blocks(kind, scope):
    """What the first draft of a call starts from where the call has an older model of agreements; else None."""
    if kind != "agreement" or not scope.startswith("call:"):
        return None
    if WordingVersion.objects.filter(kind=kind, scope__in={scope, scope.partition("|")[0]}).exists():
        return None
    call = Call.objects.filter(pk=scope.removeprefix("call:").partition("|")[0]).first()
    return older_blocks(call) if call else None


__all__ = ["EVERYWHERE", "Blank", "Change", "Line", "blanks_of", "changes", "kind_choices", "lines", "scope_of"]
