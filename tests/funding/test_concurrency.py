"""Real concurrent connections: the last euro is spent once, everyone is told the truth, nobody deadlocks."""

import itertools

import pytest

from funding.ledger import Leg, Slot, post
from funding.models import Account, Kind, Posting
from funding.reconciliation import differences
from tests.funding import conftest as make
from tests.funding import rush
from tests.funding.conftest import today

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]


def test_64_clients_after_the_last_euro():
    told, faults = rush.rush_for_the_last_award(64)
    assert told == {rush.WON: 1, rush.REFUSED: 63}
    assert faults == []


def test_two_orders_cannot_pass_on_the_last_euro():
    told, faults = rush.rush_for_the_last_payment(8)
    assert told == {rush.WON: 1, rush.REFUSED: 7}
    assert faults == []


def test_the_same_key_in_parallel_is_one_posting():
    assert rush.same_key_at_once(16) == ({rush.WON: 16}, 1, 1)


def test_twins_of_a_plain_posting_are_one():
    line = make.make_line()
    make.open_credits(line, "ae", 1000)
    told = rush.at_once([lambda: freeze(line, 10, key="twin")] * 16)
    assert set(told) == {rush.WON}
    assert Account.objects.get(kind=Kind.AE_FROZEN).balance_cents == 10


def freeze(line, cents, *, key, kind="freeze"):
    opened, frozen = (Slot(k, line.pk, today().year) for k in (Kind.AE_OPENED, Kind.AE_FROZEN))
    leg = Leg(opened, frozen, cents) if kind == "freeze" else Leg(frozen, opened, cents)
    post(key=key, kind=kind, effective_on=today(), actor=None, act="Acte", legs=[leg])


def test_postings_in_opposite_order_do_not_deadlock():
    """Two lines, touched in either order, in either direction, 20 times each by 8 clients."""
    programme = make.make_programme()
    lines = [make.make_line(programme) for _ in range(2)]
    for line in lines:
        make.open_credits(line, "ae", 100_000)
        freeze(line, 50_000, key=f"start:{line.pk}")

    def client(number):
        order = lines if number % 2 else lines[::-1]
        kind, ways = ("freeze", (Kind.AE_OPENED, Kind.AE_FROZEN))
        if number % 4 > 1:
            kind, ways = "unfreeze", ways[::-1]
        for turn in range(20):
            legs = [Leg(*(Slot(way, line.pk, today().year) for way in ways), 7) for line in order]
            post(key=f"c{number}:{turn}", kind=kind, effective_on=today(), actor=None, act="Acte", legs=legs)

    told = rush.at_once([lambda n=number: client(n) for number in range(8)])
    assert set(told) == {rush.WON}
    assert Posting.objects.count() == 4 + 160
    assert differences() == []


def test_commits_of_several_lines_in_opposite_order_do_not_deadlock():
    """Different awards share no account, but they share day totals."""
    programme = make.make_programme()
    lines = [make.make_line(programme) for _ in range(2)]
    waves = rush.one_wave_each(programme, 12)
    for line in lines:
        make.open_credits(line, "ae", make.GRANT * 12)
    reserved = [
        [make.reserve(wave, [make.request_for(wave, line)])[0] for line in pair]
        for wave, pair in zip(waves, itertools.cycle([lines, lines[::-1]]), strict=False)
    ]
    told = rush.at_once([lambda pair=pair: make.commit(pair) for pair in reserved])
    assert set(told) == {rush.WON}
    assert differences() == []
