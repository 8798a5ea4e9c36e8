"""The whole way of an applicant, from an account to a receipt, by the keyboard alone."""

import re

import pytest

from tests.browser import steps
from tests.browser.keyboard import MOST_STOPS, Keyboard
from tests.browser.people import DOMAIN, PASSWORD

pytestmark = pytest.mark.browser
PLACE, NAME = "L’Atelier au clavier", "clavier"
SENTENCE = "Un lieu ouvert à tous, où l’on travaille, apprend et répare."
LETTERS = re.compile(r"^q\d")


def test_from_an_account_to_a_receipt_without_a_mouse(people):
    page = people.window()
    keys = Keyboard(page)
    sign_up(page, keys)
    start(page, keys)
    dossier = steps.path_of(page)
    page.goto(f"{dossier}projet/")
    fill_sections(page, keys)
    join_piece(page, keys, dossier)
    send(page, keys, dossier)
    assert re.search(r"AR-\d{4}-\d{5}", steps.receipt_of(page, dossier))
    assert keys.stops > 200


def sign_up(page, keys):
    page.goto("/compte/signup/")
    keys.skip_to_content()
    keys.fill({"Prénom": "Ada", "Nom": "Clavier", "Courriel": f"{NAME}@{DOMAIN}", "Mot de passe": PASSWORD})
    keys.activate("Créer mon compte", tag="BUTTON")
    page.goto(f"/courriels/?q={NAME}@{DOMAIN}")
    keys.skip_to_content()
    keys.activate("Confirmez votre adresse", tag="A")
    page.goto(re.search(r"/compte/confirm-email/\S+/", page.locator("main").inner_text()).group(0))
    keys.skip_to_content()
    keys.activate("Confirmer cette adresse", tag="BUTTON")
    page.goto("/compte/login/")
    keys.skip_to_content()
    keys.fill({"Courriel": f"{NAME}@{DOMAIN}", "Mot de passe": PASSWORD})
    keys.activate("Se connecter", tag="BUTTON")


def start(page, keys):
    """A dossier for a structure that is described on the way."""
    page.goto("/dossiers/nouveau/")
    keys.skip_to_content()
    keys.find("Nom de la structure")
    keys.write("Association du clavier")
    keys.find("Forme juridique")
    page.keyboard.type("Association")
    keys.fill({"Nom du lieu": PLACE, "Commune du lieu": "63300 Thiers"})
    keys.press("Escape")
    keys.fill({"Adresse du lieu": "1 rue de l’Essai"})
    keys.choose("Hors des grands centres urbains")
    keys.activate("Commencer le dossier", tag="BUTTON")
    steps.says(page, PLACE)


def fill_sections(page, keys):
    """Every section in turn, as Tab goes, until that of the pieces."""
    for _ in range(30):
        if steps.path_of(page).endswith(("/pieces/", "/envoyer/")):
            return
        fill_section(page, keys)
    raise AssertionError(f"{page.url}: the sections do not end")


def fill_section(page, keys):
    keys.skip_to_content()
    for _ in range(MOST_STOPS):
        stop = keys.tab()
        if stop.get("inBar") and stop["words"].startswith(("Enregistrer et continuer", "Continuer")):
            with page.expect_navigation():
                keys.press("Enter")
            return
        if stop.get("inForm"):
            answer(keys, stop)
    raise AssertionError(f"{page.url}: the button of the bar cannot be reached")


def answer(keys, stop):
    """Any valid answer to the field that has the focus."""
    row = stop["name"].rpartition("-")[0]
    if row in steps.PLAN:
        keys.write(steps.PLAN[row])
    elif not LETTERS.match(stop["name"]) or (stop["value"] and stop["type"] not in ("radio", "checkbox")):
        return
    elif stop["type"] in ("radio", "checkbox"):
        if not stop["checked"]:
            keys.press("Space")
    elif stop["type"] == "date":
        keys.page.keyboard.type("01032027")
    else:
        keys.write("12" if stop["mode"] in ("numeric", "decimal") else SENTENCE)


def join_piece(page, keys, dossier):
    page.goto(f"{dossier}pieces/")
    keys.skip_to_content()
    keys.find("Nature de la pièce")
    page.keyboard.type("Statuts")
    keys.give("Fichier", steps.file_of("statuts.pdf"))
    keys.find("Joindre la pièce", tag="BUTTON")
    keys.press("Enter")
    page.get_by_role("link", name="statuts.pdf").first.wait_for()


def send(page, keys, dossier):
    page.goto(f"{dossier}envoyer/")
    keys.skip_to_content()
    keys.find("Je certifie")
    keys.press("Space")
    keys.activate("Envoyer mon dossier", tag="BUTTON")
    steps.says(page, "Nous vérifions votre dossier")
