"""Sections entrusted to colleagues, departures, and what is taken up from an earlier dossier."""

import pytest

from accounts import members
from accounts.errors import NotAllowed, Refusal, StalePage
from accounts.models import JournalEntry, Membership, OutboxMessage
from applications import drafting, reuse, sharing
from applications.completeness import PLAN
from applications.models import Answer, SignOffRequest
from tests import factories
from tests.applications.web import post, signed_in, text, url
from tests.built_once import stage

pytestmark = pytest.mark.django_db


def colleague(application, role="editor", **fields):
    person = factories.applicant()
    Membership.objects.create(organisation=application.organisation, user=person, role=role, **fields)
    return person


@pytest.fixture
def draft():
    return factories.draft()


def entrust(application, person, slug=PLAN):
    return sharing.entrust(application=application, people={slug: person}, by=application.created_by)


def test_a_section_is_entrusted_and_its_holder_told_once(draft):
    person = colleague(draft)
    assert entrust(draft, person) == [PLAN] and entrust(draft, person) == []
    assert "Le plan de financement" in OutboxMessage.objects.get().body
    assert [one.title for one in sharing.mine(person)] == ["Le plan de financement"]
    entrust(draft, None)
    assert not sharing.mine(person) and OutboxMessage.objects.count() == 1


def test_only_whoever_may_write_is_entrusted_and_entrusts(draft):
    reader = colleague(draft, "reader")
    with pytest.raises(Refusal, match="ne peut pas rédiger") as refused:
        entrust(draft, reader)
    assert refused.value.field == PLAN
    with pytest.raises(Refusal):
        entrust(draft, factories.applicant())
    with pytest.raises(NotAllowed):
        sharing.entrust(application=draft, people={PLAN: None}, by=reader)
    with pytest.raises(StalePage):
        entrust(draft, None, slug="inconnue")


def test_the_page_says_who_does_what_and_my_dossiers_list_my_sections(draft, django_assert_max_num_queries):
    person = colleague(draft)
    client = signed_in(draft.created_by)
    assert post(client, url(draft, "qui-fait-quoi/"), {PLAN: person.public_id}).status_code == 302
    page = text(client.get(url(draft, "qui-fait-quoi/")))
    assert f'<option value="{person.public_id}" selected>' in page
    assert f"Confiée à {person}" in text(client.get(url(draft)))
    hers = signed_in(person)
    with django_assert_max_num_queries(22):
        page = text(hers.get("/mes-dossiers/"))
    assert "Mes sections" in page and "Pas encore commencée" in page
    reader = colleague(draft, "reader")
    assert f"Confiée à {person}" in text(signed_in(reader).get(url(draft, "qui-fait-quoi/")))
    assert post(signed_in(reader), url(draft, "qui-fait-quoi/"), {PLAN: ""}).status_code == 403


def test_what_was_entrusted_passes_to_whoever_comes_after(draft):
    person, heir = colleague(draft, is_representative=True), colleague(draft)
    entrust(draft, person)
    drafting.save_budget(application=draft, cells=factories.balanced_plan(), by=person)
    SignOffRequest.objects.create(application=draft, asked_of=person, asked_by=draft.created_by)
    membership = Membership.objects.select_related("organisation").get(user=person)
    with pytest.raises(Refusal, match="1\u00a0section à remplir"):
        members.remove_member(membership=membership, by=person)
    with pytest.raises(Refusal, match="confiez-les d’abord"):
        members.change_member(membership=membership, role="reader", is_representative=False, by=draft.created_by)
    members.remove_member(membership=membership, by=person, successor=heir)
    assert [one.title for one in sharing.mine(heir)] == ["Le plan de financement"]
    assert "1\u00a0section à remplir" in OutboxMessage.objects.get(recipient=heir.email).body
    assert not SignOffRequest.objects.filter(closed_at=None).exists()
    assert draft.saved_sections.get(slug=PLAN).saved_by == person


# --- What was written before -----------------------------------------------------------------------------------------


@stage
def earlier(db):
    return factories.submitted()


@pytest.fixture
def next_draft(earlier):
    return factories.draft(by=earlier.created_by, organisation_=earlier.organisation)


def texts(application):
    answers = Answer.objects.filter(application=application).select_related("question")
    return {answer.question.slug: answer.text for answer in answers if answer.text}


def test_chosen_answers_are_taken_up_and_traced(earlier, next_draft):
    assert reuse.sources_of(next_draft) == [earlier]
    lines = reuse.offer_of(next_draft, earlier).lines
    chosen = {line.question.pk for line in lines[:2]}
    filled = reuse.reuse(application=next_draft, source=earlier, chosen=chosen, by=next_draft.created_by)
    assert len(filled) == 2 and len(texts(next_draft)) == 2
    assert texts(next_draft).items() <= texts(earlier).items()
    entry = JournalEntry.objects.get(action="reuse_answers")
    assert entry.details["answers"] == filled and earlier.reference in entry.details["source"]


def test_nothing_that_is_written_is_replaced(earlier, next_draft):
    line = reuse.offer_of(next_draft, earlier).lines[0]
    section = line.question.section
    drafting.save_answers(
        application=next_draft, section=section, answers={line.question.pk: "À moi"}, by=next_draft.created_by
    )
    assert reuse.offer_of(next_draft, earlier).written == 1
    reuse.reuse(application=next_draft, source=earlier, chosen={line.question.pk}, by=next_draft.created_by)
    assert texts(next_draft) == {line.question.slug: "À moi"}


def test_another_structure_has_nothing_to_offer(next_draft):
    with pytest.raises(StalePage):
        reuse.reuse(application=next_draft, source=factories.submitted(), chosen=set(), by=next_draft.created_by)


def test_the_offer_is_made_when_a_dossier_starts(earlier, next_draft):
    client = signed_in(next_draft.created_by)
    assert "Choisir les réponses à reprendre" in text(client.get(url(next_draft)))
    path = url(next_draft, "reponses-precedentes/")
    assert "Reprendre les réponses cochées" in text(client.get(path))
    assert post(client, path, {"depuis": earlier.public_id}).status_code == 422
    lines = reuse.offer_of(next_draft, earlier).lines
    data = {"depuis": earlier.public_id, **{f"r{line.question.pk}": "on" for line in lines}}
    assert post(client, path, data).status_code == 302
    assert len(texts(next_draft)) == len(lines)
    assert "Choisir les réponses à reprendre" not in text(client.get(url(next_draft)))
    assert "Ce dossier n’a rien à offrir" in text(client.get(path))
    assert client.get(path, {"depuis": factories.draft().public_id}).status_code == 404
