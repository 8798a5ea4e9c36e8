"""The posting written in one statement refuses what the steps refuse, in the same words; no other account moves."""

import datetime
from collections import Counter

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.french import NBSP
from funding import ledger
from funding.ledger import InsufficientFunds, KeyReused, Leg, Slot, post
from funding.models import Account, DayTotal, Kind, Movement, Posting
from funding.reconciliation import differences
from tests.funding import conftest as make
from tests.funding import rush
from tests.funding.conftest import today

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite takes the steps"),
]


@pytest.fixture
def line():
    """A line of 1 000 cents whose accounts are there for good: the next posting takes one statement."""
    made = make.make_line()
    make.open_credits(made, "ae", 1000)
    freeze(made, 1, key="first")
    return made


def slots(line):
    return Slot(Kind.AE_OPENED, line.pk, today().year), Slot(Kind.AE_FROZEN, line.pk, today().year)


def freeze(line, cents, *, key, on=None, kind=Posting.Kind.FREEZE):
    leg = Leg(*slots(line), cents)
    return post(key=key, kind=kind, effective_on=on or today(), actor=None, act="Acte", legs=[leg])


def left(line):
    return Account.objects.get(line=line, kind=Kind.AE_OPENED).balance_cents


def statements_of(act):
    with CaptureQueriesContext(connection) as captured:
        act()
    return [query["sql"] for query in captured]


def test_a_posting_of_today_is_one_statement_even_inside_a_transaction(line):
    assert len(statements_of(lambda: freeze(line, 10, key="a"))) == 1
    with transaction.atomic():
        assert len(statements_of(lambda: freeze(line, 10, key="b"))) == 1
    assert (left(line), Posting.objects.count(), Movement.objects.count()) == (979, 4, 4)
    assert differences() == []


def test_it_is_gone_with_the_transaction_around_it(line):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        freeze(line, 10, key="a")
        raise ZeroDivisionError
    assert left(line) == 999
    assert not Posting.objects.filter(key="a").exists() and differences() == []


def test_it_says_what_the_steps_would_have_written(line):
    at_once = freeze(line, 10, key="a")
    ledger.KNOWN.clear()
    by_steps = freeze(line, 10, key="b")
    same = ("fingerprint", "kind", "effective_on", "booked_on", "actor", "act", "act_file", "reason", "reverses",
            "movement_count")  # fmt: skip
    one, other = Posting.objects.get(pk=at_once.pk), Posting.objects.get(pk=by_steps.pk)
    assert [getattr(one, name) for name in same] == [getattr(other, name) for name in same]
    assert (one.public_id, one.booked_at) == (at_once.public_id, at_once.booked_at)
    moved = [list(p.movements.values_list("rank", "from_account", "to_account", "amount_cents", "effective_on"))
             for p in (one, other)]  # fmt: skip
    assert moved[0] == moved[1]


def test_more_than_is_left_is_refused_in_words_and_nothing_is_written(line):
    with pytest.raises(InsufficientFunds) as refusal, transaction.atomic():
        freeze(line, 1000, key="too much")
    assert "il manque 0,01 €" in refusal.value.message.replace(NBSP, " ")
    assert (left(line), Posting.objects.count()) == (999, 2)
    freeze(line, 999, key="the rest")
    assert left(line) == 0


def test_the_same_key_moves_once_and_another_content_is_refused(line):
    assert freeze(line, 10, key="once") == freeze(line, 10, key="once")
    with pytest.raises(KeyReused):
        freeze(line, 11, key="once")
    assert left(line) == 989


def test_a_stale_memory_of_the_accounts_never_moves_the_money_of_another(line):
    """A database restored under a process that goes on: the keys that it remembers are those of other accounts."""
    other = make.make_line()
    make.open_credits(other, "ae", 1000)
    freeze(other, 1, key="other")
    for slot, wrong in zip(slots(line), slots(other), strict=True):
        ledger.KNOWN[slot] = ledger.KNOWN[wrong]
    freeze(line, 10, key="a")
    assert (left(line), left(other)) == (989, 999)
    assert differences() == []


def test_past_midnight_and_in_the_past_it_takes_the_steps(line):
    yesterday = today() - datetime.timedelta(days=1)
    if yesterday.year < today().year:
        pytest.skip("yesterday had other credits")
    freeze(line, 10, key="past", on=yesterday)
    with time_machine.travel(datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1), tick=True):
        posting = freeze(line, 10, key="a clock behind that of the database")
        assert posting.booked_on == today()
    assert left(line) == 979 and differences() == []


def test_money_may_come_from_where_it_begins(line):
    make.open_credits(line, "ae", 500, on=today())
    sql = statements_of(lambda: make.open_credits(line, "ae", 500, on=today()))
    assert sum("funding_movement" in one for one in sql) == 1 and left(line) == 1999


def test_several_movements_of_one_posting(line):
    other = make.make_line(line.programme)
    make.open_credits(other, "ae", 1000)
    legs = [Leg(slots(line)[0], slots(other)[0], cents) for cents in (1, 2, 3)]
    for key in ("a", "b"):
        post(key=key, kind=Posting.Kind.TRANSFER, effective_on=today(), actor=None, act="Acte", legs=legs)
    assert (left(line), left(other)) == (987, 1012)
    total = DayTotal.objects.get(from_line=line, to_line=other)
    assert total.cents == 12 and differences() == []


def test_the_last_cents_go_to_one_of_many_and_a_key_sent_by_many_moves_once(line):
    told = Counter(rush.at_once([lambda n=n: freeze(line, 600, key=f"race:{n}") for n in range(16)]))
    assert told == {rush.WON: 1, rush.REFUSED: 15}
    told = Counter(rush.at_once([lambda: freeze(line, 300, key="same")] * 16))
    assert told == {rush.WON: 16}
    assert left(line) == 99 and differences() == []
