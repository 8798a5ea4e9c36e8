"""A decision withdrawn in proportion of what was not done: exact to the cent, sums kept, after a hearing."""

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.errors import NotAllowed, Refusal, StalePage
from documents.models import Document
from documents.rendering import as_html, render
from funding import instalments
from funding.endings import hearings, withdrawals
from funding.endings.prorata import kept_cents, parts_of
from funding.models import Hearing, Kind, Posting, Recovery, Withdrawal
from monitoring import reconciliation as whole
from tests.funding import conftest as make
from tests.funding.conftest import CAP, GRANT, today
from tests.funding.endings.conftest import asked, withdraw
from tests.funding.test_payments import balance

pytestmark = pytest.mark.django_db
CENTS = st.integers(1, 10**12)


# --- The proportion ------------------------------------------------------------------------------------------------


@given(total=CENTS, share=st.floats(0, 1), planned=st.integers(1, 10**12), done=st.integers(0, 10**12))
@settings(max_examples=500, deadline=None)
def test_sums_are_kept_to_the_cent(total, share, planned, done):
    paid, done = round(total * share), min(done, planned)
    parts = parts_of(total, paid, done, planned)
    assert parts.kept_cents + parts.cancelled_cents + parts.recovered_cents == total
    assert min(parts.kept_cents, parts.cancelled_cents, parts.recovered_cents) >= 0
    # The odd cent goes to the structure, and never more than it.
    assert 0 <= parts.kept_cents * planned - total * done < planned
    # What is asked back was paid; what is cancelled was not.
    assert parts.recovered_cents <= paid and parts.cancelled_cents <= total - paid
    assert parts.recovered_cents == 0 or parts.cancelled_cents == total - paid


@given(total=CENTS, planned=st.integers(2, 10**9), done=st.integers(0, 10**9))
@settings(max_examples=200, deadline=None)
def test_more_done_never_keeps_less(total, planned, done):
    done = min(done, planned - 1)
    assert kept_cents(total, done, planned) <= kept_cents(total, done + 1, planned) <= total
    assert kept_cents(total, 0, planned) == 0 and kept_cents(total, planned, planned) == total


@pytest.mark.parametrize(("done", "planned"), [(3, 2), (-1, 2), (0, 0)])
def test_a_proportion_lies_between_nothing_and_all(done, planned):
    with pytest.raises(ValueError, match="between"):
        kept_cents(100, done, planned)


# --- The decision --------------------------------------------------------------------------------------------------


def test_less_is_kept_than_was_paid_the_rest_is_asked_back(answered, decider):
    found = withdraw(answered, decider, done=40)  # a fifth of 150 000 €
    award = found.award
    assert (found.kept_cents, found.cancelled_cents, found.recovered_cents) == (3_000_000, 2 * CAP, 2_000_000)
    assert found.released_cents == 2 * CAP == balance(Kind.AE_OPENED)
    assert Posting.objects.get(kind="decommit").act == "Décision 8"
    recovery = Recovery.objects.get()
    assert (recovery.state, recovery.due_cents, recovery.withdrawal) == ("decided", 2_000_000, found)
    assert (award.state, award.total_cents) == ("completed", CAP)
    assert set(award.instalments.live().values_list("state", flat=True)) == {"paid"}
    kinds = {"hearing_letter", "withdrawal_decision", "repayment_request"}
    assert set(Document.objects.filter(kind__in=kinds).values_list("kind", flat=True)) == kinds
    assert whole.differences() == []


def test_more_is_kept_than_was_paid_the_last_payments_are_cut(answered, decider):
    found = withdraw(answered, decider, done=150)  # three quarters: 112 500 €
    award = found.award
    assert (found.kept_cents, found.cancelled_cents, found.recovered_cents) == (11_250_000, 3_750_000, 0)
    live = list(award.instalments.live().order_by("number").values_list("state", "cents"))
    assert live == [("paid", CAP), ("planned", CAP), ("planned", 1_250_000)]
    assert (award.state, award.total_cents, Recovery.objects.count()) == ("in_force", 11_250_000, 0)
    assert balance(Kind.AE_OPENED) == found.released_cents == 3_750_000
    assert whole.differences() == []


def test_all_of_it(answered, decider):
    found = withdraw(answered, decider, done=0)
    award = found.award
    assert (found.kept_cents, found.recovered_cents, award.state, award.ended_on) == (0, CAP, "withdrawn", today())
    assert award.agreement.__class__.objects.get(award=award).state == "closed"
    assert balance(Kind.AE_COMMITTED, award) == 0
    html = as_html("withdrawal_decision", found.document.facts)
    assert "est retirée" in html and "L. 242-2" in html and "recours gracieux" in html


def test_its_letter_is_a_pdf(answered, decider):
    document = withdraw(answered, decider, done=40).document
    assert render(document.template, document.facts).startswith(b"%PDF")


