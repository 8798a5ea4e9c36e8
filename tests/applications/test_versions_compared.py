"""Two versions of a dossier side by side, word by word; and a request taken up again in another wave."""

import datetime
import itertools
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.errors import NotAllowed, Refusal, StalePage
from accounts.models import JournalEntry, Membership
from applications import admissibility, comparison, drafting, reapplying, submission
from applications.drafting import DepositClosed
from applications.models import Answer, Application
from programme.models import Question, Wave
from tests import factories
from tests.applications import web

pytestmark = pytest.mark.django_db
TEXT = st.text(alphabet=st.sampled_from(list("aàeé,. \n’1")), max_size=60)


# --- Word by word -----------------------------------------------------------------------------------------------


def marked(before, after):
    return [(part.kind, part.text) for part in comparison.words_of(before, after)]


def test_a_changed_word_is_struck_and_its_neighbours_are_kept():
    assert marked("Un atelier ouvert le mardi.", "Un atelier ouvert le jeudi.") == [
        ("kept", "Un atelier ouvert le "),
        ("removed", "mardi"),
        ("added", "jeudi"),
        ("kept", "."),
    ]
    assert marked("", "Neuf") == [("added", "Neuf")] and marked("Ancien", "") == [("removed", "Ancien")]
    assert marked("Pareil", "Pareil") == [("kept", "Pareil")] and marked("", "") == []


@given(TEXT, TEXT)
def test_the_parts_give_both_texts_back(before, after):
    parts = comparison.words_of(before, after)
    assert "".join(part.text for part in parts if part.kind != "added") == before
    assert "".join(part.text for part in parts if part.kind != "removed") == after
    assert all(one.kind != other.kind for one, other in itertools.pairwise(parts))


def test_long_texts_are_compared_at_once():
    before = "le lieu et la commune, ".join(str(n) for n in range(4000))
    row = comparison.row_of("Texte", before, before.replace("1999", "deux mille"))
    assert row.changed and "".join(part.text for part in row.parts_before) == before


# --- The pages --------------------------------------------------------------------------------------------------


@pytest.fixture
def officer():
    return factories.officer()


def set_answer(application, text, position=0):
    question = application.call_version.sections.get(slug="projet").questions.filter(kind="long_text")[position]
    drafting.save_answers(
        application=application, section=question.section, answers={question.pk: text}, by=application.created_by
    )
    return question


def sent_twice(officer):
    application = factories.submitted()
    admissibility.request_correction(
        application=application, items="Le budget", due_at=factories.days(9), by=officer, suspends_clock=False
    )
    question = set_answer(application, "Un atelier ouvert le mardi à tous.")
    admissibility.answer_correction(application=application, by=application.created_by)
    admissibility.request_correction(
        application=factories.fresh(application), items="Encore", due_at=factories.days(9), by=officer
    )
    return factories.fresh(application), question


def test_the_submitted_version_is_read_beside_the_current_one(officer):
    application, question = sent_twice(officer)
    set_answer(application, "Un atelier ouvert le jeudi à tous.")
    path = web.url(application, "envoye/comparaison/")
    client = web.signed_in(application.created_by)
    page = web.text(client.get(path))
    assert '<del><span class="fr-sr-only">[retiré : </span>mardi' in page
    assert '<ins><span class="fr-sr-only">[ajouté : </span>jeudi' in page
    assert "1 différence" in page and "En cours, pas envoyée" in page and question.label in page
    first = web.text(client.get(path, {"de": "1", "a": "2", "tout": "1"}))
    assert "jeudi" not in first and "mardi" in first and "Le plan de financement" in first
    for wrong in ({"de": "7"}, {"a": "x"}):
        assert client.get(path, wrong).status_code == 404
    assert "mardi" in web.text(client.get(web.url(application, "envoye/2/")))
    assert "mardi" not in web.text(client.get(web.url(application, "envoye/1/")))


def test_the_service_compares_what_was_sent_and_nothing_else(officer):
    application, _ = sent_twice(officer)
    set_answer(application, "Un atelier ouvert le jeudi à tous.")
    path = web.staff_url(application, "versions/")
    client = web.signed_in(officer)
    page = web.text(client.get(path))
    assert "mardi" in page and "jeudi" not in page and "En cours" not in page
    assert client.get(path, {"a": "en-cours"}).status_code == 404
    assert "Comparer les versions mot à mot" in web.text(client.get(web.staff_url(application)))


def test_the_queries_of_a_comparison_do_not_depend_on_what_changed(officer):
    application, _ = sent_twice(officer)
    client, path = web.signed_in(application.created_by), web.url(application, "envoye/comparaison/")
    counts = []
    for text in ("Un atelier ouvert le jeudi.", "Tout autre chose. " * 60):
        set_answer(application, text)
        client.get(path)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            client.get(path)
        counts.append(len(captured))
    assert counts[0] == counts[1] and counts[0] <= 25


# --- Taking a request up again ----------------------------------------------------------------------------------


def refused_dossier(officer, **fields):
    application = factories.submitted(**fields)
    admissibility.reject_as_inadmissible(application=application, by=officer, ground="Le lieu n’est pas dans la zone.")
    return factories.fresh(application)


def close(wave):
    Wave.objects.filter(pk=wave.pk).update(closes_at=timezone.now() - datetime.timedelta(minutes=1))


def answers_of(application):
    return dict(application.answers.order_by("pk").values_list("question__slug", "text"))


def plan_of(application):
    return set(application.budget.values_list("side", "account", "year_rank", "cents"))


