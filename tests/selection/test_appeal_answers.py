"""The answer to an appeal: a letter signed under a delegation, read first, opened, verified, made again when gone."""

import datetime

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.errors import NotAllowed, Refusal, StalePage
from accounts.models import OutboxMessage
from applications.clocks import months_after
from documents import consents, missing
from documents.missing import SOURCES
from documents.models import Document, DocumentContent, FormalNotification
from documents.production import produce
from documents.verification import verify
from programme.models import Commune
from selection import appeal_answers, appeals
from selection.delegations import NotDelegated
from selection.models import Appeal, SignatureDelegation
from tests import factories
from tests.guards import triggers_aside
from tests.selection.after import announced, opened, today
from tests.selection.conftest import delegate, member_of

pytestmark = pytest.mark.django_db
WHY = "La pièce manque. Aucune lettre de la commune n’est au dossier.\n\nLe budget ne change pas."


@pytest.fixture
def panel():
    return announced()


@pytest.fixture
def appeal(panel):
    return lodged(panel)


def lodged(panel, kind="gracious"):
    decision = opened(panel.refused[0])
    return appeals.lodge(decision=decision, kind=kind, grounds="Motif inexact.", by=member_of(panel.refused[0]))


def conclude(panel, appeal, outcome="rejected", **fields):
    fields = {"on": today(), "conclusion": WHY, "by": panel.signatory, **fields}
    return appeals.conclude(appeal=appeal, outcome=outcome, **fields)


def follow_up(panel, **fields):
    return {"what": "examine", "owner": panel.officer, "due_on": datetime.date(2099, 6, 30), **fields}


def accept_online(panel):
    """The structure accepts the electronic way before it is answered."""
    organisation = panel.refused[0].organisation
    person = member_of(panel.refused[0])
    if consents.consent_of(organisation) is None:
        consents.give(organisation=organisation, by=person)
    return person


# --- What it says ----------------------------------------------------------------------------------------------------


def test_a_rejection_is_a_numbered_letter_with_its_grounds_and_the_way_to_the_court(panel, appeal):
    done = conclude(panel, appeal)
    letter = appeal_answers.answer_of(done)
    facts = letter.letter
    assert (letter.kind, letter.number[:3], letter.released_at) == ("appeal_answer", "FT-", done.signed_at)
    assert [(one.title, one.text) for one in facts.grounds] == [
        ("La pièce manque.", "Aucune lettre de la commune n’est au dossier."), ("Le budget ne change pas.", ""),
    ]  # fmt: skip
    assert (facts.outcome, facts.reopens, facts.follow_up, facts.silent_on) == ("rejeté", True, "", None)
    assert facts.signature.name == "Hélène Vasseur" and "par délégation" in facts.signature.capacity_lines[0]
    assert facts.decision.startswith("Rejet, décision signée le")
    assert done.delegation.holder == panel.signatory


@pytest.mark.parametrize(("outcome", "word"), [("upheld", "accueilli"), ("partly_upheld", "accueilli en partie")])
def test_an_upheld_one_says_what_follows_and_before_when(panel, appeal, outcome, word):
    facts = appeal_answers.answer_of(conclude(panel, appeal, outcome, follow_up=follow_up(panel))).letter
    assert (facts.outcome, facts.follow_up) == (word, "Nouvel examen du dossier, avant le 30\u00a0juin\u00a02099")


def test_a_rejection_without_a_ground_is_not_written(panel, appeal):
    with pytest.raises(Refusal) as told:
        conclude(panel, appeal, conclusion="  \n ")
    assert told.value.field == "conclusion"
    assert factories.fresh(appeal).state == "lodged" and appeal_answers.answer_of(appeal) is None


def test_after_the_silence_it_says_whether_the_court_is_still_open(panel, appeal):
    """CJA R421-2: an express answer gives a new delay while the one born of the silence is running."""
    for days, reopens in ((10, True), (90, False)):
        at = datetime.datetime.combine(appeal.silence_on, datetime.time(12), tzinfo=datetime.UTC)
        with time_machine.travel(at + datetime.timedelta(days=days)):
            held = delegate(panel.signatory, panel.wave)
            facts = appeal_answers.facts_of(
                appeal, outcome="rejected", conclusion=WHY, follow_up="", signed_by=panel.signatory,
                signed_at=timezone.now(), delegation=held,
            )  # fmt: skip
        assert (facts.silent_on, facts.reopens, facts.interrupts) == (appeal.silence_on, reopens, True)


