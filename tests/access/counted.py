"""Is a dossier counted for somebody to whom it is closed? Each page is read with the dossier, then without it."""

import difflib
import re
from types import SimpleNamespace

from django.db import transaction

from applications.models import Application
from tests import factories
from tests.access import marked
from tests.access.leaks import text_of
from tests.access.near import addresses, identifiers

# What changes from one reading to the next by itself: keys of forms, and the length of what is said to be waiting.
KEYS = re.compile(
    r'\d{4}-\d\d-\d\dT[\d:.]+Z?|(?:value|content|hx-headers)="[^"]*[0-9A-Za-z]{32,}[^"]*"|name="page_read"[^>]*'
    r'|nonce-[^"\' ;]+'
)
TAGS = re.compile(r"<[^>]+>")
OF_THE_DOSSIER = ("evaluations", "pieces", "fichiers", "deports", "demandes", "doublons", "fabriques")
# They say to somebody what she did herself, or what is public: her own recusals, the money of the whole programme.
WHOLE: dict[str, str] = {}


def vanish(dossier, elsewhere):
    """As though it had never been sent to this wave."""
    Application.objects.filter(pk=dossier.pk).update(state="draft", submitted_at=None, wave=elsewhere)


def words(reply):
    lines = TAGS.sub("\n", KEYS.sub("", text_of(reply))).splitlines()
    return [line for line in (" ".join(one.split()) for one in lines) if line]


def pages(dossier):
    """(name, url) of the pages that are not those of the dossier itself, where it could be counted."""
    known = identifiers(dossier)
    own = {str(dossier.public_id), *(str(one) for key in OF_THE_DOSSIER for one in known[key])}
    for name, url in addresses(dossier):
        if name not in WHOLE and not any(one in url for one in own):
            yield name, url


def walk(dossier, excluded, *, only=()):
    """What the pages of the service tell of a dossier by counting it.

    Args:
        excluded: {how: person}. only: names of URLs; none: all of them.

    Returns:
        SimpleNamespace: `asked` requests, `shown` pages that change for somebody who may read it, `leaks` in words.
    """
    doors = {how: marked.Door(person) for how, person in excluded.items()}
    control = marked.Door(marked.everybody())
    elsewhere = factories.wave()
    chosen = [(name, url) for name, url in pages(dossier) if not only or name in only]
    before = {url: read(doors | {"": control}, url) for _, url in chosen}
    with transaction.atomic():
        vanish(dossier, elsewhere)
        after = {url: read(doors | {"": control}, url) for _, url in chosen}
        transaction.set_rollback(True)
    told = SimpleNamespace(asked=2 * len(chosen) * (len(doors) + 1), shown=0, leaks=[])
    for name, url in chosen:
        told.shown += before[url][""] != after[url][""]
        for how in doors:
            if before[url][how] != after[url][how]:
                told.leaks.append(f"{name}, {how} : {difference(before[url][how], after[url][how])}")
    return told


def read(doors, url):
    return {how: words(door.ask(url)) for how, door in doors.items()}


def difference(before, after):
    lines = [
        line for line in difflib.unified_diff(after, before, lineterm="", n=0) if line[:2] not in ("++", "--", "@@")
    ]
    return " | ".join(lines)[:300]
