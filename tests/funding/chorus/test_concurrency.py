"""Two officers at once on one instalment: one payment, a sentence for the other. Real connections."""

import threading

import pytest
from django.db import connections

from accounts.errors import Refusal
from accounts.models import Role
from funding import instalments
from funding.chorus import applying, confirming
from funding.models import Account, Difference, Instalment, Kind, Movement, Posting
from tests.funding.chorus.test_applying import DP, line_for, read
from tests.funding.conftest import CAP, make_user

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.concurrency]


def together(*works):
    """Start all of them at one moment; what each gave or raised."""
    gate, told = threading.Barrier(len(works)), []

    def run(work):
        gate.wait()
        try:
            told.append(work())
        except Refusal as refusal:
            told.append(refusal)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


@pytest.fixture
def finance():
    return [make_user(Role.FINANCE_OFFICER) for _ in range(4)]


def waiting(ordered, by):
    file = read([line_for(ordered)], by)
    confirming.confirm(file=file, by=by, digest=confirming.preview(file=file, by=by).digest)


def paid_cents():
    return sum(Account.objects.filter(kind=Kind.CP_PAID).values_list("balance_cents", flat=True))


def test_two_officers_apply_one_payment(ordered, finance):
    waiting(ordered, finance[2])
    told = together(*(lambda by=by: applying.apply(number=DP, by=by) for by in finance[2:] * 4))
    assert all(done for done, _ in told)
    assert sorted("deux fois" in sentence for _, sentence in told) == [False] + [True] * 7
    assert paid_cents() == CAP
    assert Posting.objects.filter(kind=Posting.Kind.PAY).count() == 1


def test_one_applies_while_the_other_cancels_the_order(ordered, finance):
    waiting(ordered, finance[2])
    together(
        lambda: applying.apply(number=DP, by=finance[2]),
        lambda: instalments.cancel_order(instalment=ordered, by=finance[1], reason="Rejet"),
    )
    one = Instalment.objects.get(pk=ordered.pk)
    if one.state == "paid":
        assert paid_cents() == CAP
        assert not Difference.objects.exists()
    else:
        assert (one.state, paid_cents()) == ("certified", 0)
        assert Difference.objects.get().kind == Difference.Kind.NOT_ORDERED


def test_two_officers_confirm_one_file(ordered, finance):
    file = read([line_for(ordered)], finance[2])
    digest = confirming.preview(file=file, by=finance[2]).digest
    before = Movement.objects.count()
    told = together(*(lambda by=by: confirming.confirm(file=file, by=by, digest=digest) for by in finance[2:]))
    assert sorted(isinstance(one, Refusal) for one in told) == [False, True]
    assert Movement.objects.count() == before