def test_a_request_is_taken_up_with_its_answers_its_plan_and_the_grounds(officer):
    earlier = refused_dossier(officer)
    wave, person = factories.wave(), earlier.created_by
    client = web.signed_in(person)
    page = web.text(client.get(web.url(earlier, "reprise/vague/")))
    assert "Le lieu n’est pas dans la zone." in page and "Rien n’est envoyé" in page
    answer = web.post(client, web.url(earlier, "reprise/vague/"), {"wave": wave.public_id, "version": earlier.version})
    again = Application.objects.get(previous=earlier)
    assert answer.status_code == 302 and answer.url == web.url(again)
    assert again.state == "draft" and again.wave == wave and again.fabrique == earlier.fabrique
    assert answers_of(again) == answers_of(earlier) and plan_of(again) == plan_of(earlier)
    assert again.requested_cents == earlier.requested_cents and not again.attachments.exists()
    mine = web.text(client.get(answer.url))
    assert "La demande précédente" in mine and "Le lieu n’est pas dans la zone." in mine
    factories.send(complete(again))
    staff = web.text(web.signed_in(officer).get(web.staff_url(again)))
    assert "La demande précédente" in staff and "Le lieu n’est pas dans la zone." in staff
    assert f"Repris dans la vague {wave.number}" in web.text(client.get(web.url(earlier)))


def complete(application):
    drafting.attach(application=application, kind="statutes", uploaded=factories.upload(), by=application.created_by)
    return factories.fresh(application)


def test_what_the_new_form_does_not_take_is_named_and_nothing_is_sent(officer):
    earlier = refused_dossier(officer)
    call = factories.draft_call()
    asked = Question.objects.filter(section__version__call=call, kind="choice").first()
    type(asked).objects.filter(pk=asked.pk).update(options=["Une autre réponse", "Encore une autre"])
    taken_up = reapplying.reapply(application=earlier, wave=factories.wave(call), by=earlier.created_by)
    assert taken_up.left_out == [asked.label]
    assert Answer.objects.get(application=taken_up.application, question=asked).as_typed
    with pytest.raises(submission.Incomplete):
        submission.submit(application=taken_up.application, by=earlier.created_by)


def test_a_late_draft_goes_to_the_next_wave_with_everything():
    application = factories.complete_draft()
    following = factories.wave(
        application.wave.call, instruction_until=factories.day(90), reviews_due_on=factories.day(91)
    )
    with pytest.raises(StalePage, match="peut encore être envoyé"):
        reapplying.take_up(application=application, wave=following, by=application.created_by)
    close(application.wave)
    client, path = web.signed_in(application.created_by), web.url(application, "reprise/vague/")
    assert "Reprendre dans une autre vague" in web.text(client.get(web.url(application)))
    assert web.post(client, path, {"wave": following.public_id, "version": application.version}).status_code == 302
    moved = factories.fresh(application)
    assert moved.wave == following and moved.attachments.exists() and moved.previous is None
    assert JournalEntry.objects.get(action="move_draft").details == {
        "from": application.wave.number,
        "to": following.number,
    }
    assert factories.send(moved).state == "submitted"


def test_only_what_ended_is_taken_up_once_a_wave_by_somebody_who_may_write(officer):
    running, wave = factories.submitted(), factories.wave()
    with pytest.raises(Refusal, match="n’est pas terminé"):
        reapplying.take_up(application=running, wave=wave, by=running.created_by)
    earlier = refused_dossier(officer)
    reader = factories.applicant()
    Membership.objects.create(user=reader, organisation=earlier.organisation, role="reader")
    with pytest.raises(NotAllowed):
        reapplying.take_up(application=earlier, wave=wave, by=reader)
    reapplying.take_up(application=earlier, wave=wave, by=earlier.created_by)
    with pytest.raises(Refusal, match="a déjà un dossier"):
        reapplying.take_up(application=earlier, wave=wave, by=earlier.created_by)
    close(closed := factories.wave())
    with pytest.raises(DepositClosed):
        reapplying.take_up(application=earlier, wave=closed, by=earlier.created_by)


def test_a_request_given_up_may_be_taken_up_in_its_own_wave():
    application = factories.submitted()
    client, path = web.signed_in(application.created_by), web.url(application, "desistement/")
    assert "On ne peut pas revenir en arrière" in web.text(client.get(path))
    assert factories.fresh(application).state == "submitted"
    web.post(client, path, {"version": application.version})
    assert factories.fresh(application).state == "withdrawn"
    taken_up = reapplying.take_up(application=application, wave=application.wave, by=application.created_by)
    assert taken_up.application.previous == application and taken_up.application.wave == application.wave


def test_the_check_lists_what_is_missing_with_links_to_the_place():
    application = factories.draft()
    page = web.signed_in(application.created_by).get(web.url(application, "envoyer/"))
    content = page.content.decode()
    question = application.call_version.sections.get(slug="projet").questions.filter(required=True).first()
    assert f'href="{web.url(application, "projet/")}#id_q{question.pk}"' in content
    assert f'href="{web.url(application, "pieces/")}' in content
    assert "à corriger avant d’envoyer" in content and 'id="envoi"' not in content


def test_five_clicks_with_one_key_give_one_answer():
    application = factories.complete_draft()
    client, key = web.signed_in(application.created_by), uuid.uuid4().hex
    data = {"sincere": "on", "version": application.version}
    answers = [web.post(client, web.url(application, "envoyer/"), data, key=key) for _ in range(5)]
    assert {(one.status_code, one.url) for one in answers} == {(302, web.url(application))}
    assert factories.fresh(application).revisions.count() == 1
