"""Signing a wave, announcing it at one moment, and notifying each decision."""

import datetime

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.errors import NotAllowed, Refusal, StalePage
from accounts.french import long_date
from accounts.models import OutboxMessage
from applications.evaluations import recusals
from applications.models import Application, FabriqueFact
from applications.outcomes import publish
from documents import consents, notifying
from documents.models import Document
from funding.models import Account, Agreement, Award, Instalment, Posting
from funding.reconciliation import differences
from selection.decisions import (
    LettersMissing,
    announce,
    letters_of,
    prepare_agreements,
    sign_wave,
)
from selection.delegations import NotDelegated
from selection.models import Decision, SignatureDelegation
from selection.notification import open_letter, record_notification
from selection.outcomes import adopt, prepare, undo_adoption
from tests import factories
from tests.built_once import stage
from tests.selection.conftest import (
    GRANT,
    build,
    delegate,
    make_letters,
    meet,
    member_of,
    prepare_all,
    propose,
    wait,
)

pytestmark = pytest.mark.django_db


@stage
def announced(signed):
    make_letters(signed.wave)
    announce(wave=signed.wave, by=signed.signatory)
    return signed


def decision_of(dossier):
    return Decision.objects.get(application=dossier)


def test_signing_commits_in_full_and_asks_for_one_letter_each(adopted):
    decisions = sign_wave(wave=adopted.wave, by=adopted.signatory)
    assert {d.application_id: d.act for d in decisions} == dict(
        zip([d.pk for d in adopted.dossiers], ["award", "award", "waitlist", "refusal"], strict=True)
    )
    assert {d.state for d in decisions} == {"signed"}
    assert all(d.delegation and d.signed_by == adopted.signatory for d in decisions)
    committed = Account.objects.filter(kind="ae_committed").values_list("balance_cents", flat=True)
    assert sum(committed) == 2 * GRANT
    assert set(Award.objects.values_list("state", flat=True)) == {"committed"}
    letters = letters_of(Decision.objects.all())
    kinds = sorted(letters.values_list("kind", flat=True))
    assert kinds == ["award_letter", "award_letter", "refusal_letter", "waitlist_letter"]
    assert not letters.filter(released_at__isnull=False).exists()
    assert factories.fresh(adopted.wave).state == "decided"
    assert differences() == []


def test_numbers_of_the_letters_have_no_gap(signed):
    numbers = sorted(letters_of(Decision.objects.all()).values_list("number", flat=True))
    assert [number[-5:] for number in numbers] == ["00001", "00002", "00003", "00004"]


def test_letters_say_what_was_decided(signed):
    letters = {d.application_id: Document.objects.about(d).get().letter for d in Decision.objects.all()}
    award, _, waitlist, refusal = (letters[d.pk] for d in signed.dossiers)
    assert award.amount_cents == GRANT
    planned = Instalment.objects.filter(award__application=signed.dossiers[0]).order_by("number")
    assert [i.amount_cents for i in award.instalments] == [i.cents for i in planned]
    assert award.signature.capacity_lines[0] == "Pour le ministre et par délégation,"
    assert waitlist.rank == 1
    assert "2 projets retenus" in waitlist.reasons.replace("\u00a0", " ")
    assert refusal.grounds[0].title == "Partenariats locaux."


def test_a_wave_is_signed_once(signed):
    with pytest.raises(StalePage, match="déjà signée par Hélène Vasseur"):
        sign_wave(wave=signed.wave, by=signed.signatory)
    assert Decision.objects.count() == 4
    assert Posting.objects.filter(kind="commit").count() == 1


def test_a_proposal_that_is_not_adopted_is_not_signed(panel):
    prepare_all(panel)
    with pytest.raises(Refusal, match="pas adoptée"):
        sign_wave(wave=panel.wave, by=panel.signatory)


