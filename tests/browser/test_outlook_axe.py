"""The board and what looks ahead, on a telephone, a tablet and a laptop: accessible, inside, with one title each."""

import pytest

from tests.browser.test_dossier_pages_axe import visit

pytestmark = pytest.mark.browser
PAGES = (
    "/pilotage/tableau/", "/pilotage/tableau/argent/", "/pilotage/tableau/territoires/", "/pilotage/previsions/",
    "/pilotage/previsions/echeancier-cp/", "/pilotage/previsions/besoins-cp/", "/pilotage/previsions/echeances/",
    "/pilotage/previsions/coupe/?nature=cp&exercice=2100&ligne=&montant=1000",
    "/pilotage/mouvements/?chiffre=ae-engage", "/pilotage/tableau/?au=2026-01-31",
)  # fmt: skip


def test_pages_of_figures(people):
    page = people.page("audit")
    visit(people, page, PAGES)
    page.goto("/pilotage/mouvements/?chiffre=ae-engage")
    visit(people, page, (page.locator("a[href^='/pilotage/ecritures/']").first.get_attribute("href"),))
