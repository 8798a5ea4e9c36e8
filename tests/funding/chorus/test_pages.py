"""The pages of Chorus: read, look, confirm; take requests out; note numbers; explain or correct."""

import csv
import io
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from python_calamine import CalamineWorkbook

from accounts import jobs
from accounts.models import Job, Role
from funding.claims import bank_details
from funding.models import ChorusFile, Difference, Instalment, PaymentExport
from tests import factories
from tests.funding.chorus import extracts
from tests.funding.chorus.test_applying import DP, EJ, bring_in, line_for, state_of
from tests.funding.conftest import make_user, today

HOME, IMPORT = "/pilotage/chorus/", "/pilotage/chorus/importer/"


def post(client, url, data):
    """As a form of ours does: each sending has its key."""
    return client.post(url, {"idempotency_key": uuid.uuid4().hex, **data})


def text_of(response):
    return " ".join(response.content.decode().replace("\u00a0", " ").split())


@pytest.fixture
def page(client, importer):
    client.force_login(importer)
    return client


def test_an_extract_is_read_looked_at_and_confirmed(page, ordered):
    sent = post(page, IMPORT, {"file": extracts.as_xlsx([line_for(ordered)]), "fiscal_year": today().year})
    file = ChorusFile.objects.get()
    assert sent.headers["Location"] == file.get_absolute_url()
    seen = page.get(file.get_absolute_url())
    assert "À appliquer (1)" in text_of(seen)
    assert "50 000 €" in text_of(seen)
    assert state_of(ordered) == "ordered"
    digest = seen.context["preview"].digest
    confirmed = post(page, file.get_absolute_url(), {"act": "confirm", "digest": digest, "version": file.version})
    job = Job.objects.get()
    assert str(job.public_id) in confirmed.headers["Location"]
    jobs.run(job.pk)
    assert state_of(ordered) == "paid"
    assert "1 échéance payée, 50 000 €." in text_of(page.get(confirmed.headers["Location"]))
    assert "Appliquée" in text_of(page.get(file.get_absolute_url()))
    assert "Lignes de Chorus qui la paient" in text_of(page.get(ordered.get_absolute_url()))


def test_a_file_that_is_none_comes_back_with_its_sentence(page):
    sent = post(page, IMPORT, {"file": SimpleUploadedFile("x.csv", b"a;b\n1;2\n"), "fiscal_year": today().year})
    assert sent.status_code == 422
    assert "pas un extrait de Chorus" in text_of(sent)
    assert not ChorusFile.objects.exists()


def test_a_file_of_another_year_comes_back_with_its_sentence(page, ordered):
    year = today().year - 1
    sent = post(page, IMPORT, {"file": extracts.as_csv([line_for(ordered)]), "fiscal_year": year})
    assert sent.status_code == 422
    assert f"alors que vous importez {year}" in text_of(sent)


def test_an_import_is_abandoned(page, ordered):
    post(page, IMPORT, {"file": extracts.as_csv([line_for(ordered)]), "fiscal_year": today().year})
    file = ChorusFile.objects.get()
    post(page, file.get_absolute_url(), {"act": "abandon", "version": file.version})
    assert ChorusFile.objects.get().state == "abandoned"
    assert page.get(HOME).status_code == 200


def test_a_stale_preview_is_not_confirmed(page, ordered):
    post(page, IMPORT, {"file": extracts.as_csv([line_for(ordered)]), "fiscal_year": today().year})
    file = ChorusFile.objects.get()
    sent = post(page, file.get_absolute_url(), {"act": "confirm", "digest": "autre", "version": file.version})
    assert sent.status_code == 409
    assert state_of(ordered) == "ordered"


def test_no_form_records_a_payment(page, ordered):
    shown = page.get(ordered.get_absolute_url())
    assert "Paiement par Chorus" in text_of(shown)
    assert "chorus_reference" not in text_of(shown)
    sent = post(page, ordered.get_absolute_url(), {"act": "pay", "pay-on": today().isoformat(), "version": 1})
    assert sent.status_code in (403, 409)
    assert state_of(ordered) == "ordered"


def test_a_line_is_typed_from_the_page_of_the_instalment(page, ordered):
    form = page.get(f"/pilotage/chorus/saisir/?echeance={ordered.public_id}")
    assert ordered.award.organisation.siret in text_of(form)
    row = {"commitment": EJ, "request": DP, "siret": ordered.award.organisation.siret, "cents": "50 000"}
    sent = post(page, "/pilotage/chorus/saisir/", {**row, "paid_on": today().isoformat()})
    assert sent.status_code == 302
    assert "À appliquer (1)" in text_of(page.get(sent.headers["Location"]))
    assert page.get("/pilotage/chorus/saisir/?echeance=rien").status_code == 404
    bad = post(page, "/pilotage/chorus/saisir/", {**row, "siret": "12", "paid_on": today().isoformat()})
    assert bad.status_code == 422


