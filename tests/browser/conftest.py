"""The real site for a real browser: gunicorn, a Celery worker and the sweep on PostgreSQL and Redis.

Tests here carry the marker `browser` and speak to the site over HTTP alone: no ORM, no live_server. Static files and
content security policy are those of production.
"""

import fcntl
import os
import shutil
from contextlib import ExitStack, contextmanager
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


@contextmanager
def alone(path):
    """One test process at a time."""
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """An `Installation` with the demonstration programme, started; its `url` is the address.

    The demonstration is prepared by the first test process that wants it; the others start from a copy. A refused
    start shows the last lines of the web server.
    """
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if worker_number() else base
    lock = shared / "site-model.lock"
    with ExitStack() as mine:
        with alone(lock):
            model = mine.enter_context(ExitStack())
            template = prepare_model(shared / "site-model", model)
            place = mine.enter_context(copy_of(shared / "site-model", template, base / "site"))
        supervisor = place.supervisor()
        try:
            supervisor.start()
            place.wait(supervisor)
            yield place
        finally:
            supervisor.stop()
            with alone(lock):
                model.close()


def prepare_model(folder, kept):
    """Prepare the demonstration unless another process has; return the name of its database.

    Args:
        kept: `ExitStack` of what goes with the process that prepared it.
    """
    name = f"fabriques_model_{os.getppid() if worker_number() else os.getpid()}"
    if not folder.exists():
        address = kept.enter_context(fresh_database(os.environ["DATABASE_URL"], name))
        kept.callback(shutil.rmtree, folder, ignore_errors=True)
        installation(folder, address).prepare("demo")
    return name


@contextmanager
def copy_of(folder, template, copy):
    name = f"fabriques_browser_{os.getpid()}"
    with fresh_database(os.environ["DATABASE_URL"], name, template=template) as database_url:
        yield installation(Path(shutil.copytree(folder, copy)), database_url)


def installation(folder, database_url):
    redis_url = redis_database(12 + worker_number())
    return Installation(var_dir=folder, port=free_port(), database_url=database_url, redis_url=redis_url)


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
