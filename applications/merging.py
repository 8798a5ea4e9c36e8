"""Two people on one page: what is written, what is left to the other, where somebody must choose. Pure.

Texts are compared field by field, in the one form in which each is kept. A page carries the marks of the texts that it
showed: a field that its reader has not touched is never written, a field that only she touched is, and a field that
both touched is nobody's until one of them has seen both texts and chosen.
"""

import hashlib
import json
from dataclasses import dataclass, field

MINE, THEIRS = "ecrit", "enregistre"


def mark(text):
    """A short fingerprint of a text; "" for no text, so that a page carries marks of what is filled only."""
    return hashlib.sha256(text.encode()).hexdigest()[:12] if text else ""


def marks_of(texts):
    """The marks of {key: text}, as a page carries them."""
    return json.dumps({str(key): mark(text) for key, text in texts.items() if text}, separators=(",", ":"))


def marks_in(carried):
    """{key: mark} that a page carried, or None: it carried none, or something else."""
    try:
        marks = json.loads(carried)
    except (TypeError, ValueError):
        return None
    return {str(key): str(one) for key, one in marks.items()} if isinstance(marks, dict) else None


def touched(typed, read):
    """The keys whose text is not the one that the page showed; all of them when it does not say."""
    return [key for key, text in typed.items() if read is None or read.get(str(key), "") != mark(text)]


@dataclass
class Merge:
    """Keys to write, keys that somebody else changed and this page did not, keys that both changed."""

    written: list = field(default_factory=list)
    left: list = field(default_factory=list)
    disputed: list = field(default_factory=list)


def merge(typed, saved, *, read, stale, choices=None):
    """Decide, key by key, between what a page sends and what is saved now.

    Args:
        typed, saved: {key: text}; a key that is not saved has no text.
        read: {key: mark} of what the page showed, or None when it does not say.
        stale: somebody else has saved since the page was read.
        choices: {key: MINE or THEIRS}, made by somebody who saw both texts as they are now.
    """
    merged, mine = Merge(), set(touched(typed, read))
    for key, text in typed.items():
        theirs, choice = saved.get(key, ""), (choices or {}).get(str(key))
        if text == theirs or choice == THEIRS:
            continue
        if key not in mine:
            merged.left.append(key)
        elif choice == MINE or not stale or (read is not None and read.get(str(key), "") == mark(theirs)):
            merged.written.append(key)
        else:
            merged.disputed.append(key)
    return merged
