"""The proof `chorus_import`, in short."""

import pytest

from funding.models import Movement
from tests.funding.chorus import scenario


@pytest.mark.django_db(transaction=True)
def test_random_extracts_shuffled_twice_and_in_halves():
    year = scenario.make_year(8, seed=5)
    scenario.live(year, seed=5, rounds=2)
    assert scenario.faults(year) == []
    before = Movement.objects.count()
    scenario.live(year, seed=6, rounds=1)
    assert Movement.objects.count() == before
