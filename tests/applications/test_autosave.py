"""What is typed is saved while one types; nobody is overwritten; a lost sign-in loses no text."""

import json
import re

import pytest
from django.test import Client

from accounts.housekeeping import forget_old_keys
from accounts.keeping import signature_of
from accounts.models import JournalEntry, KeptPost, Membership
from applications.editors import editor_of
from applications.merging import MINE, THEIRS, mark, marks_of, merge
from applications.models import BudgetEntry, SavedSection
from tests import factories
from tests.applications import review_steps
from tests.applications.web import post, signed_in, text, url
from tests.applications.writers import page_of, text_section
from tests.built_once import part, stage

pytestmark = pytest.mark.django_db
JSON = {"headers": {"Accept": "application/json"}}
SHOWN = {"a": "ancien", "b": "commun"}


def merged(typed, saved, *, stale=True, choices=None, read=SHOWN):
    marks = read and {key: mark(one) for key, one in read.items()}
    found = merge(typed, saved, read=marks, stale=stale, choices=choices)
    return found.written, found.left, found.disputed


def test_each_field_goes_to_whoever_touched_it():
    assert merged({"a": "moi", "b": "commun"}, {"a": "ancien", "b": "elle"}) == (["a"], ["b"], [])
    assert merged({"a": "moi"}, {"a": "elle"}) == ([], [], ["a"])
    assert merged({"a": "pareil"}, {"a": "pareil"}) == ([], [], [])
    assert merged({"a": ""}, {"a": "ancien"}) == (["a"], [], [])


def test_a_choice_between_both_texts_is_obeyed():
    assert merged({"a": "moi"}, {"a": "elle"}, choices={"a": MINE}) == (["a"], [], [])
    assert merged({"a": "moi"}, {"a": "elle"}, choices={"a": THEIRS}) == ([], [], [])


def test_a_page_that_does_not_say_what_it_showed_disputes_all_that_differs_once_it_is_stale():
    assert merged({"a": "moi"}, {"a": "elle"}, read=None) == ([], [], ["a"])
    assert merged({"a": "moi"}, {"a": "elle"}, read=None, stale=False) == (["a"], [], [])


@part
def person(db):
    return factories.applicant()


@stage
def draft(person):
    return factories.draft(by=person)


@pytest.fixture
def page(draft, person):
    return Page(draft, person)


class Page:
    """A section with two texts, open in a browser that saves while one types."""

    def __init__(self, application, person, slug=None):
        self.client, self.application = signed_in(person), application
        self.slug, names = (slug, ()) if slug else text_section(application)
        self.first, self.second = names or ("", "")
        self.path = url(application, f"{self.slug}/")
        self.guard, texts = page_of(editor_of(application, self.slug))
        self.fields = {
            "q": [name.removeprefix("q") for name in names],
            **{name: texts.get(name, "") for name in names},
        }

    def types(self, key=None, **fields):
        self.fields |= fields
        answer = post(self.client, f"{self.path}garder/", {**self.guard, **self.fields}, key=key, **JSON)
        if answer.status_code == 200:
            told = answer.json()
            self.guard = {"version": told["version"], "page_read": json.dumps(told["read"])}
        return answer

    def saves(self, **fields):
        self.fields |= fields
        return post(self.client, self.path, {**self.guard, **self.fields})

    @property
    def saved(self):
        return editor_of(self.application, self.slug).now().texts


def test_typing_saves_and_says_when(page):
    answer = page.types(**{page.first: "Un début"})
    assert answer.status_code == 200 and re.fullmatch(r"\d+ h( \d\d)?", answer.json()["at"].replace("\xa0", " "))
    assert page.types(**{page.first: "Un début de phrase"}).json()["version"] == 2
    assert page.saved[page.first] == "Un début de phrase" and page.second not in page.saved


def test_the_same_sent_again_changes_nothing(page):
    guard = dict(page.guard)
    first = page.types(**{page.first: "Un début"})
    page.guard = guard | {"page_read": page.guard["page_read"]}
    again = page.types()
    assert first.status_code == again.status_code == 200
    assert SavedSection.objects.get(slug=page.slug).version == 1


def test_the_answer_that_was_lost_on_the_way_is_no_quarrel_with_oneself(page):
    key, guard = "f" * 32, dict(page.guard)
    page.types(key, **{page.first: "Le texte que le service a"})
    page.guard = guard
    assert page.types(key, **{page.first: "Le texte que le service a, et la suite"}).status_code == 200
    assert page.saved[page.first].endswith("et la suite")


def test_one_sitting_is_one_line_of_the_journal(page):
    for n in range(4):
        page.types(**{page.first: f"Version {n}"})
    assert JournalEntry.objects.filter(action="edit_section").count() == 1
    page.saves()
    assert JournalEntry.objects.filter(action="edit_section").count() == 2


