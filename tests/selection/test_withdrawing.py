"""An award withdrawn whole ends the decision that granted it: whoever verifies its letter is told."""

import pytest
from django.utils import timezone

from documents.models import Document
from funding.endings import hearings, undoing, withdrawals
from funding.models import Award
from selection import appeals
from selection.delegations import AGREEMENT
from tests.selection.after import announced, decision_of, opened
from tests.selection.conftest import GRANT, delegate, member_of
from tests.selection.test_appeals import asked, lodge

pytestmark = pytest.mark.django_db


def withdrawn(panel, dossier, done):
    delegate(panel.signatory, panel.wave, acts=[AGREEMENT])
    award, today = Award.objects.get(application=dossier), timezone.localdate()
    found = withdrawals.open_withdrawal(
        award=award, ground="breach", facts="Rien n’a été fait.", cents=GRANT, known_on=today, by=None,
        answer_by=hearings.answer_day(today),
    )  # fmt: skip
    hearings.observe(hearing=found.hearing, by=member_of(dossier), text="Bien.", complete=True)
    measure = withdrawals.Measure("Jours d’ouverture", 200, done)
    return withdrawals.decide(
        withdrawal=found, measure=measure, act="D 1", reason="Conditions non tenues.", by=panel.signatory
    )


def test_the_decision_and_its_letter_end_with_the_award():
    panel = announced()
    decision = opened(panel.dossiers[0])
    found = withdrawn(panel, panel.dossiers[0], done=0)
    letter = Document.objects.about(decision).get(kind="award_letter")
    assert (found.award.state, decision_of(panel.dossiers[0]).state) == ("withdrawn", "withdrawn")
    assert (letter.void_kind, letter.voided_by_number) == ("withdrawn", found.document.number)
    assert decision_of(panel.dossiers[1]).state == "issued"


def test_withdrawn_in_part_it_stands():
    panel = announced()
    decision = opened(panel.dossiers[0])
    withdrawn(panel, panel.dossiers[0], done=100)
    assert decision_of(panel.dossiers[0]).state == "notified"
    assert Document.objects.about(decision).get(kind="award_letter").voided_on is None


def test_undone_the_decision_and_its_letter_stand_again():
    panel = announced()
    decision = opened(panel.dossiers[0])
    before = Award.objects.get(application=panel.dossiers[0]).state
    found = withdrawn(panel, panel.dossiers[0], done=0)
    undoing.undo(withdrawal=found, act="Jugement", on=timezone.localdate(), reason="Annulé.", by=panel.signatory)
    letter = Document.objects.about(decision).get(kind="award_letter")
    assert (decision_of(panel.dossiers[0]).state, Award.objects.get(pk=found.award_id).state) == ("notified", before)
    assert (letter.voided_on, letter.void_kind, letter.voided_by_number) == (None, "", "")


def test_an_upheld_appeal_leads_to_the_withdrawal_to_undo(client):
    panel = announced()
    opened(panel.dossiers[0])
    found = withdrawn(panel, panel.dossiers[0], done=0)
    appeal = lodge(decision_of(panel.dossiers[0]))
    client.force_login(panel.officer)
    address = f"/pilotage/recours/{appeal.public_id}/"
    assert found.get_absolute_url() not in client.get(address).content.decode()
    appeals.conclude(
        appeal=appeal, outcome="upheld", on=timezone.localdate(), conclusion="Le lieu a ouvert.", by=panel.signatory,
        follow_up=asked(panel),
    )  # fmt: skip
    assert found.get_absolute_url() in client.get(address).content.decode()
