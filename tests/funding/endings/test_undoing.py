"""A withdrawal undone: the award stands again, its AE taken again, its instalments planned again, once."""

import datetime

import pytest
import time_machine
from django.db import IntegrityError, transaction

from accounts.errors import Refusal, StalePage
from accounts.models import JournalEntry
from documents.models import Document
from documents.rendering import as_html, render
from funding import instalments
from funding.endings import hearings, recoveries, refunding, reinstating, undoing, withdrawals
from funding.endings.planning_again import left_of, plans_again
from funding.ledger import InsufficientFunds, Leg, Slot, post
from funding.models import Act, ClosedYear, Instalment, Kind, Posting, Recovery, RecoveryEntry, Withdrawal
from monitoring import reconciliation as whole
from tests.funding import conftest as make
from tests.funding.conftest import CAP, GRANT, today
from tests.funding.endings.conftest import asked, issue, withdraw
from tests.funding.test_payments import balance

pytestmark = pytest.mark.django_db


def undo(withdrawal, by, **more):
    fields = {"act": "Jugement n° 2501234", "on": today(), "reason": "Le tribunal annule le retrait."}
    return undoing.undo(withdrawal=withdrawal, by=by, **{**fields, **more})


def standing_of(award):
    return list(award.instalments.live().order_by("number").values_list("state", "cents", "condition"))


def test_all_of_it_stands_again(answered, decider):
    before = standing_of(answered.award)
    found = withdraw(answered, decider, done=0)
    assert (found.award.state, balance(Kind.AE_OPENED)) == ("withdrawn", 2 * CAP)
    done = undo(found, decider)
    award = done.award
    award.refresh_from_db()
    assert (done.state, done.undone_act, done.undone_on) == ("undone", "Jugement n° 2501234", today())
    assert (award.state, award.ended_on, award.stop_reason, award.total_cents) == ("in_force", None, "", GRANT)
    assert standing_of(award) == before
    assert balance(Kind.AE_OPENED) == 0 and balance(Kind.AE_COMMITTED, award) == 2 * CAP
    assert award.agreement.__class__.objects.get(award=award).state == "in_force"
    assert (Recovery.objects.get().state, recoveries.asked_back_cents(award)) == ("dropped", 0)
    assert whole.differences() == []


def test_a_part_of_it_stands_again(answered, decider):
    before = standing_of(answered.award)
    found = withdraw(answered, decider, done=150)
    undo(found, decider)
    award = found.award
    award.refresh_from_db()
    assert (award.state, award.total_cents, award.initial_cents) == ("in_force", GRANT, GRANT)
    assert standing_of(award) == before
    assert balance(Kind.AE_COMMITTED, award) == 2 * CAP
    assert whole.differences() == []


def test_one_that_was_completed_by_it_goes_on(answered, decider):
    found = withdraw(answered, decider, done=40)
    assert found.award.state == "completed"
    undo(found, decider)
    found.award.refresh_from_db()
    assert (found.award.state, found.award.total_cents) == ("in_force", GRANT)


def test_what_is_planned_again_is_paid(answered, decider, finance, line):
    found = undo(withdraw(answered, decider, done=0), decider)
    second = found.award.instalments.live().get(number=2)
    with time_machine.travel(datetime.datetime(today().year + 1, 3, 1, 12, tzinfo=datetime.UTC)):
        instalments.make_due(instalment=second, on=today(), by=None)
        make.open_credits(line, "cp", CAP)
        instalments.certify(instalment=Instalment.objects.get(pk=second.pk), by=finance[0])
        instalments.order(instalment=Instalment.objects.get(pk=second.pk), by=finance[1])
    assert Instalment.objects.get(pk=second.pk).state == "ordered"


def test_a_second_call_does_nothing(answered, decider):
    found = undo(withdraw(answered, decider, done=0), decider)
    entries, letters = JournalEntry.objects.count(), Document.objects.count()
    again = undo(found, decider, act="Autre", version=1)
    assert (again.state, again.undone_act) == ("undone", "Jugement n° 2501234")
    assert (JournalEntry.objects.count(), Document.objects.count()) == (entries, letters)
    assert balance(Kind.AE_COMMITTED, again.award) == 2 * CAP


