"""Questions anybody asks, official answers for all, and the call to print with them."""

import io
import uuid

import pikepdf
import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from accounts.errors import NotAllowed, Refusal, StalePage
from accounts.models import OutboxMessage
from programme import public_questions
from programme.models import PublicQuestion

pytestmark = pytest.mark.django_db
TEXT = "Le plafond annuel compte-t-il les apports en nature ?"


@pytest.fixture
def asked(wave):
    return public_questions.ask(call=wave.call, text=TEXT, email="curieuse@exemple.test")


def answer(asked, by, **changes):
    fields = {"public_text": "Le plafond compte-t-il le bénévolat ?", "answer": "Non, seule l’aide compte."}
    return public_questions.answer(asked=asked, by=by, **fields | changes)


def page_of(client, wave, **query):
    return client.get(f"/appels/{wave.call.slug}/questions/", query).content.decode()


def test_the_answer_is_published_with_other_words_and_without_the_name(client, wave, asked, officer):
    assert TEXT not in page_of(client, wave)
    answer(asked, officer)
    page = page_of(client, wave)
    assert "Le plafond compte-t-il le bénévolat" in page and "seule l’aide compte" in page
    assert "curieuse@exemple.test" not in page and TEXT not in page


def test_the_asker_and_the_service_are_told_once(asked, officer):
    answer(asked, officer)
    answer(PublicQuestion.objects.get(pk=asked.pk), officer, answer="Non. Précision : les dons non plus.")
    told = OutboxMessage.objects.filter(recipient="curieuse@exemple.test")
    assert told.count() == 1
    assert OutboxMessage.objects.filter(recipient=asked.call.programme.service_email).count() == 1


def test_the_same_words_are_one_question(asked, wave):
    assert public_questions.ask(call=wave.call, text=TEXT).pk == asked.pk


def test_a_search_folds_accents(client, wave, asked, officer):
    answer(asked, officer)
    assert "seule l’aide compte" in page_of(client, wave, q="BENEVOLAT")
    assert "Aucune réponse ne contient" in page_of(client, wave, q="zzz")


def test_an_answer_stands_beside_its_criterion_or_its_question(client, wave, asked, officer):
    version = wave.call.version_in_force()
    answer(asked, officer, criterion=version.criteria.first())
    page = client.get(f"/appels/{wave.call.slug}/").content.decode()
    assert page.count("seule l’aide compte") == 2


def test_both_pins_are_refused_in_words_and_by_the_database(wave, asked, officer):
    version = wave.call.version_in_force()
    both = {"criterion": version.criteria.first(), "question": version.sections.first().questions.first()}
    with pytest.raises(Refusal, match="pas les deux"):
        answer(asked, officer, **both)
    with pytest.raises(IntegrityError):
        PublicQuestion.objects.filter(pk=asked.pk).update(**both)


@pytest.mark.parametrize("missing", ["public_text", "answer"])
def test_words_are_needed_to_publish(asked, officer, missing):
    with pytest.raises(Refusal) as refused:
        answer(asked, officer, **{missing: "  "})
    assert refused.value.field == missing


def test_only_the_service_answers_and_a_stale_page_changes_nothing(asked, officer, auditor):
    with pytest.raises(NotAllowed):
        answer(asked, auditor)
    answer(asked, officer, version=asked.version)
    with pytest.raises(StalePage):
        answer(asked, officer, version=asked.version)


def test_a_question_is_set_aside_with_its_reason(client, wave, asked, officer):
    with pytest.raises(Refusal, match="pourquoi"):
        public_questions.set_aside(asked=asked, reason=" ", by=officer)
    public_questions.set_aside(asked=asked, reason="Hors sujet", by=officer)
    assert TEXT not in page_of(client, wave)


def test_anybody_asks_and_a_machine_is_let_down_quietly(client, wave):
    path = f"/appels/{wave.call.slug}/questions/"
    body = {"text": TEXT, "email": "", "site": "", "idempotency_key": uuid.uuid4().hex}
    assert client.post(path, body).status_code == 302
    assert client.post(path, {**body, "site": "spam", "idempotency_key": uuid.uuid4().hex}).status_code == 302
    assert PublicQuestion.objects.count() == 1


def test_a_bad_question_comes_back_with_its_words(client, wave):
    path = f"/appels/{wave.call.slug}/questions/"
    page = client.post(path, {"text": "Combien ?", "email": "pas un courriel", "idempotency_key": uuid.uuid4().hex})
    assert page.status_code == 422
    assert "Combien ?" in page.content.decode() and "nom@exemple.fr" in page.content.decode()


def test_the_service_answers_on_its_page(client, asked, officer):
    client.force_login(officer)
    path = f"/pilotage/questions/{asked.public_id}/"
    assert TEXT in client.get("/pilotage/questions/").content.decode()
    body = {"public_text": "Question ?", "answer": "Réponse.", "version": asked.version}
    assert client.post(path, {**body, "idempotency_key": uuid.uuid4().hex}).status_code == 302
    assert PublicQuestion.objects.get(pk=asked.pk).state == "answered"


def test_the_page_costs_the_same_with_one_or_three_answers(client, wave, officer):
    counts = []
    for number in (1, 2, 3):
        answer(public_questions.ask(call=wave.call, text=f"{TEXT} {number}"), officer)
        if number != 2:
            with CaptureQueriesContext(connection) as captured:
                page_of(client, wave)
            counts.append(len(captured))
    assert counts[0] == counts[1]


def test_the_whole_call_prints_with_its_answers(client, wave, asked, officer):
    answer(asked, officer)
    response = client.get(f"/appels/{wave.call.slug}/imprimer/")
    assert response["Content-Type"] == "application/pdf"
    with pikepdf.open(io.BytesIO(response.content)) as pdf:
        assert pdf.Root.Lang == "fr" and len(pdf.pages) >= 2
        assert str(pdf.docinfo["/Title"]) == wave.call.title