def test_a_late_appeal_is_answered_and_reopens_nothing(panel):
    with time_machine.travel(timezone.now() + datetime.timedelta(days=75)):
        delegate(panel.signatory, panel.wave)
        decision = opened(panel.refused[0])
    with time_machine.travel(timezone.now() + datetime.timedelta(days=150)):
        late = appeals.lodge(decision=decision, kind="gracious", grounds="Tard.", by=member_of(panel.refused[0]))
        interrupts = appeal_answers.interrupts(late)
        assert appeal_answers.reopens(late, today()) is interrupts


# --- Who signs -------------------------------------------------------------------------------------------------------


def test_the_delegation_covers_the_contested_decision(panel, appeal):
    SignatureDelegation.objects.update(acts=["award"])
    with pytest.raises(NotDelegated, match=r"ne couvre pas l’acte «.rejet.»"):
        conclude(panel, appeal)
    assert factories.fresh(appeal).state == "lodged"


def test_a_delegation_of_another_territory_answers_nothing(panel, appeal):
    place = panel.refused[0].fabrique.commune
    other = Commune.objects.exclude(region=place.region).first()
    SignatureDelegation.objects.update(region=other.region)
    with pytest.raises(NotDelegated, match=f"limitée à : {other.region}"):
        conclude(panel, appeal)
    SignatureDelegation.objects.update(region=place.region)
    assert conclude(panel, appeal).state == "rejected"


def test_an_officer_does_not_sign_and_records_what_the_superior_wrote(panel):
    appeal = lodged(panel, "hierarchical")
    with pytest.raises(NotAllowed):
        conclude(panel, appeal, by=panel.officer)
    done = conclude(panel, appeal, by=panel.officer, elsewhere=True)
    assert (done.state, done.signed_at, appeal_answers.answer_of(done)) == ("rejected", None, None)
    assert FormalNotification.objects.about(done).get(kind="appeal_answer").document is None
    assert SOURCES["appeal_answer"].find().count() == 0


def test_a_letter_bears_the_day_of_its_signature(panel, appeal):
    with time_machine.travel(timezone.now() + datetime.timedelta(days=3)), pytest.raises(Refusal) as told:
        conclude(panel, appeal, on=today() - datetime.timedelta(days=1))
    assert told.value.field == "on"


def test_the_database_wants_a_delegation_behind_a_signature(panel, appeal):
    with pytest.raises(IntegrityError, match="appeal_answer_signed_by_delegation"), transaction.atomic():
        Appeal.objects.filter(pk=appeal.pk).update(signed_at=timezone.now())


def test_the_database_keeps_what_was_signed(panel, appeal):
    done = Appeal.objects.filter(pk=conclude(panel, appeal).pk)
    for change in ({"conclusion": "Autre."}, {"signed_at": timezone.now()}, {"state": "upheld"}):
        with pytest.raises(IntegrityError, match="signed is fixed"), transaction.atomic():
            done.update(**change)


def test_what_is_signed_is_what_was_read(panel, appeal):
    _, digest = appeal_answers.preview(appeal, outcome="rejected", conclusion=WHY, by=panel.signatory)
    with pytest.raises(StalePage, match="a changé"):
        conclude(panel, appeal, conclusion="Autre motif.", digest=digest)
    assert factories.fresh(appeal).state == "lodged"
    assert conclude(panel, appeal, digest=digest).state == "rejected"


# --- Its addressee, and anybody -----------------------------------------------------------------------------------


def test_its_first_opening_notifies_it_and_the_delay_runs_again(panel, appeal):
    person = accept_online(panel)
    done = conclude(panel, appeal)
    with pytest.raises(Refusal, match="pas encore prêt"):
        appeal_answers.open_answer(appeal=done, by=person)
    letter = produce(appeal_answers.answer_of(done).pk)
    with pytest.raises(NotAllowed):
        appeal_answers.open_answer(appeal=done, by=member_of(panel.dossiers[0]))
    appeal_answers.open_answer(appeal=done, by=person)
    formal = FormalNotification.objects.get(document=letter)
    assert (formal.kind, formal.notified_on, factories.fresh(done).answer_notified_on) == (
        "appeal_answer", today(), today(),
    )  # fmt: skip
    assert appeals.delay_of(done.decision, [factories.fresh(done)]).last_day > months_after(today(), 2)


