"""Money asked back: heard first, decided by one, issued by another, collected in parts; never CP by itself."""

import datetime

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction

from accounts.errors import NotAllowed, Refusal, StalePage
from accounts.models import OutboxMessage, Role
from documents.models import Document
from documents.rendering import as_html, render
from funding.endings import hearings, recoveries, reinstating
from funding.envelopes.acts import record_act
from funding.models import Account, Hearing, Kind, Observation, Posting, Recovery, RecoveryEntry
from monitoring import reconciliation as whole
from tests.funding import conftest as make
from tests.funding.conftest import CAP, today
from tests.funding.endings.conftest import asked, days, decide, issue
from tests.funding.test_payments import balance

pytestmark = pytest.mark.django_db
DUE = 1_000_001


def note(recovery, by, cents, kind="collected", reference="REC-1", on=None):
    return recoveries.record_entry(
        recovery=recovery, kind=kind, cents=cents, on=on or today(), reference=reference, by=by
    )


# --- The adversarial phase ---------------------------------------------------------------------------------------


def test_it_opens_with_a_letter_and_a_time_to_answer(recovery, writer):
    letter = recovery.hearing.document
    assert (recovery.state, letter.kind) == ("hearing", "hearing_letter")
    assert letter.released_at is not None
    html = as_html(letter.template, letter.facts)
    assert "L. 121-1" in html and "10\xa0000,01" in html
    assert "Le lieu a ouvert 120 jours" in html
    assert OutboxMessage.objects.filter(subject__startswith="Vos observations sont attendues").exists()


def test_its_letters_are_pdf(decided):
    for kind in ("hearing_letter", "repayment_request"):
        letter = Document.objects.get(kind=kind)
        assert render(letter.template, letter.facts).startswith(b"%PDF")


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("facts", "  ", "constatez"),
        ("ground", "x", "motif"),
        ("cents", 0, "positif"),
        ("cents", CAP + 1, "payés"),
        ("known_on", "tomorrow", "aujourd’hui"),
        ("answer_by", "soon", "au moins 15 jours"),
    ],
)
def test_what_is_missing_or_wrong_is_told(paid, officer, field, value, words):
    value = {"tomorrow": today() + days(1), "soon": today() + days(14)}.get(value, value)
    with pytest.raises(Refusal, match=words):
        recoveries.open_recovery(award=paid, by=officer, **asked(**{field: value}))
    assert not Hearing.objects.exists() and not Document.objects.filter(kind="hearing_letter").exists()


def test_money_paid_twice_was_never_an_instalment(paid, officer):
    opened = recoveries.open_recovery(award=paid, by=officer, **asked(ground="double", cents=2 * CAP))
    assert opened.hearing.asked_cents == 2 * CAP


def test_one_at_a_time(recovery, officer):
    with pytest.raises(StalePage):
        recoveries.open_recovery(award=recovery.award, by=officer, **asked())


def test_officers_open_and_finance_does_not(paid, finance):
    with pytest.raises(NotAllowed):
        recoveries.open_recovery(award=paid, by=finance[0], **asked())


def test_the_structure_answers_and_a_stranger_does_not(recovery, writer):
    hearings.observe(hearing=recovery.hearing, by=writer, text="Voici nos comptes.")
    with pytest.raises(NotAllowed):
        hearings.observe(hearing=recovery.hearing, by=make.make_user(Role.APPLICANT), text="Moi aussi")
    with pytest.raises(Refusal):
        hearings.observe(hearing=recovery.hearing, by=writer, text=" ")
    assert Observation.objects.get().is_late is False


def test_nothing_is_decided_before_the_structure_could_answer(recovery, writer, decider):
    with pytest.raises(Refusal, match=r"L\. 122-1"):
        decide(recovery, decider)
    hearings.observe(hearing=recovery.hearing, by=writer, text="Une première réponse.")
    with pytest.raises(Refusal, match="rien ne se décide"):
        decide(recovery, decider)
    hearings.observe(hearing=recovery.hearing, by=writer, text="C’est tout.", complete=True)
    assert decide(recovery, decider).state == "decided"


def test_nor_does_the_database_let_it_be(recovery, finance):
    with pytest.raises(IntegrityError, match="could answer"), transaction.atomic():
        recovery.move("decide", by=None, on=today(), act="x", reason="x", due_cents=5)