def test_an_old_page_does_not_sign(adopted):
    with pytest.raises(StalePage):
        sign_wave(wave=adopted.wave, by=adopted.signatory, version=adopted.wave.version + 7)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"acts": ["award", "waitlist"]}, "ne couvre pas l’acte « rejet »"),
        ({"ceiling_cents": GRANT - 1}, "dépasse le plafond"),
        ({"ends_on": timezone.localdate() - datetime.timedelta(days=1)}, "aucune délégation"),
        ({"starts_on": timezone.localdate() + datetime.timedelta(days=1)}, "aucune délégation"),
    ],
)
def test_the_delegation_covers_act_amount_and_day(adopted, fields, words):
    SignatureDelegation.objects.all().delete()
    delegate(adopted.signatory, adopted.wave, **fields)
    with pytest.raises(NotDelegated, match=words):
        sign_wave(wave=adopted.wave, by=adopted.signatory)
    assert not Decision.objects.exists()
    assert not letters_of(Decision.objects.all()).exists()
    assert not Posting.objects.filter(kind="commit").exists()
    assert factories.fresh(adopted.wave).state == "deliberation"


def test_somebody_elses_delegation_does_not_sign(adopted):
    with pytest.raises(NotDelegated):
        sign_wave(wave=adopted.wave, by=factories.decision_maker())
    with pytest.raises(NotAllowed):
        sign_wave(wave=adopted.wave, by=adopted.officer)


def test_two_delegations_share_the_acts(adopted):
    SignatureDelegation.objects.all().delete()
    delegate(adopted.signatory, adopted.wave, acts=["award"])
    delegate(adopted.signatory, adopted.wave, acts=["waitlist", "refusal"], ceiling_cents=1)
    assert len(sign_wave(wave=adopted.wave, by=adopted.signatory)) == 4


def test_who_leaves_after_the_adoption_must_be_taken_out_first(adopted):
    Application.objects.filter(pk=adopted.dossiers[0].pk).update(state="withdrawn")
    with pytest.raises(Refusal, match="Annulez l’adoption"):
        sign_wave(wave=adopted.wave, by=adopted.signatory)
    undo_adoption(wave=adopted.wave, by=adopted.officer, reason="Désistement")
    adopt(wave=adopted.wave, by=adopted.officer)
    assert len(sign_wave(wave=adopted.wave, by=adopted.signatory)) == 3


def test_a_reservation_falls_with_its_year(adopted):
    after = datetime.datetime(timezone.localdate().year + 1, 1, 2, 9, tzinfo=datetime.UTC)
    delegate(adopted.signatory, adopted.wave, ends_on=after.date())
    with time_machine.travel(after), pytest.raises(Refusal, match="tombées le 31 décembre"):
        sign_wave(wave=adopted.wave, by=adopted.signatory)


def test_a_wave_with_a_deferral_tells_it_apart_from_a_refusal(panel):
    meet(panel)
    first, second, third, fourth = panel.dossiers
    propose(panel, first)
    wait(panel, second)
    wait(panel, third)
    prepare(application=fourth, outcome="deferred", ground="Bail. Il reste à signer.", by=panel.officer)
    adopt(wave=panel.wave, by=panel.officer)
    sign_wave(wave=panel.wave, by=panel.signatory)
    make_letters(panel.wave, rendered=True)
    announce(wave=panel.wave, by=panel.signatory)
    assert factories.fresh(fourth).state == "deferred"
    assert Document.objects.about(decision_of(fourth)).get().kind == "deferral_letter"
    assert [decision_of(d).rank for d in (second, third)] == [1, 2]


def test_before_the_announcement_an_applicant_learns_nothing(signed):
    make_letters(signed.wave)
    for dossier in signed.dossiers:
        person = member_of(dossier)
        assert factories.fresh(dossier).applicant_label == "En cours d’examen"
        assert not Decision.objects.visible_to(person).exists()
        with pytest.raises(NotAllowed):
            open_letter(decision=decision_of(dossier), by=person)
    assert not OutboxMessage.objects.exists()
    assert not FabriqueFact.objects.exists()


def test_the_announcement_waits_for_every_letter(signed):
    with pytest.raises(LettersMissing, match="4\u00a0courriers en cours de fabrication sur 4"):
        announce(wave=signed.wave, by=signed.signatory)
    letter = letters_of(Decision.objects.all()).first()
    Document.objects.filter(pk=letter.pk).update(last_error="ValueError : police absente")
    with pytest.raises(LettersMissing, match="1\u00a0courrier en erreur"):
        announce(wave=signed.wave, by=signed.signatory)
    assert set(Application.objects.filter(wave=signed.wave).values_list("state", flat=True)) == {"reviewed"}


