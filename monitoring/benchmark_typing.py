"""What the measure of autosave writes: the longest section of a draft, as its page sends it while somebody types."""

import itertools
import json

from applications.editors import editor_of
from applications.merging import marks_of


def typed_section(draft):
    """(address, body, words) of the section of a draft that has most to write.

    Each `next(words)` changes one text of the body; `told` gives it the version and the marks of the last answer.
    """
    sections = draft.call_version.sections.prefetch_related("questions")
    section = max(sections, key=lambda one: len(texts_of(one)))
    editor = editor_of(draft, section.slug)
    now = editor.now()
    names = texts_of(section)
    body = {
        "q": [str(one.pk) for one in section.questions.all()],
        **{name: now.texts.get(name, "") for name in names},
        "version": str(now.version),
        "page_read": marks_of({name: now.texts.get(name, "") for name in names}),
        "idempotency_key": "0" * 32,
    }
    return f"/dossiers/{draft.public_id}/{section.slug}/garder/", body, bodies(body, names[0])


def texts_of(section):
    return [f"q{one.pk}" for one in section.questions.all() if one.kind in {"long_text", "short_text"}]


def bodies(body, name):
    """The same page, each time with one more word in one text, and what the last answer told."""
    for number in itertools.count():
        body[name] = f"Un texte que l’on écrit peu à peu, {number} mots plus loin."
        yield body


def told(body, response):
    """Take the version and the marks that an answer gives."""
    answer = json.loads(response.content)
    body["version"], body["page_read"] = str(answer["version"]), json.dumps(answer["read"])
