"""The only module that moves money: which way, on which day, once, and never more than there is."""

import datetime

import hypothesis
import pytest
import time_machine
from django.db import connection, transaction
from django.db.models import Sum
from hypothesis import strategies as st

from accounts.errors import NotAllowed, Refusal, StalePage
from accounts.french import NBSP
from accounts.models import Role
from funding import budgets, ledger
from funding.balances import balances, flows, months, passages
from funding.ledger import InsufficientFunds, KeyReused, Leg, Slot, post
from funding.models import Account, Award, DayTotal, Kind, Movement, Posting
from funding.reconciliation import differences
from tests.funding import conftest as make
from tests.funding.conftest import GRANT, today
from tests.guards import triggers_aside

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


def move(line, origin, destination, cents, *, key="k", kind=Posting.Kind.FREEZE, on=None, year=None):
    year = year or today().year
    leg = Leg(Slot(origin, line.pk, year), Slot(destination, line.pk, year), cents)
    return post(key=key, kind=kind, effective_on=on or today(), actor=None, act="Acte", legs=[leg])


def freeze(line, cents, **kwargs):
    return move(line, Kind.AE_OPENED, Kind.AE_FROZEN, cents, **kwargs)


def held(kind):
    return sum(Account.objects.filter(kind=kind).values_list("balance_cents", flat=True))


def test_credits_are_opened_frozen_given_back_and_cancelled(line):
    year, arguments = today().year, {"effective_on": today(), "act": "Décret", "by": None}
    for axis in ("ae", "cp"):
        make.open_credits(line, axis, 1000)
        common = {"axis": axis, "line": line, "fiscal_year": year, **arguments}
        budgets.freeze(cents=300, key=f"{axis}1", **common)
        budgets.unfreeze(cents=100, key=f"{axis}2", **common)
        budgets.cancel(cents=50, key=f"{axis}3", **common)
        budgets.cancel(cents=20, key=f"{axis}4", frozen=False, **common)
    for source, opened, frozen, cancelled in (
        (Kind.AE_SOURCE, Kind.AE_OPENED, Kind.AE_FROZEN, Kind.AE_CANCELLED),
        (Kind.CP_SOURCE, Kind.CP_AVAILABLE, Kind.CP_FROZEN, Kind.CP_CANCELLED),
    ):
        assert [held(kind) for kind in (source, opened, frozen, cancelled)] == [-1000, 780, 150, 70]
    assert differences() == []


def test_unused_credits_are_carried_to_the_next_year(line):
    make.open_credits(line, "cp", 1000)
    budgets.carry_over(
        axis="cp", line=line, from_year=today().year, cents=400, effective_on=today(), act="Arrêté", by=None, key="c"
    )
    by_year = {key[2]: cents for key, cents in balances().items() if key[0] == Kind.CP_AVAILABLE}
    assert by_year == {today().year: 600, today().year + 1: 400}


def test_only_a_finance_officer_opens_credits(line, officer):
    arguments = {"axis": "ae", "line": line, "fiscal_year": today().year, "cents": 1, "effective_on": today()}
    with pytest.raises(NotAllowed):
        budgets.open_credits(act="Loi", by=officer, key="k", **arguments)
    budgets.open_credits(act="Loi", by=make.make_user(Role.FINANCE_OFFICER), key="k", **arguments)


def test_more_than_is_left_is_refused_in_words_and_nothing_is_written(line):
    make.open_credits(line, "ae", 100_000_00)
    with pytest.raises(InsufficientFunds) as refusal:
        freeze(line, 150_000_00)
    assert "il manque 50 000 €" in refusal.value.message.replace(NBSP, " ")
    assert "Il reste 100 000 € et il faut 150 000 €" in refusal.value.message.replace(NBSP, " ")
    assert Posting.objects.count() == 1
    assert Movement.objects.count() == 1


def test_the_last_euro_can_be_used_and_not_one_more(line):
    make.open_credits(line, "ae", 100)
    freeze(line, 100, key="all")
    with pytest.raises(InsufficientFunds):
        freeze(line, 1, key="more")


def test_the_same_key_with_the_same_content_has_one_effect(line):
    make.open_credits(line, "ae", 1000)
    assert freeze(line, 10, key="once") == freeze(line, 10, key="once")
    assert held(Kind.AE_FROZEN) == 10


