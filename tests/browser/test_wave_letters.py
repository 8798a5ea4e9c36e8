"""The letters of a wave: read before the signature, followed, held back, failed and retried, downloaded, announced."""

import io
import json
import re
import zipfile

import psycopg
import pytest
from playwright.sync_api import expect

from tests.browser import adopted_wave, steps

pytestmark = pytest.mark.browser


def test_the_letters_of_a_wave_from_the_preview_to_the_announcement(people, site):
    page = people.page("decision")
    wave = adopted_wave.on(site)
    read_before(people, page, wave)
    sign(page, wave)
    number = hold_back(people, page, wave)
    damaged = damage(site, number)
    resume(page)
    failed(people, page, number)
    repair(site, number, damaged)
    retry(page)
    download(people, page)
    announce(people, page, wave)


def test_the_list_its_files_and_its_buttons_without_javascript(people):
    page = people.page("instruction", script=False)
    page.goto("/pilotage/courriers/?vague=toutes")
    expect(page.get_by_role("heading", level=1)).to_have_text("Tous les courriers")
    with page.expect_download() as given:
        page.get_by_role("link", name="Un fichier par courrier (ZIP)").click()
    assert zipfile.ZipFile(given.value.path()).namelist()


def read_before(people, page, wave):
    page.goto(f"{wave}decisions/")
    steps.says(page, "Chaque courrier se lit ici avant la signature", "Signataire")
    people.look(page, "courriers-avant-signature", phone=True)
    page.get_by_role("link", name=re.compile("^Lire le courrier de")).first.click()
    steps.says(page, "ce courrier n’existe pas encore")
    people.look(page, "courrier-avant-signature", phone=True)


def sign(page, wave):
    page.goto(f"{wave}decisions/")
    steps.press(page, "Signer la vague")
    steps.says(page, "décisions signées")


def hold_back(people, page, wave):
    """Held back at once; the number of a letter that waits."""
    steps.leave_for(page, "/pilotage/courriers/")
    steps.press(page, "Suspendre la fabrication")
    steps.says(page, "Fabrication suspendue")
    steps.settled(page)
    people.look(page, "courriers-suspendus", phone=True)
    page.goto("/pilotage/courriers/?etat=3&tri=-numero")
    return page.locator("main tbody td").nth(1).inner_text().strip()


def damage(site, number):
    """A fact of the letter is lost, as by a bad repair: the letter can really not be made. Returns what it was."""
    with psycopg.connect(site.database_url, autocommit=True) as database:
        (facts,) = database.execute("SELECT facts FROM documents_document WHERE number = %s", [number]).fetchone()
        write_facts(database, number, {**facts, "letter": {**facts["letter"], "appeal": None}})
    return facts


def repair(site, number, facts):
    with psycopg.connect(site.database_url, autocommit=True) as database:
        write_facts(database, number, facts)


def write_facts(database, number, facts):
    database.execute("ALTER TABLE documents_document DISABLE TRIGGER USER")
    database.execute("UPDATE documents_document SET facts = %s WHERE number = %s", [json.dumps(facts), number])
    database.execute("ALTER TABLE documents_document ENABLE TRIGGER USER")


def resume(page):
    page.goto("/pilotage/courriers/")
    steps.press(page, re.compile("^Reprendre"))
    steps.says(page, "La fabrication reprend")


def failed(people, page, number):
    """The others are made meanwhile; the page refreshes by itself until nothing moves any more."""
    expect(page.get_by_role("button", name=re.compile("^Réessayer 1"))).to_be_visible(timeout=60_000)
    steps.settled(page)
    row = page.locator("tr", has_text=number)
    expect(row).to_contain_text("En erreur")
    expect(row).to_contain_text("FactsError")
    expect(row).to_contain_text("transmettez cette ligne")
    people.look(page, "courriers-en-erreur", phone=True)


def retry(page):
    steps.press(page, re.compile("^Réessayer 1"))
    steps.says(page, "1 courrier relancé")
    expect(page.get_by_text("Tous les courriers sont prêts.")).to_be_visible(timeout=60_000)
    steps.settled(page)


def download(people, page):
    with page.expect_download() as given:
        page.get_by_role("link", name="Un fichier par courrier (ZIP)").click()
    names = zipfile.ZipFile(io.BytesIO(given.value.path().read_bytes())).namelist()
    assert names == sorted(names)
    assert all(re.fullmatch(r"FT-\d{4}-\d{5}_[a-z0-9-]+\.pdf", name) for name in names)
    people.look(page, "courriers", phone=True)
    page.get_by_role("link", name="Ce qu’il est advenu de chaque courrier").click()
    steps.says(page, "fabriqué")
    people.look(page)


def announce(people, page, wave):
    page.goto(f"{wave}decisions/")
    steps.press(page, "Annoncer la vague")
    steps.says(page, "au même moment")
    page.goto("/pilotage/courriers/?remis=oui")
    people.look(page)
