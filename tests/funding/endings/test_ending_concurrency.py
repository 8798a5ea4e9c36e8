"""Two people at once at the end of an aid, on real connections: one effect, nothing moved twice."""

from collections import Counter

import pytest
from django.db import transaction

from accounts.models import Membership, Role
from funding import instalments
from funding.endings import giving_up, hearings, recoveries, undoing, withdrawals
from funding.models import Award, Kind, Posting, Recovery, RecoveryEntry, Withdrawal
from monitoring import reconciliation as whole
from tests.funding import conftest as make
from tests.funding import rush
from tests.funding.conftest import CAP, GRANT, today
from tests.funding.endings.conftest import asked, decide, issue, withdraw
from tests.funding.test_convention_concurrency import contracted

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def paid():
    """An award in force of which the first instalment is paid."""
    award = contracted(make.make_user(Role.OFFICER))
    people = [make.make_user(Role.FINANCE_OFFICER) for _ in range(3)]
    make.open_credits(award.draws.get().line, "cp", CAP)
    first = award.instalments.get(number=1)
    instalments.certify(instalment=first, by=people[0])
    instalments.order(instalment=first, by=people[1])
    instalments.record_payment(instalment=first, by=people[2], on=today(), chorus_reference="DP-0001")
    return Award.objects.get(pk=award.pk)


def answer(hearing):
    person = make.make_user(Role.APPLICANT)
    Membership.objects.create(user=person, organisation=hearing.award.organisation, role="owner")
    hearings.observe(hearing=hearing, by=person, text="Bien.", complete=True)


def told_of(told):
    return Counter(one if one == rush.WON else one.split(":")[0] for one in told)


def agrees():
    with transaction.atomic():
        assert whole.differences() == []


def test_the_last_cent_is_given_back_once_though_six_click(paid):
    person = make.make_user(Role.FINANCE_OFFICER)

    def give_up(number):
        giving_up.give_up(
            award=paid, why="unspent", cents=2 * CAP, on=today(), act="D", reason="R", by=person, key=f"g:{number}"
        )

    told = rush.at_once([lambda number=number: give_up(number) for number in range(6)])
    assert told_of(told)[rush.WON] == 1 and all("Refusal" in one for one in told if one != rush.WON)
    assert Posting.objects.filter(kind="decommit").count() == 1
    agrees()


def test_the_same_click_twice_gives_back_once(paid):
    person = make.make_user(Role.FINANCE_OFFICER)
    arguments = {
        "why": "unspent",
        "cents": CAP,
        "on": today(),
        "act": "D",
        "reason": "R",
        "by": person,
        "key": "g:same",
    }
    told = rush.at_once([lambda: giving_up.give_up(award=paid, **arguments)] * 6)
    assert set(told) == {rush.WON}
    assert Posting.objects.filter(kind="decommit").count() == 1
    assert paid.accounts.get(kind=Kind.AE_COMMITTED).balance_cents == CAP
    agrees()


def test_two_officers_open_one_recovery(paid):
    officer = make.make_user(Role.OFFICER)
    told = rush.at_once([lambda: recoveries.open_recovery(award=paid, by=officer, **asked())] * 4)
    assert told_of(told) == {rush.WON: 1, "StalePage": 3}
    assert Recovery.objects.count() == 1


def test_two_decide_one_withdrawal(paid):
    opened = withdrawals.open_withdrawal(award=paid, by=None, **asked(cents=GRANT))
    answer(opened.hearing)
    decider = make.make_signatory(paid.wave.call.programme)
    told = rush.at_once([lambda: withdraw(opened, decider, done=40)] * 4)
    assert told_of(told) == {rush.WON: 1, "StalePage": 3}
    found = Withdrawal.objects.get()
    assert (found.state, Recovery.objects.count(), Posting.objects.filter(kind="decommit").count()) == (
        "decided",
        1,
        1,
    )
    agrees()


def test_a_withdrawal_and_a_give_up_meet(paid):
    """Whoever comes first, what was committed is given back once."""
    opened = withdrawals.open_withdrawal(award=paid, by=None, **asked(cents=GRANT))
    answer(opened.hearing)
    decider, person = make.make_signatory(paid.wave.call.programme), make.make_user(Role.FINANCE_OFFICER)
    told = rush.at_once([
        lambda: withdraw(opened, decider, done=0),
        lambda: giving_up.give_up(
            award=paid, why="unspent", cents=CAP, on=today(), act="D", reason="R", by=person, key="g"
        ),
    ])  # fmt: skip
    assert rush.WON in told
    given = sum(sum(m.amount_cents for m in one.movements.all()) for one in Posting.objects.filter(kind="decommit"))
    assert given == 2 * CAP
    agrees()


def test_the_last_cent_of_a_title_is_collected_once(paid):
    opened = recoveries.open_recovery(award=paid, by=None, **asked(cents=1000))
    answer(opened.hearing)
    decided = decide(opened, make.make_signatory(paid.wave.call.programme), cents=1000)
    person = make.make_user(Role.FINANCE_OFFICER)
    issued = issue(decided, person)

    def collect(number):
        recoveries.record_entry(
            recovery=issued, kind="collected", cents=600, on=today(), reference=f"R{number}", by=person
        )

    told = rush.at_once([lambda number=number: collect(number) for number in range(5)])
    assert told.count(rush.WON) == 1
    assert RecoveryEntry.objects.count() == 1 and Recovery.objects.get().collected_cents == 600


def test_six_people_undo_one_withdrawal_once(paid):
    """Each is answered that it is undone; the AE are taken once."""
    opened = withdrawals.open_withdrawal(award=paid, by=make.make_user(Role.OFFICER), **asked(cents=GRANT))
    answer(opened.hearing)
    decider = make.make_signatory(paid.wave.call.programme)
    found = withdraw(opened, decider, done=0)

    def undo():
        undoing.undo(withdrawal=found, act="Jugement", on=today(), reason="Annulé.", by=decider)

    told = rush.at_once([undo] * 6)
    assert set(told) == {rush.WON}
    assert Posting.objects.filter(key__startswith=f"withdrawal:{found.pk}:undo").count() == 2
    assert Withdrawal.objects.get().state == "undone" and Award.objects.get(pk=paid.pk).state == "in_force"
    agrees()


def test_one_line_is_not_taken_twice_by_two_undoings(paid):
    """Whoever reserves the AE first has them; the other is told in words, and nothing is half done."""
    opened = withdrawals.open_withdrawal(award=paid, by=make.make_user(Role.OFFICER), **asked(cents=GRANT))
    answer(opened.hearing)
    decider = make.make_signatory(paid.wave.call.programme)
    found = withdraw(opened, decider, done=0)
    wave, line = paid.wave, paid.draws.get().line
    requests = [make.request_for(wave, line, cents=2 * CAP)]

    def undo():
        undoing.undo(withdrawal=found, act="Jugement", on=today(), reason="Annulé.", by=decider)

    told = rush.at_once([undo, lambda: make.reserve(wave, requests)])
    assert told_of(told)[rush.WON] == 1 and told_of(told)[rush.REFUSED] == 1
    agrees()