def test_the_letter_says_what_is_given_back(answered, decider):
    done = undo(withdraw(answered, decider, done=0), decider)
    html = as_html("withdrawal_undone", done.undone_document.facts).replace("\u00a0", " ")
    assert "est annulé" in html and "Jugement n° 2501234" in html and "recours gracieux" in html
    assert render("withdrawal_undone", done.undone_document.facts).startswith(b"%PDF")
    actions = set(JournalEntry.objects.values_list("action", flat=True))
    assert {"undo", "reinstate", "reopen", "fall"} <= actions


def test_ae_that_others_took_are_refused_in_words_and_another_line_gives_them(answered, decider, line, wave):
    found = withdraw(answered, decider, done=0)
    make.reserve(wave, [make.request_for(wave, line, cents=CAP + 1)])
    with pytest.raises(InsufficientFunds):
        undo(found, decider)
    assert (
        Withdrawal.objects.get().state == "decided"
        and found.award.__class__.objects.get(pk=found.award.pk).state == "withdrawn"
    )
    other = make.make_line(line.programme)
    make.open_credits(other, "ae", 2 * CAP)
    undo(found, decider, line=other)
    drawn = found.award.draws.filter(line=other).values_list("cents", "fiscal_year")
    assert list(drawn) == [(2 * CAP, today().year)]
    assert whole.differences() == []


def test_not_in_a_closed_year_and_on_the_ae_of_the_next_one(answered, decider, line):
    found, last_day = withdraw(answered, decider, done=0), datetime.date(today().year, 12, 31)
    with time_machine.travel(datetime.datetime(today().year + 1, 3, 1, 12, tzinfo=datetime.UTC)):
        act = Act.objects.create(kind="decision", number="CLOTURE", dated_on=today())
        ClosedYear.objects.create(year=last_day.year, act=act)
        later = make.make_signatory(line.programme)
        with pytest.raises(Refusal, match="clos"):
            undo(found, later, on=last_day)
        with pytest.raises(InsufficientFunds):
            undo(found, later)
        assert Withdrawal.objects.get().state == "decided"
        make.open_credits(line, "ae", 2 * CAP)
        undo(found, later)
        assert list(found.award.draws.order_by("pk").values_list("fiscal_year", flat=True)) == [
            last_day.year, today().year,
        ]  # fmt: skip
        assert whole.differences() == []


def test_a_title_without_money_falls(answered, decider, finance):
    found = withdraw(answered, decider, done=40)
    issue(Recovery.objects.get(), finance[0])
    undo(found, decider)
    assert Recovery.objects.get().state == "dropped"


@pytest.mark.parametrize("change", [{"act": " "}, {"reason": ""}, {"on": datetime.date(2000, 1, 1)}])
def test_no_undoing_without_an_act_its_date_and_why(answered, decider, change):
    found = withdraw(answered, decider, done=40)
    with pytest.raises(Refusal):
        undo(found, decider, **change)


def test_nothing_to_undo_before_a_decision(answered, decider):
    with pytest.raises(StalePage):
        undo(answered, decider)


def test_the_database_wants_its_act(answered, decider):
    found = withdraw(answered, decider, done=40)
    with pytest.raises(IntegrityError), transaction.atomic():
        Withdrawal.objects.filter(pk=found.pk).update(state="undone")


def test_past_years_are_planned_later_within_the_yearly_cap(paid):
    rows = [
        {"kind": "advance", "year": 2020, "cents": CAP, "condition": "a", "expected_on": "2020-02-01"},
        {"kind": "interim", "year": 2021, "cents": CAP, "condition": "b", "expected_on": "2021-02-01"},
        {"kind": "balance", "year": 2022, "cents": CAP, "condition": "c", "expected_on": "2022-02-01"},
    ]
    plans = plans_again(paid, rows, GRANT, today())
    # This year already pays 50 000 €: the two others come after it, one a year.
    assert [(one.year - today().year, one.cents, one.condition) for one in plans] == [(1, CAP, "b"), (2, CAP, "c")]
    assert all(one.expected_on >= today() and one.expected_on.year == one.year for one in plans)


def test_what_no_row_holds_is_one_more(paid):
    assert [row["cents"] for row in left_of([], 0, 5)] == [5]
    plans = plans_again(paid, [], GRANT, today())
    assert [one.cents for one in plans] == [CAP, CAP]


