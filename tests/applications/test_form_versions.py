"""A call changes its form: drafts follow and are told, what is no longer asked is kept, sent dossiers keep theirs."""

import json

import pytest

from accounts.errors import NotAllowed, StalePage
from accounts.models import JournalEntry, OutboxMessage
from applications import completeness, drafting, submission, versions
from applications.answering import sheet_of
from applications.following import FormChanged
from applications.models import Application
from programme import editing, editing_form
from programme.models import FormSection, Question
from tests import factories
from tests.applications import every_kind
from tests.applications.web import post, signed_in, text, url

pytestmark = pytest.mark.django_db
ASKED = (
    {"kind": "short_text", "label": "Nom d’usage", "slug": "usuel"},
    {"kind": "choice", "label": "Tenure", "slug": "tenure", "options": ["Loué", "Acheté", "Prêté"]},
    {"kind": "short_text", "label": "Nombre de places", "slug": "places"},
    {"kind": "short_text", "label": "Rue", "slug": "rue"},
    {"kind": "amount", "label": "Loyer annuel", "slug": "loyer"},
    {"kind": "file", "label": "Le bail", "slug": "bail", "required": False},
    {"kind": "table", "label": "Postes", "slug": "salaries", "settings": {"columns": every_kind.COLUMNS}},
)
TYPED = {"usuel": "La Halle", "tenure": "Loué", "places": "douze", "rue": "12 rue X", "loyer": "1 200,50",
         "salaries": '[{"poste": "Animation", "heures": "12", "cout": "3"}]'}  # fmt: skip


@pytest.fixture
def person():
    return factories.applicant()


@pytest.fixture
def dossier(person):
    application = every_kind.draft(*ASKED, by=person)
    section = every_kind.section(application)
    answers = {one.pk: TYPED[one.slug] for one in section.questions.all() if one.slug in TYPED}
    drafting.save_answers(application=application, section=section, answers=answers, by=person)
    return application


def question(version, slug):
    return Question.objects.get(section__version=version, slug=slug)


def revise(call, change):
    """Publish a new version of the form, changed by `change(version)`."""
    version = editing.start_revision(call=call, by=None)
    change(version)
    return editing.publish_revision(version=version, note="Deux questions plus claires.", by=None)


def rewrite(version):
    """Another label, a choice less, another kind, a question less, a column less, a question more."""
    editing_form.delete_question(question=question(version, "rue"), by=None)
    for slug, fields in {
        "usuel": {"label": "Nom usuel du lieu"},
        "tenure": {"options": ["Acheté", "Prêté"]},
        "places": {"kind": "number"},
        "salaries": {"settings": {"columns": every_kind.COLUMNS[1:]}},
    }.items():
        one = question(version, slug)
        kept = {name: getattr(one, name) for name in ("kind", "label", "help_text", "required", "options", "settings")}
        editing_form.edit_question(question=one, by=None, slug=slug, **{**kept, **fields})
    section = FormSection.objects.get(version=version, slug="tout-sur-le-lieu")
    editing_form.add_question(
        section=section, by=None, kind="date", label="Inauguration", slug="inauguration", required=True
    )


def call_of(application):
    return factories.fresh(application.wave.call)


def entries(application):
    sheet = sheet_of(factories.fresh(application))
    return {one.question.slug: (one.text, one.as_typed) for one in sheet.entries.values()}


def test_a_draft_keeps_its_form_until_it_is_moved_and_says_what_changes(person, dossier):
    before = dossier.call_version
    newer = revise(call_of(dossier), rewrite)
    client = signed_in(person)
    for tail in ("", "tout-sur-le-lieu/", "envoyer/"):
        page = text(client.get(url(dossier, tail)))
        assert "Le formulaire de l’appel a changé" in page and "passer à la version 2" in page, tail
    page = text(client.get(url(dossier, "formulaire/changements/")))
    for told in ("Question retirée : « Rue »", "Question ajoutée", "« Inauguration »", "choix retiré : « Loué »",
                 "Deux questions plus claires."):  # fmt: skip
        assert told in page, told
    assert factories.fresh(dossier).call_version == before != newer


def test_answers_follow_the_name_of_their_question_and_none_is_lost(person, dossier):
    bail = every_kind.question(dossier, "bail")
    every_kind_file = factories.upload("bail.pdf")
    client = signed_in(person)
    post(client, url(dossier, "tout-sur-le-lieu/"), {f"q{bail.pk}": every_kind_file})
    newer = revise(call_of(dossier), rewrite)
    answer = post(client, url(dossier, "formulaire/changements/"), {"version": factories.fresh(dossier).version})
    assert answer.url == url(dossier, "formulaire/changements/")
    moved = factories.fresh(dossier)
    assert moved.call_version == newer and moved.moved_from.number == 1
    after = entries(dossier)
    assert after["usuel"] == ("La Halle", False) and after["loyer"] == ("120050", False)
    assert after["tenure"] == ("Loué", True) and after["places"] == ("douze", True)
    assert json.loads(after["salaries"][0]) == [{"heures": "12", "cout": "300"}]
    assert after["bail"][0] == str(dossier.attachments.get().public_id)
    assert dossier.attachments.get().question == question(newer, "bail")
    told = [one.sentence for one in completeness.problems(moved)]
    assert any("« Loué » n’en est pas une" in one for one in told)
    assert any("« Nombre de places » : écrivez un nombre" in one for one in told)
    assert versions.left_behind(moved) == [("Rue", "12 rue X")]
    page = text(client.get(answer.url))
    assert "Vos réponses à des questions retirées" in page and "12 rue X" in page
    page = text(client.get(url(dossier)))
    assert "Votre dossier suit la version 2 du formulaire" in page
    assert "a fait passer le dossier à la nouvelle version du formulaire" in page
    # Read once, told no more; what was kept stays readable.
    post(client, url(dossier, "formulaire/changements/"), {"lu": "oui", "version": moved.version})
    assert "suit la version 2" not in text(client.get(url(dossier)))
    assert "12 rue X" in text(client.get(url(dossier, "formulaire/changements/")))


