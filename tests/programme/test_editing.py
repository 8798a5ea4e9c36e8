"""Preparing a call by its verbs: what is refused, what is kept, what a new version changes."""

import datetime

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.errors import NotAllowed, Refusal, StalePage
from accounts.models import JournalEntry
from programme import calls, editing, editing_criteria, editing_form, openings, waves
from programme.models import Call, Origin, Question
from programme.publication import broken_questions, call_problems
from programme.revisions import changes_between, form_changes
from tests import factories

pytestmark = pytest.mark.django_db

LEVELS = [(0, "Rien", "Rien n’est dit."), (4, "Prouvé", "Des faits le prouvent.")]
OPEN = {"opens_at": factories.days(-1), "closes_at": factories.days(30)}


@pytest.fixture
def empty(programme, officer):
    """A call that says nothing yet."""
    return editing.create_call(programme=programme, title="Ateliers ruraux 2027", kind="aap", by=officer)


@pytest.fixture
def section(empty, officer):
    return editing_form.add_section(version=empty.versions.get(), title="Le projet", by=officer)


@pytest.fixture
def published(draft_call, officer):
    waves.plan_wave(call=draft_call, by=None, **OPEN)
    return calls.publish_call(call=draft_call, by=officer)


def ask(section, officer, label, kind="short_text", **fields):
    return editing_form.add_question(section=section, by=officer, label=label, kind=kind, **fields)


def content(question, **changes):
    """What a page would send back, but for `changes`."""
    names = ("kind", "label", "help_text", "required", "max_length", "options", "settings", "condition")
    return {name: getattr(question, name) for name in names} | changes


def slugs(version):
    return [question.slug for question in Question.objects.of_version(version)]


def test_a_call_is_made_published_and_answers_without_code(empty, section, officer):
    version = empty.versions.get()
    assert (empty.slug, empty.state, empty.origin) == ("ateliers-ruraux-2027", "draft", Origin.DEMONSTRATION)
    ask(section, officer, "Votre projet en une phrase", required=True)
    editing_criteria.add_criterion(version=version, label="Besoin", weight=2, levels=LEVELS, by=officer)
    editing_criteria.save_bounds(version=version, bounds={"qpv": (1_000_00, 9_000_00, 3_000_00)}, by=officer)
    editing.save_settings(version=version, by=officer, summary="Un résumé", eligibility="Tous", grace_minutes=0)
    with pytest.raises(calls.IncompleteCall, match="une vague"):
        calls.publish_call(call=empty, by=officer)
    waves.plan_wave(call=empty, by=officer, **OPEN)
    call = calls.publish_call(call=Call.objects.get(pk=empty.pk), by=officer)
    assert call.version_in_force().summary == "Un résumé"
    assert JournalEntry.objects.filter(action="edit_call", subject_id=empty.pk).count() == 5


def test_each_problem_names_the_page_that_solves_it(empty, section):
    found = {problem.text: problem.url for problem in call_problems(empty)}
    root = f"/pilotage/appels/{empty.slug}"
    assert found["le résumé"] == f"{root}/reglages/"
    assert found["les montants par segment"] == f"{root}/montants/"
    assert found["les questions de la section « Le projet »"] == f"{root}/formulaire/"


def test_only_officers_and_administrators_prepare_calls(empty, auditor, administrator):
    version = empty.versions.get()
    for person in (auditor, factories.applicant(), factories.decision_maker()):
        with pytest.raises(NotAllowed):
            editing_form.add_section(version=version, title="x", by=person)
        with pytest.raises(NotAllowed):
            editing.create_call(programme=empty.programme, title="x", kind="ami", by=person)
    assert editing_form.add_section(version=version, title="x", by=administrator).slug == "x"