def test_everything_is_announced_at_one_moment(announced):
    dossiers = Application.objects.filter(wave=announced.wave).order_by("pk")
    assert [d.state for d in dossiers] == ["awarded", "awarded", "waitlisted", "refused"]
    moments = {d.published_at for d in dossiers}
    moments |= set(Decision.objects.values_list("issued_at", flat=True))
    moments |= set(letters_of(Decision.objects.all()).values_list("released_at", flat=True))
    assert len(moments) == 1
    assert set(FabriqueFact.objects.values_list("fabrique", "kind")) == {
        (d.fabrique_id, "selected") for d in dossiers[:2]
    }
    assert OutboxMessage.objects.filter(key__startswith="decision:").count() == 4
    assert factories.fresh(announced.wave).state == "announced"


def test_the_mail_says_how_the_decision_is_notified(signed):
    by_post = signed.dossiers[0]
    consents.withdraw(organisation=by_post.organisation, by=member_of(by_post))
    make_letters(signed.wave)
    announce(wave=signed.wave, by=signed.signatory)
    bodies = {mail.recipient: mail.body for mail in OutboxMessage.objects.all()}
    service = signed.wave.call.programme
    for dossier in signed.dossiers:
        said = bodies[member_of(dossier).email]
        assert long_date(timezone.localdate()) in said and service.service_email in said
        assert ("lettre recommandée" in said) == (dossier == by_post)
        assert ("quinze jours" in said) == (dossier != by_post)


def test_the_mail_does_not_tell_the_answer(announced):
    for message in OutboxMessage.objects.all():
        assert "retenu" not in message.body
        assert "lauréat" not in message.body.lower()


def test_a_wave_is_announced_once(announced):
    with pytest.raises(StalePage, match="déjà annoncée"):
        announce(wave=announced.wave, by=announced.signatory)
    assert OutboxMessage.objects.count() == 4


def test_who_withdrew_between_signature_and_announcement_receives_nothing(signed):
    make_letters(signed.wave)
    Application.objects.filter(pk=signed.dossiers[3].pk).update(state="withdrawn")
    assert announce(wave=signed.wave, by=signed.signatory) == 3
    assert decision_of(signed.dossiers[3]).state == "signed"
    assert Document.objects.about(decision_of(signed.dossiers[3])).get().released_at is None


def test_opening_the_letter_notifies_the_decision(announced):
    dossier = announced.dossiers[0]
    decision = decision_of(dossier)
    letter = open_letter(decision=decision, by=member_of(dossier))
    assert letter.is_ready
    decision = factories.fresh(decision)
    assert (decision.state, decision.notified_on) == ("notified", timezone.localdate())
    assert Award.objects.get(application=dossier).notified_on == timezone.localdate()
    open_letter(decision=decision, by=member_of(dossier))
    assert factories.fresh(decision).version == decision.version


def test_a_letter_is_opened_by_those_it_is_written_to(announced):
    for stranger in (member_of(announced.dossiers[1]), announced.officer, factories.auditor()):
        with pytest.raises(NotAllowed):
            open_letter(decision=decision_of(announced.dossiers[0]), by=stranger)
    assert decision_of(announced.dossiers[0]).state == "issued"


def test_after_fifteen_days_it_is_notified_from_the_day_it_was_made_available(announced):
    decision = decision_of(announced.dossiers[2])
    assert notifying.sweep() == 0
    with time_machine.travel(decision.issued_at + datetime.timedelta(days=15)):
        assert notifying.sweep() == 0
    with time_machine.travel(decision.issued_at + datetime.timedelta(days=16, hours=1)):
        assert (notifying.sweep(), notifying.sweep()) == (len(announced.dossiers), 0)
    assert factories.fresh(decision).notified_on == timezone.localdate(decision.issued_at)


def test_a_late_opening_does_not_move_the_date(announced):
    dossier = announced.dossiers[3]
    decision = decision_of(dossier)
    with time_machine.travel(decision.issued_at + datetime.timedelta(days=40)):
        open_letter(decision=decision, by=member_of(dossier))
    assert factories.fresh(decision).notified_on == timezone.localdate(decision.issued_at)


