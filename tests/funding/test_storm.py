"""The proof `ledger_random`, in short: eight connections, a few hundred operations of every kind."""

import pytest

from tests.funding import storm

pytestmark = [
    pytest.mark.proof,
    pytest.mark.concurrency,
    pytest.mark.django_db(transaction=True),
]


def test_random_operations_on_eight_connections():
    outcome = storm.storm(clients=8, a_round=160, most=40, seconds=20, replay_seconds=20)
    assert outcome.faults == []
    assert outcome.checks >= 2 and outcome.operations >= 160
    done = {name.split("|")[0] for name in outcome.told if name.endswith(storm.DONE)}
    assert {"freeze", "transfer", "reserve", "commit", "pay"} <= done
    assert outcome.replayed[storm.DONE] > outcome.replayed[storm.REFUSED] // 4