def test_addresses_are_free_and_not_reserved(empty, section, programme, officer):
    with pytest.raises(Refusal, match="déjà prise"):
        editing.create_call(programme=programme, title="Ateliers ruraux 2027", kind="ami", by=officer)
    with pytest.raises(Refusal, match="déjà prise"):
        editing.create_call(programme=programme, title="Nouveau", kind="ami", by=officer)
    version = section.version
    assert editing_form.add_section(version=version, title="Pièces", by=officer).slug == "pieces-2"
    assert editing_form.add_section(version=version, title="Le projet", by=officer).slug == "le-projet-2"
    assert ask(section, officer, "Le projet").slug == "le-projet"
    assert ask(section, officer, "Le projet").slug == "le-projet-2"
    assert ask(section, officer, "2027 : combien ?").slug == "q-2027-combien"
    assert ask(section, officer, "???").slug == "question"
    assert ask(section, officer, "Somme").slug == "somme-2"
    with pytest.raises(Refusal, match="déjà pris"):
        ask(section, officer, "x", slug="le-projet")


def test_the_database_refuses_a_slug_twice_in_one_version(section, officer):
    other = editing_form.add_section(version=section.version, title="Autre", by=officer)
    first, second = ask(section, officer, "a"), ask(other, officer, "b")
    for write in (
        lambda: Question.objects.create(section=other, position=9, slug="a", kind="date", label="x"),
        lambda: Question.objects.filter(pk=second.pk).update(slug="a"),
        lambda: Question.objects.bulk_create(
            Question(section=other, position=9, slug="c", kind="date", label=label) for label in "xy"
        ),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            write()
    Question.objects.filter(pk=first.pk).update(slug="a", label="la même")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"kind": "choice", "options": ["Un"]}, "options"),
        ({"kind": "choices", "options": ["Un", " Un "]}, "options"),
        ({"kind": "number", "settings": {"min": 5, "max": 2}}, "max"),
        ({"kind": "long_text", "max_length": 90_000}, "max_length"),
        ({"kind": "table", "settings": {"columns": []}}, "columns"),
        (
            {"kind": "table", "settings": {"columns": [{"key": "a", "label": "A", "kind": "text", "sum": True}]}},
            "columns",
        ),
        ({"kind": "table", "settings": {"columns": [{"key": "a", "label": "A", "kind": "text"}] * 2}}, "columns"),
        ({"kind": "computed", "settings": {"formula": "loyer * ", "format": "number"}}, "formula"),
        ({"kind": "computed", "settings": {"formula": "apres * 2", "format": "number"}}, "formula"),
        ({"kind": "computed", "settings": {"formula": "loyer * 2", "format": "?"}}, "format"),
        ({"condition": {"all": [{"question": "apres", "op": "filled"}]}}, "condition"),
        ({"condition": {"all": [{"question": "loyer", "op": "contains", "value": "1"}]}}, "condition"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused_on_its_field(section, officer, fields, field):
    ask(section, officer, "Loyer", "amount")
    with pytest.raises(Refusal) as refused:
        ask(section, officer, **{"label": "Question", "kind": "short_text", **fields})
    assert refused.value.field == field
    assert Question.objects.filter(section=section).count() == 1


def test_what_a_kind_does_not_use_is_not_kept(section, officer):
    loyer = ask(section, officer, "Loyer", "amount", max_length=9, options=["a", "b"], settings={"min": 3})
    assert (loyer.max_length, loyer.options, loyer.settings) == (None, [], {})
    total = ask(
        section, officer, "Total", "computed", required=True, settings={"formula": "loyer * 12", "format": "amount"}
    )
    assert total.settings == {"formula": "loyer * 12", "format": "amount", "amounts": ["loyer"]}
    assert total.required is False
    text = ask(section, officer, "Texte", "long_text")
    assert text.max_length == 4000


def test_a_formula_follows_the_type_of_what_it_reads(section, officer):
    loyer = ask(section, officer, "Loyer", "amount")
    total = ask(section, officer, "Total", "computed", settings={"formula": "loyer * 12", "format": "number"})
    editing_form.edit_question(question=loyer, by=officer, **content(loyer, kind="number"))
    total.refresh_from_db()
    assert total.settings["amounts"] == []


def test_moving_goes_through_the_whole_form(section, officer):
    version = section.version
    second = editing_form.add_section(version=version, title="Suite", by=officer)
    a, b = ask(section, officer, "a"), ask(section, officer, "b")
    c = ask(second, officer, "c")
    editing_form.move_question(question=b, up=True, by=officer)
    assert slugs(version) == ["b", "a", "c"]
    editing_form.move_question(question=a, up=False, by=officer)
    assert slugs(version) == ["b", "a", "c"]
    a.refresh_from_db()
    assert a.section == second
    editing_form.move_question(question=c, up=True, by=officer)
    editing_form.move_question(question=c, up=True, by=officer)
    assert slugs(version) == ["b", "c", "a"]
    editing_form.move_section(section=second, up=True, by=officer)
    assert slugs(version) == ["a", "b", "c"]
    editing_form.move_section(section=second, up=True, by=officer)
    editing_form.move_question(question=a, up=True, by=officer)
    assert slugs(version) == ["a", "b", "c"]


def test_what_others_need_is_not_deleted_and_a_broken_condition_blocks_publication(section, officer):
    status = ask(section, officer, "Statut", "choice", options=["Ouvert", "En projet"])
    condition = {"all": [{"question": "statut", "op": "is", "value": "Ouvert"}]}
    ask(section, officer, "Visiteurs", "number", condition=condition)
    with pytest.raises(Refusal, match="« Visiteurs »"):
        editing_form.delete_question(question=status, by=officer)
    with pytest.raises(Refusal, match="sert à « Visiteurs »"):
        editing_form.edit_question(question=status, by=officer, slug="etat", **content(status))
    editing_form.edit_question(question=status, by=officer, **content(status, options=["En service", "En projet"]))
    [(question, sentence)] = broken_questions(section.version)
    assert question.label == "Visiteurs"
    assert "n’est pas un choix" in sentence
    assert any("« Visiteurs »" in problem.text for problem in call_problems(section.version.call))
    editing_form.delete_section(section=section, by=officer)
    assert not Question.objects.filter(section__version=section.version).exists()


def test_a_stale_page_changes_nothing(section, officer):
    question = ask(section, officer, "Loyer", "amount")
    editing_form.edit_question(question=question, by=officer, edition=1, **content(question, label="Loyer annuel"))
    with pytest.raises(StalePage):
        editing_form.edit_question(question=question, by=officer, edition=1, **content(question, label="autre"))
    with pytest.raises(StalePage):
        editing_form.delete_question(question=question, by=officer, edition=1)
    editing_form.edit_section(section=section, by=officer, edition=1, title="Le lieu")
    with pytest.raises(StalePage):
        editing_form.edit_section(section=section, by=officer, edition=1, title="autre")
    version = section.version
    editing.save_settings(version=version, by=officer, edition=1, years=2)
    with pytest.raises(StalePage):
        editing_criteria.save_bounds(version=version, bounds={"qpv": (0, 1, 1)}, by=officer, edition=1)
    question.refresh_from_db()
    assert question.label == "Loyer annuel"


def test_publishing_from_a_page_made_before_a_change_is_refused(draft_call, officer):
    waves.plan_wave(call=draft_call, by=None, **OPEN)
    seen = Call.objects.get(pk=draft_call.pk).version
    editing_form.add_section(version=draft_call.versions.get(), title="Ajout", by=officer)
    with pytest.raises(StalePage):
        calls.publish_call(call=draft_call, by=officer, version=seen)


def test_criteria_have_words_for_each_level_and_an_order(empty, officer):
    version = empty.versions.get()
    first = editing_criteria.add_criterion(version=version, label="Un", weight=1, levels=LEVELS, by=officer)
    second = editing_criteria.add_criterion(version=version, label="Deux", weight=3, levels=LEVELS, by=officer)
    for levels in ([], LEVELS[:1], [LEVELS[0], LEVELS[0]], [(1, "", ""), (2, "x", "x")]):
        with pytest.raises(Refusal) as refused:
            editing_criteria.add_criterion(version=version, label="x", weight=1, levels=levels, by=officer)
        assert refused.value.field == "levels"
    with pytest.raises(Refusal, match="porte ce nom"):
        editing_criteria.add_criterion(version=version, label="Un", weight=1, levels=LEVELS, by=officer)
    editing_criteria.move_criterion(criterion=second, up=True, by=officer, edition=second.edition)
    assert [one.label for one in version.criteria.all()] == ["Deux", "Un"]
    # The page of « Un » held position 1 and its edition: neither passes for « Deux ».
    with pytest.raises(StalePage):
        editing_criteria.delete_criterion(
            criterion=version.criteria.get(position=1), by=officer, edition=first.edition
        )
    changed = version.criteria.get(label="Un")
    levels = [*LEVELS, (2, "Dit", "C’est dit.")]
    editing_criteria.edit_criterion(criterion=changed, label="Un", weight=2, levels=levels, by=officer)
    assert [level.points for level in changed.levels.all()] == [0, 2, 4]
    editing_criteria.delete_criterion(criterion=changed, by=officer)
    assert version.criteria.count() == 1


@pytest.mark.parametrize(
    ("bounds", "field"),
    [({}, None), ({"qpv": (5, 1, 1)}, "qpv_max"), ({"qpv": (1, 5, 9)}, "qpv_year"), ({"qpv": (1, 5, 0)}, "qpv_year")],
)
def test_amounts_are_in_order(empty, officer, bounds, field):
    with pytest.raises(Refusal) as refused:
        editing_criteria.save_bounds(version=empty.versions.get(), bounds=bounds, by=officer)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"grace_minutes": 30, "closing_rule": " "}, "closing_rule"),
        ({"state_share_max_percent": 120}, "state_share_max_percent"),
        ({"eligible_legal_forms": ["club"]}, "eligible_legal_forms"),
    ],
)
def test_settings_that_make_no_sense_are_refused(empty, officer, fields, field):
    with pytest.raises(Refusal) as refused:
        editing.save_settings(version=empty.versions.get(), by=officer, **fields)
    assert refused.value.field == field


