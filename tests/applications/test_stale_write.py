"""The short form of the proof `stale_write`: pairs of people on one page, real connections, real requests."""

import pytest

from tests.applications.writers import BOTH_WRITTEN, ONE_TOLD, RACES

pytestmark = [pytest.mark.proof, pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("make", RACES)
def test_nobody_is_overwritten(make):
    race = make()
    assert [race(number, same=True) for number in range(2)] == [ONE_TOLD] * 2
    assert [race(number, same=False) for number in range(2, 4)] == [BOTH_WRITTEN] * 2
