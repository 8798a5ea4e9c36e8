"""What a newcomer meets first: the locks, the setup, a port in use."""

import json
import os
import re
import socket
import subprocess
import sys
import tomllib

import pytest

from scripts import environment, system
from tests.guards import ROOT

LOCKS = ("runtime", "dev")


def lock(name):
    return (ROOT / "requirements" / f"{name}.txt").read_text()


def pins(name):
    return dict(re.findall(r"^([a-z0-9._-]+)==([^ ;\\]+)", lock(name), re.MULTILINE))


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_address(name):
    assert not re.search(r"://|index|find-links|\b[\w-]+\.(?:org|com|net|io|fr)\b", lock(name))


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_of_a_lock_has_its_hashes(name):
    entries = re.split(r"^(?=[a-z0-9])", lock(name).split("\n", 1)[1], flags=re.MULTILINE)[1:]
    assert entries and all("--hash=sha256:" in entry for entry in entries)


def test_the_development_lock_holds_the_runtime_lock():
    assert pins("runtime").items() <= pins("dev").items()


def test_every_declared_dependency_is_locked_and_explained():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    reasons = (ROOT / "docs" / "dependencies.md").read_text().lower()
    for requirement in [*project["dependencies"], *project["optional-dependencies"]["dev"]]:
        name = re.match(r"[A-Za-z0-9._-]+", requirement)[0].lower()
        assert name in pins("dev"), f"{name} is declared and not locked: make lock"
        assert name in reasons, f"{name} has no reason in docs/dependencies.md"


def test_a_second_setup_installs_nothing(tmp_path, monkeypatch):
    stamp = tmp_path / "locks.json"
    stamp.write_text(json.dumps({name: environment.digest(name) for name in LOCKS}))
    monkeypatch.setattr(environment, "STAMP", stamp)
    monkeypatch.setattr(environment.subprocess, "run", lambda *_, **__: pytest.fail("something was run"))
    environment.install_lock("dev")
    environment.install_lock("runtime")


def test_a_changed_lock_is_installed_again(tmp_path, monkeypatch):
    monkeypatch.setattr(environment, "STAMP", tmp_path / "locks.json")
    (tmp_path / "locks.json").write_text(json.dumps({"runtime": "another"}))
    ran = []

    def pip(command, **_):
        ran.append([str(word) for word in command])
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(environment.subprocess, "run", pip)
    environment.install_lock("runtime")
    assert len(ran) == 1 and "--require-hashes" in ran[0]
    assert environment.installed() == {"runtime": environment.digest("runtime")}


def test_missing_libraries_are_told_with_the_line_to_type(monkeypatch):
    monkeypatch.setattr(system, "loads", lambda library: "harfbuzz" not in library)
    monkeypatch.setattr(system, "can_install", lambda: False)
    with pytest.raises(system.Missing, match="apt-get install -y --no-install-recommends libharfbuzz-subset0") as told:
        system.require_pango()
    assert "Il manque" in str(told.value)


def start_demo(tmp_path, **env):
    return subprocess.run(
        [sys.executable, "-m", "scripts.demo"], cwd=ROOT, env={**os.environ, "VAR_DIR": str(tmp_path), **env},
        capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip


def test_a_port_in_use_is_a_clear_sentence(tmp_path):
    with socket.socket() as somebody:
        somebody.bind(("127.0.0.1", 0))
        somebody.listen()
        port = somebody.getsockname()[1]
        done = start_demo(tmp_path, PORT=str(port))
    assert done.returncode == 1
    assert f"Le port {port} est déjà utilisé" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_port_that_is_no_number_is_a_clear_sentence(tmp_path):
    done = start_demo(tmp_path, PORT="huit mille")
    assert done.returncode == 1 and "n’est pas un numéro de port" in done.stderr
