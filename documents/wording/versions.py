"""Writing a wording, publishing it, finding the one that a letter is made from."""

from collections import defaultdict

from django.db import IntegrityError, transaction
from django.db.models import Max

from accounts.errors import Refusal, StalePage
from accounts.models import JournalEntry
from accounts.permissions import require
from documents.wording.blocks import refuse_misshapen
from documents.wording.catalogue import WORDINGS
from documents.wording.checking import problems
from documents.wording.models import WRITE, WordingVersion

State = WordingVersion.State
PACKAGED = 0


def in_force(kind, scopes=()):
    """The version that a letter is made from, or None: the packaged wording.

    Args:
        scopes: keys, the nearest first; "" (everywhere) is understood last.
    """
    rows = WordingVersion.objects.filter(kind=kind, state=State.PUBLISHED, scope__in=(*scopes, ""))
    return nearest({row.scope: row for row in rows}, scopes)


def nearest(by_scope, scopes):
    """The version of the first of these scopes that has one, everywhere last."""
    return next((by_scope[scope] for scope in (*scopes, "") if scope in by_scope), None)


class InForce:
    """The wordings in force of some kinds of letters, read once for many of them."""

    def __init__(self, kinds):
        self.found = defaultdict(dict)
        for row in WordingVersion.objects.filter(kind__in=kinds, state=State.PUBLISHED):
            self.found[row.kind][row.scope] = row

    def frozen(self, kind, scopes=()):
        """What `frozen` keeps of the version that a letter would be made from now."""
        return frozen(kind, nearest(self.found[kind], scopes))


def blocks_in_force(kind, scopes=()):
    found = in_force(kind, scopes)
    return found.blocks if found else WORDINGS[kind].blocks


def frozen(kind, version):
    """What a document keeps of its wording: the blocks themselves, so that rendering reads nothing else."""
    if version is None:
        packaged = WORDINGS[kind]
        return {"scope": "", "number": PACKAGED, "edition": packaged.edition, "blocks": packaged.blocks}
    return {"scope": version.scope, "number": version.number, "blocks": version.blocks}


def open_draft(kind, scope):
    return WordingVersion.objects.filter(kind=kind, scope=scope, state=State.DRAFT).first()


@transaction.atomic
def start(*, kind, scope, by, scopes=(), blocks=None):
    """A draft of the next version, from the wording that stands there now; the open one is given back.

    Args:
        scope: key of the draft; `scopes`: the wider ones, nearest first, whose wording it starts from.
        blocks: what it starts from instead, where a floor above keeps texts older than the wordings.

    Raises:
        Refusal: no such kind of letter.
    """
    require(by, WRITE)
    if kind not in WORDINGS:
        raise Refusal("Ce courrier n’a pas de modèle à écrire.")
    if known := open_draft(kind, scope):
        return known
    last = WordingVersion.objects.filter(kind=kind, scope=scope).aggregate(last=Max("number"))["last"] or 0
    blocks = blocks or blocks_in_force(kind, (scope, *scopes))
    try:
        with transaction.atomic():
            version = WordingVersion.objects.create(
                kind=kind, scope=scope, number=last + 1, blocks=blocks, created_by=by
            )
    except IntegrityError as error:
        if known := open_draft(kind, scope):
            return known
        raise StalePage from error
    JournalEntry.write(action="start_wording", subject=version, actor=by, details={"kind": kind, "scope": scope})
    return version


@transaction.atomic
def write(*, wording_version, blocks, by, note=None, version=None):
    """Keep what is typed of a draft, right or not yet: `problems` are told beside it.

    Args:
        blocks: as `documents.wording.blocks`.
        note: what this version changes, for whoever compares; None leaves it.

    Raises:
        StalePage: it is no draft any more, or the page is old.
        WordingError: not blocks.
    """
    require(by, WRITE)
    refuse_misshapen(blocks)
    found = lock_draft(wording_version, version)
    if found.blocks != blocks or (note is not None and note != found.note):
        found.blocks, found.note = blocks, found.note if note is None else note
        found.save(update_fields=["blocks", "note"])
    return found


@transaction.atomic
def publish(*, wording_version, by, version=None):
    """Put a draft in force from now on; letters asked for before keep theirs.

    Raises:
        Refusal: a field is unknown, a mandatory block is missing: the first sentence of `problems`.
        StalePage: it is no draft any more, or the page is old.
    """
    found = lock_draft(wording_version, version)
    if wrong := problems(WORDINGS[found.kind], found.blocks):
        raise Refusal(f"Le modèle n’est pas publié. {wrong[0]}", field="blocks")
    rows = WordingVersion.objects.select_for_update(of=("self",))
    if former := rows.filter(kind=found.kind, scope=found.scope, state=State.PUBLISHED).first():
        former.move("supersede", by=by)
    found.move("publish", by=by)
    return found


@transaction.atomic
def retire(*, wording_version, by, version=None):
    """End a version without another in its place: the wider wording holds again.

    Raises:
        StalePage: it is not in force, or the page is old.
    """
    found = WordingVersion.objects.select_for_update(of=("self",)).get(pk=wording_version.pk)
    found.expect_version(version)
    found.move("supersede", by=by)
    return found


@transaction.atomic
def discard(*, wording_version, by, version=None):
    """Give up a draft."""
    found = lock_draft(wording_version, version)
    found.move("abandon", by=by)
    return found


def lock_draft(wording_version, version):
    found = WordingVersion.objects.select_for_update(of=("self",)).get(pk=wording_version.pk)
    found.expect_version(version)
    if not found.is_draft:
        raise StalePage(found.refused_transition_message())
    return found