def test_a_clone_says_the_same_and_lives_its_own_life(published, officer):
    copy = editing.clone_call(call=published, title="Fabriques 2027", by=officer)
    version = copy.versions.get()
    assert (copy.cloned_from, copy.state, version.frozen_at, copy.waves.count()) == (published, "draft", None, 0)
    assert changes_between(published.version_in_force(), version) == []
    question = Question.objects.of_version(version).first()
    editing_form.edit_question(question=question, by=officer, **content(question, label="Changée"))
    assert not Question.objects.filter(section__version__call=published, label="Changée").exists()


def test_a_revision_leaves_the_published_version_in_force_until_it_is_published(published, officer):
    version = editing.start_revision(call=published, by=officer)
    assert (version.number, published.version_in_force().number) == (2, 1)
    with pytest.raises(Refusal, match="déjà en préparation"):
        editing.start_revision(call=published, by=officer)
    with pytest.raises(Refusal, match="Rien ne change"):
        editing.publish_revision(version=version, note="x", by=officer)
    section = version.sections.first()
    ask(section, officer, "Une question de plus", required=False)
    with pytest.raises(Refusal) as refused:
        editing.publish_revision(version=version, note=" ", by=officer)
    assert refused.value.field == "note"
    editing.publish_revision(version=version, note="Une question de plus.", by=officer)
    call = Call.objects.get(pk=published.pk)
    assert call.version_in_force().number == 2
    assert call.version_in_force().change_note == "Une question de plus."
    with pytest.raises(StalePage):
        editing.publish_revision(version=version, note="encore", by=officer)
    with pytest.raises(StalePage):
        ask(section, officer, "Trop tard")


