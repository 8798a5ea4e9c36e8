"""A wording on facts that are no letter yet: the same page and the same file, marked as a preview."""

import hashlib
import json

from documents.facts import PREVIEW, Imprint
from documents.frozen import to_json
from documents.rendering import as_html, lay_out, said


def facts_of(blocks, letter):
    imprint = Imprint(
        number=PREVIEW,
        code=PREVIEW,
        verify_url="https://apercu.invalid/",
        verify_address="(rien à vérifier : aperçu)",
        specimen=True,
    )
    return {"letter": to_json(letter), "imprint": to_json(imprint), "wording": {"blocks": blocks}}


def on_screen(kind, blocks, letter):
    """The context of `documents/_letter.html`."""
    return said(kind, facts_of(blocks, letter))


def as_pdf(kind, blocks, letter):
    """The bytes of the preview, made at once.

    Raises:
        RenderingUnavailable: Pango is absent.
    """
    facts = facts_of(blocks, letter)
    identity = hashlib.sha256(json.dumps([kind, facts], sort_keys=True).encode()).hexdigest()
    return lay_out(as_html(kind, facts), identity)
