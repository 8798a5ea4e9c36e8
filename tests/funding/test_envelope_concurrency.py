"""Real concurrent connections on envelopes: the parts, the contributions and the fund stay within what there is."""

import pytest

from accounts.errors import Refusal
from funding.envelopes import investing, lines, moves, outside
from funding.envelopes.acts import record_act
from funding.models import Account, Act, Contribution, Fund, InstrumentEvent, Kind, Posting
from funding.reconciliation import differences
from tests.funding import conftest as make
from tests.funding import rush
from tests.funding.conftest import today

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]


def act(kind=Act.Kind.ORDER):
    return record_act(kind=kind, number="2026-1", dated_on=today(), by=None)


def common(line, cents, key):
    return {
        "axis": "ae", "line": line, "fiscal_year": today().year, "cents": cents, "effective_on": today(),
        "act": "Acte", "by": None, "key": key,
    }  # fmt: skip


def test_regions_served_at_once_never_get_more_than_the_whole():
    line = make.make_line()
    make.open_credits(line, "ae", 1000)
    parts = [lines.part_of(line, code, by=None) for code in ("11", "24", "27", "28", "32", "44", "52", "53")]
    told = rush.at_once(
        [lambda n=n, part=part: moves.delegate(to_line=part, **common(line, 300, f"d{n}"))
         for n, part in enumerate(parts)]
    )  # fmt: skip
    assert sorted(told) == [rush.REFUSED] * 5 + [rush.WON] * 3
    held = dict(Account.objects.filter(kind=Kind.AE_OPENED).values_list("line", "balance_cents"))
    assert held.pop(line.pk) == 100
    assert sum(held.values()) == 900
    assert differences() == []


def test_transfers_in_opposite_directions_do_not_deadlock():
    programme = make.make_programme()
    pair = [make.make_line(programme) for _ in range(2)]
    for line in pair:
        make.open_credits(line, "ae", 10_000)

    def client(number):
        line, to_line = pair if number % 2 else pair[::-1]
        for turn in range(10):
            moves.transfer(to_line=to_line, **common(line, 7, f"t{number}:{turn}"))

    told = rush.at_once([lambda n=number: client(n) for number in range(8)])
    assert set(told) == {rush.WON}
    assert Posting.objects.filter(kind="transfer").count() == 80
    assert differences() == []


def test_the_last_euro_received_is_attached_once():
    line = make.make_line()
    source = {owner: lines.open_source(name=owner, owner=owner, by=None) for owner in ("outside", "contribution")}
    shared = {"programme": line.programme, "purpose": "But", "by": None, "lolf_programme": "112"}
    theirs, earmarked = (
        lines.open_line(source=source[owner], code=owner, label=owner, **shared) for owner in source
    )  # fmt: skip
    for verb in (outside.pledge, outside.receive):
        verb(line=theirs, fiscal_year=today().year, cents=100, effective_on=today(), act=act(), by=None,
             key=verb.__name__)  # fmt: skip
    arrete = act()

    def attach(key):
        outside.attach(
            outside_line=theirs, pledge_year=today().year, line=earmarked, fiscal_year=today().year, cents=60,
            effective_on=today(), act=arrete, by=None, key=key,
        )  # fmt: skip

    told = rush.at_once([lambda n=n: attach(f"a{n}") for n in range(8)])
    assert sorted(told) == [rush.REFUSED] * 7 + [rush.WON]
    winner = Posting.objects.get(kind="attach").key
    assert set(rush.at_once([lambda: attach(winner)] * 8)) == {rush.WON}
    assert Contribution.objects.get().cents == 60
    assert differences() == []


def test_the_fund_engages_and_calls_no_more_than_there_is():
    line = make.make_line()
    fund = investing.open_fund(programme=line.programme, name="F", manager="G", size_cents=1000, act=act(), by=None)
    paper = act()

    def engage(number):
        investing.engage(fund=fund, kind="equity", label=f"P{number}", cents=400, on=today(), act=paper, by=None)

    told = rush.at_once([lambda n=n: engage(n) for n in range(6)])
    assert told.count(rush.WON) == 2
    assert Fund.objects.get().engaged_cents == 800
    share = fund.instruments.first()

    def call(number):
        investing.record_event(
            instrument=share, kind=InstrumentEvent.Kind.CALL, on=today(), cents=150, act=paper, by=None,
            key=f"c{number}",
        )  # fmt: skip

    told = rush.at_once([lambda n=n: call(n) for n in range(6)])
    assert told.count(rush.WON) == 2
    share.refresh_from_db()
    assert share.called_cents == 300


def test_an_act_recorded_twice_at_once_is_one():
    def record():
        record_act(kind=Act.Kind.DECREE, number="2026-9", dated_on=today(), title="Décret", by=None)

    assert set(rush.at_once([record] * 8)) == {rush.WON}
    assert Act.objects.count() == 1
    with pytest.raises(Refusal):
        record_act(kind=Act.Kind.DECREE, number="2026-9", dated_on=today(), title="Autre", by=None)
