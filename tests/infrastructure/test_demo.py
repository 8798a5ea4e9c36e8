"""`make demo`, for real, in a folder of its own: started, hurt, stopped, started again."""

import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

import pytest

from scripts.installation import status_of
from scripts.servers import free_port
from tests.guards import ROOT

pytestmark = [pytest.mark.sqlite, pytest.mark.alone]
SECOND_START_S = 5


class Demo:
    """One run of the demonstration in `var`."""

    def __init__(self, var):
        self.var, self.port = var, free_port()
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "scripts.demo"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env={**os.environ, "VAR_DIR": str(var), "PORT": str(self.port)}, text=True, start_new_session=True,
        )  # fmt: skip

    def wait_until_it_answers(self, within_s):
        """Seconds from the start to the first page."""
        while status_of(f"http://127.0.0.1:{self.port}/") != 200:
            assert self.process.poll() is None, self.process.stdout.read()
            assert time.monotonic() - self.started < within_s, "no page in time"
            time.sleep(0.02)
        return time.monotonic() - self.started

    def children(self):
        """Process ids of the supervised three, by the last word of their command."""
        lines = subprocess.run(["ps", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
        found = re.findall(r"^ *(\d+) +(\d+) (.*)$", lines, re.MULTILINE)
        mine = {int(pid): args for pid, parent, args in found if int(parent) == self.process.pid}
        names = {"gunicorn": "web", "celery": "worker", "sweep": "sweep"}
        return {name: pid for pid, args in mine.items() for word, name in names.items() if word in args.split()}

    def all_three(self):
        """Process ids of the supervised three, once they run."""
        deadline = time.monotonic() + 15
        while set(found := self.children()) != {"web", "worker", "sweep"}:
            assert time.monotonic() < deadline, f"only {sorted(found)} run"
            time.sleep(0.05)
        return found

    def stop(self, number=signal.SIGINT):
        """What it printed, and its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        output, _ = self.process.communicate(timeout=40)
        return output, self.process.returncode


def rows(var):
    """Number of rows of each table."""
    with closing(sqlite3.connect(var / "fabriques.sqlite3")) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables}


def alive(pid):
    status = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return bool(status.strip()) and not status.startswith("Z")


def test_demo_starts_heals_stops_and_starts_again(tmp_path):
    first = Demo(tmp_path)
    try:
        first.wait_until_it_answers(240)
        three = first.all_three()
        os.kill(three["worker"], signal.SIGKILL)
        deadline = time.monotonic() + 15
        while first.children().get("worker", three["worker"]) == three["worker"]:
            assert time.monotonic() < deadline, "the worker was not started again"
            time.sleep(0.1)
        last = set(first.children().values())
    finally:
        output, status = first.stop()
    assert status == 0
    assert f"http://127.0.0.1:{first.port}" in output and "@" in output
    assert not [pid for pid in last if alive(pid)]
    before = rows(tmp_path)

    assert seconds_of_a_restart(tmp_path) < SECOND_START_S
    after = rows(tmp_path)
    assert not {name: (count, after[name]) for name, count in before.items() if after[name] < count}
    assert before["accounts_user"] == after["accounts_user"] > 0


def seconds_of_a_restart(var):
    again = Demo(var)
    try:
        seconds = again.wait_until_it_answers(60)
        last = set(again.all_three().values())
    finally:
        _, status = again.stop(signal.SIGTERM)
    assert status == 0
    assert not [pid for pid in last if alive(pid)]
    return seconds
