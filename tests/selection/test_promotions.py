"""The waitlist after the announcement: called while its date lasts, through the ledger; then refused, signed."""

import datetime

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.errors import NotAllowed, Refusal, StalePage
from accounts.models import Notification
from documents.models import Document
from funding.ledger import InsufficientFunds
from funding.models import Account, Award, Kind
from funding.reconciliation import differences
from selection import waitlists
from selection.decisions import LettersMissing, prepare_agreements
from selection.delegations import NotDelegated
from selection.late_awards import drop_award, prepare_award
from selection.late_decisions import hand_over, hand_over_ready, prepared_late, sign_late
from selection.late_ways import NoLongerWaiting
from selection.models import Decision, Derogation
from tests import factories
from tests.selection.after import after_the_list, announced, call_fields, decision_of, sign_and_hand_over
from tests.selection.conftest import GRANT, delegate, make_letters, member_of

pytestmark = pytest.mark.django_db


def left(panel):
    return Account.objects.get(kind=Kind.AE_OPENED, line=panel.line).balance_cents


def call(panel, dossier, **fields):
    return prepare_award(decision=decision_of(dossier), **call_fields(panel, **fields))


def test_a_call_reserves_then_the_signature_commits_then_the_letter_hands_over():
    panel = announced()
    waiting = panel.waiting[0]
    prepared = call(panel, waiting)
    assert (left(panel), prepared.state, prepared.award.state) == (0, "prepared", "reserved")
    assert factories.fresh(waiting).state == "waitlisted"

    sign_late(wave=panel.wave, decisions=[prepared.public_id], by=panel.signatory)
    assert Award.objects.get(application=waiting).state == "committed"
    assert decision_of(waiting).state == "issued"
    assert hand_over_ready() == 0

    make_letters(panel.wave)
    assert hand_over_ready() == 1
    assert factories.fresh(waiting).state == "awarded"
    assert [decision_of(waiting).state, factories.fresh(prepared).state] == ["repealed", "issued"]
    before, now = (Document.objects.about(d).get() for d in (decision_of(waiting), prepared))
    assert (before.void_kind, before.voided_by_number) == ("repealed", now.number)
    assert "rang 1 de la liste" in now.letter.reasons.replace("\u00a0", " ")
    assert Decision.objects.addressed_to(member_of(waiting)).standing().get() == prepared
    assert prepare_agreements(wave=panel.wave, by=panel.officer) == 3
    assert differences() == []


def test_the_applicant_learns_nothing_of_a_call_before_it_is_handed_over():
    panel = announced()
    prepared = call(panel, panel.waiting[0])
    sign_late(wave=panel.wave, decisions=[prepared.public_id], by=panel.signatory)
    seen = Decision.objects.addressed_to(member_of(panel.waiting[0])).standing().get()
    assert seen.act == "waitlist"
    with pytest.raises(LettersMissing):
        hand_over(decision=prepared, by=panel.signatory)


def test_without_money_nothing_is_called():
    panel = announced(money=2 * GRANT)
    with pytest.raises(InsufficientFunds):
        call(panel, panel.waiting[0])
    assert not Decision.objects.filter(state="prepared").exists()


def test_a_call_is_made_once():
    panel = announced(money=5 * GRANT)
    call(panel, panel.waiting[0])
    with pytest.raises(StalePage, match="déjà préparée"):
        call(panel, panel.waiting[0])
    assert left(panel) == 2 * GRANT


def test_the_order_of_the_list_is_followed_or_the_departure_is_a_derogation():
    panel = announced(waiting=2, money=4 * GRANT)
    _, second = panel.waiting
    with pytest.raises(Refusal, match="rang 1") as refused:
        call(panel, second)
    assert refused.value.field == "out_of_order_reason"
    prepared = call(panel, second, out_of_order_reason="Seule place rurale du département.")
    assert not Derogation.objects.exists()
    sign_late(wave=panel.wave, decisions=[prepared.public_id], by=panel.signatory)
    derogation = Derogation.objects.get()
    assert (derogation.rule, derogation.application) == ("waitlist_order", second)
    assert derogation.reason == "Seule place rurale du département."


def test_who_is_being_called_is_not_passed_over():
    panel = announced(waiting=2, money=4 * GRANT)
    call(panel, panel.waiting[0])
    call(panel, panel.waiting[1])
    assert left(panel) == 0


def test_a_wave_above_its_capacity_says_why():
    panel = announced(capacity=2)
    with pytest.raises(Refusal, match="capacité de 2"):
        call(panel, panel.waiting[0])
    call(panel, panel.waiting[0], reason_if_over_capacity="Deux lieux ont renoncé depuis.")
    assert factories.fresh(panel.wave).capacity_exceeded_reason == "Deux lieux ont renoncé depuis."


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"reason": " "}, "d’où vient"),
        ({"amount_cents": GRANT + 1}, "demandés"),
        ({"amount_cents": GRANT - 100}, "réduit"),
        ({"amount_cents": 1, "ground": "Crédits restants."}, "bornes"),
    ],
)
def test_a_call_says_why_and_fits_the_call(fields, words):
    panel = announced()
    with pytest.raises(Refusal, match=words):
        call(panel, panel.waiting[0], **fields)


