"""The frame of `make proof`: what a proof says is reported as it is, and none runs for ever."""

import json
import os
import subprocess
import sys
import time

import pytest

from tests.guards import ROOT
from tests.proof import __main__ as runner
from tests.proof import frame


def run_apart(tmp_path, monkeypatch, body, *, seconds):
    """Run one proof, whose code is `body`, as `make proof` would, without its database."""
    program = f"import json, sys\nfrom pathlib import Path\n{body}\n"
    real = subprocess.Popen

    def popen(command, **options):
        return real([sys.executable, "-c", program, command[-1]], **options)

    monkeypatch.setattr(runner.subprocess, "Popen", popen)
    return runner.bounded(frame.Proof("one", seconds, lambda: None), dict(os.environ), tmp_path / "outcome.json")


def test_what_a_proof_says_is_reported(tmp_path, monkeypatch):
    outcome = {"name": "one", "figure": "1 gagnant", "bar": "exactement 1", "pass": True}
    body = f"Path(sys.argv[1]).write_text({json.dumps(outcome)!r})"
    assert run_apart(tmp_path, monkeypatch, body, seconds=20) == outcome


def test_a_proof_that_crashes_has_failed(tmp_path, monkeypatch):
    outcome = run_apart(tmp_path, monkeypatch, "raise SystemExit(3)", seconds=20)
    assert outcome["pass"] is False and "3" in outcome["figure"]


def test_a_proof_that_says_nothing_has_failed(tmp_path, monkeypatch):
    assert run_apart(tmp_path, monkeypatch, "pass", seconds=20)["pass"] is False


def test_a_proof_that_does_not_end_is_killed_and_has_failed(tmp_path, monkeypatch):
    started = time.monotonic()
    outcome = run_apart(tmp_path, monkeypatch, "import time; time.sleep(60)", seconds=1)
    assert outcome["pass"] is False and "1 s" in outcome["figure"]
    assert time.monotonic() - started < 10


def test_two_proofs_of_one_name_are_refused(monkeypatch):
    monkeypatch.setattr(frame, "REGISTRY", {})

    def last_euro():
        return 1, 1, True

    frame.proof(seconds=1)(last_euro)
    with pytest.raises(ValueError, match="last_euro"):
        frame.proof(seconds=1)(last_euro)


def test_every_proof_is_documented():
    text = (ROOT / "docs" / "proof.md").read_text()
    assert not [name for name in frame.load() if f"`{name}`" not in text]