def test_a_registered_letter_notifies_the_decision_and_its_aid(announced):
    decision, today = decision_of(announced.dossiers[0]), timezone.localdate()
    letter = {"number": "1A 234 567 8901 2", "posted_on": today}
    record_notification(decision=decision, by=announced.officer, **letter)
    assert factories.fresh(decision).state == "issued", "posted is not presented"
    dates = {"presented_on": today, "delivered_on": today}
    record_notification(decision=decision, by=announced.officer, **letter, **dates)
    assert (factories.fresh(decision).state, factories.fresh(decision).notified_on) == ("notified", today)
    assert Award.objects.get(application=announced.dossiers[0]).notified_on == today
    with pytest.raises(StalePage, match="déjà notifié"):
        record_notification(decision=decision, by=announced.officer, **letter, **dates)


def test_agreements_are_prepared_for_the_whole_wave(announced):
    assert prepare_agreements(wave=announced.wave, by=announced.officer) == 2
    assert Agreement.objects.count() == 2
    assert prepare_agreements(wave=announced.wave, by=announced.officer) == 0


def test_agreements_wait_for_the_announcement(signed):
    with pytest.raises(StalePage, match="annoncée"):
        prepare_agreements(wave=signed.wave, by=signed.officer)


def test_a_waitlisted_dossier_may_be_awarded_later(announced):
    waiting = announced.dossiers[2]
    publish(application=waiting, act="award", by=announced.signatory, at=timezone.now())
    assert factories.fresh(waiting).state == "awarded"


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"signed_by": None}, "decision_signed_has_signatory"),
        ({"delegation": None}, "decision_signed_has_signatory"),
        ({"act": "award"}, "decision_award_has_money"),
        ({"act": "refusal", "ground": ""}, "decision_refusal_has_ground"),
    ],
)
def test_the_database_refuses_incoherent_decisions(signed, change, constraint):
    waiting = Decision.objects.filter(application=signed.dossiers[2])
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        waiting.update(**change)


def test_the_database_holds_one_standing_decision_a_dossier(signed):
    with pytest.raises(IntegrityError, match=r"decision_one_standing|UNIQUE"), transaction.atomic():
        Decision.objects.create(application=signed.dossiers[2], wave=signed.wave, act="waitlist")


def test_the_database_never_deletes_a_decision(signed):
    with pytest.raises(IntegrityError, match="never deleted"), transaction.atomic():
        Decision.objects.filter(application=signed.dossiers[2])._raw_delete("default")


def test_the_database_refuses_an_incoherent_delegation(panel):
    with pytest.raises(IntegrityError, match="delegation_coherent"), transaction.atomic():
        SignatureDelegation.objects.update(ceiling_cents=0)


def test_capacity_and_money_hold_together(db):
    panel = prepare_all(build(ranks=6, money=4 * GRANT), proposed=4)
    adopt(wave=panel.wave, by=panel.chair)
    assert len(sign_wave(wave=panel.wave, by=panel.signatory)) == 6
    assert differences() == []


def test_a_call_may_say_that_the_agreement_commits(db):
    panel = prepare_all(build(commitment_act="agreement"))
    adopt(wave=panel.wave, by=panel.officer)
    sign_wave(wave=panel.wave, by=panel.signatory)
    assert set(Award.objects.values_list("state", flat=True)) == {"reserved"}
    assert not Posting.objects.filter(kind="commit").exists()
    assert Document.objects.filter(kind="award_letter").count() == 2
    assert Instalment.objects.filter(award__wave=panel.wave).count() == 6


# --- Somebody who has a tie --------------------------------------------------------------------------------------


def test_who_has_a_tie_neither_reads_the_act_nor_signs_the_wave(client, adopted):
    tied, panel = adopted.dossiers[0], adopted
    other = factories.decision_maker()
    delegate(other, panel.wave)
    recusals.recuse(application=tied, user=panel.signatory, text="Une parente y travaille.", by=panel.signatory)
    tied_signatory = type(other).objects.get(pk=panel.signatory.pk)
    page = reverse("selection:decisions", args=[panel.wave.public_id])
    client.force_login(tied_signatory)
    shown = client.get(page).content.decode()
    assert tied.reference not in shown and panel.dossiers[1].reference in shown
    assert "vous est fermé" in shown
    with pytest.raises(Refusal, match="vous est fermé"):
        sign_wave(wave=panel.wave, by=tied_signatory)
    assert not Decision.objects.exists()
    sign_wave(wave=panel.wave, by=other)
    shown = client.get(page).content.decode()
    assert tied.reference not in shown and panel.dossiers[1].reference in shown