def test_a_call_given_up_gives_the_money_back_and_may_be_made_again():
    panel = announced()
    prepared = call(panel, panel.waiting[0])
    drop_award(decision=prepared, reason="Erreur de ligne", by=panel.officer)
    assert (left(panel), factories.fresh(prepared).state) == (GRANT, "dropped")
    again = call(panel, panel.waiting[0])
    assert sign_and_hand_over(panel, again) == 1
    assert factories.fresh(panel.waiting[0]).state == "awarded"
    assert differences() == []


def test_who_may_call_and_who_may_sign():
    panel = announced()
    for person in (panel.signatory, factories.auditor(), factories.finance_officer()):
        with pytest.raises(NotAllowed):
            call(panel, panel.waiting[0], by=person)
    prepared = call(panel, panel.waiting[0])
    with pytest.raises(NotAllowed):
        sign_late(wave=panel.wave, decisions=[prepared.public_id], by=panel.officer)
    with pytest.raises(NotDelegated):
        sign_late(wave=panel.wave, decisions=[prepared.public_id], by=factories.decision_maker())
    assert factories.fresh(prepared).state == "prepared"


def test_on_its_last_day_a_dossier_is_called_and_the_day_after_it_is_not():
    panel = announced()
    with after_the_list(panel, days=0):
        drop_award(decision=call(panel, panel.waiting[0]), reason="Essai", by=panel.officer)
    with after_the_list(panel), pytest.raises(NoLongerWaiting, match="valait jusqu’au"):
        call(panel, panel.waiting[0])


def test_at_its_date_the_clock_prepares_the_refusals_and_a_person_signs_them():
    panel = announced(ranks=5, waiting=2)
    assert waitlists.sweep() == 0
    with after_the_list(panel):
        delegate(panel.signatory, panel.wave, starts_on=timezone.localdate(), ends_on=timezone.localdate())
        assert waitlists.sweep() == 2
        assert waitlists.sweep() == 0
        refusals = list(prepared_late(panel.wave))
        assert [r.state for r in refusals] == ["prepared", "prepared"]
        assert {factories.fresh(d).state for d in panel.waiting} == {"waitlisted"}
        assert Notification.objects.get(key__startswith="waitlist-closed").user == panel.signatory
        assert sign_and_hand_over(panel, *refusals) == 2
    for dossier in panel.waiting:
        fresh = factories.fresh(dossier)
        assert fresh.state == "refused"
        assert "n’a pas été appelé" in fresh.outcome_ground
    assert Document.objects.filter(kind="refusal_letter").count() == 3


def test_a_refusal_is_not_signed_before_the_date():
    panel = announced()
    with after_the_list(panel):
        waitlists.sweep()
    [refusal] = prepared_late(panel.wave)
    with pytest.raises(Refusal, match="attend jusqu’au"):
        sign_late(wave=panel.wave, decisions=[refusal.public_id], by=panel.signatory)


def test_a_call_that_nobody_signed_falls_at_the_date_with_its_money():
    panel = announced()
    prepared = call(panel, panel.waiting[0])
    with after_the_list(panel):
        delegate(panel.signatory, panel.wave, ends_on=timezone.localdate() + datetime.timedelta(days=9))
        with pytest.raises(Refusal, match="ne peut plus être signé"):
            sign_late(wave=panel.wave, decisions=[prepared.public_id], by=panel.signatory)
        assert waitlists.sweep() == 1
    assert factories.fresh(prepared).state == "dropped"
    assert Award.objects.get(application=panel.waiting[0]).state == "released"
    assert left(panel) == GRANT
    assert differences() == []


def test_a_call_that_was_signed_stands_after_the_date():
    panel = announced()
    prepared = call(panel, panel.waiting[0])
    sign_late(wave=panel.wave, decisions=[prepared.public_id], by=panel.signatory)
    with after_the_list(panel):
        assert waitlists.sweep() == 0


def test_nobody_else_is_refused():
    panel = announced()
    withdrawn = panel.waiting[0]
    type(withdrawn).objects.filter(pk=withdrawn.pk).update(state="withdrawn")
    with after_the_list(panel):
        assert waitlists.sweep() == 0


def test_the_database_lets_one_decision_take_the_place_of_another():
    panel = announced(money=5 * GRANT)
    prepared = call(panel, panel.waiting[0])
    with pytest.raises(IntegrityError, match=r"decision_replaced_once|UNIQUE"), transaction.atomic():
        Decision.objects.create(
            application=prepared.application, wave=panel.wave, act="refusal", ground="x", replaces=prepared.replaces
        )
    with pytest.raises(IntegrityError, match="what a decision replaces is fixed"), transaction.atomic():
        Decision.objects.filter(pk=prepared.pk).update(replaces=None)
