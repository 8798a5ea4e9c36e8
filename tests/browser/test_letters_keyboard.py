"""The letters and the copies signed by hand, judged at both widths and gone through by the keyboard alone."""

import zipfile

import pytest

from tests.browser import steps
from tests.browser.keyboard import MOST_STOPS, Keyboard
from tests.documents.files import pdf_bytes

pytestmark = pytest.mark.browser
LETTERS, SCANS = "/pilotage/courriers/?vague=toutes", "/pilotage/courriers/numerisations/"
STRAY = "Une feuille sans carre"


def test_the_letters_are_found_read_and_downloaded_without_a_mouse(people):
    page = people.page("instruction")
    keys = Keyboard(page)
    page.goto(LETTERS)
    people.look(page)
    keys.skip_to_content()
    keys.find("Numéro du courrier", tag="INPUT")
    keys.write("FT-")
    keys.activate("Filtrer", tag="BUTTON")
    steps.says(page, "courriers")
    keys.skip_to_content()
    keys.activate("À l’écran", tag="A")
    people.look(page)
    page.goto(LETTERS)
    keys.skip_to_content()
    keys.find("Un fichier par courrier", tag="A")
    with page.expect_download() as given:
        keys.press("Enter")
    assert zipfile.ZipFile(given.value.path()).namelist()
    to_the_end(page, keys)


def test_a_stray_page_is_deposited_and_put_aside_without_a_mouse(people):
    page = people.page("instruction")
    keys = Keyboard(page)
    page.goto(SCANS)
    people.look(page)
    deposit(page, keys)
    steps.wait_until(page, SCANS, lambda: page.get_by_role("link", name="Carré illisible").count())
    people.look(page, "numerisations", phone=True)
    keys.skip_to_content()
    keys.activate("Carré illisible", tag="A")
    people.look(page)
    wrong_number(page, keys)
    people.look(page)
    keys.skip_to_content()
    keys.activate("Mettre de côté", tag="BUTTON")
    steps.says(page, "Page mise de côté")
    people.look(page)


def deposit(page, keys):
    keys.skip_to_content()
    keys.give("Ce qui sort du scanner", steps.file_of("pile.pdf", pdf_bytes(text=STRAY)))
    keys.activate("Déposer", tag="BUTTON")


def wrong_number(page, keys):
    """The refusal is told beside the field, and the focus leads to it."""
    keys.skip_to_content()
    keys.find("Numéro", tag="INPUT")
    keys.write("FT-1900-00001")
    keys.activate("Classer la page", tag="BUTTON")
    page.locator(".fr-message--error, .fr-error-text").first.wait_for()


def to_the_end(page, keys):
    """Tab through the whole page: each stop shows, and no place keeps the focus."""
    page.goto(LETTERS)
    stops = 0
    while keys.tab():
        stops += 1
        assert stops < MOST_STOPS, "the focus never leaves the page"
    assert stops > 20
