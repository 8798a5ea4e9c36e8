"""A reviewer's afternoon: five dossiers, from the answer to the last sheet given, by the keyboard alone."""

import pytest

from tests.browser import steps
from tests.browser.keyboard import Keyboard

pytestmark = pytest.mark.browser
NAME, PERSON = "evaluation3", "Farid Haddad"
# The second wave of the demonstration.
DOSSIERS = ("La Filature ouverte", "A Casa cumuna", "Wassaï Lab", "L’Usine douce", "Le Quai des savoirs")
REASON = "Deux engagements écrits, et un budget qui tient sans l’aide dès la troisième année."


def test_five_dossiers_by_the_keyboard_alone(people):
    officer = people.page("instruction")
    for place in DOSSIERS:
        hand_over(officer, place)
    page = people.page(NAME)
    keys = Keyboard(page)
    page.goto("/evaluations/")
    people.look(page, "bureau-evaluation", phone=True)
    given = []
    while len(given) < len(DOSSIERS):
        page.goto("/evaluations/")
        keys.skip_to_content()
        keys.activate(("Répondre", "Continuer avec ce dossier"), tag="A")
        given.append(one_dossier(people, page, keys, look=not given))
    assert len(set(given)) == len(DOSSIERS)
    come_back(people, officer, page, keys)
    assert keys.stops > 150


def hand_over(officer, place):
    """The dossier is on the reviewer's desk, to be scored: entrusted when it is not, reopened when it was given."""
    staff = steps.find_dossier(officer, place)
    officer.goto(f"{staff}evaluations/")
    row = officer.get_by_role("row").filter(has_text=PERSON)
    if row.count() == 0:
        steps.entrust(officer, staff, PERSON)
    elif row.first.get_by_text("Rouvrir").count():
        reopen(officer, row.first)


def reopen(officer, row):
    row.get_by_text("Rouvrir").first.click()
    row.get_by_label("Motif").fill("Le porteur a précisé son budget.")
    steps.press(officer, "Rouvrir et prévenir", inside=row)
    officer.locator(".fr-alert--success").first.wait_for()


def one_dossier(people, page, keys, *, look):
    """Answer if need be, read, score every criterion, give; returns the path of the sheet."""
    keys.skip_to_content()
    if steps.path_of(page).endswith("/reponse/"):
        keys.choose("Je n’ai aucun lien avec ce projet")
        keys.activate("Répondre", tag="BUTTON")
        keys.skip_to_content()
    path = steps.path_of(page)
    to_my_sheet(keys)
    for number in range(page.locator("details.fab-critere").count()):
        score(page, keys, number)
    if look:
        people.look(page, "evaluation-clavier")
    keys.find("Votre confiance")
    keys.press("ArrowDown")
    keys.find("Avis d’ensemble", tag="TEXTAREA")
    keys.write("Un projet solide, porté par plusieurs structures.")
    keys.activate("Rendre et passer au suivant", tag="BUTTON")
    steps.says(page, "Votre évaluation est rendue")
    return path


def to_my_sheet(keys):
    """Past the dossier, by the link that says so."""
    keys.find("Aller à mon évaluation", tag="A")
    keys.press("Enter")


def score(page, keys, number):
    """The criterion of this number: opened by Enter when it is closed, a level by its digit, then its reason."""
    criterion = page.locator("details.fab-critere").nth(number)
    keys.find(criterion.locator("h3").inner_text(), tag="SUMMARY")
    if criterion.get_attribute("open") is None:
        keys.press("Enter")
    assert keys.tab()["type"] == "radio"
    keys.press("3")
    assert (keys.here()["value"], keys.here()["checked"]) == ("3", True)
    keys.find("Pourquoi ce niveau", tag="TEXTAREA")
    keys.write(REASON)


def come_back(people, officer, page, keys):
    """A sheet that is reopened: saved by one shortcut, compared with what it said, given by another."""
    place = DOSSIERS[0]
    staff = steps.find_dossier(officer, place)
    officer.goto(f"{staff}evaluations/")
    reopen(officer, officer.get_by_role("row").filter(has_text=PERSON).first)
    page.goto("/evaluations/")
    keys.skip_to_content()
    keys.activate("Continuer avec ce dossier", tag="A")
    keys.skip_to_content()
    to_my_sheet(keys)
    sheet = steps.path_of(page)
    keys.find("Avis d’ensemble", tag="TEXTAREA")
    keys.write("Relu : le budget est précisé.")
    with page.expect_navigation():
        keys.press("Control+s")
    steps.says(page, "Elle n’est pas encore rendue")
    page.goto(f"{sheet}versions/?version=1")
    steps.says(page, "à côté de l’évaluation d’aujourd’hui", "Un projet solide")
    people.look(page, "evaluation-versions")
    page.goto(sheet)
    keys.skip_to_content()
    to_my_sheet(keys)
    keys.find("Avis d’ensemble", tag="TEXTAREA")
    with page.expect_navigation():
        keys.press("Control+Enter")
    steps.says(page, "Votre évaluation est rendue")
    page.goto(sheet)
    people.look(page)
