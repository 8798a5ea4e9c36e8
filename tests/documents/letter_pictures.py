"""A picture of every kind of letter, to be looked at: `python -m tests.documents.letter_pictures [FOLDER]`.

The first two pages side by side, from the facts of an example; where a kind has none, from invented ones.
"""

import io
import os
import sys
from dataclasses import replace
from pathlib import Path

from tests.guards import ROOT

FOLDER = ROOT / "docs" / "screenshots"
PAGES, SCALE, COLOURS, GAP = 2, 1.15, 48, 12


def facts_of(kind):
    """The frozen facts of one letter of this kind."""
    from documents.facts import TEMPLATES
    from documents.frozen import to_json
    from documents.wording.catalogue import WORDINGS
    from documents.wording.examples import EXAMPLES
    from tests.documents.letters import IMPRINT
    from tests.documents.merged_fields import WORDS, Inventor

    class Plain(Inventor):
        """Without hostile names."""

        def text(self):
            return " ".join(self.dice.choices(WORDS, k=self.dice.randint(2, 6))).capitalize()

    letter = EXAMPLES.get(kind) or Plain(kind).facts(TEMPLATES[kind].facts)
    if kind in ("agreement", "signed_agreement") and kind not in EXAMPLES:
        letter = replace(letter, changes=(), reason="", effects=())
    frozen = {"letter": to_json(letter), "imprint": to_json(IMPRINT)}
    return frozen | ({"wording": {"blocks": WORDINGS[kind].blocks}} if kind in WORDINGS else {})


def picture_of(pdf):
    """The first pages side by side, in few colours."""
    import pypdfium2
    from PIL import Image

    with pypdfium2.PdfDocument(pdf) as document:
        shown = [document[n].render(scale=SCALE).to_pil() for n in range(min(PAGES, len(document)))]
    width, height = sum(one.width for one in shown) + GAP * (len(shown) - 1), max(one.height for one in shown)
    sheet, left = Image.new("RGB", (width, height), "#8d8d8d"), 0
    for one in shown:
        sheet.paste(one, (left, 0))
        left += one.width + GAP
    return sheet.quantize(COLOURS)


def name_of(kind):
    return f"courrier-{kind.removesuffix('_letter').replace('_', '-')}.png"


def draw(folder=FOLDER):
    """Write one picture a kind of letter; returns their paths."""
    from documents.facts import TEMPLATES
    from documents.rendering import render

    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for kind in sorted(TEMPLATES):
        out = io.BytesIO()
        picture_of(render(kind, facts_of(kind))).save(out, "PNG", optimize=True)
        paths.append(folder / name_of(kind))
        paths[-1].write_bytes(out.getvalue())
    return paths


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    for path in draw(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER):
        print(path.name, f"{path.stat().st_size // 1024} ko")
