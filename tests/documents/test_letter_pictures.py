"""Every kind of letter has its picture, and every picture can be drawn again."""

import pypdfium2
import pytest
from PIL import Image

from documents.facts import TEMPLATES
from documents.rendering import render
from tests.documents import letter_pictures


@pytest.mark.parametrize("kind", sorted(TEMPLATES))
def test_each_kind_of_letter_has_its_picture(kind):
    with Image.open(letter_pictures.FOLDER / letter_pictures.name_of(kind)) as picture:
        assert picture.width >= 600 and picture.height >= 900


def test_a_picture_shows_the_pages_of_the_letter():
    pdf = render("award_letter", letter_pictures.facts_of("award_letter"))
    picture = letter_pictures.picture_of(pdf)
    with pypdfium2.PdfDocument(pdf) as document:
        shown = min(len(document), letter_pictures.PAGES)
    assert picture.width > picture.height * 0.65 * shown
    assert len(picture.getcolors()) > 8, "not a blank page"
