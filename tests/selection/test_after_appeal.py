"""An upheld appeal against a refusal: an award takes its place, through the ledger, signed, handed over, notified."""

import datetime

import pytest
import time_machine
from django.utils import timezone

from accounts.errors import NotAllowed, Refusal, StalePage
from accounts.models import Notification
from applications.evaluations import recusals
from documents.models import Document
from funding.ledger import InsufficientFunds
from funding.models import Account, Agreement, Award, Instalment, Kind
from funding.reconciliation import differences
from funding.schedules import Plan
from selection import appeals
from selection.decisions import prepare_agreements
from selection.delegations import NotDelegated
from selection.late_awards import drop_award, prepare_award
from selection.late_decisions import hand_over_ready, prepared_late, sign_late
from selection.late_ways import NotUpheld
from selection.models import Appeal, AppealFollowUp, Decision
from selection.notification import open_letter
from tests import factories
from tests.funding.rush import at_once
from tests.selection.after import announced, decision_of, opened, sign_and_hand_over, today
from tests.selection.conftest import GRANT, YEAR, delegate, line_with, make_letters, member_of

pytestmark = pytest.mark.django_db
WHY = "La lettre de la commune était jointe : le motif du rejet était inexact."


def upheld(panel, *, kind="gracious"):
    """The appeal of the refused dossier, upheld; a new decision is owed."""
    decision = opened(panel.refused[0])
    fields = {"decision": decision, "grounds": "Le motif est inexact.", "kind": kind}
    if kind == "litigation":
        appeal = appeals.record(
            **fields, channel="court", lodged_on=today(), received_on=today(), court_number="2601234", by=panel.officer
        )
    else:
        appeal = appeals.lodge(**fields, by=member_of(panel.refused[0]))
    return appeals.conclude(
        appeal=appeal,
        outcome="upheld",
        on=today(),
        conclusion="Le motif est inexact.",
        follow_up={"what": "decide", "owner": panel.officer, "due_on": today()},
        by=panel.signatory,
    )


def award(panel, appeal, **fields):
    fields = {
        "line": panel.line, "fiscal_year": YEAR, "amount_cents": GRANT, "ground": WHY, "by": panel.officer, **fields,
    }  # fmt: skip
    return prepare_award(decision=appeal.decision, **fields)


def left(panel):
    return Account.objects.get(kind=Kind.AE_OPENED, line=panel.line).balance_cents


def letter_of(decision):
    return Document.objects.about(decision).get()


def test_the_award_reserves_then_is_signed_then_takes_the_place_of_the_refusal():
    panel = announced()
    appeal, dossier = upheld(panel), panel.refused[0]
    prepared = award(panel, appeal)
    assert (left(panel), prepared.award.state, factories.fresh(dossier).state) == (0, "reserved", "refused")
    assert Notification.objects.get(key__startswith=f"late-award:{prepared.pk}").user == panel.signatory
    assert list(prepared_late(panel.wave)) == [prepared]

    sign_late(wave=panel.wave, decisions=[prepared.public_id], by=panel.signatory)
    assert Award.objects.get(application=dossier).state == "committed"
    assert (decision_of(dossier).state, hand_over_ready()) == ("notified", 0)

    make_letters(panel.wave)
    assert hand_over_ready() == 1
    fresh = factories.fresh(dossier)
    assert (fresh.state, fresh.outcome_ground) == ("awarded", "")
    assert [decision_of(dossier).state, factories.fresh(prepared).state] == ["withdrawn", "issued"]
    before, now = letter_of(decision_of(dossier)), letter_of(prepared)
    assert (before.void_kind, before.voided_by_number) == ("withdrawn", now.number)
    said = now.letter.reasons.replace("\u00a0", " ")
    assert f"recours gracieux {appeal.number} est accueilli" in said
    assert "retiré (CRPA, article L. 243-3)" in said and "La lettre de la commune" in said
    assert "avis favorable" not in said
    follow_up = AppealFollowUp.objects.get()
    assert (follow_up.decision, follow_up.done_by) == (prepared, panel.signatory)
    assert differences() == []


