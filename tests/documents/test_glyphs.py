"""A letter never prints an empty box, whatever its names are written in."""

import io
import logging
import re

import pikepdf
import pypdfium2
import pytest

from documents import glyphs
from documents.rendering import as_html, render
from tests.documents.test_letters_hold import named

NAMES = ["Café ☕ 東京 🎉", "한국 협회", "La Halle 👩🏽‍🌾", "جمعية القاعة", "ไทย \ue000 ℵ", "Θέατρο, Дом", "🎉🎉"]


def latin_alone(sign):
    """A machine that has no font besides the packaged one."""
    return ord(sign) in glyphs.marianne()


CODE = re.compile(rb"<([0-9a-f]{4})> (\d+)")


def empty_boxes(pdf):
    """How many times the glyph of what is missing (number 0 of its font) is drawn."""
    with pikepdf.open(io.BytesIO(pdf)) as file:
        return sum(boxes_of(page) for page in file.pages)


def boxes_of(page):
    missing = {name: codes_of_nothing(font) for name, font in page.Resources.Font.items()}
    count, here = 0, frozenset()
    for operands, operator in pikepdf.parse_content_stream(page):
        if str(operator) == "Tf":
            here = missing[str(operands[0])]
        for one in strings_of(operands) if str(operator) in ("TJ", "Tj") else ():
            count += sum(one[place : place + 2] in here for place in range(0, len(one), 2))
    return count


def codes_of_nothing(font):
    if isinstance(font.Encoding, pikepdf.Name):
        return frozenset([b"\0\0"])
    found = CODE.findall(font.Encoding.read_bytes())
    return frozenset(bytes.fromhex(code.decode()) for code, glyph in found if int(glyph) == 0)


def strings_of(operands):
    shown = operands[0] if isinstance(operands[0], pikepdf.Array) else operands
    return [bytes(one) for one in shown if isinstance(one, pikepdf.String)]


def text_of(pdf):
    with pypdfium2.PdfDocument(pdf) as file:
        return " ".join(" ".join(page.get_textpage().get_text_range() for page in file).split())


@pytest.mark.parametrize("kind", ["award_letter", "receipt"])
@pytest.mark.parametrize("name", NAMES)
def test_no_letter_draws_an_empty_box(kind, name, caplog):
    with caplog.at_level(logging.WARNING, logger="weasyprint"):
        pdf = render(kind, named(kind, name))
    assert ".notdef" not in caplog.text
    assert empty_boxes(pdf) == 0


def test_a_box_would_be_seen(monkeypatch):
    monkeypatch.setattr("documents.rendering.legible", lambda page: page)
    pdf = render("receipt", named("receipt", "\U00013000\U0001f9ff \ue000"))
    assert empty_boxes(pdf) > 0


def test_what_is_drawn_stays_and_the_rest_is_written_in_latin_letters():
    page = "<p>Café Τέχνη &amp; 東京 🎉 L’été\u00a0: 12\u00a0€</p>"
    shown = glyphs.legible(page, lambda sign: sign not in "東京🎉")
    assert shown == "<p>Café Τέχνη &amp; DongJing  L’été\u00a0: 12\u00a0€</p>"


def test_a_name_of_pictures_alone_is_said_to_be_so():
    shown = glyphs.legible('<p title="🎉">🎉👩🏽‍🌾</p><b>Nom 🎉</b>', latin_alone)
    assert shown == f'<p title="">{glyphs.NOTHING_LEFT}</p><b>Nom </b>'


def test_what_is_written_in_latin_letters_makes_no_markup():
    assert glyphs.legible("<p>«a» ＜b＞ 東</p>", lambda sign: sign != "＜") == "<p>«a» b＞ 東</p>"
    assert "<script" not in glyphs.legible("<p>＜ｓｃｒｉｐｔ＞</p>", latin_alone)


def test_the_letter_says_the_name_in_latin_letters_and_its_facts_keep_it(monkeypatch):
    monkeypatch.setattr(glyphs, "drawn_here", latin_alone)
    facts = named("award_letter", "Café 東京 🎉")
    pdf = render("award_letter", facts)
    assert "Café DongJing" in text_of(pdf)
    assert "Café 東京 🎉" in as_html("award_letter", facts)
    with pikepdf.open(io.BytesIO(pdf)) as file:
        (kept,) = [one.get_file().read_bytes() for one in file.attachments.values()]
    assert "Café 東京 🎉" in kept.decode()