def test_the_page_undoes_it(answered, decider, client):
    found = withdraw(answered, decider, done=0)
    client.force_login(decider)
    page = client.get(found.get_absolute_url()).content.decode()
    assert "Annuler le retrait" in page and "versements sont planifiés de nouveau" in page
    sent = client.post(found.get_absolute_url(), {
        "act": "undo", "undo-act": "Décision 9", "undo-on": today().isoformat(), "undo-reason": "Recours accueilli.",
        "version": Withdrawal.objects.get().version, "idempotency_key": "a" * 32,
    })  # fmt: skip
    assert sent.status_code == 302
    assert "Retrait annulé le" in client.get(found.get_absolute_url()).content.decode()
    member = found.award.organisation.members.first()
    client.force_login(member)
    mine = client.get(hearings.page_of(found.award)).content.decode()
    assert "votre aide vous est rendue" in mine and "Annulation du retrait" in mine


def test_nobody_else_undoes_it(answered, decider, officer, client):
    found = withdraw(answered, decider, done=0)
    client.force_login(officer)
    assert "Annuler le retrait" not in client.get(found.get_absolute_url()).content.decode()


def test_the_most_recent_first(paid, officer, decider, writer):
    def one_more(done):
        opened = withdrawals.open_withdrawal(award=paid, by=officer, **asked(cents=CAP))
        hearings.observe(hearing=opened.hearing, by=writer, text="Bien.", complete=True)
        return withdraw(opened, decider, done=done)

    first, second = one_more(180), one_more(190)
    with pytest.raises(Refusal, match="plus récent"):
        undo(first, decider)
    undo(second, decider)
    undo(first, decider)
    paid.refresh_from_db()
    assert paid.total_cents == GRANT and whole.differences() == []


# --- Money that had come back -------------------------------------------------------------------------------------


def collected(withdrawal, finance, cents=CAP, left=0):
    recovery = issue(Recovery.objects.get(), finance[0])
    recovery = recoveries.record_entry(
        recovery=recovery, kind="collected", cents=cents, on=today(), reference="E1", by=finance[1]
    )
    if left:
        recoveries.record_entry(
            recovery=recovery, kind="waived", cents=left, on=today(), reference="R1", by=finance[1]
        )
    return Recovery.objects.get()


def reinstated(recovery, cents, line, by):
    act = Act.objects.create(kind="arrete", number="RET-1", dated_on=today())
    reinstating.reinstate(recovery=recovery, cents=cents, line=line, on=today(), act=act, by=by, key="ret:1")


def refund(by, cents, reference="RB1", **more):
    fields = {"recovery": Recovery.objects.get(), "cents": cents, "on": today(), "reference": reference, "by": by}
    return refunding.record_refund(**{**fields, **more})


def test_what_came_back_and_reinstated_credits_is_owed_again_and_paid_on_credits(answered, decider, finance, line):
    found = withdraw(answered, decider, done=0)
    recovery = collected(found, finance)
    reinstated(recovery, CAP - 100, line, finance[0])
    assert (balance(Kind.CP_AVAILABLE), balance(Kind.CP_PAID, found.award)) == (CAP - 100, 100)
    done = undo(found, decider)
    recovery = Recovery.objects.get()
    assert (recovery.state, recovery.to_refund_cents) == ("refunding", CAP)
    assert (refunding.on_credits_cents(recovery), recoveries.asked_back_cents(done.award)) == (CAP - 100, 0)
    letter = as_html("withdrawal_undone", done.undone_document.facts).replace("\u00a0", " ")
    assert "le comptable vous rend les 50 000 €" in letter
    assert whole.differences() == []

    assert refund(finance[1], CAP - 100).state == "refunding"
    assert (balance(Kind.CP_AVAILABLE), balance(Kind.CP_PAID, found.award)) == (0, CAP)
    last = refund(finance[1], 100, reference="RB2")
    assert (last.state, last.refunded_cents, last.closed_on) == ("refunded", CAP, today())
    assert balance(Kind.CP_PAID, found.award) == CAP
    assert recoveries.collected_cents() == 0
    assert whole.differences() == []


