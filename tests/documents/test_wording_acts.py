"""The wordings of minutes and agreements: what was frozen before them says what it said; what the law wants stays."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from django.db import transaction
from django.template.loader import render_to_string

from accounts.errors import Refusal
from documents.rendering import as_html, said
from documents.requests import request
from documents.wording import versions
from documents.wording.act_examples import ADDENDUM, AGREEMENT, MINUTES
from documents.wording.agreements import CLAUSES
from documents.wording.blocks import block, clause
from documents.wording.catalogue import WORDINGS
from documents.wording.checking import problems
from documents.wording.filling import EmptyFields, Filled
from tests.documents.acts import SENT, TURNS, frozen_turn
from tests.documents.words_of_letters import words

RECORDED = json.loads((Path(__file__).parent / "data" / "words_of_acts.json").read_text(encoding="utf-8"))
FORM = WORDINGS["agreement"].blocks


@pytest.mark.parametrize("name", sorted(TURNS))
def test_what_kept_no_wording_says_what_it_said(name):
    assert words(as_html(*frozen_turn(name))) == RECORDED[name]


@pytest.mark.parametrize("kind", ["panel_addendum", "amendment"])
def test_the_packaged_wording_starts_from_the_same_words(kind):
    _, facts = frozen_turn(kind)
    packaged = facts | {"wording": {"blocks": WORDINGS[kind].blocks}}
    assert words(as_html(kind, packaged)) == RECORDED[kind]


def test_minutes_written_from_now_on_end_with_the_chair():
    kind, facts = frozen_turn("panel_minutes")
    now = words(as_html(kind, facts | {"wording": {"blocks": WORDINGS[kind].blocks}}))
    assert now == f"{RECORDED[kind]} La présidence de la séance {MINUTES.chair}"


def wrong(kind, blocks):
    return " ".join(map(str, problems(WORDINGS[kind], blocks)))


def without(kind, name):
    return [one for one in WORDINGS[kind].blocks if one["fixed"] != name]


@pytest.mark.parametrize("wanted", CLAUSES, ids=lambda one: one.code)
@pytest.mark.django_db
def test_a_version_without_a_clause_of_the_law_is_not_published(wanted):
    others = without("agreement", wanted.code)
    twice = [clause(wanted.code, "Encore", "Au lieu {{ lieu }}, {{ montant }}."), *FORM[5:]]
    line = {"when": "consortium", "text": "Au lieu {{ lieu }}, {{ montant }}."}
    conditional = [one | {"lines": [line]} if one["fixed"] == wanted.code else one for one in FORM]
    emptied = [one | {"lines": []} if one["fixed"] == wanted.code else one for one in FORM]
    for blocks in (others, [*FORM[:5], *twice], conditional, emptied):
        draft = versions.start(kind="agreement", scope="", by=None)
        draft = versions.write(wording_version=draft, blocks=blocks, by=None)
        with pytest.raises(Refusal, match="n’est pas publié"), transaction.atomic():
            versions.publish(wording_version=draft, by=None)
    assert f"« {wanted.label.lower()} » est obligatoire" in wrong("agreement", others)
    told = "gardez le champ" if wanted.fields else "ne dépend d’aucune condition"
    assert told in wrong("agreement", conditional)


def other_object(*lines, caption="Objet"):
    return [clause("object", caption, *lines) if one["fixed"] == "object" else one for one in FORM]


@pytest.mark.parametrize(
    ("kind", "blocks", "sentence"),
    [
        ("agreement", other_object("Un objet."), "gardez le champ {{ lieu }}"),
        ("agreement", other_object("Rien.", "[si consortium] Au lieu {{ lieu }}."), "gardez le champ {{ lieu }}"),
        ("agreement", other_object("**Au lieu** {{ lieu }}."), "texte simple"),
        ("agreement", other_object("Au lieu {{ lieu }}.", caption=""), "donnez un titre"),
        ("agreement", other_object("Au lieu {{ lieu }}.", caption="{{ lieu }}"), "ne contient pas de champ"),
        ("agreement", other_object("Au lieu {{ lieu }}, {{ siret }}."), "« siret » n’est pas un champ"),
        (
            "agreement",
            [one | ({"when": "consortium"} if one["fixed"] == "disputes" else {}) for one in FORM],
            "entier",
        ),
        ("agreement", [*FORM, clause("", "Ailleurs", "Un article.")], "Les clauses se suivent"),
        ("agreement", without("agreement", "signatures"), "« Signatures des deux parties » est obligatoire"),
        ("agreement", without("agreement", "echeancier"), "« Échéancier » est obligatoire"),
        ("amendment", without("amendment", "changements"), "avant et après » est obligatoire"),
        ("amendment", [*WORDINGS["amendment"].blocks, clause("", "Un", "Mot.")], "n’a pas de clauses"),
        ("panel_minutes", without("panel_minutes", "membres"), "« Membres et présences » est obligatoire"),
        ("panel_minutes", without("panel_minutes", "points"), "« Points, déports, votes, avis » est obligatoire"),
        ("panel_minutes", without("panel_minutes", "classement"), "« Classement » est obligatoire"),
        ("panel_minutes", without("panel_minutes", "signature"), "« Signature de la présidence » est obligatoire"),
        ("panel_minutes", without("panel_minutes", "interets"), "« Registre des intérêts » est obligatoire"),
        ("panel_minutes", [*WORDINGS["panel_minutes"].blocks, block("note", "{{ lieu }}")], "« lieu » n’est pas"),
        ("panel_addendum", without("panel_addendum", "faits"), "« Ce qui s’est passé, écarts » est obligatoire"),
    ],
)
def test_what_is_missing_is_said(kind, blocks, sentence):
    assert sentence in wrong(kind, blocks)


def test_an_agreement_says_its_own_clauses_in_the_place_of_those_of_its_model():
    model, text = (Filled(WORDINGS["agreement"], FORM, letter) for letter in (AGREEMENT, SENT))
    titles = [[one["caption"] for one in filled.body if one["kind"] == "clause"] for filled in (model, text)]
    assert titles[0][:3] == ["Objet", "Durée", "Montant"]
    assert titles[1] == ["Objet", "Montant"]
    assert [one["number"] for one in text.body if one["kind"] == "clause"] == [1, 2]
    places = [[one["kind"] for one in filled.body if one["kind"] != "clause"] for filled in (model, text)]
    assert places[0] == places[1]


def test_the_signed_copy_is_worded_as_the_text():
    kind, facts = frozen_turn("signed_agreement")
    blocks = [block("title", "Contrat {{ convention }}"), *WORDINGS["agreement"].blocks[1:]]
    assert said(kind, facts | {"wording": {"blocks": blocks}})["filled"].title == "Contrat CV-2027-00012"


@pytest.mark.django_db
def test_minutes_with_a_blank_are_not_made():
    draft = versions.start(kind="panel_minutes", scope="", by=None)
    blocks = [*draft.blocks, block("paragraph", "Convoquée {{ convocation }}.")]
    draft = versions.write(wording_version=draft, blocks=blocks, by=None)
    versions.publish(wording_version=draft, by=None)
    common = {"kind": "panel_minutes", "subject_type": "tests.Thing", "subject_id": 1, "by": None}
    told = "Ce document n’est pas fait : il manque « convocation »"
    with pytest.raises(EmptyFields, match=told), transaction.atomic():
        request(facts=replace(MINUTES, convened=""), **common)
    made = request(facts=MINUTES, **common)
    assert "Convoquée le 19 février 2027" in as_html("panel_minutes", made.facts)


HOSTILE = "<script>x</script>{{ presidence }}{% load x %}**gras**"


@pytest.mark.parametrize(
    ("kind", "letter"),
    [
        ("panel_minutes", replace(MINUTES, chair=HOSTILE, notes=(HOSTILE,))),
        ("panel_addendum", replace(ADDENDUM, title=HOSTILE, what=(HOSTILE,))),
        ("agreement", replace(SENT, clauses=(replace(SENT.clauses[0], title=HOSTILE, text=HOSTILE),))),
    ],
)
def test_what_people_write_is_text(kind, letter):
    filled = Filled(WORDINGS[kind], WORDINGS[kind].blocks, letter)
    html = render_to_string("documents/letters/_body.html", {"filled": filled, "letter": letter})
    assert "<script>" not in html
    assert "{{ presidence }}{% load x %}**gras**" in html
    assert not re.search(r"<b>\s*gras", html)


@pytest.mark.django_db
def test_a_signed_copy_asked_for_by_itself_takes_the_wording_of_its_text():
    kind, letter = TURNS["signed_agreement"]
    made = request(kind=kind, subject_type="tests.Thing", subject_id=2, by=None, facts=letter)
    assert words(as_html(kind, made.facts)).partition("Entre")[2] == RECORDED[kind].partition("Entre")[2]