def test_a_difference_on_its_page(page, ordered, importer):
    bring_in([line_for(ordered, euros=60_000)], importer)
    found = Difference.objects.get()
    assert "10 000 € de trop" in text_of(page.get("/pilotage/chorus/ecarts/?etat=open"))
    shown = page.get(found.get_absolute_url())
    assert "10 000 € de trop" in text_of(shown)
    assert post(page, found.get_absolute_url(), {"act": "explain", "reason": "", "version": 1}).status_code == 422
    assert post(page, found.get_absolute_url(), {"act": "retry", "version": 1}).status_code == 302
    sent = post(page, found.get_absolute_url(), {"act": "explain", "reason": "Erreur de Chorus.", "version": 1})
    assert sent.status_code == 302
    assert Difference.objects.get().state == "explained"
    assert "Erreur de Chorus." in text_of(page.get(found.get_absolute_url()))


def test_numbers_are_noted_and_withdrawn_on_the_page(page, ordered):
    url = f"/pilotage/echeances/{ordered.public_id}/chorus/"
    assert post(page, url, {"act": "ej", "ej-number": "12"}).status_code == 422
    assert post(page, url, {"act": "ej", "ej-number": "2 103 456 789"}).status_code == 302
    assert post(page, url, {"act": "dp", "dp-number": DP}).status_code == 302
    shown = text_of(page.get(url))
    assert EJ in shown
    assert DP in shown
    part = ordered.request_parts.get(live=True)
    assert post(page, url, {"act": "forget_dp", "number": part.request.public_id}).status_code == 302
    assert post(page, url, {"act": "forget_ej", "number": EJ}).status_code == 302
    assert not ordered.award.commitments.exists()


def test_requests_are_taken_out_once_with_the_whole_iban(page, ordered, finance, client):
    member = ordered.award.organisation.members.get()
    account = bank_details.propose(
        organisation=ordered.award.organisation, iban="FR1420041010050500013M02606", bic="PSSTFRPPPAR", holder="Moi",
        rib=SimpleUploadedFile("rib.pdf", factories.pdf_bytes()), by=member,
    )  # fmt: skip
    ordered.award.wave.call.versions.update(bank_cooling_days=0)
    bank_details.verify(account=account, by=finance[0], checked_how="Appel au numéro du dossier.")
    bank_details.approve(account=account, by=finance[1])
    assert post(page, "/pilotage/chorus/demandes/", {}).status_code == 422
    sent = post(page, "/pilotage/chorus/demandes/", {"instalment": ordered.public_id})
    export = PaymentExport.objects.get()
    assert sent.headers["Location"] == export.get_absolute_url()
    assert "Rien à sortir" in text_of(page.get("/pilotage/chorus/demandes/"))
    rows = list(csv.DictReader(io.StringIO(b"".join(
        page.get(f"{export.get_absolute_url()}?format=csv").streaming_content
    ).decode("utf-8-sig")), delimiter=";"))  # fmt: skip
    assert [row["IBAN"] for row in rows] == ["FR1420041010050500013M02606"]
    assert [row["Montant (€)"] for row in rows] == ["50000,00"]
    book = CalamineWorkbook.from_filelike(
        io.BytesIO(b"".join(page.get(f"{export.get_absolute_url()}?format=xlsx").streaming_content))
    )
    assert book.get_sheet_by_index(0).to_python()[1][9] == 50000.0
    client.force_login(make_user(Role.AUDITOR))
    assert "FR1420041010050500013M02606" not in text_of(client.get(export.get_absolute_url()))
    assert client.get(f"{export.get_absolute_url()}?format=csv").status_code == 403


def test_the_request_that_was_taken_out_receives_its_number(page, ordered):
    post(page, "/pilotage/chorus/demandes/", {"instalment": ordered.public_id})
    post(page, f"/pilotage/echeances/{ordered.public_id}/chorus/", {"act": "dp", "dp-number": DP})
    part = ordered.request_parts.get()
    assert (part.live, part.request.number, part.request.export) == (True, DP, PaymentExport.objects.get())


def test_the_file_comes_back_with_its_numbers(page, ordered):
    post(page, "/pilotage/chorus/demandes/", {"instalment": ordered.public_id})
    export = PaymentExport.objects.get()
    url = export.get_absolute_url()
    file = b"".join(page.get(f"{url}?format=csv").streaming_content).decode("utf-8-sig").splitlines()
    heads, values = (line.split(";") for line in file[:2])
    values[heads.index("N° DP")], values[heads.index("N° EJ")] = DP, EJ
    filled = "\n".join((";".join(heads), ";".join(values)))

    def back(content):
        return post(page, url, {"file": SimpleUploadedFile("envoi.csv", content.encode())})

    other = filled.replace(str(export.requests.get().public_id), str(uuid.uuid4()))
    for wrong in ("a;b\n1;2", filled.replace(DP, "DP n° é"), other):
        assert back(wrong).status_code == 422
        assert export.requests.get().number is None
    assert back(filled).status_code == 302
    assert (export.requests.get().number, ordered.award.commitments.get().number) == (DP, EJ)
    assert "0 demande numérotée" in text_of(page.get(back(filled).headers["Location"]))


def test_an_officer_reads_and_does_not_import(client, ordered, importer, officer):
    bring_in([line_for(ordered)], importer)
    client.force_login(officer)
    for url in (HOME, ChorusFile.objects.get().get_absolute_url(), "/pilotage/chorus/ecarts/"):
        assert client.get(url).status_code == 200
    assert client.get(IMPORT).status_code == 403
    assert Instalment.objects.get(pk=ordered.pk).state == "paid"
