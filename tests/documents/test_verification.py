"""Authentic, intact, still valid: three answers that never mix, on the page as in the verb."""

import datetime as dt
import io
import uuid

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from documents import requests
from documents.models import Document
from documents.production import produce
from documents.verification import normalise, verify

pytestmark = pytest.mark.django_db
PAGE = "/verifier/"


@pytest.fixture
def letter(ask):
    document = produce(ask().pk)
    requests.release(documents=Document.objects.all())
    return Document.objects.select_related("content").get(pk=document.pk)


def as_file(data):
    return SimpleUploadedFile("lettre.pdf", bytes(data), "application/pdf")


def altered(data):
    """The letter saved again by some other program, with one page less."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(bytes(data))) as pdf:
        del pdf.pages[-1]
        pdf.save(out)
    return out.getvalue()


def answers(verification):
    return (verification.authentic, verification.intact, verification.valid)


def test_by_code(letter):
    assert answers(verify(letter.verification_code)) == (True, None, True)


def test_by_file(letter):
    assert answers(verify(uploaded=as_file(letter.content.data))) == (True, True, True)


def test_an_altered_file_names_its_original(letter):
    verification = verify(uploaded=as_file(altered(letter.content.data)))
    assert answers(verification) == (True, False, True)
    assert verification.document == letter


def test_code_and_another_file(letter):
    assert answers(verify(letter.verification_code, as_file(b"%PDF-1.7 other"))) == (True, False, True)


def test_a_voided_letter_is_authentic_and_no_longer_valid(letter):
    requests.void(document=letter, on=dt.date(2027, 9, 2), how="withdrawn", by_number="FT-2027-00391")
    assert answers(verify(letter.verification_code)) == (True, None, False)
    assert answers(verify(uploaded=as_file(letter.content.data))) == (True, True, False)


@pytest.mark.parametrize("data", [b"", b"not a pdf", b"%PDF-1.4 broken"])
def test_an_unknown_file(letter, data):
    assert answers(verify(uploaded=as_file(data))) == (False, None, None)


def test_a_letter_not_handed_over_is_unknown(ask):
    document = produce(ask().pk)
    assert answers(verify(document.verification_code)) == (False, None, None)
    assert answers(verify(uploaded=as_file(document.content.data))) == (False, None, None)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("K7QM-4TXR-9WHD", "K7QM-4TXR-9WHD"),
        (" k7qm4txr9whd ", "K7QM-4TXR-9WHD"),
        ("k7qm 4txr 9whd", "K7QM-4TXR-9WHD"),
        ("K7QM–4TXR–9WHD", "K7QM-4TXR-9WHD"),
        ("K7QM-4TXR-9WH", ""),
        ("", ""),
    ],
)
def test_codes_as_people_type_them(typed, code):
    assert normalise(typed) == code


def test_page_by_code(client, letter, settings, django_assert_max_num_queries):
    # One query is the page's; the others are the read-only savepoint that the tests put around a GET.
    with django_assert_max_num_queries(4):
        response = client.get(PAGE, {"code": letter.verification_code.lower()})
    page = response.content.decode()
    assert response.status_code == 200
    assert "Cette lettre est vraie et toujours valable" in page
    assert letter.number in page
    assert "142\u00a0000\u00a0€" in page
    assert "Intégrité à comparer" in page


def test_the_qr_code_opens_the_page(client, letter, settings):
    url = letter.facts["imprint"]["verify_url"].removeprefix(settings.PUBLIC_URL)
    assert url.startswith(reverse("documents:verify"))
    assert letter.number in client.get(url).content.decode()


def post_file(client, data):
    return client.post(PAGE, {"file": as_file(data), "idempotency_key": uuid.uuid4().hex})


def test_page_by_file(client, letter):
    page = post_file(client, letter.content.data).content.decode()
    assert "Cette lettre est vraie et toujours valable" in page
    assert "au caractère près" in page


def test_page_of_an_altered_file(client, letter):
    assert "Ce fichier a été modifié" in post_file(client, altered(letter.content.data)).content.decode()


def test_page_of_a_withdrawn_letter(client, letter):
    requests.void(document=letter, on=dt.date(2027, 9, 2), how="withdrawn", by_number="FT-2027-00391")
    page = client.get(PAGE, {"code": letter.verification_code}).content.decode()
    assert "Cette lettre est vraie, mais elle n’est plus valable" in page
    assert "FT-2027-00391" in page


def test_page_of_an_unknown_code(client):
    page = client.get(PAGE, {"code": "BBBB-CCCC-DDDD"}).content.decode()
    assert "Nous ne connaissons pas cette lettre" in page


@pytest.mark.parametrize("code", ["", "K7QM", "OOOO-1111-LLLL", "x" * 60])
def test_page_says_what_is_wrong_with_a_code_and_keeps_it(client, code):
    response = client.get(PAGE, {"code": code})
    assert response.status_code == 422
    assert 'id="erreurs"' in response.content.decode()
    assert f'value="{code}"' in response.content.decode() or not code


def test_page_asks_for_a_file(client):
    response = client.post(PAGE, {"idempotency_key": uuid.uuid4().hex})
    assert response.status_code == 422
    assert "Choisissez le fichier PDF" in response.content.decode()


def test_empty_page(client):
    response = client.get(PAGE)
    assert response.status_code == 200
    assert "Où est le code" in response.content.decode()


def test_a_specimen_never_reads_as_a_valid_letter(client, ask, settings):
    settings.DEMO = True
    document = produce(ask().pk)
    requests.release(documents=Document.objects.all())
    page = client.get(PAGE, {"code": document.verification_code}).content.decode()
    assert "aucune valeur juridique" in page
    assert "vraie et toujours valable" not in page
