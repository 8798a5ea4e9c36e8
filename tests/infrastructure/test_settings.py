"""Production refuses to start unsafely, and says why."""

import os
import subprocess
import sys

import pytest

from tests.guards import ROOT

SAFE = {
    "FABRIQUES_ENV": "production",
    "DJANGO_SECRET_KEY": "a-long-key-of-this-test-only-0123456789-abcdefghijkl",
    "DATABASE_URL": "postgres://fabriques@localhost/fabriques",
    "REDIS_URL": "redis://localhost:6379/0",
    "ALLOWED_HOSTS": "fabriques.example",
    "PUBLIC_URL": "https://fabriques.example",
}
SHOW = "from django.conf import settings as s; print({expression})"


def start(tmp_path, expression="s.DEBUG", **changes):
    env = {name: value for name, value in {**SAFE, **changes}.items() if value is not None}
    env |= {"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "config.settings"}
    return subprocess.run(
        [sys.executable, "-c", SHOW.format(expression=expression)],
        cwd=ROOT, env=env, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_safe_production_starts_without_debug(tmp_path):
    done = start(tmp_path)
    assert (done.returncode, done.stdout.strip()) == (0, "False"), done.stderr


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"DJANGO_DEBUG": "1"}, "DJANGO_DEBUG"),
        ({"DJANGO_SECRET_KEY": None}, "DJANGO_SECRET_KEY"),
        ({"DJANGO_SECRET_KEY": ""}, "DJANGO_SECRET_KEY"),
        ({"DJANGO_SECRET_KEY": "short"}, "DJANGO_SECRET_KEY"),
        ({"DATABASE_URL": None}, "DATABASE_URL"),
        ({"DATABASE_URL": "sqlite:///fabriques.sqlite3"}, "DATABASE_URL"),
        ({"REDIS_URL": None}, "REDIS_URL"),
        ({"ALLOWED_HOSTS": None}, "ALLOWED_HOSTS"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS"),
        ({"DEMO": "1"}, "DEMO"),
    ],
)
def test_unsafe_production_is_refused(tmp_path, changes, named):
    done = start(tmp_path, **changes)
    assert done.returncode != 0
    assert "ImproperlyConfigured" in done.stderr
    assert named in done.stderr.splitlines()[-1]


def test_production_cookies_travel_over_https_only(tmp_path):
    done = start(
        tmp_path, "(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_SSL_REDIRECT, s.SECURE_HSTS_SECONDS)"
    )
    assert done.stdout.strip() == "(True, True, True, 31536000)", done.stderr


def test_policy_forbids_inline_code(settings):
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    assert not [source for sources in directives.values() for source in sources if "unsafe" in str(source)]


def test_an_unknown_environment_is_refused(tmp_path):
    done = start(tmp_path, FABRIQUES_ENV="prod")
    assert done.returncode != 0 and "FABRIQUES_ENV" in done.stderr.splitlines()[-1]


def test_deploy_checks_are_clean(tmp_path):
    env = {**SAFE, "PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT, env=env, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
