"""Saving what is typed, at a button or while one types, without ever overwriting what somebody else wrote meanwhile.

`save` is the one way in, for each page that several people may have open. It writes the fields that the page changed;
when somebody else saved since, it merges (`applications.merging`), and where both changed the same field it raises
`Clash`, which carries both texts, word by word.
"""

from dataclasses import dataclass, field

from accounts.errors import StalePage
from accounts.forms import version_of
from accounts.french import hour
from applications.comparison import words_of
from applications.merging import marks_in, merge, touched

CHOICE = "choix-"
TRIES = 3


@dataclass(frozen=True)
class Sent:
    """What a page says of itself when it sends a form: `version` and `read` as it showed them, `page` its key.

    `choices` were made between the two texts of version `compared`.
    """

    version: int | None
    read: dict | None = None
    page: str = ""
    choices: dict = field(default_factory=dict)
    compared: str = ""

    @classmethod
    def of(cls, request):
        posted = request.POST
        choices = {name.removeprefix(CHOICE): posted[name] for name in posted if name.startswith(CHOICE)}
        return cls(
            version=version_of(request),
            read=marks_in(posted.get("page_read")),
            page=posted.get("idempotency_key", "")[:64],
            choices=choices,
            compared=posted.get("compared", ""),
        )


@dataclass(frozen=True)
class Now:
    """What stands saved now: version, who and when, from which page, {key: text}."""

    version: int
    by: object
    at: object
    page: str
    texts: dict


@dataclass(frozen=True)
class Dispute:
    """One field that two people changed: both texts as they read, and the words that differ."""

    key: str
    label: str
    saved: list
    typed: list

    @property
    def name(self):
        return f"{CHOICE}{self.key}"


class Clash(StalePage):
    """Somebody saved the same fields while this page was open; nothing was overwritten.

    Attributes:
        now: what stands saved. disputes: list of `Dispute`. left: labels of what only the other changed.
    """

    def __init__(self, now, disputes, left=()):
        self.now, self.disputes, self.left = now, disputes, list(left)
        super().__init__(
            f"{now.by or 'Quelqu’un'} a enregistré cette page à {hour(now.at)}, pendant que vous écriviez. "
            "Rien n’a été écrasé, et votre texte est gardé : choisissez, pour chaque champ, ce qui doit rester."
        )


@dataclass(frozen=True)
class Done:
    """What was saved. `left` are the labels of what somebody else changed, and the page still shows as it was."""

    version: int
    at: object
    by: object = None
    left: tuple = ()


def save(editor, form, sent, *, by, typing=False):
    """Write what a page changed.

    Args:
        editor: of the page's object (`applications.editors`).
        form: its form, bound; invalid fields are not written.
        sent: what the page says of itself.
        typing: it saves on its own while somebody writes; without a change, nothing is written.

    Returns:
        `Done`.

    Raises:
        Clash: both texts, for the page to show.
        Refusal: what the editor's verb says.
    """
    typed = editor.typed(form)
    keys = touched(typed, sent.read)
    if typing and not keys:
        return unchanged(editor, sent)
    if not sent.choices:
        try:
            return editor.write(form, keys, by=by, version=sent.version, page=sent.page, typing=typing)
        except editor.Changed:
            pass
    return save_beside(editor, form, typed, sent, by=by, typing=typing)


def unchanged(editor, sent):
    now = editor.now()
    return Done(sent.version, now.at, now.by)


def save_beside(editor, form, typed, sent, *, by, typing):
    """The page was read before somebody's save, or its reader has compared and chosen."""
    for _ in range(TRIES):
        now = editor.now()
        # The answer to this page's own last save may have been lost on the way: it knows that text.
        stale = sent.version != now.version and not (sent.page and sent.page == now.page)
        choices = sent.choices if sent.compared == str(now.version) else None
        merged = merge(typed, now.texts, read=sent.read, stale=stale, choices=choices)
        left = [editor.label(key) for key in merged.left]
        if merged.disputed:
            raise Clash(now, [dispute_of(editor, form, key, now) for key in merged.disputed], left)
        try:
            done = editor.write(form, merged.written, by=by, version=now.version, page=sent.page, typing=typing)
        except editor.Changed:
            continue
        # A page that still shows old texts keeps the version of those.
        return Done(sent.version if left else done.version, done.at, now.by, tuple(left))
    raise StalePage


def dispute_of(editor, form, key, now):
    saved, typed = editor.shown(key, now.texts.get(key, "")), editor.shown_typed(form, key)
    parts = words_of(saved, typed)
    return Dispute(
        key=str(key),
        label=editor.label(key),
        saved=[part for part in parts if part.kind != "added"],
        typed=[part for part in parts if part.kind != "removed"],
    )
