"""Three processes live and die together: none is left behind, one that dies comes back."""

import os
import signal
import subprocess
import sys
import time

import pytest

from scripts.supervisor import Child, Supervisor
from tests.guards import ROOT

SLEEPER = [sys.executable, "-c", "import time; time.sleep(600)"]
# A child whose own child ignores SIGTERM: the worst a web server can do to us.
STUBBORN = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
subprocess.Popen([sys.executable, "-c", "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(600)"])
print("ready", flush=True)
time.sleep(600)
"""


def exists(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    with open(f"/proc/{pid}/stat") as stat:
        return stat.read().rsplit(")", 1)[1].split()[0] != "Z"


def wait_until(condition, seconds=10):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "not in time"
        time.sleep(0.02)


@pytest.fixture
def supervise(tmp_path):
    started = []

    def make(**commands):
        children = [Child(name, command, tmp_path / f"{name}.log") for name, command in commands.items()]
        said = []
        supervisor = Supervisor(children, cwd=tmp_path, env=dict(os.environ), say=said.append)
        supervisor.said = said
        supervisor.start()
        started.append(supervisor)
        return supervisor

    yield make
    for supervisor in started:
        supervisor.stop()


def test_a_child_that_dies_is_restarted_and_it_is_said(supervise):
    supervisor = supervise(worker=SLEEPER)
    child = supervisor.children[0]
    first = child.process.pid
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: supervisor.tend() or (child.alive and child.process.pid != first))
    assert "worker" in supervisor.said[0]


def test_a_child_that_keeps_dying_is_restarted_less_and_less_often(supervise):
    supervisor = supervise(web=[sys.executable, "-c", "raise SystemExit(3)"])
    child = supervisor.children[0]
    pauses = []
    for _ in range(3):
        wait_until(lambda: not child.alive)
        pauses.append(child.bury())
    assert pauses == sorted(pauses) and pauses[0] < pauses[-1]
    assert not any(line for line in child.last_lines().splitlines())


def test_stop_leaves_nobody_even_those_who_do_not_listen(supervise, monkeypatch):
    monkeypatch.setattr("scripts.supervisor.STOP_GRACE_S", 0.3)
    supervisor = supervise(web=[sys.executable, "-c", STUBBORN], worker=SLEEPER)
    wait_until(lambda: "ready" in supervisor.children[0].last_lines())
    session = supervisor.children[0].process.pid
    supervisor.stop()
    members = subprocess.run(["ps", "-o", "stat=", "-s", str(session)], capture_output=True, text=True, check=False)
    assert [line for line in members.stdout.split() if not line.startswith("Z")] == []


def test_children_die_with_a_supervisor_that_is_killed(tmp_path):
    program = f"""
import sys, time
from pathlib import Path
from scripts.supervisor import Child, Supervisor
child = Child("worker", {SLEEPER!r}, Path({str(tmp_path)!r}) / "log")
Supervisor([child], cwd=Path("."), env={{}}).start()
print(child.process.pid, flush=True)
time.sleep(600)
"""
    parent = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    with parent:
        pid = int(parent.stdout.readline())
        assert exists(pid)
        parent.kill()
    wait_until(lambda: not exists(pid))
