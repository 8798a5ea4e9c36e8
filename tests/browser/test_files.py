"""Several files at once with JavaScript: each with its progress and its sentence; then read in the page."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import steps
from tests.browser.looking import look
from tests.documents import files

pytestmark = pytest.mark.browser


def test_files_are_sent_one_by_one_then_read_as_pictures(people):
    page = people.page("porteuse")
    page.goto("/mes-dossiers/")
    page.get_by_role("link", name="Le Préau numérique", exact=True).first.click()
    page.wait_for_url("**/dossiers/*/")
    page.goto(f"{steps.path_of(page)}pieces/")
    steps.field(page, "Nature de la pièce").select_option(value="other")
    sent = [
        steps.file_of("lettre de soutien.pdf", files.pdf_bytes(2, "Soutien")),
        steps.file_of("faux.pdf", b"MZ"),
        steps.file_of("plan.pdf", files.picture_bytes("PNG", (300, 200))),
    ]
    steps.field(page, "Fichier").set_input_files(sent)
    steps.press(page, "Joindre la pièce")
    rows = page.locator("[data-envois] li")
    expect(rows).to_have_count(3)
    expect(rows.nth(0)).to_contain_text("Jointe au dossier.")
    expect(rows.nth(1)).to_contain_text("porte le nom d’un PDF mais n’en est pas un")
    expect(rows.nth(2)).to_contain_text("Jointe au dossier.")
    # The worker draws; the list follows by itself.
    joined = page.locator("#pieces-jointes li", has_text="lettre de soutien.pdf")
    expect(joined.locator("img.fb-vignette")).to_be_visible(timeout=60_000)
    look(page)
    joined.get_by_role("link", name="lettre de soutien.pdf", exact=True).click()
    page.wait_for_url("**/lire/")
    picture = page.get_by_role("img", name=re.compile("Page 2 sur 2"))
    picture.scroll_into_view_if_needed()
    expect(picture).to_be_visible()
    look(page)
