"""An instalment whose members are paid in two years: no difference, and each part on the CP of its own year."""

import datetime

import pytest
import time_machine

from accounts.models import Role
from funding import instalments, reconciliation
from funding.models import Account, Difference, Instalment, Kind
from tests.funding.chorus.conftest import first_of
from tests.funding.chorus.test_applying import bring_in, state_of, the_difference
from tests.funding.chorus.test_payees import PARTS, row, share_out
from tests.funding.conftest import CAP, make_organisation, make_user, open_credits, today


def travel(year, month, day):
    return time_machine.travel(datetime.datetime(year, month, day, 12, tzinfo=datetime.UTC))


@pytest.fixture
def ordered(in_force, line, finance):
    """A consortium of three; its instalment is ordered on the CP of this year."""
    share_out(in_force, [make_organisation(make_user(Role.APPLICANT)) for _ in range(2)])
    open_credits(line, "cp", 3 * CAP)
    instalments.certify(instalment=first_of(in_force), by=finance[0])
    instalments.order(instalment=first_of(in_force), by=finance[1])
    return first_of(in_force)


def paid(rank, on, ordered, **more):
    payee = list(ordered.payees.filter(live=True).order_by("pk"))[rank]
    line = row(payee.organisation, payee.cents, dp=f"DP{rank}00", **more)
    return line | {"Date de dernière opération sur la DP": on, "Exercice comptable": on.year}


def held(kind, year):
    return sum(one.balance_cents for one in Account.objects.filter(kind=kind, fiscal_year=year))


def test_the_last_member_is_paid_the_year_after_on_the_credits_of_that_year(ordered, line, finance):
    year, last = today().year, PARTS["second"]
    bring_in([paid(0, today(), ordered), paid(1, today(), ordered)], finance[2])
    assert state_of(ordered) == "ordered"
    with travel(year + 1, 3, 2):
        open_credits(line, "cp", CAP, year=year + 1)
        bring_in([paid(2, datetime.date(year + 1, 3, 1), ordered)], finance[2], year=year + 1)
        assert not Difference.objects.exists()
        one = Instalment.objects.get(pk=ordered.pk)
        assert (one.state, one.paid_on) == ("paid", datetime.date(year + 1, 3, 1))
        assert (held(Kind.CP_PAID, year), held(Kind.CP_PAID, year + 1)) == (CAP - last, last)
        assert held(Kind.CP_ORDERED, year) == held(Kind.CP_ORDERED, year + 1) == 0
        assert (held(Kind.CP_AVAILABLE, year), held(Kind.CP_AVAILABLE, year + 1)) == (2 * CAP + last, CAP - last)
        assert held(Kind.AE_LIQUIDATED, year) == CAP
        assert reconciliation.differences() == []


def test_the_rows_of_both_years_may_be_read_after_the_first_has_ended(ordered, line, finance):
    year = today().year
    with travel(year + 1, 3, 2):
        open_credits(line, "cp", CAP, year=year + 1)
        first, rest = datetime.date(year, 12, 20), datetime.date(year + 1, 3, 1)
        bring_in([paid(0, first, ordered), paid(1, first, ordered)], finance[2], year=year)
        bring_in([paid(2, rest, ordered)], finance[2], year=year + 1)
        assert state_of(ordered) == "paid" and not Difference.objects.exists()
        assert held(Kind.CP_PAID, year) == CAP - PARTS["second"]


def test_nothing_paid_in_the_year_of_the_order_is_still_a_difference(ordered, line, finance):
    """The order may be cancelled and made again: nothing of it was paid."""
    year = today().year
    with travel(year + 1, 3, 2):
        open_credits(line, "cp", CAP, year=year + 1)
        bring_in([paid(2, datetime.date(year + 1, 3, 1), ordered)], finance[2], year=year + 1)
        assert state_of(ordered) == "ordered" and the_difference().kind == "wrong_year"


def test_without_credits_of_the_year_after_nothing_moves_and_it_is_said(ordered, line, finance):
    year = today().year
    bring_in([paid(0, today(), ordered), paid(1, today(), ordered)], finance[2])
    with travel(year + 1, 3, 2):
        bring_in([paid(2, datetime.date(year + 1, 3, 1), ordered)], finance[2], year=year + 1)
        assert state_of(ordered) == "ordered" and the_difference().kind == "refused"
        assert held(Kind.CP_ORDERED, year) == CAP and held(Kind.CP_PAID, year) == 0