def test_a_revision_is_given_up_whole(published, officer):
    version = editing.start_revision(call=published, by=officer)
    editing.discard_revision(version=version, by=officer)
    assert published.versions.count() == 1
    assert editing.start_revision(call=published, by=officer).number == 2


def test_a_draft_call_is_neither_revised_nor_given_up(empty, officer):
    with pytest.raises(Refusal, match="appel publié"):
        editing.start_revision(call=empty, by=officer)
    with pytest.raises(Refusal, match="seule de l’appel"):
        editing.discard_revision(version=empty.versions.get(), by=officer)


def test_the_short_name_of_a_published_question_stays(published, officer):
    version = editing.start_revision(call=published, by=officer)
    question = Question.objects.of_version(version).first()
    with pytest.raises(Refusal) as refused:
        editing_form.edit_question(question=question, by=officer, slug="autre", **content(question))
    assert refused.value.field == "slug"


def test_what_changes_is_told_in_french(published, officer):
    old = published.version_in_force()
    new = editing.start_revision(call=published, by=officer)
    first, second, third = list(Question.objects.of_version(new))[:3]
    editing_form.edit_question(question=first, by=officer, **content(first, required=False, max_length=300))
    editing_form.delete_question(question=second, by=officer)
    editing_form.move_section(section=new.sections.first(), up=False, by=officer)
    choice = Question.objects.of_version(new).get(slug="avancement")
    options = [*choice.options[:-1], "À l’étude"]
    editing_form.edit_question(question=choice, by=officer, **content(choice, options=options))
    ask(new.sections.last(), officer, "Une de plus", required=True)
    criterion = new.criteria.first()
    levels = list(criterion.levels.values_list("points", "label", "description"))
    editing_criteria.edit_criterion(
        criterion=criterion,
        label=criterion.label,
        description=criterion.description,
        weight=25,
        levels=levels,
        by=officer,
    )
    editing.save_settings(version=new, by=officer, summary="Autre", years=2, sign_off_required=True)
    new.refresh_from_db()
    told = changes_between(old, new)
    for sentence in (
        f"Question « {first.label} » : elle devient facultative.",
        f"Question « {first.label} » : 300 signes au plus (avant : 250).",
        f"Question retirée : « {second.label} ».",
        f"Question « {choice.label} » : choix ajouté : « À l’étude ».",
        f"Question « {choice.label} » : choix retiré : « En projet ».",
        f"Question ajoutée dans « {new.sections.last().title} » : « Une de plus ».",
        "L’ordre des sections change.",
        f"Critère « {criterion.label} » : poids 25 (avant : 20).",
        "Résumé : le texte change.",
        "Durée en années : 2 (avant : 3).",
        "Accord de la personne qui représente la structure : oui (avant : non).",
    ):
        assert sentence in told, told
    assert not [line for line in told if third.label in line]
    assert set(form_changes(old, new)) < set(told)


