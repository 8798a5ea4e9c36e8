import gc
import json
import os
import shutil
import tempfile
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import hypothesis
import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connections

from tests import built_once
from tests.built_once import pytest_runtest_setup, pytest_runtest_teardown  # noqa: F401
from tests.guards import ROOT, UndefinedVariable, close_the_network, triggers_aside

# Nothing of what is loaded first is ever thrown away: see `pytest_collection_finish`.
gc.disable()
# A loaded machine is no finding: examples have no time limit of their own.
hypothesis.settings.register_profile("house", deadline=None, print_blob=True)
hypothesis.settings.load_profile("house")
SHARED = ROOT.parent / "shared" / "data"


def worker_number() -> int:
    """0 alone, 1 and more under xdist: names the things that two workers must not share."""
    name = os.environ.get("PYTEST_XDIST_WORKER", "")
    return int(name.removeprefix("gw")) + 1 if name else 0


def redis_database(number: int) -> str:
    return urlsplit(settings.REDIS_URL)._replace(path=f"/{number}").geturl()


def on_postgresql() -> bool:
    return settings.DATABASES["default"]["ENGINE"].endswith("postgresql")


def pytest_configure(config):
    close_the_network()
    # The site runs as built, less what needs a collected folder: browser tests run the real servers (fixture `site`).
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.MIDDLEWARE.insert(0, "tests.guards.ReadOnlyGet")
    settings.TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = UndefinedVariable()
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    config.files_folder = tempfile.mkdtemp(prefix="fabriques-tests-")
    settings.MEDIA_ROOT = config.files_folder
    if settings.REDIS_URL:
        settings.CACHES["default"]["LOCATION"] = redis_database(worker_number())
    # Plain files, served as they are in the packages.
    settings.WHITENOISE_USE_FINDERS = settings.WHITENOISE_AUTOREFRESH = True
    use_a_silent_broker()


def use_a_silent_broker():
    """Messages of the tests go nowhere: the rows are the outbox. A test about the broker starts its own worker."""
    from config.celery import app

    app.conf.update(broker_url="memory://", broker_transport_options={})


def pytest_unconfigure(config):
    shutil.rmtree(getattr(config, "files_folder", ""), ignore_errors=True)


def missing_parts() -> dict[str, str]:
    """Marker → what this run lacks for it. Those tests are deselected and counted, never skipped in silence."""
    from scripts.chromium import find_chromium
    from scripts.clamd import find_clamd

    redis, postgresql = bool(settings.REDIS_URL), on_postgresql()
    missing = {
        "clamd": "" if find_clamd() else "clamd",
        "redis": "" if redis else "Redis",
        "concurrency": "" if postgresql else "PostgreSQL",
        "reference": "" if postgresql else "PostgreSQL",
        "browser": "" if redis and postgresql and find_chromium() else "chromium, PostgreSQL et Redis",
        "sqlite": "SQLite" if postgresql else "",
        "shared": "" if SHARED.is_dir() else "../shared",
    }
    return {marker: part for marker, part in missing.items() if part}


def pytest_collection_modifyitems(config, items):
    missing = missing_parts()
    without = {item: marker for item in items for marker in missing if item.get_closest_marker(marker)}
    if os.environ.get("DATABASE_ONLY"):
        missing["sans base"] = "base de données"
        without = {item: "sans base" for item in items if opens_no_database(item)} | without
    if without:
        config.hook.pytest_deselected(items=list(without))
        items[:] = [item for item in items if item not in without]
        report_not_run(missing, Counter(without.values()))
    # In a file, those that want the same built once come together, the least first.
    order = {path: number for number, path in enumerate(dict.fromkeys(item.path for item in items))}
    items.sort(key=lambda item: (order[item.path], len(built_once.asked_by(item))))
    # The longest first: they wait while other workers work, and none is left alone at the end.
    items.sort(key=lambda item: (item.path.parent.name != "access", item.get_closest_marker("browser") is None))


def pytest_collection_finish():
    """Modules and tests stay to the end: the collector reads what the tests make, not those again each time."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Files handed out whole (`--dist loadfile`), those of the browser together: they share one running site."""
    from xdist.scheduler import LoadFileScheduling

    class OneSite(LoadFileScheduling):
        def _split_scope(self, nodeid):
            return "tests/browser" if nodeid.startswith("tests/browser/") else super()._split_scope(nodeid)

    return OneSite(config, log) if config.getvalue("dist") == "loadfile" else None


def opens_no_database(item) -> bool:
    """True when pytest-django forbids it every database: no engine can change what it finds.

    Never of what starts processes or reads migrations: those may meet a database by themselves.
    """
    asks = item.get_closest_marker("django_db") or {"db", "transactional_db"} & set(item.fixturenames)
    return not asks and item.path.parent.name not in {"house", "infrastructure"}


def report_not_run(missing, counts):
    """For `make test`, which names what was missing and how many tests that cost; each worker says the same."""
    if path := os.environ.get("NOT_RUN_REPORT"):
        report = {marker: {"part": missing[marker], "tests": count} for marker, count in counts.items()}
        own = Path(f"{path}.{worker_number()}")
        own.write_text(json.dumps(report))
        own.replace(path)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix):
    """TEST_DB_SUFFIX lets several people run the suite on one server."""
    suffix = os.environ.get("TEST_DB_SUFFIX")
    test_settings = settings.DATABASES["default"].setdefault("TEST", {})
    if suffix and on_postgresql():
        base = test_settings.get("NAME") or f"test_{settings.DATABASES['default']['NAME']}"
        test_settings["NAME"] = f"{base}_{suffix}"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    built_once.ready(django_db_blocker)
    yield
    built_once.take_down()


@pytest.fixture(scope="session", autouse=True)
def flush_that_may_empty_the_ledger():
    """The flush of `transaction=True` tests truncates append-only tables: the one place where triggers stand aside."""
    from django.core.management.commands.flush import Command

    real_handle = Command.handle

    def handle(self, **options):
        with triggers_aside(connections[options["database"]]):
            return real_handle(self, **options)

    Command.handle = handle
    yield
    Command.handle = real_handle


@pytest.fixture(autouse=True)
def empty_cache():
    """Throttles and counters of one test never reach the next, nor the criteria of a published call."""
    from applications.editors import frozen_section
    from applications.sheets import frozen_criteria

    cache.clear()
    frozen_criteria.cache_clear()
    frozen_section.cache_clear()


@pytest.fixture
def redis_url():
    """An empty Redis database that no other worker uses, for brokers that a test starts itself."""
    import redis

    url = redis_database(8 + worker_number())
    client = redis.Redis.from_url(url)
    client.flushdb()
    yield url
    client.flushdb()
    client.close()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real files beside the repository (marker `shared`)."""
    return SHARED
