"""The page of a section in a real browser: conditions, sums, counters and lines follow what is typed.

The page is the one that Django gives for a form of every kind; the browser gets it, and its static files, from here.
"""

import mimetypes
import os
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.contrib.staticfiles import finders
from playwright.sync_api import expect, sync_playwright

from scripts.chromium import find_chromium
from tests import factories
from tests.applications import every_kind
from tests.applications.web import post, signed_in, url
from tests.browser.looking import LAPTOP, look

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
SITE = "http://dossier.localhost"


@pytest.fixture
def drawn():
    """(HTML of the section half answered, {slug: name of its field}); all that needs the database is done here."""
    person = factories.applicant()
    dossier = every_kind.draft(by=person)
    client = signed_in(person)
    here = url(dossier, "tout-sur-le-lieu/")
    answers = every_kind.page(dossier, ouvert=every_kind.PLANNED, loyer="500", salaries="", iban="FR00")
    post(client, here, {"version": 0, **answers})
    names = {one.slug: f"q{one.pk}" for one in every_kind.section(dossier).questions.all()}
    return client.get(here).content, names


@pytest.fixture
def page(drawn):
    html, _ = drawn
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
        tab = browser.new_page(viewport=LAPTOP, locale="fr-FR")
        tab.troubles = []
        tab.on("pageerror", lambda error: tab.troubles.append(str(error)))
        tab.route("**/*", lambda route: serve(route, html))
        tab.goto(f"{SITE}/section/")
        yield tab
        browser.close()
        assert not tab.troubles


def serve(route, html):
    path = urlsplit(route.request.url).path
    found = finders.find(path.removeprefix("/static/")) if path.startswith("/static/") else None
    if found:
        route.fulfill(body=Path(found).read_bytes(), content_type=mimetypes.guess_type(found)[0] or "text/plain")
    elif path == "/section/":
        route.fulfill(body=html, content_type="text/html; charset=utf-8")
    else:
        route.fulfill(status=204)


def test_the_page_follows_what_is_typed(page, drawn):
    name = drawn[1]
    asked_when_open = page.locator(f"#question-{name['depuis']}")
    expect(asked_when_open).to_be_hidden()
    page.get_by_text(every_kind.OPEN).click()
    expect(asked_when_open).to_be_visible()
    expect(page.locator(f"#question-{name['bail']}")).to_be_visible()
    page.get_by_text(every_kind.PLANNED).click()
    expect(page.locator(f"#question-{name['bail']}")).to_be_hidden()
    # The other branch of its condition: a rent above 1 000 €.
    rent = page.locator(f"#id_{name['loyer']}")
    rent.fill("1 000,01")
    expect(page.locator(f"#question-{name['bail']}")).to_be_visible()
    charges = page.locator(f"#id_{name['charges']} output")
    expect(charges).to_have_text("1\u00a0000,01\u00a0€")

    table = page.locator(f"#id_{name['salaries']}")
    table.locator("[data-colonne=cout]").fill("38 000")
    table.get_by_role("button", name="Ajouter une ligne").click()
    second = table.locator("tbody tr").nth(1)
    expect(second.locator("[data-colonne=poste]")).to_be_focused()
    assert second.locator("[data-colonne=cout]").get_attribute("name") == f"{name['salaries']}-1-cout"
    second.locator("[data-colonne=cout]").fill("0,5")
    expect(table.get_by_label("Total, Coût")).to_have_text("38\u00a0000,50\u00a0€")
    expect(charges).to_have_text("39\u00a0000,51\u00a0€")
    table.get_by_role("button", name="Ajouter une ligne").click()
    expect(table.get_by_role("button", name="Ajouter une ligne")).to_be_hidden()
    table.get_by_role("button", name="Retirer la ligne 1").click()
    expect(table.locator("tbody tr")).to_have_count(2)
    expect(charges).to_have_text("1\u00a0000,51\u00a0€")
    assert table.locator("[data-colonne=cout]").first.get_attribute("name") == f"{name['salaries']}-0-cout"

    # The counter says what the server counts: code points, without the blanks around, a line break being one.
    story = page.locator(f"#id_{name['histoire-du-lieu']}")
    counter = page.locator(f"#id_{name['histoire-du-lieu']}_compte")
    story.fill("  é🏭\n\nab  ")
    expect(counter).to_have_text("6 signes sur 60")
    story.fill("🏭" * 62)
    expect(counter).to_have_text("62 signes : retirez-en 2")
    look(page)
    if folder := os.environ.get("LOOK_FOLDER"):
        page.screenshot(path=f"{folder}/questions-1440.png", full_page=True)
        page.set_viewport_size({"width": 390, "height": 844})
        page.screenshot(path=f"{folder}/questions-390.png", full_page=True)