def test_its_notification_its_agreement_and_its_payments_follow():
    panel = announced()
    prepared, dossier = award(panel, upheld(panel)), panel.refused[0]
    sign_and_hand_over(panel, prepared)
    assert prepare_agreements(wave=panel.wave, by=panel.officer) == 3
    assert Agreement.objects.get(award=prepared.award).state == "drafted"
    open_letter(decision=prepared, by=member_of(dossier))
    fresh = factories.fresh(prepared)
    assert (fresh.state, fresh.notified_on, fresh.award.notified_on) == ("notified", today(), today())
    assert appeals.delay_of(fresh, []).last_day > today() + datetime.timedelta(days=55)


def test_the_payments_are_those_that_were_prepared():
    panel = announced()
    plans = [
        Plan("advance", YEAR, 5_000_000, "Convention signée", today()),
        Plan("balance", YEAR + 1, 5_000_000, "Bilan accepté", today() + datetime.timedelta(days=300)),
        Plan("balance", YEAR + 2, 5_000_000, "Bilan accepté", today() + datetime.timedelta(days=700)),
    ]
    with pytest.raises(Refusal, match="L’échéancier planifie"):
        award(panel, upheld(panel), schedule=plans[:2])
    assert left(panel) == GRANT
    prepared = award(panel, Appeal.objects.get(), schedule=plans)
    sign_and_hand_over(panel, prepared)
    rows = Instalment.objects.filter(award=prepared.award).live().order_by("number")
    assert list(rows.values_list("schedule_year__year", "cents")) == [(p.year, p.cents) for p in plans]
    assert len(letter_of(prepared).letter.instalments) == 3


def test_without_ae_it_is_refused_in_a_sentence_and_nothing_is_written():
    panel = announced(money=2 * GRANT)
    appeal = upheld(panel)
    with pytest.raises(InsufficientFunds, match="il manque"):
        award(panel, appeal)
    assert not Decision.objects.filter(state="prepared").exists()
    assert not Award.objects.filter(application=panel.refused[0]).exists()


def test_only_an_upheld_appeal_gives_an_award_and_its_ground_is_said():
    panel = announced()
    decision = opened(panel.refused[0])
    appeal = appeals.lodge(decision=decision, kind="gracious", grounds="Inexact.", by=member_of(panel.refused[0]))
    with pytest.raises(NotUpheld, match="Aucun recours"):
        award(panel, appeal)
    appeals.conclude(appeal=appeal, outcome="rejected", on=today(), conclusion="Non.", by=panel.signatory)
    with pytest.raises(NotUpheld, match="Aucun recours"):
        award(panel, appeal)
    assert left(panel) == GRANT


def test_the_ground_is_wanted():
    panel = announced()
    with pytest.raises(Refusal, match="pourquoi l’aide est accordée") as refused:
        award(panel, upheld(panel), ground=" ")
    assert refused.value.field == "ground"


def test_a_laureate_is_not_awarded_again_by_this_way():
    panel = announced()
    with pytest.raises(Refusal, match="se remplacent après l’annonce"):
        prepare_award(
            decision=decision_of(panel.dossiers[0]), line=panel.line, fiscal_year=YEAR, amount_cents=GRANT, ground=WHY,
            by=panel.officer,
        )  # fmt: skip


def test_prepared_twice_or_from_an_old_page_it_is_prepared_once():
    panel = announced(money=5 * GRANT)
    appeal = upheld(panel)
    with pytest.raises(StalePage):
        award(panel, appeal, version=0)
    award(panel, appeal)
    with pytest.raises(StalePage, match="déjà préparée"):
        award(panel, appeal)
    assert left(panel) == 2 * GRANT


