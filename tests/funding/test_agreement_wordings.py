"""The wording of an agreement and of its amendments: the nearest, frozen when sent, the same on the signed copy."""

import datetime

import pytest
from django.db import DatabaseError, connection, transaction

from documents.rendering import as_html
from documents.wording import versions
from documents.wording.blocks import block, clause
from documents.wording.filling import EmptyFields
from funding import agreements
from funding.conventions import amending, drafting, sending, signing, texts, wordings
from funding.conventions import clauses as wording
from funding.conventions.amending import Changes
from funding.conventions.clauses import COMPULSORY
from funding.models import AgreementTemplate, AgreementVersion
from funding.schedules import Plan
from tests import factories
from tests.documents.words_of_letters import words
from tests.funding import conftest as make
from tests.funding.conftest import CAP, today
from tests.guards import triggers_aside

pytestmark = pytest.mark.django_db


@pytest.fixture
def agreement(committed, officer):
    make.announce(committed)
    return agreements.prepare(award=committed, by=officer)


def send(agreement, officer):
    agreements.send(agreement=agreement, by=officer, checked=COMPULSORY)
    return agreement.versions.get(state="sent")


def sign(text, officer):
    text = AgreementVersion.objects.get(pk=text.pk)
    signing.record_on_paper(agreement_version=text, by=officer, on=today(), signatory="Mme A, présidente")
    signatory = make.make_signatory(text.award.wave.call.programme)
    signing.record_state_signature(agreement_version=text, by=officer, on=today(), signatory=signatory)
    return AgreementVersion.objects.get(pk=text.pk)


def older_model(call, body):
    clauses = [{"code": "object", "title": "Objet", "body": body}, *wording.standard()[1:]]
    return AgreementTemplate.objects.create(call=call, number=1, clauses=clauses)


def published(scope="", *, title="Convention {{ convention }}", objet="Au lieu {{ lieu }}.", kind="agreement"):
    draft = versions.start(kind=kind, scope=scope, by=None)
    blocks = [block("title", title), *draft.blocks[1:]]
    blocks = [clause("object", "Objet", objet) if one["fixed"] == "object" else one for one in blocks]
    draft = versions.write(wording_version=draft, blocks=blocks, by=None)
    return versions.publish(wording_version=draft, by=None)


def test_the_text_comes_from_the_nearest_wording(committed, officer):
    call, objet = committed.wave.call, "Objet propre à cet appel, au lieu {{ lieu }}."
    published(objet="Objet de tous, au lieu {{ lieu }}.")
    near = published(f"call:{call.pk}", objet=objet)
    older_model(call, "Objet d’avant, au lieu {lieu}.")
    text = agreements.prepare(award=committed, by=officer).versions.get()
    assert (text.wording, text.template) == (near, None)
    assert text.clauses[0] == {"code": "object", "title": "Objet", "body": objet}


def test_a_region_may_have_its_own(committed, officer):
    place, commune = committed.fabrique, factories.commune()
    type(place).objects.filter(pk=place.pk).update(commune=commune)
    published(f"call:{committed.wave.call.pk}")
    near = published(f"call:{committed.wave.call.pk}|{commune.region}")
    assert agreements.prepare(award=committed, by=officer).versions.get().wording == near


def test_an_older_model_of_the_call_stands_before_a_wider_wording(committed, officer):
    wide, older = published(), older_model(committed.wave.call, "Objet d’avant, au lieu {lieu}.")
    text = agreements.prepare(award=committed, by=officer).versions.get()
    assert (text.wording, text.template) == (wide, older)
    assert text.clauses[0]["body"] == "Objet d’avant, au lieu {{ lieu }}."
    assert texts.facts_of(text, today()).clauses[0].text == f"Objet d’avant, au lieu {committed.fabrique.name}."


def test_a_text_drafted_with_single_braces_is_still_filled_in(agreement):
    text = agreement.versions.get()
    before = texts.facts_of(text, today())
    clauses = [one | {"body": one["body"].replace("{{ ", "{").replace(" }}", "}")} for one in wording.standard()]
    AgreementVersion.objects.filter(pk=text.pk).update(clauses=clauses)
    text.refresh_from_db()
    assert "{montant}" in text.clauses[2]["body"]
    assert texts.facts_of(text, today()) == before