@pytest.mark.parametrize("other", [{"cents": 11}, {"on": -1}])
def test_the_same_key_with_another_content_is_an_error(line, other):
    make.open_credits(line, "ae", 1000)
    freeze(line, 10, key="once")
    on = today() + other["on"] * DAY if "on" in other else None
    with pytest.raises(KeyReused):
        freeze(line, other.get("cents", 10), key="once", on=on)
    assert held(Kind.AE_FROZEN) == 10


@pytest.mark.parametrize(
    ("kind", "origin", "destination"),
    [
        (Posting.Kind.FREEZE, Kind.AE_FROZEN, Kind.AE_OPENED),
        (Posting.Kind.OPEN, Kind.AE_OPENED, Kind.AE_FROZEN),
        (Posting.Kind.CANCEL, Kind.AE_OPENED, Kind.CP_AVAILABLE),
        (Posting.Kind.CARRY_OVER, Kind.AE_OPENED, Kind.AE_FROZEN),
    ],
)
def test_money_goes_only_the_ways_that_the_act_allows(line, kind, origin, destination):
    with pytest.raises(ValueError, match="not a way"):
        move(line, origin, destination, 1, kind=kind)


@pytest.mark.parametrize("cents", [0, -5])
def test_a_movement_is_of_a_positive_amount(line, cents):
    with pytest.raises(ValueError, match="positive"):
        freeze(line, cents)


def test_a_posting_moves_something_and_no_account_both_gives_and_receives(line):
    with pytest.raises(ValueError, match="at least one"):
        post(key="k", kind="freeze", effective_on=today(), actor=None, act="", legs=[])
    slots = [Slot(Kind.AE_OPENED, line.pk, year) for year in (2020, 2021, 2022)]
    with pytest.raises(ValueError, match="give and receive"):
        post(
            key="k", kind="carry_over", effective_on=today(), actor=None, act="",
            legs=[Leg(slots[0], slots[1], 1), Leg(slots[1], slots[2], 1)],
        )  # fmt: skip


def test_a_posting_stays_on_one_line_and_one_year(line):
    other = make.make_line(line.programme)
    year = today().year
    for slot in (Slot(Kind.AE_FROZEN, other.pk, year), Slot(Kind.AE_FROZEN, line.pk, year + 1)):
        with pytest.raises(ValueError, match="one line"):
            leg = Leg(Slot(Kind.AE_OPENED, line.pk, year), slot, 1)
            post(key="k", kind="freeze", effective_on=today(), actor=None, act="", legs=[leg])


def test_a_day_to_come_is_refused(line):
    make.open_credits(line, "ae", 100)
    with pytest.raises(Refusal, match="dans le futur") as refusal:
        freeze(line, 1, on=today() + DAY)
    assert refusal.value.field == "on"


def test_no_backdating_that_would_make_a_past_balance_negative(line):
    make.open_credits(line, "ae", 100, on=today() - 10 * DAY, year=today().year)
    freeze(line, 80, key="f", on=today() - 5 * DAY)
    move(line, Kind.AE_FROZEN, Kind.AE_OPENED, 80, key="u", kind=Posting.Kind.UNFREEZE, on=today() - 2 * DAY)
    # Today 100 are left; five days ago only 20 were.
    with pytest.raises(InsufficientFunds) as refusal:
        freeze(line, 21, key="late", on=today() - 6 * DAY)
    assert refusal.value.field == "on"
    freeze(line, 20, key="fits", on=today() - 6 * DAY)
    with pytest.raises(InsufficientFunds):
        freeze(line, 1, key="before", on=today() - 11 * DAY)
    freeze(line, 80, key="now", on=today())


@time_machine.travel("2027-03-10 10:00:00+01:00")
def test_credits_of_a_year_are_used_in_that_year(line, wave):
    make.open_credits(line, "ae", GRANT, year=2026, on=datetime.date(2026, 1, 1))
    request = make.request_for(wave, line, year=2026)
    with pytest.raises(Refusal, match="AE de 2026") as refusal:
        make.reserve(wave, [request])
    assert refusal.value.field == "fiscal_year"
    (award,) = make.reserve(wave, [request], on=datetime.date(2026, 12, 30))
    with pytest.raises(Refusal, match="AE de 2026"):
        make.commit([award])
    make.commit([award], on=datetime.date(2026, 12, 31))


def test_nothing_is_booked_when_midnight_passes_during_the_wait(line, monkeypatch):
    make.open_credits(line, "ae", 100)
    wait = ledger.lock_accounts

    def slow(slots):
        clock.shift(datetime.timedelta(hours=24))
        return wait(slots)

    monkeypatch.setattr(ledger, "lock_accounts", slow)
    now = datetime.datetime.now(datetime.UTC)
    with time_machine.travel(now, tick=False) as clock, pytest.raises(StalePage, match="Minuit"):
        freeze(line, 10)
    assert not Posting.objects.filter(kind="freeze").exists()


