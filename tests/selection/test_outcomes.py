"""The panel's day: outcomes prepared, adopted all together or not at all, undone; nothing of it is published."""

import datetime

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.errors import NotAllowed, Refusal, StalePage
from accounts.models import JournalEntry, OutboxMessage
from applications.models import Application, Assignment
from funding.ledger import InsufficientFunds
from funding.models import Account, Award, Posting
from funding.reconciliation import differences
from selection.models import Outcome, PanelSession, PreparedOutcome
from selection.outcomes import adopt, hold_panel, prepare, undo_adoption
from tests import factories
from tests.selection.conftest import GRANT, YEAR, build, meet, prepare_all, propose, reject, reviewed, wait

pytestmark = pytest.mark.django_db


def left(panel):
    return Account.objects.get(kind="ae_opened", line=panel.line, fiscal_year=YEAR).balance_cents


def reserved():
    return sum(Account.objects.filter(kind="ae_reserved").values_list("balance_cents", flat=True))


def states(panel):
    return set(Application.objects.filter(wave=panel.wave).values_list("state", flat=True))


def test_adopting_reserves_the_ae_of_every_proposed_dossier(panel):
    prepare_all(panel)
    granted = adopt(wave=panel.wave, by=panel.officer)
    assert [award.application_id for award in granted] == [d.pk for d in panel.dossiers[:2]]
    assert left(panel) == 0
    assert reserved() == 2 * GRANT
    assert Posting.objects.filter(kind="reserve").count() == 1
    assert differences() == []


def test_nothing_of_the_panel_is_visible_outside(panel):
    prepare_all(panel)
    adopt(wave=panel.wave, by=panel.officer)
    assert states(panel) == {"reviewed"}
    assert not OutboxMessage.objects.exists()


def test_more_than_is_left_is_refused_whole_in_the_words_of_the_ledger(panel):
    prepare_all(panel, proposed=3)
    with pytest.raises(InsufficientFunds, match=r"il manque 150\u00a0000\u00a0€.*Il reste 300\u00a0000\u00a0€"):
        adopt(wave=panel.wave, by=panel.officer)
    assert not Award.objects.exists()
    assert left(panel) == 2 * GRANT
    assert not PanelSession.objects.get(wave=panel.wave).is_adopted


def test_undoing_puts_every_euro_back_and_opens_the_proposal_again(panel):
    prepare_all(panel)
    adopt(wave=panel.wave, by=panel.officer)
    undo_adoption(wave=panel.wave, by=panel.officer, reason="Erreur sur un montant")
    assert left(panel) == 2 * GRANT
    assert reserved() == 0
    assert set(Award.objects.values_list("state", flat=True)) == {"released"}
    assert not PreparedOutcome.objects.filter(award__isnull=False).exists()
    propose(panel, panel.dossiers[0], 14_000_000, ground="Un poste de dépense n’est pas retenu.")
    assert len(adopt(wave=panel.wave, by=panel.officer)) == 2
    assert differences() == []


def test_undoing_wants_a_reason_and_keeps_it(panel):
    prepare_all(panel)
    adopt(wave=panel.wave, by=panel.officer)
    with pytest.raises(Refusal, match="motif"):
        undo_adoption(wave=panel.wave, by=panel.officer, reason="  ")
    undo_adoption(wave=panel.wave, by=panel.officer, reason="Dossier retiré")
    assert Posting.objects.get(kind="release").reason == "Dossier retiré"
    assert JournalEntry.objects.get(action="undo_adoption").details == {"reason": "Dossier retiré"}


def test_an_adopted_proposal_does_not_change_under_the_reader(panel):
    prepare_all(panel)
    adopt(wave=panel.wave, by=panel.officer)
    with pytest.raises(Refusal, match="adoptée"):
        wait(panel, panel.dossiers[0])
    with pytest.raises(Refusal, match="adoptée"):
        adopt(wave=panel.wave, by=panel.officer)
    assert reserved() == 2 * GRANT


def test_capacity_may_be_exceeded_with_a_reason(db):
    panel = prepare_all(build(capacity=1))
    with pytest.raises(Refusal, match="capacité de 1"):
        adopt(wave=panel.wave, by=panel.officer)
    assert reserved() == 0
    adopt(wave=panel.wave, by=panel.officer, reason_if_over_capacity="Deux dossiers de même note")
    assert factories.fresh(panel.wave).capacity_exceeded_reason == "Deux dossiers de même note"
    assert reserved() == 2 * GRANT


def test_every_dossier_wants_an_outcome(panel):
    meet(panel)
    propose(panel, panel.dossiers[0])
    with pytest.raises(Refusal, match="3\u00a0dossiers sans issue"):
        adopt(wave=panel.wave, by=panel.officer)


def test_a_dossier_still_examined_blocks_the_adoption(panel):
    prepare_all(panel)
    late = reviewed(panel.wave, [])
    Application.objects.filter(pk=late.pk).update(state="in_review")
    with pytest.raises(Refusal, match="sans évaluation complète"):
        adopt(wave=panel.wave, by=panel.officer)
    with pytest.raises(Refusal, match="évaluations attendues"):
        wait(panel, factories.fresh(late))


def test_a_panel_day_is_wanted_first(panel):
    for dossier in panel.dossiers:
        wait(panel, dossier)
    with pytest.raises(Refusal, match="date du comité"):
        adopt(wave=panel.wave, by=panel.officer)