def test_a_question_that_comes_back_finds_its_answer(person, dossier):
    call = call_of(dossier)
    revise(call, lambda version: editing_form.delete_question(question=question(version, "rue"), by=None))
    versions.bring_up_to_date(application=dossier, by=person)
    assert "rue" not in entries(dossier)

    def ask_again(version):
        section = FormSection.objects.get(version=version, slug="tout-sur-le-lieu")
        editing_form.add_question(section=section, by=None, kind="long_text", label="La rue", slug="rue")

    revise(factories.fresh(call), ask_again)
    moved = versions.bring_up_to_date(application=factories.fresh(dossier), by=person)
    assert moved.call_version.number == 3 and moved.moved_from.number == 1
    assert entries(dossier)["rue"] == ("12 rue X", False) and versions.left_behind(moved) == []
    # Twice is once.
    assert versions.bring_up_to_date(application=moved, by=person).version == moved.version


def test_a_page_of_the_former_form_is_refused_and_nothing_is_lost(person, dossier):
    section = every_kind.section(dossier)
    old = [str(one.pk) for one in section.questions.all()]
    revise(call_of(dossier), rewrite)
    versions.bring_up_to_date(application=dossier, by=person)
    before = entries(dossier)
    data = {"version": 1, "q": old, f"q{old[0]}": "Un texte écrit longtemps"}
    answer = post(signed_in(person), url(dossier, "tout-sur-le-lieu/"), data)
    assert answer.status_code == 409 and "Un texte écrit longtemps" in text(answer)
    assert "Le formulaire de l’appel a changé pendant que vous écriviez" in text(answer)
    assert entries(dossier) == before
    with pytest.raises(StalePage):
        drafting.save_answers(application=dossier, section=every_kind.section(factories.fresh(dossier)),
                              answers={int(old[0]): "x"}, by=person)  # fmt: skip


def test_a_draft_on_a_former_form_is_not_sent_and_a_sent_dossier_keeps_its_own(person):
    wave = factories.wave()
    late, sent = (factories.complete_draft(by=person, wave_=wave, place_name=name) for name in ("Un", "Deux"))
    sent = factories.send(sent)
    revise(factories.fresh(wave.call), lambda version: editing_form.edit_question(
        question=(one := Question.objects.filter(section__version=version).first()), by=None, slug=one.slug,
        kind=one.kind, label="Une autre question ?", required=one.required, options=one.options,
        max_length=one.max_length))  # fmt: skip
    with pytest.raises(FormChanged, match="version 2"):
        submission.submit(application=late, by=person)
    assert versions.news_of(sent) is None
    assert versions.move_drafts(call=factories.fresh(wave.call), by=None) == 1
    assert factories.fresh(sent).call_version.number == 1
    factories.send(factories.fresh(late))


def test_staff_move_every_draft_and_its_people_are_told(person, dossier):
    newer = revise(call_of(dossier), rewrite)
    call = call_of(dossier)
    reader = factories.applicant()
    with pytest.raises(NotAllowed):
        versions.move_drafts(call=call, by=reader)
    client = signed_in(factories.administrator())
    page = text(client.get(f"/pilotage/appels/{call.slug}/brouillons/"))
    assert "1 brouillon répond à une version antérieure" in page
    answer = post(client, f"/pilotage/appels/{call.slug}/brouillons/")
    assert answer.status_code == 302
    assert "1 brouillon suit maintenant" in text(client.get(answer.url))
    assert factories.fresh(dossier).call_version == newer
    mail = OutboxMessage.objects.get(key__startswith=f"form:{dossier.pk}:2")
    assert mail.recipient == person.email and "Question retirée : « Rue »" in mail.body.replace("\u00a0", " ")
    assert JournalEntry.objects.filter(action="follow_form").count() == 1
    assert versions.move_drafts(call=call, by=None) == 0


def test_moving_costs_the_same_queries_whatever_was_answered(person, django_assert_max_num_queries):
    wave = factories.wave(every_kind.call(*ASKED))
    few, many = (factories.draft(by=person, wave_=wave, place_name=name) for name in ("Peu", "Beaucoup"))
    section = every_kind.section(many)
    answers = {one.pk: TYPED[one.slug] for one in section.questions.all() if one.slug in TYPED}
    drafting.save_answers(application=many, section=section, answers=answers, by=person)
    revise(factories.fresh(wave.call), rewrite)
    for application in (few, many):
        with django_assert_max_num_queries(20):
            versions.bring_up_to_date(application=Application.objects.get(pk=application.pk), by=person)
