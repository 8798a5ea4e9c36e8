"""The pages around a dossier, on a telephone, a tablet and a laptop: accessible, inside, with one title each.

One sitting a person, over the demonstration; the acts themselves are tried in the other files.
"""

import pytest

from tests.browser import steps
from tests.browser.looking import LAPTOP, TABLET, TELEPHONE, assert_inside, look

pytestmark = pytest.mark.browser
DRAFT, SENT, CALL = "Le Préau numérique", "Le Tiroir", "ami-fabriques"
PUBLIC = (f"/appels/{CALL}/eligibilite/", f"/appels/{CALL}/questions/")
OF_DRAFT = (
    "", "structure/", "consortium/", "projet-et-lieux/", "plan-de-financement/", "pieces/", "envoyer/",
    "qui-fait-quoi/", "reseaux/", "signature/",
)  # fmt: skip
OF_SENT = ("", "pieces/", "messages/", "envoye/comparaison/")
OF_A_PERSON = ("/notifications/", "/compte/notifications/")
OF_AN_OFFICER = (
    "/pilotage/matin/", "/pilotage/dossiers/papier/", "/pilotage/repartition/", "/pilotage/questions/",
    "/pilotage/modeles/", "/pilotage/aides-de-minimis/", f"/pilotage/appels/{CALL}/",
)  # fmt: skip
OF_THE_BUILDER = ("", "reglages/", "criteres/", "formulaire/", "formulaire/sections/projet/question/", "apercu/")


def visit(people, page, paths):
    for path in paths:
        answer = page.goto(path)
        assert answer.status == 200, f"{path}: {answer.status}"
        assert page.locator("h1").count() == 1, path
        seen(people, page)


def seen(people, page):
    look(page, sizes=(TELEPHONE, TABLET, LAPTOP))
    people.assert_silent()


def path_of_dossier(page, listing, place):
    page.goto(listing)
    return page.get_by_role("link", name=place, exact=True).first.get_attribute("href")


def test_pages_of_anybody(people):
    visit(people, people.window(), PUBLIC)


def test_pages_of_an_applicant(people):
    page = people.page("porteuse")
    draft, sent = (path_of_dossier(page, "/mes-dossiers/", place) for place in (DRAFT, SENT))
    paths = [*(draft + part for part in OF_DRAFT), *(sent + part for part in OF_SENT), *OF_A_PERSON]
    visit(people, page, paths)


def test_pages_of_an_officer(people):
    page = people.page("instruction")
    visit(people, page, OF_AN_OFFICER)
    dossier = path_of_dossier(page, "/pilotage/dossiers/?q=Tiroir", SENT)
    visit(people, page, (dossier, f"{dossier}messages/"))
    page.goto("/pilotage/vagues/")
    page.locator("tr").filter(has_text="Ouverte au dépôt").get_by_role("link").first.click()
    page.wait_for_url("**/pilotage/vagues/*-*/")
    visit(people, page, (f"{steps.path_of(page)}delais/",))


def test_the_officers_list_with_its_facets_and_a_selection(people):
    page = people.page("instruction")
    page.goto("/pilotage/dossiers/")
    for facet in page.locator(".fab-facette > summary").all():
        facet.click()
        for size in (TABLET, LAPTOP):
            page.set_viewport_size(size)
            assert_inside(page)
    seen(people, page)
    page.locator("tr").filter(has_text=SENT).get_by_role("checkbox").check()
    steps.press(page, "Confier à quelqu’un")
    page.wait_for_url("**/pilotage/dossiers/lot/**")
    seen(people, page)


def test_pages_of_whoever_builds_a_call(people):
    """On a copy: the other files publish the call that the demonstration prepares."""
    page = people.page("administration")
    visit(people, page, [f"/pilotage/appels/nouveau/?copie={steps.CALL}"])
    steps.fill(page, {"Titre de l’appel": "Appel regardé", "Adresse": "appel-regarde"})
    steps.press(page, "Créer le brouillon")
    page.wait_for_url("**/pilotage/appels/appel-regarde/")
    visit(people, page, [f"/pilotage/appels/appel-regarde/{part}" for part in OF_THE_BUILDER])