def test_leaving_the_ranking_wants_a_reason(panel):
    meet(panel)
    first, second, third, fourth = panel.dossiers
    reject(panel, first)
    propose(panel, second)
    propose(panel, third)
    wait(panel, fourth)
    with pytest.raises(Refusal, match=first.reference) as refused:
        adopt(wave=panel.wave, by=panel.officer)
    assert second.reference not in refused.value.message
    reject(panel, first, departure_reason="Projet arrêté par la commune")
    assert len(adopt(wave=panel.wave, by=panel.officer)) == 2


def test_equal_scores_are_no_departure(panel):
    meet(panel)
    twin = reviewed(panel.wave, [9000, 9200])
    wait(panel, panel.dossiers[0])
    propose(panel, twin)
    for dossier in panel.dossiers[1:]:
        reject(panel, dossier)
    assert len(adopt(wave=panel.wave, by=panel.officer)) == 1


def test_a_deferral_stands_outside_the_order(panel):
    meet(panel)
    first, *others = panel.dossiers
    prepare(application=first, outcome="deferred", ground="Bail à signer.", by=panel.officer)
    for dossier in others[:2]:
        propose(panel, dossier)
    reject(panel, others[2])
    assert len(adopt(wave=panel.wave, by=panel.officer)) == 2


def test_a_wave_without_laureate_can_be_adopted(panel):
    prepare_all(panel, proposed=0)
    assert adopt(wave=panel.wave, by=panel.officer) == []
    assert not Posting.objects.filter(kind="reserve").exists()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"outcome": "proposed"}, "un montant, une ligne"),
        ({"outcome": "not_retained"}, "motif"),
        ({"outcome": "deferred", "ground": " "}, "motif"),
        ({"outcome": "proposed", "amount_cents": GRANT + 1}, "dépasse les 150\u00a0000\u00a0€ demandés"),
        ({"outcome": "proposed", "amount_cents": 1_000_000, "ground": "Réduit"}, "sort des bornes"),
        ({"outcome": "proposed", "amount_cents": 14_000_000}, "réduit"),
    ],
)
def test_what_an_outcome_wants(panel, fields, words):
    money = {"line": panel.line, "fiscal_year": YEAR}
    with pytest.raises(Refusal, match=words):
        prepare(application=panel.dossiers[0], by=panel.officer, **money, **fields)
    assert not PreparedOutcome.objects.exists()


def test_a_stale_page_does_not_overwrite(panel):
    first = propose(panel, panel.dossiers[0], version=0)
    with pytest.raises(StalePage):
        wait(panel, panel.dossiers[0], version=0)
    wait(panel, panel.dossiers[0], version=first.version)
    with pytest.raises(StalePage):
        propose(panel, panel.dossiers[0], version=first.version)
    assert PreparedOutcome.objects.get().outcome == Outcome.WAITLIST


def test_who_may_prepare(panel):
    propose(panel, panel.dossiers[0])
    for person in (factories.auditor(), factories.panel_member(), panel.signatory, factories.reviewer()):
        with pytest.raises(NotAllowed):
            prepare(application=panel.dossiers[0], outcome="waitlist", by=person)
        with pytest.raises(NotAllowed):
            adopt(wave=panel.wave, by=person)
    prepare(application=panel.dossiers[0], outcome="waitlist", by=panel.chair)


def test_outcomes_belong_to_the_deliberation(panel):
    type(panel.wave).objects.filter(pk=panel.wave.pk).update(state="review")
    with pytest.raises(StalePage, match="n’est pas en comité"):
        propose(panel, panel.dossiers[0])


def test_the_panel_does_not_meet_tomorrow(panel):
    tomorrow = timezone.localdate() + datetime.timedelta(days=1)
    with pytest.raises(Refusal, match="futur"):
        hold_panel(wave=panel.wave, held_on=tomorrow, members_present="Six", by=panel.officer)
    with pytest.raises(Refusal, match="présent"):
        hold_panel(wave=panel.wave, held_on=timezone.localdate(), members_present=" ", by=panel.officer)


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"outcome": "proposed"}, "outcome_proposed_has_amount"),
        ({"outcome": "not_retained"}, "outcome_refusal_has_ground"),
    ],
)
def test_the_database_refuses_incoherent_outcomes(panel, fields, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        PreparedOutcome.objects.create(
            application=panel.dossiers[0], wave=panel.wave, prepared_by=panel.officer, **fields
        )


def test_the_database_refuses_an_award_on_another_outcome(panel):
    prepare_all(panel)
    adopt(wave=panel.wave, by=panel.officer)
    with pytest.raises(IntegrityError, match="outcome_award_only_when_proposed"), transaction.atomic():
        PreparedOutcome.objects.filter(award__isnull=False).update(outcome="waitlist")


def test_the_database_refuses_an_adoption_by_nobody_and_an_early_end(panel):
    session = meet(panel)
    rows = PanelSession.objects.filter(pk=session.pk)
    with pytest.raises(IntegrityError, match="panel_adopted_has_author"), transaction.atomic():
        rows.update(adopted_at=timezone.now())
    with pytest.raises(IntegrityError, match="panel_waitlist_ends_after"), transaction.atomic():
        rows.update(waitlist_until=session.held_on - datetime.timedelta(days=1))


def test_who_declared_a_tie_leaves_the_item(client, panel):
    tied = panel.dossiers[0]
    Assignment.objects.create(application=tied, reviewer=panel.officer, state="recused")
    with pytest.raises(NotAllowed, match="déclaré un lien"):
        wait(panel, tied)
    client.force_login(panel.officer)
    html = client.get(reverse("selection:panel", args=[panel.wave.public_id])).content.decode()
    assert f"d{tied.public_id.hex}-outcome" not in html
    assert f"d{panel.dossiers[1].public_id.hex}-outcome" in html
    assert client.get(reverse("selection:dossier", args=[tied.public_id])).status_code == 404
