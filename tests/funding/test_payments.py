"""From the signed act to the paid instalment: who, when, in which order, against which credits."""

import datetime

from applications.models import FabriqueFact
from funding import instalments, reconciliation, schedules
from funding.models import Account, Kind, Posting
from tests.funding import conftest as make
from tests.funding.conftest import CAP, GRANT, today

YESTERDAY = datetime.timedelta(days=1)


def first(award):
    return schedules.current_instalments(award).first()


def pay_all(award, finance, line):
    make.open_credits(line, "cp", CAP)
    instalment = first(award)
    instalments.certify(instalment=instalment, by=finance[0])
    instalments.order(instalment=instalment, by=finance[1])
    return instalments.record_payment(
        instalment=instalment, by=finance[2], on=today(), chorus_reference="DP-2027-000123"
    )


def balance(kind, award=None):
    return sum(Account.objects.filter(kind=kind, award=award).values_list("balance_cents", flat=True))


def test_the_whole_way_to_a_paid_first_instalment(in_force, finance, line):
    paid = pay_all(in_force, finance, line)
    assert paid.state == "paid"
    assert balance(Kind.CP_PAID, in_force) == balance(Kind.AE_LIQUIDATED, in_force) == CAP
    assert balance(Kind.AE_COMMITTED, in_force) == GRANT - CAP
    posting = Posting.objects.get(kind="pay")
    assert posting.movements.count() == 2
    assert posting.effective_on == today()
    in_force.refresh_from_db()
    assert in_force.state == "in_force"
    assert FabriqueFact.objects.filter(fabrique=in_force.fabrique, kind="contracted").exists()
    assert reconciliation.differences() == []