def test_what_is_owed_falls_with_the_decision(in_force, officer, line):
    """Due, not paid: a fifth is kept, so that the instalment is cancelled and the part still granted planned anew."""
    from tests.funding.endings.conftest import write_for

    opened = withdrawals.open_withdrawal(award=in_force, by=officer, **asked(cents=GRANT))
    hearings.observe(hearing=opened.hearing, by=write_for(in_force.organisation), text="Bien.", complete=True)
    decider = make.make_signatory(line.programme)
    found = withdraw(opened, decider, done=40)
    assert (found.recovered_cents, found.cancelled_cents) == (0, 12_000_000)
    live = list(in_force.instalments.live().values_list("state", "cents"))
    assert live == [("planned", 3_000_000)]


def test_what_the_comptable_has_stops_it(in_force, officer, finance, line):
    from tests.funding.endings.conftest import write_for
    from tests.funding.test_payments import ordered

    opened = withdrawals.open_withdrawal(award=in_force, by=officer, **asked(cents=GRANT))
    hearings.observe(hearing=opened.hearing, by=write_for(in_force.organisation), text="Bien.", complete=True)
    sent = ordered(in_force, finance, line)
    with pytest.raises(Refusal, match="mise en paiement"):
        withdraw(opened, make.make_signatory(line.programme), done=0)
    instalments.cancel_order(instalment=sent, by=finance[1], reason="Retrait")
    assert withdraw(opened, make.make_signatory(line.programme), done=0).state == "decided"


def test_nothing_before_the_structure_could_answer(withdrawal, decider):
    with pytest.raises(Refusal, match=r"L\. 122-1"):
        withdraw(withdrawal, decider, done=0)
    assert Withdrawal.objects.get().state == "hearing"


def test_nor_does_the_database(withdrawal):
    with pytest.raises(IntegrityError), transaction.atomic():
        withdrawal.move("decide", by=None, on=today(), act="x", reason="x")


def test_the_database_keeps_the_sum(answered, decider):
    withdraw(answered, decider, done=40)
    for change in ({"kept_cents": 1}, {"released_cents": GRANT}, {"done_units": 200}, {"act": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Withdrawal.objects.update(**change)


@pytest.mark.parametrize(
    ("done", "planned", "words"), [(200, 200, "réalisé"), (201, 200, "réalisé"), (1, 0, "positif")]
)
def test_a_measure_that_withdraws_nothing_is_refused(answered, decider, done, planned, words):
    with pytest.raises(Refusal, match=words):
        withdraw(answered, decider, done, planned)


def test_no_more_than_what_she_answered_on(paid, officer, writer, decider):
    opened = withdrawals.open_withdrawal(award=paid, by=officer, **asked(cents=CAP))
    hearings.observe(hearing=opened.hearing, by=writer, text="Bien.", complete=True)
    with pytest.raises(Refusal, match="a répondu sur"):
        withdraw(opened, decider, done=0)


def test_one_at_a_time_in_the_database_too(withdrawal, officer):
    with pytest.raises(StalePage):
        withdrawals.open_withdrawal(award=withdrawal.award, by=officer, **asked())
    with pytest.raises(IntegrityError), transaction.atomic():
        hearing = Hearing.objects.create(
            award=withdrawal.award, ground="breach", facts="x", asked_cents=1, known_on=today(), opened_on=today(),
            answer_by=hearings.answer_day(today()),
        )  # fmt: skip
        Withdrawal.objects.create(award=withdrawal.award, hearing=hearing)


def test_it_may_be_dropped(withdrawal, officer, finance):
    with pytest.raises(Refusal):
        withdrawals.drop(withdrawal=withdrawal, reason=" ", by=officer)
    with pytest.raises(NotAllowed):
        withdrawals.drop(withdrawal=withdrawal, reason="Vu", by=finance[0])
    assert withdrawals.drop(withdrawal=withdrawal, reason="Le lieu a rouvert.", by=officer).state == "dropped"


def test_an_award_that_ended_is_not_withdrawn(paid, finance, officer):
    from funding.conventions import standing

    decider = make.make_signatory(paid.wave.call.programme)
    standing.terminate(award=paid, on=today(), termination=standing.Termination("agreed", "Fin", "D1"), by=decider)
    with pytest.raises(StalePage):
        withdrawals.open_withdrawal(award=paid, by=officer, **asked())


def test_a_completed_award_may_still_be_withdrawn(paid, finance, officer, writer, decider):
    from funding.endings import giving_up

    giving_up.give_up(
        award=paid, why="unspent", cents=2 * CAP, on=today(), act="D", reason="R", by=finance[0], key="k"
    )
    opened = withdrawals.open_withdrawal(award=paid, by=officer, **asked(cents=CAP))
    hearings.observe(hearing=opened.hearing, by=writer, text="Bien.", complete=True)
    found = withdraw(opened, decider, done=100)
    assert (found.kept_cents, found.recovered_cents, found.award.state) == (CAP // 2, CAP // 2, "completed")
    assert whole.differences() == []
