"""The proof `ledger_kill`, in short: a few deaths of the site and of its database while money moves."""

import shutil

import pytest

from scripts import servers
from tests.funding import killing

pytestmark = [
    pytest.mark.proof,
    pytest.mark.concurrency,
    pytest.mark.redis,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not servers.find_postgresql() or not shutil.which("pg_dump"), reason="needs its programs"),
]


def test_nothing_is_lost_doubled_nor_half_done(monkeypatch):
    # A site whose static files are read where they are: nothing was collected for the suite.
    monkeypatch.setenv("DJANGO_DEBUG", "1")
    outcome = killing.run(kills=6, seconds=40, payments=20, commitments=30)
    assert outcome.faults == []
    assert sum(outcome.kills.values()) >= 4
    assert outcome.whole > 0