def test_what_went_to_the_general_budget_is_given_back_without_credits(answered, decider, finance):
    found = withdraw(answered, decider, done=0)
    collected(found, finance, cents=CAP - 500, left=500)
    undo(found, decider)
    assert Recovery.objects.get().to_refund_cents == CAP - 500
    before = balance(Kind.CP_PAID, found.award)
    assert refund(finance[1], CAP - 500).state == "refunded"
    assert balance(Kind.CP_PAID, found.award) == before
    assert whole.differences() == []


def test_waived_whole_the_recovery_falls(answered, decider, finance):
    found = withdraw(answered, decider, done=0)
    recovery = issue(Recovery.objects.get(), finance[0])
    recoveries.record_entry(recovery=recovery, kind="waived", cents=CAP, on=today(), reference="R1", by=finance[1])
    undo(found, decider)
    assert Recovery.objects.get().state == "dropped"


def test_a_refund_without_credits_left_is_refused_in_words_and_another_line_pays(answered, decider, finance, line):
    found = withdraw(answered, decider, done=0)
    reinstated(collected(found, finance), CAP, line, finance[0])
    other = make.make_line(line.programme)
    envelope_moves(line, other, CAP)
    undo(found, decider)
    with pytest.raises(InsufficientFunds, match="il manque"):
        refund(finance[1], CAP)
    assert Recovery.objects.get().entries.filter(kind="refunded").count() == 0
    refund(finance[1], CAP, line=other)
    assert balance(Kind.CP_PAID, found.award) == CAP
    assert whole.differences() == []


def envelope_moves(line, other, cents):
    """The CP of `line` go to another line, by a transfer."""
    here, there = (Slot(Kind.CP_AVAILABLE, one.pk, today().year) for one in (line, other))
    post(
        key="away", kind=Posting.Kind.TRANSFER, effective_on=today(), actor=None, act="Arrêté de virement",
        legs=[Leg(here, there, cents)],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"cents": CAP + 1}, "restent à rendre"),
        ({"cents": 0}, "restent à rendre"),
        ({"reference": " "}, "référence du comptable"),
        ({"on": datetime.date(2000, 1, 1)}, "trop tôt"),
        ({"on": datetime.date(2999, 1, 1)}, "futur"),
    ],
)
def test_a_refund_that_does_not_fit_is_refused(answered, decider, finance, change, words):
    found = withdraw(answered, decider, done=0)
    collected(found, finance)
    undo(found, decider)
    with pytest.raises(Refusal, match=words):
        refund(finance[1], **{"cents": CAP, **change})
    assert Recovery.objects.get().refunded_cents == 0


def test_the_same_refund_is_noted_once_and_none_after_the_last(answered, decider, finance):
    found = withdraw(answered, decider, done=0)
    collected(found, finance)
    undo(found, decider)
    refund(finance[1], 100)
    with pytest.raises(Refusal, match="déjà noté"):
        refund(finance[1], 100)
    refund(finance[1], CAP - 100, reference="RB2")
    with pytest.raises(StalePage):
        refund(finance[1], 1, reference="RB3")
    with pytest.raises(IntegrityError), transaction.atomic():
        RecoveryEntry.objects.create(
            recovery=Recovery.objects.get(), kind="refunded", cents=1, on=today(), reference="RB4"
        )


def test_nothing_is_reinstated_on_a_cancelled_title(answered, decider, finance, line):
    found = withdraw(answered, decider, done=0)
    recovery = collected(found, finance)
    undo(found, decider)
    with pytest.raises(Refusal, match="n’ont pas encore rétabli"):
        reinstated(recovery, 1, line, finance[0])


def test_the_page_notes_the_refund(answered, decider, finance, client):
    found = withdraw(answered, decider, done=0)
    collected(found, finance)
    client.force_login(decider)
    assert "déjà reversés sont dus à la structure" in client.get(found.get_absolute_url()).content.decode()
    undo(found, decider)
    recovery = Recovery.objects.get()
    client.force_login(finance[1])
    page = client.get(recovery.get_absolute_url()).content.decode()
    assert "Noter un remboursement à la structure" in page and "À rendre à la structure" in page
    sent = client.post(recovery.get_absolute_url(), {
        "act": "refund", "refund-cents": "50 000", "refund-on": today().isoformat(), "refund-reference": "RB1",
        "version": recovery.version, "idempotency_key": "b" * 32,
    })  # fmt: skip
    assert sent.status_code == 302
    assert "Remboursé à la structure" in client.get(recovery.get_absolute_url()).content.decode()