def test_the_mail_says_that_an_answer_waits_what_notifies_it_and_not_what_it_is(panel, appeal):
    accept_online(panel)
    done = conclude(panel, appeal)
    mail = OutboxMessage.objects.get(key__startswith=f"appeal-answer:{done.pk}")
    assert "R. 112-17" in mail.body and "quinze jours" in mail.body
    assert panel.wave.call.programme.service_email in mail.body
    assert "rejet" not in f"{mail.subject} {mail.body}"


def test_anybody_verifies_it(panel, appeal):
    letter = produce(appeal_answers.answer_of(conclude(panel, appeal)).pk)
    found = verify(letter.verification_code)
    assert (found.authentic, found.valid, found.document) == (True, True, letter)
    assert ("Réponse", "recours rejeté") in letter.letter.public_summary()


# --- Missing ---------------------------------------------------------------------------------------------------------


def test_one_that_is_gone_is_asked_for_again_with_the_same_words(panel, appeal):
    done = conclude(panel, appeal, "upheld", follow_up=follow_up(panel, what="other", note="Convention à revoir."))
    before = appeal_answers.answer_of(done).facts["letter"]
    assert SOURCES["appeal_answer"].find().count() == 0
    with triggers_aside(connection):
        gone = Document.objects.filter(kind="appeal_answer")
        FormalNotification.objects.filter(document__in=gone).delete()
        DocumentContent.objects.filter(document__in=gone).delete()
        gone.delete()
    assert SOURCES["appeal_answer"].find().get() == done
    assert (missing.ask_all(), missing.ask_all()) == (1, 0)
    assert appeal_answers.answer_of(done).facts["letter"] == before


# --- The pages -------------------------------------------------------------------------------------------------------


def test_it_is_read_then_signed_then_opened_by_the_structure(client, panel, appeal):
    address = reverse("selection:appeal", args=[appeal.public_id])
    client.force_login(panel.signatory)
    typed = {
        "act": "conclude", "version": appeal.version, "idempotency_key": "a" * 32, "issue-outcome": "rejected",
        "issue-on": today().isoformat(), "issue-conclusion": WHY,
    }  # fmt: skip
    shown = client.post(address, typed)
    assert shown.status_code == 200 and factories.fresh(appeal).state == "lodged"
    html = shown.content.decode()
    assert "Aucune lettre de la commune" in html and "Signer et remettre" in html
    digest = shown.context["preview"][1]
    client.post(address, typed | {"idempotency_key": "b" * 32, "digest": "0" * 64})
    assert factories.fresh(appeal).state == "lodged"
    signed = client.post(address, typed | {"idempotency_key": "c" * 32, "digest": digest})
    assert signed.status_code == 302 and factories.fresh(appeal).state == "rejected"
    produce(appeal_answers.answer_of(appeal).pk)
    assert client.get(reverse("selection:appeal_answer", args=[appeal.public_id])).status_code == 200
    read_by_the_structure(client, panel, appeal)


def read_by_the_structure(client, panel, appeal):
    dossier = panel.refused[0]
    client.force_login(accept_online(panel))
    mine = reverse("selection:my_appeals", args=[dossier.public_id])
    letter = reverse("selection:my_answer", args=[dossier.public_id, appeal.public_id])
    html = client.get(mine).content.decode()
    assert "Ouvrir la réponse" in html and "Aucune lettre de la commune" not in html
    assert client.get(letter).status_code == 302
    client.post(reverse("selection:open_my_answer", args=[dossier.public_id, appeal.public_id]), {
        "idempotency_key": "d" * 32,
    })  # fmt: skip
    assert client.get(letter)["Content-Type"] == "application/pdf"
    assert "Aucune lettre de la commune" in client.get(f"{letter}?lire").content.decode()
    assert "Rejeté" in client.get(mine).content.decode()