def colleague_of(application):
    colleague = factories.applicant(first_name="Nadia", last_name="Benali")
    Membership.objects.create(user=colleague, organisation=application.organisation, role=Membership.Role.EDITOR)
    return colleague


def test_two_people_in_two_fields_of_one_section_are_both_kept(draft, page):
    hers = Page(draft, colleague_of(draft))
    hers.types(**{hers.second: "La réponse de Nadia"})
    answer = page.types(**{page.first: "Ma réponse"}).json()
    assert answer["left"] and answer["who"] == "Nadia Benali"
    assert page.saved == {page.first: "Ma réponse", page.second: "La réponse de Nadia"}
    # This page still shows the old second field: writing in it now is a quarrel, never an overwrite.
    assert page.types(**{page.second: "La mienne"}).status_code == 409
    assert page.saved[page.second] == "La réponse de Nadia"


@pytest.mark.parametrize(("choice", "left"), [(MINE, "Mon texte à moi"), (THEIRS, "Le texte de Nadia à elle")])
def test_both_texts_are_shown_and_the_choice_is_obeyed(draft, page, choice, left):
    Page(draft, colleague_of(draft)).types(**{page.first: "Le texte de Nadia à elle"})
    quiet = page.types(**{page.first: "Mon texte à moi"})
    assert quiet.status_code == 409 and "<mark>" in quiet.json()["html"]
    asked = page.saves()
    shown = re.sub("</?mark>", "", text(asked))
    assert asked.status_code == 409 and "Mon texte à moi" in shown and "Le texte de Nadia à elle" in shown
    # Without a choice, nothing moves.
    assert page.saves().status_code == 409
    compared = re.search(r'name="compared" value="(\d+)"', shown)[1]
    assert page.saves(**{f"choix-{page.first}": choice, "compared": compared}).status_code == 302
    assert page.saved[page.first] == left


def test_a_choice_made_between_older_texts_does_not_count(draft, page):
    hers = Page(draft, colleague_of(draft))
    hers.types(**{page.first: "Un premier texte"})
    hers.types(**{page.first: "Un second texte, que personne n’a comparé"})
    answer = page.saves(**{page.first: "Le mien", f"choix-{page.first}": MINE, "compared": "1"})
    assert answer.status_code == 409
    assert page.saved[page.first] == "Un second texte, que personne n’a comparé"


def test_a_plan_is_saved_cell_by_cell_and_what_is_no_amount_is_told(draft, person):
    plan = Page(draft, person, "plan-de-financement")
    told = plan.types(**{"expense-60-1": "1 000", "expense-61-1": "douze"}).json()
    assert list(told["refused"]) == ["expense-61-1"]
    assert [(one.account, one.cents) for one in BudgetEntry.objects.filter(application=draft)] == [("60", 100_000)]


def test_a_place_is_saved_as_far_as_it_is_known(draft, person):
    place = Page(draft, person, "adresse")
    fields = {"place_name": "La Halle neuve", "commune": "Trifouillis", "address": "", "declared_segment": "unknown"}
    told = place.types(**fields).json()
    assert list(told["refused"]) == ["commune"]
    assert place.saved["place_name"] == "La Halle neuve" and place.saved["commune"] == "63430"


def test_a_sheet_is_saved_while_one_writes_it():
    _, [assignment, _] = review_steps.sent_dossier()
    one = review_steps.accept(assignment)
    path = f"/evaluations/{one.public_id}/garder/"
    data = review_steps.posted(one, "a", version=1, points="", reason="Une raison")
    assert signed_in(one.reviewer).post(path, data, **JSON).json()["version"] == 2
    assert set(one.review.scores.values_list("reason", flat=True)) == {"Une raison"}


def test_who_may_not_write_is_told_and_nothing_is_saved(draft, page):
    reader = factories.applicant()
    Membership.objects.create(user=reader, organisation=draft.organisation, role=Membership.Role.READER)
    answer = Page(draft, reader).types(**{page.first: "Je ne devrais pas"})
    assert answer.status_code == 403 and answer.json()["message"]
    stranger = Page(draft, factories.applicant()).types(**{page.first: "Moi non plus"})
    assert stranger.status_code == 404
    assert not page.saved


def test_a_sent_dossier_refuses_in_words(person):
    application = factories.complete_draft(by=person)
    page = Page(application, person)
    factories.send(application)
    answer = page.types(**{page.first: "Trop tard"})
    assert answer.status_code == 409 and "son contenu ne change plus" in answer.json()["message"]


