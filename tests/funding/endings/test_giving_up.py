"""What will not be spent goes back: AE of the year available again, those before lost, unless an act recycles them."""

import datetime

import pytest
import time_machine

from accounts.errors import NotAllowed, Refusal, StalePage
from accounts.models import OutboxMessage
from funding import reconciliation
from funding.endings import giving_up, releases
from funding.envelopes.acts import record_act
from funding.models import Account, Kind, Movement, Posting
from monitoring import reconciliation as whole
from tests.funding.conftest import CAP, GRANT, today
from tests.funding.endings.conftest import days
from tests.funding.test_payments import balance

pytestmark = pytest.mark.django_db


def give_up(award, by, cents, **more):
    fields = {"why": "unspent", "on": today(), "act": "Décision 5", "reason": "Moins de dépenses.", "key": "g:1"}
    return giving_up.give_up(award=award, cents=cents, by=by, **(fields | more))


def next_year():
    return time_machine.travel(datetime.datetime(today().year + 1, 3, 1, 12, tzinfo=datetime.UTC))


def test_ae_of_the_year_are_available_again_and_the_last_instalments_are_cut(paid, finance):
    award, reduction = give_up(paid, finance[0], CAP + 1)
    assert (reduction.cancelled_cents, reduction.released_cents) == (CAP + 1, CAP + 1)
    assert balance(Kind.AE_OPENED) == CAP + 1 and balance(Kind.AE_COMMITTED, award) == CAP - 1
    live = list(award.instalments.live().order_by("number").values_list("state", "cents"))
    assert live == [("paid", CAP), ("planned", CAP - 1)]
    assert (award.total_cents, award.initial_cents, award.state) == (GRANT - CAP - 1, GRANT, "in_force")
    posting = Posting.objects.get(kind="decommit")
    assert (posting.act, posting.actor) == ("Décision 5", finance[0])
    assert OutboxMessage.objects.filter(subject__startswith="Aide réduite").exists()
    assert reconciliation.differences() == whole.differences() == []


def test_all_that_is_left_completes_an_award_that_was_paid_in_part(paid, finance):
    award, _ = give_up(paid, finance[0], 2 * CAP)
    assert (award.state, award.total_cents) == ("completed", CAP)
    assert award.agreement.state == "in_force"
    assert whole.differences() == []


def test_ae_of_an_earlier_year_lapse(paid, finance):
    with next_year():
        give_up(paid, finance[0], CAP)
        assert balance(Kind.AE_LAPSED, paid) == CAP and balance(Kind.AE_OPENED) == 0
        assert not Posting.objects.filter(kind__in=["decommit", "recycle"]).exists()
        assert whole.differences() == []


def test_unless_a_recorded_act_recycles_them(paid, finance, line):
    with next_year():
        act = record_act(kind="decision", number="R-1", dated_on=today(), by=finance[0])
        give_up(paid, finance[0], CAP, recycled_by=act)
        assert balance(Kind.AE_LAPSED, paid) == 0
        opened = Account.objects.get(kind=Kind.AE_OPENED, line=line, fiscal_year=today().year)
        assert opened.balance_cents == CAP
        assert Posting.objects.get(kind="recycle").act_file == act
        assert whole.differences() == []


def test_a_recycling_act_is_not_later_than_the_withdrawal(paid, finance):
    with next_year():
        act = record_act(kind="decision", number="R-1", dated_on=today(), by=finance[0])
        with pytest.raises(Refusal, match="datée après"):
            give_up(paid, finance[0], CAP, recycled_by=act, on=today() - days(1))
    assert not Posting.objects.filter(kind__in=releases.KINDS).exists()


@pytest.mark.parametrize(
    ("why", "state"), [("renounced", "renounced"), ("lapsed", "lapsed"), ("dormant", "lapsed"), ("unspent", "lapsed")]
)
def test_an_aid_of_which_nothing_was_paid_ends(committed, finance, why, state):
    award, _ = give_up(committed, finance[0], GRANT, why=why)
    assert (award.state, award.ended_on, award.total_cents) == (state, today(), GRANT)
    assert balance(Kind.AE_OPENED) == GRANT
    assert not award.instalments.live().exists()
    assert whole.differences() == []


def test_its_agreement_is_closed_and_its_text_abandoned(committed, officer, finance):
    from funding import agreements

    agreement = agreements.prepare(award=committed, by=officer)
    give_up(committed, finance[0], GRANT, why="renounced")
    assert agreement.versions.get().state == "abandoned"


def test_what_is_owed_or_paid_is_never_given_back(in_force, finance):
    assert giving_up.releasable_cents(in_force) == 2 * CAP
    with pytest.raises(Refusal, match=r"100\s000"):
        give_up(in_force, finance[0], 2 * CAP + 1)
    assert not Posting.objects.filter(kind="decommit").exists()


@pytest.mark.parametrize(("field", "value"), [("act", " "), ("reason", ""), ("cents", 0), ("cents", -5)])
def test_what_is_missing_is_told_and_nothing_moves(paid, finance, field, value):
    before = Movement.objects.count()
    with pytest.raises(Refusal):
        give_up(paid, finance[0], **{"cents": CAP, field: value})
    assert Movement.objects.count() == before


def test_only_those_who_may(paid, officer):
    with pytest.raises(NotAllowed):
        give_up(paid, officer, CAP)


def test_the_same_key_gives_nothing_back_twice(paid, finance):
    give_up(paid, finance[0], CAP)
    _, again = give_up(paid, finance[0], CAP)
    assert again is None and balance(Kind.AE_OPENED) == CAP


def test_an_old_page_is_refused(paid, finance):
    with pytest.raises(StalePage):
        give_up(paid, finance[0], CAP, version=paid.version - 1)


def test_a_withheld_instalment_is_settled_first(paid, finance):
    from funding.claims import withholding

    withholding.withhold(instalment=paid.instalments.get(number=2), by=finance[0], reason="Pièce manquante")
    with pytest.raises(Refusal, match="retenue"):
        give_up(paid, finance[0], 1)
    award, _ = give_up(paid, finance[0], 2 * CAP, key="g:2")
    assert award.state == "completed"


def test_no_open_amendment_is_left_behind(paid, officer, finance):
    from funding.conventions import amending
    from tests.funding.test_amendments import later

    amending.amend(agreement=paid.agreement, changes=amending.Changes(plans=later(CAP)), reason="Moins", by=officer)
    with pytest.raises(Refusal, match="avenant"):
        give_up(paid, finance[0], CAP)


def test_the_ledger_recycles_from_an_earlier_year_alone(paid, line):
    from funding.ledger import Leg, Slot, post

    year = today().year
    leg = Leg(Slot(Kind.AE_COMMITTED, line.pk, year, paid.pk), Slot(Kind.AE_OPENED, line.pk, year + 1), 1)
    with pytest.raises(ValueError, match="earlier year"):
        post(key="x", kind="recycle", effective_on=today(), actor=None, act="x", legs=[leg])


def test_a_payment_under_way_keeps_its_ae(in_force, finance, line):
    from tests.funding.test_payments import ordered, pay

    sent = ordered(in_force, finance, line)
    with pytest.raises(Refusal, match="mise en paiement"):
        releases.give_back(award=in_force, cents=2 * CAP + 1, on=today(), act="D", by=None, key="u")
    give_up(in_force, finance[0], 2 * CAP)
    pay(sent, finance[2])
    in_force.refresh_from_db()
    assert in_force.state == "completed" and whole.differences() == []
