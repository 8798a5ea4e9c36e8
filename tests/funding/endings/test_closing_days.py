"""The closing of a past day counts from it, and knows nothing of what was written after."""

import datetime

import pytest
import time_machine

from accounts.models import Role
from funding.endings.closing import SECTIONS
from funding.envelopes.acts import record_act
from funding.models import ClosedYear
from funding.then import Then
from tests.funding import conftest as make
from tests.funding.conftest import today

pytestmark = pytest.mark.django_db


def at(day):
    return time_machine.travel(datetime.datetime.combine(day, datetime.time(12), datetime.UTC))


def in_years(count):
    return at(datetime.date(today().year + count, 3, 1))


@pytest.fixture
def reader(db):
    return make.make_user(Role.AUDITOR)


def shown(slug, user, as_of, known_on):
    return list(SECTIONS[slug].rows(user, as_of.year, Then(as_of, known_on)))


def test_the_page_of_a_past_day_counts_from_it_and_knows_no_closing_of_after(line, finance, client):
    year = today().year
    client.force_login(finance[0])
    path = f"/pilotage/budget/cloture/{year}/"

    def page(**asked_days):
        return client.get(path, asked_days).content.decode().replace("\u00a0", " ")

    assert f"Il restait 60 jours jusqu’au 31 décembre {year}" in page(au=f"{year}-11-01")
    with in_years(1):
        client.force_login(finance[0])
        act = record_act(kind="order", number="CL-1", dated_on=today(), by=finance[0])
        assert "Clore l’exercice" in page() and "n’est pas encore clos" in page()
        ClosedYear.objects.create(year=year, act=act)
        assert "Clos par" in page()
        assert f"Il restait 1 jour jusqu’au 31 décembre {year}" in page(au=f"{year}-12-30")
        gone = page(au=f"{year + 1}-02-01")
        assert "n’était pas encore clos" in gone and "Clore l’exercice" not in gone


def test_a_hearing_is_read_from_the_day_it_was_known(heard, reader):
    first = today()
    with at(first + datetime.timedelta(days=3)):
        assert shown("reversements", reader, today(), first)
        assert not shown("reversements", reader, today(), first - datetime.timedelta(days=1))
