"""Versions of a wording: drafted, published, never changed; the nearest scope wins; no letter with a blank."""

from dataclasses import replace

import pytest
from django.db import DatabaseError, transaction

from accounts.errors import NotAllowed, Refusal, StalePage
from documents.models import Document, WordingVersion
from documents.production import produce
from documents.rendering import as_html
from documents.requests import request
from documents.wording import versions
from documents.wording.blocks import block, fixed
from documents.wording.catalogue import WORDINGS
from documents.wording.checking import problems
from documents.wording.filling import EmptyFields
from tests import factories
from tests.documents.letters import REFUSAL, WAITLIST
from tests.documents.more_letters import TURNS

KIND = "refusal_letter"
pytestmark = pytest.mark.django_db


def ask(subject_id=1, facts=REFUSAL, scopes=(), kind=KIND):
    return request(kind=kind, subject_type="tests.Thing", subject_id=subject_id, facts=facts, by=None, scopes=scopes)


def published(*, title, scope="", kind=KIND):
    draft = versions.start(kind=kind, scope=scope, by=None)
    blocks = [block("title", title), *draft.blocks[1:]]
    draft = versions.write(wording_version=draft, blocks=blocks, by=None)
    return versions.publish(wording_version=draft, by=None)


def title_of(document):
    return document.facts["wording"]["blocks"][0]["lines"][0]["text"]


@pytest.mark.parametrize("kind", sorted(WORDINGS))
def test_what_the_service_starts_from_can_be_published(kind):
    assert problems(WORDINGS[kind], WORDINGS[kind].blocks) == []


def test_a_letter_keeps_the_wording_that_stood_when_it_was_asked_for():
    before = ask(1)
    version = published(title="Non pour {{ lieu }}")
    after = ask(2)
    assert (before.wording, after.wording) == (None, version)
    assert before.facts["wording"]["number"] == versions.PACKAGED
    assert "Non pour La Halle aux Possibles" in as_html(KIND, after.facts)
    assert "n’a pas été retenu" in as_html(KIND, before.facts)
    version = published(title="Autre titre")
    assert title_of(Document.objects.get(pk=after.pk)) == "Non pour {{ lieu }}"
    assert WordingVersion.objects.filter(state="published").get() == version


def test_the_nearest_scope_wins():
    scopes = ("call:1|Bretagne", "call:1", "programme:1|Bretagne", "programme:1")
    keys = ["", *reversed(scopes)]
    for number, key in enumerate(keys):
        published(title=f"Titre {number}", scope=key)
        assert title_of(ask(number, scopes=scopes)) == f"Titre {number}"
    assert title_of(ask(20, scopes=("call:2", "programme:1"))) == "Titre 1"
    assert title_of(ask(21)) == "Titre 0"


def test_a_published_version_never_changes_whoever_asks():
    version = published(title="Titre")
    with pytest.raises(StalePage):
        versions.write(wording_version=version, blocks=[], by=None)
    for change in ({"blocks": []}, {"note": "x"}, {"number": 9}, {"scope": "call:1"}):
        with pytest.raises(DatabaseError, match="does not change"), transaction.atomic():
            WordingVersion.objects.filter(pk=version.pk).update(**change)
    with pytest.raises(DatabaseError, match="never deleted"), transaction.atomic():
        WordingVersion.objects.filter(pk=version.pk).delete()


def test_the_wording_of_a_document_is_frozen():
    version, document = published(title="Titre"), ask()
    other = published(title="Autre")
    assert document.wording == version
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        Document.objects.filter(pk=document.pk).update(wording=other)


def test_one_draft_a_scope_and_a_stale_page_writes_nothing():
    draft = versions.start(kind=KIND, scope="", by=None)
    assert versions.start(kind=KIND, scope="", by=None) == draft
    read = draft.version
    versions.write(wording_version=draft, blocks=[*draft.blocks, block("note", "Un mot.")], by=None, version=read)
    with pytest.raises(StalePage):
        versions.write(wording_version=draft, blocks=[], by=None, version=read)
    versions.discard(wording_version=draft, by=None)
    again = versions.start(kind=KIND, scope="", by=None)
    assert (again.number, len(again.blocks)) == (2, len(WORDINGS[KIND].blocks))


def test_a_wording_that_ends_leaves_the_wider_one():
    published(title="Large")
    near = published(title="Près", scope="call:1")
    versions.retire(wording_version=near, by=None)
    assert title_of(ask(scopes=("call:1",))) == "Large"


