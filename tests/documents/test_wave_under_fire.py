"""The short form of `letters_kill`: a small wave whose workers are killed, on the broker of files."""

import pytest
from django.db import connection

from tests.documents import wave_under_fire

pytestmark = [
    pytest.mark.concurrency,
    pytest.mark.proof,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="workers of other processes write at once"),
    pytest.mark.django_db(transaction=True),
]


def test_a_small_wave_survives_the_death_of_its_workers(tmp_path):
    outcome = wave_under_fire.run("filesystem", tmp_path / "fire", letters=8, kills=4, seed=7)
    assert outcome.faults == []
    assert outcome.kills == 4