def test_her_time_past_it_is_decided_without_an_answer(recovery, decider):
    later = datetime.datetime.combine(recovery.hearing.answer_by + days(1), datetime.time(12), datetime.UTC)
    with time_machine.travel(later):
        holder = make.make_signatory(recovery.award.wave.call.programme)
        assert decide(recovery, holder).state == "decided"
        letter = Document.objects.get(kind="repayment_request")
        assert "ne nous avez pas adressé" in letter.facts["letter"]["observations"]


def test_an_answer_after_the_day_is_kept_as_late(recovery, writer):
    later = datetime.datetime.combine(recovery.hearing.answer_by + days(1), datetime.time(12), datetime.UTC)
    with time_machine.travel(later):
        hearings.observe(hearing=recovery.hearing, by=writer, text="Un peu tard.")
    assert Observation.objects.get().is_late


def test_once_decided_she_contests_and_answers_no_more(decided, writer):
    with pytest.raises(StalePage):
        hearings.observe(hearing=decided.hearing, by=writer, text="Trop tard")


def test_what_she_was_told_does_not_change_under_her(recovery):
    with pytest.raises(IntegrityError, match="does not change"), transaction.atomic():
        Hearing.objects.update(facts="Autre chose")
    with pytest.raises(IntegrityError, match="shortened"), transaction.atomic():
        Hearing.objects.update(answer_by=recovery.hearing.answer_by - days(5))


def test_what_she_said_is_never_rewritten(heard):
    with pytest.raises(IntegrityError), transaction.atomic():
        Observation.objects.update(text="Autre chose")


# --- The decision ------------------------------------------------------------------------------------------------


def test_the_decision_asks_less_or_as_much_never_more(heard, decider):
    with pytest.raises(Refusal, match="au plus"):
        decide(heard, decider, cents=DUE + 1)
    found = decide(heard, decider, cents=DUE - 1)
    assert (found.due_cents, found.decided_by, found.document.kind) == (DUE - 1, decider, "repayment_request")


def test_the_signatory_holds_a_delegation(heard):
    nobody = make.make_user(Role.DECISION_MAKER)
    with pytest.raises(Refusal, match="délégation"):
        decide(heard, nobody)
    heard.refresh_from_db()
    assert heard.state == "hearing"


def test_officers_decide_nothing(heard, officer):
    with pytest.raises(NotAllowed):
        decide(heard, officer)


def test_it_may_be_dropped_with_a_reason(heard, decider):
    with pytest.raises(Refusal):
        recoveries.drop(recovery=heard, reason="", by=decider)
    assert recoveries.drop(recovery=heard, reason="Vos comptes montrent tout.", by=decider).state == "dropped"


def test_no_more_than_was_paid_over_several(decided, officer, writer, decider):
    with pytest.raises(Refusal, match="39"):
        recoveries.open_recovery(award=decided.award, by=officer, **asked(cents=CAP - DUE + 1))
    second = recoveries.open_recovery(award=decided.award, by=officer, **asked(cents=CAP - DUE))
    hearings.observe(hearing=second.hearing, by=writer, text="Bien.", complete=True)
    second = Recovery.objects.get(pk=second.pk)
    with pytest.raises(IntegrityError, match="more is asked back"), transaction.atomic():
        second.move("decide", by=None, on=today(), act="x", reason="x", due_cents=CAP - DUE + 1)


def test_what_is_asked_is_fixed_by_the_decision(decided):
    with pytest.raises(IntegrityError, match="fixed by its decision"), transaction.atomic():
        Recovery.objects.update(due_cents=5)


# --- The title, and what comes back --------------------------------------------------------------------------------


def test_somebody_else_notes_the_title(decided, decider, finance):
    with pytest.raises(Refusal, match="autre personne"):
        issue(decided, decider)
    with pytest.raises(NotAllowed):
        issue(decided, make.make_user(Role.OFFICER))
    found = issue(decided, finance[0], " adce-26-0001 ")
    assert (found.state, found.title_number, found.issued_by) == ("issued", "ADCE-26-0001", finance[0])
    with pytest.raises(IntegrityError, match="recovery_decider_does_not_issue"), transaction.atomic():
        Recovery.objects.update(issued_by=decider)