def test_once_awarded_the_refusal_is_not_replaced_again():
    panel = announced(money=5 * GRANT)
    appeal = upheld(panel)
    sign_and_hand_over(panel, award(panel, appeal))
    with pytest.raises(NotUpheld, match="Attribué"):
        award(panel, appeal)
    with pytest.raises(StalePage):
        sign_late(wave=panel.wave, decisions=[Decision.objects.latest("pk").public_id], by=panel.signatory)
    assert left(panel) == 2 * GRANT


def test_given_up_it_gives_the_money_back_the_refusal_stands_and_it_may_be_prepared_again():
    panel = announced()
    appeal = upheld(panel)
    drop_award(decision=award(panel, appeal), reason="Erreur de ligne", by=panel.officer)
    assert (left(panel), decision_of(panel.refused[0]).state) == (GRANT, "notified")
    assert sign_and_hand_over(panel, award(panel, appeal)) == 1
    assert differences() == []


def test_who_prepares_and_who_signs():
    panel = announced()
    appeal = upheld(panel)
    for person in (panel.signatory, factories.auditor(), factories.finance_officer()):
        with pytest.raises(NotAllowed):
            award(panel, appeal, by=person)
    tied = factories.officer()
    recusals.recuse(application=panel.refused[0], user=tied, text="Une parente.", by=tied)
    with pytest.raises(NotAllowed):
        award(panel, appeal, by=tied)
    prepared = award(panel, appeal)
    small = factories.decision_maker()
    delegate(small, panel.wave, ceiling_cents=GRANT - 1)
    with pytest.raises(NotDelegated, match="plafond"):
        sign_late(wave=panel.wave, decisions=[prepared.public_id], by=small)
    assert factories.fresh(prepared).state == "prepared"


def test_four_months_after_its_signature_a_refusal_is_repealed_and_no_longer_withdrawn():
    panel = announced()
    opened(panel.refused[0])
    with time_machine.travel(timezone.now() + datetime.timedelta(days=130), tick=False):
        delegate(panel.signatory, panel.wave, ends_on=today() + datetime.timedelta(days=9))
        panel.line = line_with(GRANT, code="P112-13", year=today().year)
        prepared = award(panel, upheld(panel), fiscal_year=today().year)
        sign_and_hand_over(panel, prepared)
    assert decision_of(panel.refused[0]).state == "repealed"
    assert letter_of(decision_of(panel.refused[0])).void_kind == "repealed"
    assert "abrogé (CRPA, article L. 243-1)" in letter_of(prepared).letter.reasons.replace("\u00a0", " ")


def test_what_a_court_annuls_is_withdrawn():
    panel = announced()
    sign_and_hand_over(panel, award(panel, upheld(panel, kind="litigation")))
    assert decision_of(panel.refused[0]).state == "withdrawn"
    assert "2601234" in letter_of(Decision.objects.latest("pk")).letter.reasons


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
def test_prepared_by_several_at_once_it_is_prepared_once():
    panel = announced(money=5 * GRANT)
    appeal = upheld(panel)
    told = at_once([lambda: award(panel, appeal)] * 4)
    assert told.count("won") == 1
    assert all(one == "won" or one.startswith("StalePage") for one in told)
    assert left(panel) == 2 * GRANT


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
def test_signed_by_two_and_dropped_by_a_third_at_once_one_of_them_wins():
    panel = announced()
    prepared = award(panel, upheld(panel))
    sign = lambda: sign_late(wave=panel.wave, decisions=[prepared.public_id], by=panel.signatory)  # noqa: E731
    drop = lambda: drop_award(decision=prepared, reason="Erreur", by=panel.officer)  # noqa: E731
    told = at_once([sign, sign, drop])
    assert told.count("won") == 1
    state = factories.fresh(prepared).state
    assert (state, factories.fresh(prepared.award).state) in [("signed", "committed"), ("dropped", "released")]
    assert differences() == []
