"""The pages of agreements: staff write, send, amend and stop; the structure reads and signs its own."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.french import NBSP
from accounts.models import Membership, Role
from documents import production
from documents.rendering import as_html
from funding import agreements
from funding.conventions import signing
from funding.conventions.clauses import COMPULSORY, standard
from funding.models import AgreementTemplate, AgreementVersion, Award, SignedCopy
from tests.documents.words_of_letters import words
from tests.funding import conftest as make
from tests.funding.conftest import CAP, GRANT, today
from tests.funding.test_conventions import pdf

pytestmark = pytest.mark.django_db
YEAR = today().year


def key(**more):
    return {"idempotency_key": uuid.uuid4().hex, **more}


def text(response):
    return response.content.decode().replace(NBSP, " ").replace("&nbsp;", " ")


def own(award):
    return reverse("funding:my_agreement", args=[award.application.public_id])


@pytest.fixture
def president(committed):
    person = make.make_user(Role.APPLICANT, name="Ada")
    Membership.objects.create(user=person, organisation=committed.organisation, role="owner", is_representative=True)
    return person


@pytest.fixture
def agreement(committed, officer):
    make.announce(committed)
    return agreements.prepare(award=committed, by=officer)


@pytest.fixture
def sent(agreement, officer):
    agreements.send(agreement=agreement, by=officer, checked=COMPULSORY)
    return agreement.versions.get()


def test_an_officer_rewrites_then_sends(agreement, officer, client):
    client.force_login(officer)
    page = agreement.get_absolute_url()
    shown = text(client.get(page))
    assert "Noter l’envoi" in shown and "plus de 23 000 €" in shown and "Figé à la décision" in shown
    data = {f"clause-{one['code']}": one["body"] for one in standard()} | {"clause-use": "Rien d’autre que le projet."}
    rewriting = reverse("funding:write_agreement", args=[agreement.public_id])
    assert client.get(rewriting).status_code == 200
    assert client.post(rewriting, key(**data)).status_code == 302
    assert client.post(rewriting, key(**data | {"clause-object": ""})).status_code == 422
    assert "Rien d’autre que le projet." in text(client.get(page))
    refused = client.post(page, key(on=today().isoformat(), checked=["object"]))
    assert refused.status_code == 422 and "Relisez puis cochez" in text(refused)
    assert client.post(page, key(on=today().isoformat(), checked=list(COMPULSORY))).status_code == 302
    version = AgreementVersion.objects.get()
    assert version.state == "sent"
    twin = client.get(reverse("funding:agreement_text", args=[agreement.public_id, 1]))
    assert "Rien d’autre que le projet." in text(twin) and version.text_sha256 in text(twin)
    paper = reverse("funding:agreement_pdf", args=[agreement.public_id, 1])
    assert client.get(paper).status_code == 404
    production.produce(version.document_id)
    assert client.get(paper)["Content-Type"] == "application/pdf"


def test_the_structure_reads_signs_and_the_state_follows(sent, committed, president, client):
    client.force_login(president)
    shown = text(client.get(own(committed)))
    assert "Signer en ligne" in shown and sent.text_sha256 in shown and "Article 1" in shown
    data = {"act": "sign", "sign-capacity": "présidente", "sign-text_sha256": sent.text_sha256}
    refused = client.post(own(committed), key(**data))
    assert refused.status_code == 422 and "Cochez la déclaration" in text(refused)
    assert client.post(own(committed), key(**data, **{"sign-accepted": "on"})).status_code == 302
    assert "Signer en ligne" not in text(client.get(own(committed)))
    signatory = make.make_signatory(committed.wave.call.programme)
    client.force_login(signatory)
    page = sent.agreement.get_absolute_url()
    assert "Signer pour l’État" in text(client.get(page))
    assert client.post(reverse("funding:sign_agreement", args=[sent.agreement.public_id]), key()).status_code == 302
    assert "En vigueur" in text(client.get(page))
    client.force_login(president)
    production.produce(AgreementVersion.objects.get().signed_document_id)
    signed = reverse("funding:my_agreement_pdf", args=[committed.application.public_id, 1])
    assert client.get(f"{signed}?signe")["Content-Type"] == "application/pdf"


def test_the_structure_sends_a_copy_that_an_officer_accepts(sent, committed, president, officer, client):
    production.produce(sent.document_id)
    client.force_login(president)
    data = {
        "act": "copy", "copy-on": today().isoformat(), "copy-signatory": "Ada", "copy-capacity": "présidente",
    }  # fmt: skip
    refused = client.post(own(committed), key(**data, **{"copy-uploaded": pdf(1)}))
    assert refused.status_code == 422 and "manque des pages" in text(refused)
    assert client.post(own(committed), key(**data, **{"copy-uploaded": pdf(9)})).status_code == 302
    copy = SignedCopy.objects.get()
    client.force_login(officer)
    page = sent.agreement.get_absolute_url()
    assert "Copie signée à vérifier" in text(client.get(page))
    received = client.get(reverse("funding:signed_copy", args=[copy.public_id]))
    assert b"".join(received.streaming_content).startswith(b"%PDF")
    returned = {"act": "return", "return-reason": "Page 3 illisible."}
    assert client.post(page, key(**returned)).status_code == 302
    client.force_login(president)
    assert "Page 3 illisible." in text(client.get(own(committed)))
    client.post(own(committed), key(**data, **{"copy-uploaded": pdf(9)}))
    client.force_login(officer)
    assert client.post(page, key(act="accept")).status_code == 302
    assert AgreementVersion.objects.get().state == "signed_by_beneficiary"


def test_nobody_outside_reads_an_agreement(sent, committed, client):
    client.force_login(make.make_user(Role.APPLICANT))
    assert client.get(own(committed)).status_code == 404
    assert (
        client.get(reverse("funding:my_agreement_pdf", args=[committed.application.public_id, 1])).status_code == 404
    )


def planned_rows(award):
    live = award.instalments.live().filter(state="planned").order_by("number")
    data = {}
    for n, one in enumerate(live, start=1):
        data |= {
            f"plan-{n}-kind": one.kind, f"plan-{n}-year": one.schedule_year.year,
            f"plan-{n}-amount": str(one.cents // 100), f"plan-{n}-expected_on": one.expected_on.isoformat(),
            f"plan-{n}-condition": one.condition,
        }  # fmt: skip
    return data


def test_an_amendment_is_shown_before_it_is_written(in_force, officer, client):
    client.force_login(officer)
    page = reverse("funding:amendment", args=[in_force.agreement.public_id])
    lead = {"share-1-name": in_force.organisation.name, "share-1-siret": in_force.organisation.siret}
    rows = planned_rows(in_force) | lead | {"reason": "Chantier en retard."}
    assert client.get(page).status_code == 200
    nothing = client.post(page, key(act="preview", **rows))
    assert nothing.status_code == 422 and "ne change rien" in text(nothing)
    rows |= {"plan-1-amount": "25 000", "plan-2-amount": "50 000", "plan-3-kind": "balance",
             "plan-3-year": YEAR + 3, "plan-3-amount": "25000", "plan-3-expected_on": f"{YEAR + 3}-06-30",
             "plan-3-condition": "Bilan accepté"}  # fmt: skip
    shown = client.post(page, key(act="preview", **rows))
    assert shown.status_code == 200 and "Aucune AE ne bouge" in text(shown)
    assert not AgreementVersion.objects.filter(kind="amendment").exists()
    half = client.post(page, key(act="preview", **rows | {"plan-3-condition": ""}))
    assert half.status_code == 422 and "donnez la condition" in text(half)
    assert client.post(page, key(act="write", **rows)).status_code == 302
    amendment = AgreementVersion.objects.get(kind="amendment")
    assert amendment.after["amount_cents"] == GRANT and len(amendment.after["instalments"]) == 4
    detail = text(client.get(in_force.agreement.get_absolute_url()))
    assert "Avenant en cours" in detail and "Chantier en retard." in detail
    abandoned = {"act": "abandon", "abandon-reason": "Plus besoin."}
    assert client.post(in_force.agreement.get_absolute_url(), key(**abandoned)).status_code == 302


def test_the_decision_maker_suspends_resumes_and_terminates(in_force, officer, client):
    page = reverse("funding:stop_award", args=[in_force.public_id])
    client.force_login(officer)
    assert client.get(page).status_code == 403
    client.force_login(make.make_user(Role.DECISION_MAKER))
    day = today().isoformat()
    stop = {"act": "suspend", "suspend-on": day, "suspend-act": "Décision 1", "suspend-reason": "Contrôle."}
    assert client.post(page, key(**stop)).status_code == 302
    assert "Contrôle." in text(client.get(page))
    assert client.post(page, key(act="resume", **{"resume-on": day, "resume-act": "Décision 2"})).status_code == 302
    end = {
        "act": "terminate", "terminate-ground": "breach", "terminate-on": day, "terminate-act": "Arrêté 3",
        "terminate-reason": "Lieu fermé.",
    }  # fmt: skip
    refused = client.post(page, key(**end))
    assert refused.status_code == 422 and "observations" in text(refused)
    assert client.post(page, key(**end, **{"terminate-heard_on": day})).status_code == 302
    assert Award.objects.get().state == "terminated"


def test_an_older_model_of_a_call_is_read_by_staff_and_written_by_nobody(committed, officer, client):
    call = committed.wave.call
    page, pages = reverse("funding:agreement_template", args=[call.slug]), reverse("funding:agreement_templates")
    client.force_login(officer)
    assert client.get(page).status_code == 404
    AgreementTemplate.objects.create(call=call, number=3, clauses=standard())
    client.force_login(make.make_user(Role.AUDITOR))
    assert "Version 3" in text(client.get(pages)) and call.title in text(client.get(pages))
    assert "Argent non employé" in text(client.get(page))
    client.force_login(officer)
    assert client.post(page, key()).status_code == 405


def test_the_text_is_the_same_on_the_screen_and_in_the_file(agreement, officer, client):
    agreements.send(agreement=agreement, by=officer, checked=COMPULSORY)
    found = agreement.versions.get()
    production.produce(found.document_id)
    client.force_login(officer)
    said = words(as_html("agreement", found.document.facts))
    said = said[said.index("Entre") : said.index("Signatures")]
    for name, more in (("agreement_pdf", {"lire": ""}), ("agreement_text", {})):
        page = client.get(reverse(f"funding:{name}", args=[agreement.public_id, found.number]), more)
        assert said in words("<body>" + page.content.decode().partition('<article class="fab-courrier')[2]), name


def test_shares_are_typed_before_the_agreement_is_sent(agreement, committed, officer, client):
    client.force_login(officer)
    page = reverse("funding:shares", args=[committed.public_id])
    assert client.get(page).status_code == 200
    data = {"share-1-name": committed.organisation.name, "share-1-part": "60", "share-2-name": "Autre",
            "share-2-part": "30", "share-2-payee": "lead"}  # fmt: skip
    refused = client.post(page, key(**data))
    assert refused.status_code == 422 and "90 %" in text(refused)
    assert client.post(page, key(**data | {"share-2-part": "40"})).status_code == 302
    assert "60 %" in text(client.get(agreement.get_absolute_url()))
    agreements.send(agreement=agreement, by=officer, checked=COMPULSORY)
    assert client.get(page).status_code == 404


def test_the_page_of_an_agreement_costs_the_same_whatever_its_texts(in_force, officer, client):
    client.force_login(officer)
    page = in_force.agreement.get_absolute_url()

    def queries():
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert client.get(page).status_code == 200
        return len(seen)

    queries()
    one = queries()
    from tests.funding.test_amendments import amend, later, sign

    sign(amend(in_force.agreement, officer, plans=later(CAP, CAP // 2, CAP // 2)), officer)
    assert queries() <= one + 1
    assert signing.represents(officer, in_force) is False