def test_both_clocks(line):
    """Opened on 1 March; a freeze of 1 February is known only on 2 April."""
    with time_machine.travel("2027-03-01 12:00:00+01:00"):
        make.open_credits(line, "ae", 1000, year=2027, on=datetime.date(2027, 1, 1))
    with time_machine.travel("2027-04-02 12:00:00+02:00"):
        freeze(line, 300, on=datetime.date(2027, 2, 1), year=2027)

    def frozen(**clocks):
        return balances(**clocks).get((Kind.AE_FROZEN, line.pk, 2027), 0)

    february, march, april = (datetime.date(2027, *day) for day in ((2, 1), (3, 15), (4, 2)))
    assert frozen(as_of=february - DAY) == 0
    assert frozen(as_of=february) == 300
    assert frozen(as_of=february, known_on=march) == 0
    assert frozen(as_of=april, known_on=april) == 300
    assert flows(as_of=april)[Kind.AE_OPENED, Kind.AE_FROZEN, line.pk, 2027] == 300
    assert balances(known_on=datetime.date(2027, 2, 28)) == {}


ANY_DAY = st.dates(datetime.date(2027, 1, 1), datetime.date(2027, 4, 30))


@hypothesis.settings(max_examples=25, suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture])
@hypothesis.given(data=st.data())
def test_any_day_adds_up_to_the_movements_true_and_known_by_then(line, data):
    """Whole months are read in one row, the last one day by day, what came late is taken off: the same sum always."""
    with transaction.atomic():
        with time_machine.travel("2027-01-01 09:00:00+01:00"):
            make.open_credits(line, "ae", 100_000, year=2027, on=datetime.date(2027, 1, 1))
        frozen_late = st.tuples(st.integers(1, 900), ANY_DAY, st.integers(0, 70))
        for number, (cents, on, late) in enumerate(data.draw(st.lists(frozen_late, max_size=8))):
            with time_machine.travel(datetime.datetime.combine(on + late * DAY, datetime.time(12), datetime.UTC)):
                freeze(line, cents, key=f"k{number}", on=on, year=2027)
        as_of, known_on = data.draw(st.none() | ANY_DAY), data.draw(st.none() | ANY_DAY)
        then = Movement.objects.filter(to_account__kind=Kind.AE_FROZEN)
        then = then.filter(effective_on__lte=as_of) if as_of else then
        before = then.filter(posting__booked_on__lt=known_on) if known_on else then
        then = then.filter(posting__booked_on__lte=known_on) if known_on else then
        expected, earlier = (found.aggregate(t=Sum("amount_cents", default=0))["t"] for found in (then, before))
        for by_month in (True, False):
            rows = passages(as_of=as_of, known_on=known_on, known_before=known_on, by_month=by_month)
            frozen = [row for row in rows if row.to_kind == Kind.AE_FROZEN]
            assert sum(row.cents for row in frozen) == expected
            assert sum(row.earlier_cents for row in frozen) == earlier
        told = months(to_kinds={Kind.AE_FROZEN}, as_of=as_of, known_on=known_on)
        assert sum(cents for *_, cents in told) == expected
        transaction.set_rollback(True)


def test_an_adoption_is_all_or_nothing(line, wave):
    make.open_credits(line, "ae", 2 * GRANT)
    with pytest.raises(InsufficientFunds):
        make.reserve(wave, [make.request_for(wave, line) for _ in range(3)])
    assert Award.objects.count() == 0
    awards = make.reserve(wave, [make.request_for(wave, line) for _ in range(2)])
    assert held(Kind.AE_RESERVED) == 2 * GRANT
    assert Posting.objects.get(kind="reserve").movements.count() == len(awards) == 2


def test_reconcile_names_what_was_changed_behind_the_ledger(line):
    make.open_credits(line, "ae", 1000)
    total = DayTotal.objects.get()
    assert differences() == []
    connection.check_constraints()
    with triggers_aside(connection):
        DayTotal.objects.filter(pk=total.pk).update(cents=999)
        Account.objects.filter(kind=Kind.AE_OPENED).update(balance_cents=1001)
        connection.check_constraints()
    found = " ".join(differences())
    assert "solde 1001, mouvements 1000" in found
    assert "noté 999, mouvements 1000" in found
    assert "somme de tous les soldes : 1 centimes" in found
