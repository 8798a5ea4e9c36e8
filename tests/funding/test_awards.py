"""Awards on the ledger: reserved, released, committed; a replay changes nothing."""

import pytest

from accounts.errors import NotAllowed, Refusal, StalePage
from accounts.models import JournalEntry, Role
from funding import awards
from funding.ledger import KeyReused
from funding.models import Account, Award, Kind, Posting, Schedule
from funding.reconciliation import differences
from tests.funding import conftest as make
from tests.funding.conftest import CAP, GRANT, today

pytestmark = pytest.mark.django_db


def held(kind):
    return sum(Account.objects.filter(kind=kind).values_list("balance_cents", flat=True))


@pytest.fixture
def funded(line):
    make.open_credits(line, "ae", 3 * GRANT)
    return line


def test_a_reservation_copies_the_bounds_and_draws_on_the_line(funded, wave):
    (award,) = make.reserve(wave, [make.request_for(wave, funded, cents=GRANT // 2)])
    assert (award.min_cents, award.max_cents, award.year_cap_cents) == (1, GRANT, CAP)
    assert award.draws.get().cents == award.total_cents == GRANT // 2
    assert (held(Kind.AE_OPENED), held(Kind.AE_RESERVED)) == (3 * GRANT - GRANT // 2, GRANT // 2)


def test_an_amount_outside_the_bounds_is_refused(funded, wave):
    with pytest.raises(Refusal, match="sort des bornes") as refusal:
        make.reserve(wave, [make.request_for(wave, funded, cents=GRANT + 1)])
    assert refusal.value.field == "amount"
    assert not Award.objects.exists()


def test_the_same_adoption_twice_reserves_once(funded, wave):
    requests = [make.request_for(wave, funded) for _ in range(2)]
    first = make.reserve(wave, requests, key="adopt")
    assert make.reserve(wave, requests, key="adopt") == first
    assert held(Kind.AE_RESERVED) == 2 * GRANT
    with pytest.raises(KeyReused):
        make.reserve(wave, requests[:1], key="adopt")


def test_a_dossier_and_a_place_hold_one_award(funded, wave):
    request = make.request_for(wave, funded)
    make.reserve(wave, [request])
    with pytest.raises(Refusal, match="a déjà une attribution"):
        make.reserve(wave, [request])
    assert held(Kind.AE_RESERVED) == GRANT


def test_a_panel_day_is_reversible(funded, wave):
    request = make.request_for(wave, funded)
    reserved = make.reserve(wave, [request])
    for _ in range(2):
        awards.release(awards=reserved, on=today(), act="Annulation", by=None, key="undo", reason="Erreur")
    assert held(Kind.AE_OPENED) == 3 * GRANT
    assert Award.objects.get().state == "released"
    make.reserve(wave, [request])
    assert differences() == []


def test_a_signed_act_commits_in_full_and_plans_the_payments(funded, wave):
    reserved = make.reserve(wave, [make.request_for(wave, funded)])
    for _ in range(2):
        make.commit(reserved, key="sign")
    award = Award.objects.get()
    assert (award.state, award.committed_on) == ("committed", today())
    assert (held(Kind.AE_RESERVED), held(Kind.AE_COMMITTED)) == (0, GRANT)
    assert [(i.kind, i.cents) for i in award.instalments.order_by("number")] == [
        ("advance", CAP), ("interim", CAP), ("balance", CAP),
    ]  # fmt: skip
    assert Schedule.objects.get().planned_cents == GRANT
    assert Posting.objects.filter(kind="commit").count() == 1


def test_what_is_committed_is_neither_released_nor_committed_again(committed):
    with pytest.raises(StalePage):
        awards.release(awards=[committed], on=today(), act="", by=None, key="undo")
    with pytest.raises(StalePage):
        make.commit([committed])
    assert held(Kind.AE_COMMITTED) == GRANT


def test_who_may_reserve_and_who_may_commit(funded, wave, officer):
    requests = [make.request_for(wave, funded)]
    with pytest.raises(NotAllowed):
        make.reserve(wave, requests, by=make.make_user(Role.FINANCE_OFFICER))
    reserved = make.reserve(wave, requests, by=officer)
    with pytest.raises(NotAllowed):
        make.commit(reserved, by=officer)
    make.commit(reserved, by=make.make_user(Role.DECISION_MAKER))
    actions = JournalEntry.objects.filter(subject_type="funding.Award").values_list("action", flat=True)
    assert sorted(actions) == ["commit", "plan_schedule"]


def test_the_first_notification_stays(committed):
    awards.mark_notified(award=committed, on=today())
    awards.mark_notified(award=committed, on=today().replace(year=today().year + 1))
    committed.refresh_from_db()
    assert committed.notified_on == today()
    assert committed.state == "committed"


def test_without_an_agreement_the_notified_act_is_enough(funded):
    wave = make.make_wave(funded.programme, agreement_required=False)
    (award,) = make.reserve(wave, [make.request_for(wave, funded)])
    make.commit([award])
    awards.mark_notified(award=award, on=today())
    award.refresh_from_db()
    assert award.state == "in_force"
    assert award.instalments.get(number=1).state == "due"
