"""The real site for a real browser: gunicorn, a Celery worker and the sweep on PostgreSQL and Redis.

Tests here carry the marker `browser` and speak to the site over HTTP alone: no ORM, no live_server. Static files and
content security policy are those of production.
"""

import os
from pathlib import Path

import pytest

from scripts.chromium import find_chromium
from scripts.databases import fresh_database
from scripts.installation import Installation
from scripts.servers import free_port
from tests.browser.people import People
from tests.conftest import redis_database, worker_number
from tests.guards import ROOT

SCREENSHOTS = ROOT / "docs" / "screenshots"
# No name but this machine's is resolved: a page that asks for the outside fails its test.
ARGUMENTS = ["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1"]


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """An `Installation` with the demonstration programme, started; its `url` is the address.

    A refused start shows the last lines of the web server.
    """
    with fresh_database(os.environ["DATABASE_URL"], f"fabriques_browser_{os.getpid()}") as database_url:
        place = Installation(
            var_dir=tmp_path_factory.mktemp("site"),
            port=free_port(),
            database_url=database_url,
            redis_url=redis_database(12 + worker_number()),
        )
        place.prepare("demo")
        supervisor = place.supervisor()
        try:
            supervisor.start()
            place.wait(supervisor)
            yield place
        finally:
            supervisor.stop()


@pytest.fixture(scope="module")
def browser():
    """Debian's chromium under playwright; closed with the module, since its loop forbids the ORM meanwhile."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def context(browser, site):
    """A fresh visitor, in French, on a laptop screen."""
    visitor = browser.new_context(base_url=site.url, locale="fr-FR", viewport={"width": 1440, "height": 900})
    visitor.set_default_timeout(15_000)
    yield visitor
    visitor.close()


@pytest.fixture(scope="module")
def people(browser, site, screenshots):
    """`tests.browser.people.People`: one window a person, kept for the whole file; all of them silent at the end."""
    everybody = People(browser, site.url, screenshots)
    yield everybody
    everybody.leave()
    everybody.assert_silent()


@pytest.fixture
def page(context):
    """A page whose script errors and refused resources fail the test."""
    tab = context.new_page()
    troubles: list[str] = []
    tab.on("pageerror", lambda error: troubles.append(f"script: {error}"))
    tab.on("console", lambda line: troubles.append(line.text) if "Content Security Policy" in line.text else None)
    tab.on("requestfailed", lambda request: troubles.append(f"failed: {request.url} {request.failure}"))
    yield tab
    assert not [trouble for trouble in troubles if "ERR_ABORTED" not in trouble]


@pytest.fixture(scope="session")
def screenshots() -> Path:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    return SCREENSHOTS
