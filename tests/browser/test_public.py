"""What anybody sees, as a browser gets it: styled by the production files, obeying the policy, accessible."""

import pytest

pytestmark = pytest.mark.browser
# The pictures that are kept, by page; the others are only looked at.
PAGES = {
    "/": "accueil",
    "/appels/": "",
    "/appels/ami-fabriques/": "",
    "/fabriques/": "",
    "/chiffres/": "",
    "/verifier/": "",
    "/definitions/": "",
    "/aide/": "",
    "/accessibilite/": "",
    "/mentions-legales/": "",
    "/donnees-personnelles/": "",
    "/compte/login/": "",
    "/compte/signup/": "",
    "/courriels/": "",
    "/nulle-part/": "",
}


@pytest.fixture(scope="module")
def anybody(people):
    return people.window()


@pytest.mark.parametrize("path", PAGES)
def test_a_public_page_is_styled_and_accessible(people, anybody, path):
    answer = anybody.goto(path)
    assert answer.status == (404 if path == "/nulle-part/" else 200)
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert anybody.locator("h1").count() == 1
    assert "Marianne" in anybody.locator("h1").evaluate("node => getComputedStyle(node).fontFamily")
    people.look(anybody, PAGES[path], phone=path == "/")


def test_a_page_reads_without_javascript(people):
    page = people.window(script=False)
    assert page.goto("/appels/").status == 200
    assert page.locator("main a").count() > 0
