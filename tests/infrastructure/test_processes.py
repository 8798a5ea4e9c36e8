"""The processes of `docker-compose.yml`, run by hand as they stand there, on a real PostgreSQL and a real Redis."""

import os
import re
import secrets
import shutil
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
import yaml

from scripts import servers
from scripts.supervisor import Child, Supervisor
from tests.guards import ROOT

pytestmark = pytest.mark.redis
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
PROCESSES = ("web", "worker", "beat")
PASSWORD = "a-password-of-this-test"
VARIABLE = re.compile(r"\$\{(\w+)(?::([?-])([^}]*))?\}")


@dataclass
class Composed:
    """The compose file on this machine: its addresses and folders replaced, nothing else."""

    database: str
    redis: str
    var: Path
    port: int

    def values(self):
        return {
            "DJANGO_SECRET_KEY": secrets.token_urlsafe(64),
            "ALLOWED_HOSTS": "fabriques.example",
            "PUBLIC_URL": "https://fabriques.example",
            "DATABASE_PASSWORD": PASSWORD,
            "WEB_DATABASE_PASSWORD": PASSWORD,
        }

    def localise(self, text):
        text = text.replace("db:5432", self.database).replace("redis:6379", self.redis)
        return text.replace("/srv/var", str(self.var))

    def environment(self, service):
        given = self.values()
        own = {
            name: self.localise(VARIABLE.sub(lambda match: given.get(match[1], match[3] or ""), str(value)))
            for name, value in COMPOSE[service]["environment"].items()
        }
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        here = {"PATH": path, "HOST": "127.0.0.1", "PORT": str(self.port), "VAR_DIR": str(self.var)}
        return own | here | {"PYTHONUNBUFFERED": "1"}

    def words(self, words):
        return [self.localise(word) for word in words]

    def run(self, service, words):
        return subprocess.run(
            self.words(words), cwd=ROOT, env=self.environment(service), capture_output=True, text=True, timeout=120,
            check=False,
        )  # fmt: skip

    def healthy(self, service):
        return self.run(service, COMPOSE[service]["healthcheck"]["test"][1:]).returncode == 0

    def wait_until_healthy(self, service, seconds=60):
        deadline = time.monotonic() + seconds
        while not self.healthy(service):
            assert time.monotonic() < deadline, f"{service} is not healthy: {self.lines(service)[-3000:]}"
            time.sleep(0.5)

    def log(self, service):
        return self.var / "logs" / f"{service}.log"

    def lines(self, service):
        return self.log(service).read_text(errors="replace")


def server_binaries():
    binaries = servers.find_postgresql()
    if not (binaries and shutil.which("redis-server")):
        pytest.skip("The servers' own binaries are not on this machine.")
    return binaries


@pytest.fixture(scope="module")
def composed(tmp_path_factory):
    """The servers up, the roles made, the database migrated by the one-shot service."""
    binaries = server_binaries()
    with servers.own_postgresql(binaries) as database, servers.own_redis(shutil.which("redis-server")) as redis:
        place = Composed(
            database=re.search(r"@([^/]+)/", database)[1],
            redis=re.search(r"//([^/]+)/", redis)[1],
            var=tmp_path_factory.mktemp("var"),
            port=servers.free_port(),
        )
        make_roles(place, binaries)
        done = place.run("migrate", COMPOSE["migrate"]["command"])
        assert done.returncode == 0, done.stderr
        yield place


def make_roles(place, binaries):
    host, port = place.database.split(":")
    env = {
        "PATH": f"{binaries}:{os.environ['PATH']}", "PGHOST": host, "PGPORT": port,
        "POSTGRES_USER": "fabriques", "POSTGRES_DB": "fabriques", "WEB_DATABASE_PASSWORD": PASSWORD,
    }  # fmt: skip
    subprocess.run(["sh", ROOT / "deploy" / "postgresql" / "roles.sh"], env=env, check=True, capture_output=True)


@pytest.fixture(scope="module")
def running(composed):
    """The three processes, each with its own environment, none left afterwards."""
    supervisors = []
    for name in PROCESSES:
        child = Child(name, composed.words(COMPOSE[name]["command"]), composed.log(name))
        supervisors.append(Supervisor([child], cwd=ROOT, env=composed.environment(name)))
    try:
        for supervisor in supervisors:
            supervisor.start()
        yield composed
    finally:
        for supervisor in supervisors:
            supervisor.stop()


@pytest.mark.parametrize("service", PROCESSES)
def test_each_process_becomes_healthy(running, service):
    running.wait_until_healthy(service)


def test_the_site_answers_its_proxy(running):
    running.wait_until_healthy("web")
    request = urllib.request.Request(
        f"http://127.0.0.1:{running.port}/sante/", headers={"Host": "fabriques.example", "X-Forwarded-Proto": "https"}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert (answer.status, answer.read()) == (200, b"ok\n")
        assert "max-age" in answer.headers["Strict-Transport-Security"]


def test_what_beat_asks_the_worker_does(running):
    deadline = time.monotonic() + 60
    while not re.search(r"Task documents\.sweep\S* succeeded", running.lines("worker")):
        assert time.monotonic() < deadline, running.lines("worker")[-3000:] + running.lines("beat")[-3000:]
        time.sleep(0.5)


def test_a_dead_process_is_not_healthy(composed):
    # Nobody listens there, and no worker has that name.
    elsewhere = Composed(composed.database, composed.redis, composed.var / "elsewhere", servers.free_port())
    assert not elsewhere.healthy("web")
    assert not elsewhere.healthy("beat")


@pytest.mark.parametrize(
    "statement",
    [
        "TRUNCATE accounts_journalentry",
        "ALTER TABLE accounts_journalentry DISABLE TRIGGER USER",
        "DROP TABLE accounts_journalentry",
        "CREATE TABLE mine (id int)",
    ],
)
def test_the_role_of_the_site_owns_nothing(composed, statement):
    url = f"postgres://fabriques_web:{PASSWORD}@{composed.database}/fabriques"
    with psycopg.connect(url, autocommit=True) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement)


def test_a_saved_database_comes_back_with_its_triggers(composed, tmp_path):
    binaries = server_binaries()
    host, port = composed.database.split(":")
    options = ["--host", host, "--port", port, "--username", "fabriques"]
    dump = tmp_path / "fabriques.dump"
    commands = [
        ["pg_dump", *options, "--format", "custom", "--file", dump, "fabriques"],
        ["createdb", *options, "--template", "template0", "restored"],
        ["pg_restore", *options, "--dbname", "restored", "--clean", "--if-exists", dump],
    ]
    for name, *words in commands:
        subprocess.run([binaries / name, *words], check=True, capture_output=True)
    assert triggers(composed, "restored") == triggers(composed, "fabriques") != []


def triggers(composed, database):
    query = "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2"
    with psycopg.connect(f"postgres://fabriques@{composed.database}/{database}") as connection:
        return connection.execute(query).fetchall()
