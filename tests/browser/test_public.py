"""What anybody sees, as a browser gets it: styled by the production files, obeying the policy, accessible."""

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = pytest.mark.browser
PAGES = ("/", "/appels/", "/verifier/", "/compte/login/", "/compte/signup/", "/nulle-part/")


@pytest.mark.parametrize("path", PAGES)
def test_a_public_page_is_styled_and_accessible(page, path):
    page.goto(path)
    assert page.locator("h1").count() == 1
    assert "Marianne" in page.locator("h1").evaluate("node => getComputedStyle(node).fontFamily")
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()


def test_a_page_reads_without_javascript(browser, site):
    visitor = browser.new_context(base_url=site.url, java_script_enabled=False)
    tab = visitor.new_page()
    assert tab.goto("/appels/").status == 200
    assert tab.locator("main a").count() > 0
    visitor.close()


def test_no_page_asks_another_host(page, site):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/")
    page.wait_for_load_state("networkidle")
    assert not [url for url in asked if not url.startswith((site.url, "data:"))]