def test_only_those_who_prepare_letters_write_and_publish():
    for person in (factories.decision_maker(), factories.auditor(), factories.applicant()):
        with pytest.raises(NotAllowed):
            versions.start(kind=KIND, scope="", by=person)
    officer = factories.officer()
    draft = versions.start(kind=KIND, scope="", by=officer)
    done = versions.publish(wording_version=draft, by=officer)
    assert (done.published_by, done.state) == (officer, "published")


def wrong(kind, blocks):
    return " ".join(map(str, problems(WORDINGS[kind], blocks)))


def without(kind, name):
    return [one for one in WORDINGS[kind].blocks if one["fixed"] != name]


@pytest.mark.parametrize(
    ("kind", "blocks", "said"),
    [
        (KIND, without(KIND, "signature"), "« Signature et délégation » est obligatoire"),
        (KIND, without(KIND, "recours"), "« Voies et délais de recours » est obligatoire"),
        ("award_letter", without("award_letter", "echeancier"), "« Tableau des versements » est obligatoire"),
        (KIND, [*WORDINGS[KIND].blocks, fixed("signature")], "une fois, et une seule"),
        (KIND, [*without(KIND, "recours"), fixed("recours", when="suite")], "ne dépend d’aucune condition"),
        (KIND, [*WORDINGS[KIND].blocks, fixed("echeancier")], "n’existe pas pour ce courrier"),
        (KIND, WORDINGS[KIND].blocks[1:], "commence par un titre"),
        (KIND, [*WORDINGS[KIND].blocks, block("title", "Encore")], "n’en a qu’un"),
        (KIND, [*WORDINGS[KIND].blocks, block("paragraph", "{{ inconnu }}")], "« inconnu » n’est pas un champ"),
        (KIND, [*WORDINGS[KIND].blocks, block("paragraph", "x", when="inconnu")], "« inconnu » n’est pas un champ"),
        (KIND, [*WORDINGS[KIND].blocks, block("paragraph", "Voici {{ motifs }}")], "est une liste"),
        (KIND, [*WORDINGS[KIND].blocks, block("paragraph", "{% load x %}")], "ne forme pas un champ"),
        (KIND, [*WORDINGS[KIND].blocks, block("paragraph", "{{ lieu.nom }}")], "ne forme pas un champ"),
        (KIND, [*WORDINGS[KIND].blocks, block("paragraph", "{{ lieu|safe }}")], "ne forme pas un champ"),
        (KIND, [*WORDINGS[KIND].blocks, block("paragraph", "**gras")], "n’est pas fermée"),
        (KIND, [*WORDINGS[KIND].blocks, block("paragraph", "")], "il est vide"),
        ("award_letter", [*WORDINGS["award_letter"].blocks, block("note", "{{ reduite }}")], "ne s’imprime pas"),
        (KIND, [one for one in WORDINGS[KIND].blocks if one["kind"] != "steps"], "« motifs » à coup sûr"),
        (
            "award_letter",
            [one for one in WORDINGS["award_letter"].blocks if one["kind"] != "box"],
            "« montant en lettres » à coup sûr",
        ),
    ],
)
def test_what_the_law_and_the_code_want_is_said_before_publishing(kind, blocks, said):
    assert said in wrong(kind, blocks)
    draft = versions.start(kind=kind, scope="", by=None)
    draft = versions.write(wording_version=draft, blocks=blocks, by=None)
    with pytest.raises(Refusal, match="n’est pas publié"):
        versions.publish(wording_version=draft, by=None)


def test_a_letter_with_a_blank_is_not_made_and_takes_no_number():
    draft = versions.start(kind="waitlist_letter", scope="", by=None)
    blocks = [*draft.blocks[:2], block("paragraph", "Version du {{ version_du }}."), *draft.blocks[2:]]
    draft = versions.write(wording_version=draft, blocks=blocks, by=None)
    versions.publish(wording_version=draft, by=None)
    with pytest.raises(EmptyFields, match="date de la version du dossier"), transaction.atomic():
        ask(kind="waitlist_letter", facts=replace(WAITLIST, dossier_version_on=None))
    assert not Document.objects.exists()
    full = ask(kind="waitlist_letter", facts=replace(WAITLIST, dossier_version_on=WAITLIST.issued_on))
    assert full.number.endswith("00001")


@pytest.mark.parametrize("name", sorted(TURNS))
def test_no_packaged_wording_leaves_a_blank(name):
    kind, facts = TURNS[name]
    assert ask(kind=kind, facts=facts).facts["wording"]["blocks"] == WORDINGS[kind].blocks


def test_a_letter_is_rendered_from_what_was_frozen():
    published(title="Un titre du service")
    document = ask()
    published(title="Un titre d’après")
    assert produce(document.pk).rendered_at
