"""What was promised, on a day."""

import datetime

import pytest

from monitoring.clocks import Clocks
from monitoring.promises import Promises
from programme.models import Announcement
from tests import factories


@pytest.mark.django_db
@pytest.mark.parametrize("year", [2017, 2018, 2019, 2021, 2023, 2025])
def test_the_statement_in_force_is_the_one_of_the_floor_that_says_it(year):
    programme, day = factories.programme(), datetime.date(year, 12, 31)
    promises = Promises(programme, Clocks.at(as_of=day))
    assert promises.in_force == Announcement.objects.in_force(programme=programme, on=day)
    assert promises.announced_cents == (11_000_000_000 if year >= 2018 else 0)