def test_a_shorter_opening_than_promised_wants_a_reason(draft_call, officer):
    version = draft_call.versions.get()
    editing.save_settings(version=version, by=officer, minimum_opening_days=20)
    short = {"opens_at": factories.days(1), "closes_at": factories.days(11)}
    with pytest.raises(Refusal, match="10\u00a0jours, et l’appel en promet au moins 20") as refused:
        waves.plan_wave(call=draft_call, by=officer, **short)
    assert refused.value.field == "short_window_reason"
    waves.plan_wave(call=draft_call, by=officer, opens_at=factories.days(1), closes_at=factories.days(21))
    wave = waves.plan_wave(call=draft_call, by=officer, short_window_reason="Reprise d’un dépôt interrompu", **short)
    assert wave.short_window_reason
    calls.publish_call(call=draft_call, by=officer)
    long = waves.plan_wave(
        call=Call.objects.get(pk=draft_call.pk), by=officer, **OPEN | {"opens_at": factories.days(2)}
    )
    waves.amend_wave(wave=long, by=officer, reason="Calendrier avancé", closes_at=factories.days(9))
    long.refresh_from_db()
    assert long.short_window_reason == "Calendrier avancé"


def test_a_call_published_late_explains_its_short_opening(draft_call, officer):
    """The days before publication do not count: nobody could read the call."""
    in_ten_days = timezone.now() + datetime.timedelta(days=10, hours=12)
    wave = waves.plan_wave(call=draft_call, by=officer, opens_at=factories.days(-15), closes_at=in_ten_days)
    editing.save_settings(version=draft_call.versions.get(), by=officer, minimum_opening_days=20)
    with pytest.raises(calls.IncompleteCall, match="le motif d’une ouverture de 10"):
        calls.publish_call(call=draft_call, by=officer)
    with pytest.raises(Refusal):
        openings.explain_window(wave=wave, reason=" ", by=officer)
    openings.explain_window(wave=wave, reason="Publication retardée", by=officer)
    assert calls.publish_call(call=draft_call, by=officer).state == "published"