def test_a_title_is_known_once(issued, officer, writer, decider, finance):
    second = recoveries.open_recovery(award=issued.award, by=officer, **asked(cents=5))
    hearings.observe(hearing=second.hearing, by=writer, text="Bien.", complete=True)
    decide(second, decider, cents=5)
    with pytest.raises(Refusal, match="autre reversement"):
        issue(second, finance[0])
    with pytest.raises(Refusal, match="numéro"):
        issue(second, finance[0], "?")


def test_collected_in_parts_then_closed(issued, finance):
    found = note(issued, finance[0], 400_000)
    assert (found.state, found.collected_cents, found.left_cents) == ("issued", 400_000, DUE - 400_000)
    found = note(found, finance[0], DUE - 400_000, reference="REC-2")
    assert (found.state, found.left_cents, found.closed_on) == ("collected", 0, today())
    programme = found.award.wave.call.programme
    assert recoveries.collected_cents(as_of=today(), known_on=today(), programme=programme) == DUE
    assert recoveries.collected_cents(as_of=today() - days(1)) == 0


@pytest.mark.parametrize(
    ("kind", "state"), [("waived", "waived"), ("written_off", "written_off"), ("collected", "collected")]
)
def test_what_does_not_come_back_tells_how_it_ends(issued, finance, kind, state):
    note(issued, finance[0], 400_000)
    assert note(issued, finance[0], DUE - 400_000, kind=kind, reference="Acte 9").state == state


def test_never_more_than_the_title(issued, finance):
    with pytest.raises(Refusal, match="Il reste"):
        note(issued, finance[0], DUE + 1)
    with pytest.raises(IntegrityError), transaction.atomic():
        RecoveryEntry.objects.create(recovery=issued, kind="waived", cents=DUE + 1, on=today(), reference="x")


def test_the_same_fact_is_noted_once(issued, finance):
    note(issued, finance[0], 5)
    with pytest.raises(Refusal, match="déjà noté"):
        note(issued, finance[0], 5)


def test_nothing_comes_back_before_the_title(decided, finance):
    with pytest.raises(StalePage):
        note(decided, finance[0], 5)
    with pytest.raises(IntegrityError, match="before a title"), transaction.atomic():
        RecoveryEntry.objects.create(recovery=decided, kind="collected", cents=5, on=today(), reference="x")


@pytest.mark.parametrize(("on", "words"), [(-1, "titre est émis"), (1, "futur")])
def test_dates_follow_the_title(issued, finance, on, words):
    with pytest.raises(Refusal, match=words):
        note(issued, finance[0], 5, on=today() + days(on))


def test_facts_are_written_once(issued, finance):
    note(issued, finance[0], 5)
    for statement in ("UPDATE funding_recoveryentry SET cents = 6", "DELETE FROM funding_recoveryentry"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


# --- Credits -------------------------------------------------------------------------------------------------------


def test_money_that_came_back_gives_no_credits_by_itself(issued, finance):
    before = list(Account.objects.order_by("pk").values_list("pk", "balance_cents"))
    note(issued, finance[0], DUE)
    assert list(Account.objects.order_by("pk").values_list("pk", "balance_cents")) == before


def test_an_act_reinstates_cp_within_what_was_collected(issued, finance, line):
    note(issued, finance[0], 400_000)
    act = record_act(kind="order", number="RC-1", dated_on=today(), by=finance[0])

    def reinstate(cents, key="rc:1"):
        return reinstating.reinstate(
            recovery=issued, cents=cents, line=line, on=today(), act=act, by=finance[0], key=key
        )

    with pytest.raises(Refusal, match=r"4\s000"):
        reinstate(400_001)
    reinstate(400_000)
    reinstate(400_000)  # the same key changes nothing
    assert balance(Kind.CP_AVAILABLE) == 400_000 and balance(Kind.CP_PAID, issued.award) == CAP - 400_000
    assert Posting.objects.get(kind="reinstate").act_file == act
    with pytest.raises(Refusal):
        reinstate(1, key="rc:2")
    assert whole.differences() == []


def test_two_years_later_it_is_too_late(issued, finance, line):
    note(issued, finance[0], DUE)
    with time_machine.travel(datetime.datetime(today().year + 2, 1, 2, 12, tzinfo=datetime.UTC)):
        act = record_act(kind="order", number="RC-1", dated_on=today(), by=finance[0])
        with pytest.raises(Refusal, match="budget général"):
            reinstating.reinstate(recovery=issued, cents=5, line=line, on=today(), act=act, by=finance[0], key="k")