def test_a_page_that_comes_back_with_errors_keeps_its_old_version(draft, person):
    place = Page(draft, person, "adresse")
    hers = Page(draft, colleague_of(draft), "adresse")
    assert (
        hers.saves(place_name="La Halle de Nadia", commune="63300 Thiers", declared_segment="unknown").status_code
        == 302
    )
    fields = {"place_name": "La Halle à moi", "commune": "Trifouillis", "declared_segment": "unknown"}
    assert 'name="version" value="1"' in text(place.saves(**fields))
    assert place.saves(commune="63300 Thiers").status_code == 409
    assert place.saved["place_name"] == "La Halle de Nadia"


def test_autosave_costs_few_queries(page, django_assert_max_num_queries):
    page.types(**{page.first: "Pour ouvrir la section"})
    with django_assert_max_num_queries(12):
        assert page.types(**{page.first: "Et la suite"}).status_code == 200


# --- A sign-in that has ended ----------------------------------------------------------------------------------------


def anonymous_post(page, person, client=None, **fields):
    data = {**page.guard, **page.fields, **fields, "page_author": signature_of(person)}
    return post(client or Client(), page.path, data)


def test_a_script_is_told_that_the_sign_in_has_ended(page):
    assert post(Client(), f"{page.path}garder/", page.guard, **JSON).status_code == 401


def test_the_text_waits_behind_the_sign_in_and_is_sent_from_there(page, person):
    answer = anonymous_post(page, person, **{page.first: "Deux heures de travail"})
    kept = KeptPost.objects.get()
    assert answer.status_code == 302 and answer.url.startswith("/compte/login/") and str(kept.public_id) in answer.url
    shown = page.client.get(f"/reprendre/{kept.public_id}/")
    assert "Deux heures de travail" in text(shown) and f'action="{page.path}"' in text(shown)
    again = dict(kept.fields) | {"q": page.fields["q"], "kept_post": str(kept.public_id)}
    assert post(page.client, page.path, again).status_code == 302
    assert page.saved[page.first] == "Deux heures de travail" and not KeptPost.objects.exists()


def test_the_text_is_for_its_author_alone_and_is_forgotten(page, person):
    anonymous_post(page, person, **{page.first: "Deux heures de travail"})
    kept = KeptPost.objects.get()
    address = f"/reprendre/{kept.public_id}/"
    assert signed_in(factories.applicant()).get(address).status_code == 404
    assert post(page.client, address).status_code == 302 and not KeptPost.objects.exists()
    anonymous_post(page, person, **{page.first: "Un autre jour"})
    KeptPost.objects.update(created_at=factories.days(-8))
    forget_old_keys()
    assert not KeptPost.objects.exists()


def test_nothing_is_kept_that_nobody_signed(page, person):
    post(Client(), page.path, {**page.guard, page.first: "D’un inconnu", "page_author": "invente:0"})
    assert not KeptPost.objects.exists()
    for _ in range(2):
        anonymous_post(page, person, **{page.first: "Le même texte"})
    assert KeptPost.objects.count() == 1


def test_without_the_csrf_cookie_too_the_text_is_kept(page, person):
    careful = Client(enforce_csrf_checks=True)
    answer = anonymous_post(page, person, careful, **{page.first: "Deux heures de travail"})
    assert answer.status_code == 403 and "Deux heures de travail" in text(answer)
    assert f"/reprendre/{KeptPost.objects.get().public_id}/" in text(answer)


def test_the_page_of_another_account_is_refused_with_its_text(page, person, draft):
    colleague = signed_in(colleague_of(draft))
    answer = anonymous_post(page, person, colleague, **{page.first: "Écrit par la première"})
    assert answer.status_code == 409 and "un autre compte" in text(answer) and "Écrit par la première" in text(answer)
    assert not page.saved


def test_a_page_that_is_gone_gives_the_text_back(page):
    stranger = signed_in(factories.applicant())
    answer = post(stranger, page.path, {page.first: "Un texte de plus"})
    assert answer.status_code == 404 and "Un texte de plus" in text(answer)


def test_what_was_received_is_told_to_the_page_that_kept_it(page):
    page.fields[page.first] = "Reçu"
    answer = post(page.client, page.path, {**page.guard, **page.fields}, key="b" * 32)
    assert answer.cookies["recu"].value == "b" * 32


def test_a_stale_page_shows_both_values_of_an_object():
    path = f"/pilotage/evaluateurs/{factories.reviewer().public_id}/"
    client = signed_in(factories.officer())
    fields = {"employer": "Ville", "employer_siren": "231400012", "capacity": "5"}
    assert post(client, path, fields).status_code == 302
    assert post(client, path, fields | {"version": "1", "employer": "Département"}).status_code == 302
    answer = post(client, path, fields | {"version": "1", "employer": "Région"})
    shown = text(answer)
    assert answer.status_code == 409 and "Enregistré maintenant" in shown
    assert re.search(r"Organisme.*Département.*Région", shown, re.DOTALL)


def test_marks_are_those_of_filled_texts():
    assert marks_of({"a": "", "b": "x"}) == f'{{"b":"{mark("x")}"}}'