def test_what_was_sent_keeps_its_wording_to_the_signed_copy(committed, officer):
    scope = f"call:{committed.wave.call.pk}"
    published(scope, title="Contrat {{ convention }}")
    make.announce(committed)
    agreement = agreements.prepare(award=committed, by=officer)
    published(scope, title="Un autre titre {{ convention }}")
    text = send(agreement, officer)
    text = sign(text, officer)
    for document in (text.document, text.signed_document):
        assert document.wording == text.wording
        assert document.facts["wording"] == text.worded
        assert f"Contrat {agreement.number}" in as_html(document.template, document.facts)
    assert [one["kind"] for one in text.worded["blocks"]].count("clause") == 1
    for change in ({"wording": None}, {"worded": {}}):
        with pytest.raises(DatabaseError, match="does not change"), transaction.atomic():
            AgreementVersion.objects.filter(pk=text.pk).update(**change)


def test_the_fingerprint_covers_the_words_round_the_clauses(agreement, officer):
    text = send(agreement, officer)
    assert text.text_sha256 == texts.fingerprint({"letter": text.facts, "wording": text.worded})
    other = text.worded | {"blocks": [block("title", "Autre"), *text.worded["blocks"][1:]]}
    assert text.text_sha256 != texts.fingerprint({"letter": text.facts, "wording": other})


def test_a_text_sent_before_wordings_is_read_and_signed_as_it_was(agreement, officer):
    text = send(agreement, officer)
    before = words(as_html("agreement", text.document.facts))
    with triggers_aside(connection):
        AgreementVersion.objects.filter(pk=text.pk).update(worded={})
    published(title="Un titre d’après {{ convention }}")
    text = sign(text, officer)
    assert "wording" not in text.signed_document.facts
    said = words(as_html("signed_agreement", text.signed_document.facts))
    parts = [one.partition("Entre")[2].partition("Signatures")[0] for one in (before, said)]
    assert parts[0] == parts[1] != ""
    assert wordings.shown(text, texts.frozen_facts(text)).title == f"Convention {agreement.number}"


def test_a_text_with_a_blank_is_not_sent(agreement, officer):
    text = agreement.versions.get()
    more = " Suivi : {{ agent }}."
    clauses = [one | ({"body": one["body"] + more} if one["code"] == "use" else {}) for one in text.clauses]
    drafting.rewrite(agreement_version=text, clauses=clauses, by=officer)
    application = agreement.award.application
    type(application).objects.filter(pk=application.pk).update(officer=None)
    with pytest.raises(EmptyFields, match="agent qui suit"):
        agreements.send(agreement=agreement, by=officer, checked=COMPULSORY)
    assert agreement.versions.get().state == "drafted"


def test_a_clause_says_a_line_only_where_its_condition_holds(agreement, officer):
    text = agreement.versions.get()
    lines = "\n[si consortium] Part de chacun au tableau.\n[sauf consortium] Une seule structure."
    clauses = [one | ({"body": one["body"] + lines} if one["code"] == "use" else {}) for one in text.clauses]
    drafting.rewrite(agreement_version=text, clauses=clauses, by=officer)
    [use] = [one for one in send(agreement, officer).facts["clauses"] if one["title"] == "Conditions d’emploi"]
    assert "Une seule structure." in use["text"] and "Part de chacun" not in use["text"]


def test_an_amendment_takes_its_own_wording_when_it_is_sent(in_force, officer):
    year = today().year + 1
    plans = (Plan("interim", year, CAP // 2, "Rapport accepté", datetime.date(year, 6, 30)),)
    amendment = amending.amend(
        agreement=in_force.agreement, changes=Changes(plans=plans), reason="Le projet change.", by=officer
    )
    version = published(kind="amendment", title="Modification de la convention {{ convention }}")
    sending.send(agreement_version=amendment, by=officer)
    amendment.refresh_from_db()
    html = as_html("amendment", amendment.document.facts)
    assert amendment.wording == version
    assert f"Modification de la convention {in_force.agreement.number}" in html
    assert 'data-label="Avant"' in html and "Le projet change." in html
    signed = sign(amendment, officer)
    assert "Modification de la convention" in as_html("signed_amendment", signed.signed_document.facts)
