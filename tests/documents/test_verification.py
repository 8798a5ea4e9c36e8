"""Authentic, intact, still valid: three answers that never mix, on the page as in the verb."""

import datetime as dt
import io
import time
import uuid

import pikepdf
import pypdfium2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from documents import requests, seal_keys
from documents.models import Document
from documents.production import produce
from documents.sealing import seal, unsealed
from documents.verification import AT_MOST_SECONDS, MAX_BYTES, normalise, verify
from tests.built_once import stage
from tests.documents.conftest import asked

pytestmark = pytest.mark.django_db
PAGE = "/verifier/"


@stage
def letter(db):
    document = produce(asked().pk)
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


def with_an_update(data):
    """What a reader of PDF adds at the end of a file when somebody annotates it."""
    writer = IncrementalPdfFileWriter(io.BytesIO(bytes(data)))
    writer.root["/Note"] = writer.add_object(writer.root["/Lang"])
    writer.update_root()
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def flipped(data):
    changed = bytearray(data)
    changed[changed.rindex(b"/M (D:20") + 9] ^= 1
    return bytes(changed)


def sealed_by_another(data):
    key = seal_keys._kept_key_signer(*seal_keys._of_pem(seal_keys.self_signed(seal_keys.DEMONSTRATION), None))
    other = seal_keys.SealKey(key, seal_keys.DEMONSTRATION, "")
    return seal(unsealed(bytes(data)), other, at=dt.datetime.now(dt.UTC)).data


def seal_taken_out(data):
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(bytes(data))) as pdf:
        del pdf.Root.AcroForm, pdf.pages[0].Annots
        pdf.save(out)
    return out.getvalue()


def cut(data):
    return bytes(data)[: len(data) // 2]


CHANGES = [
    (altered, "broken", "cachet est brisé"),
    (seal_taken_out, "unsealed", "cachet a disparu"),
    (with_an_update, "added", "ajouté au fichier après le cachet"),
    (flipped, "broken", "cachet est brisé"),
    (sealed_by_another, "foreign", "quelqu’un d’autre"),
]


def test_the_original_says_who_sealed_it(letter):
    found = verify(uploaded=as_file(letter.content.data))
    assert found.sealed_by_us
    assert found.seal.by == seal_keys.DEMONSTRATION
    assert found.seal.to_the_end
    assert abs(found.seal_day - letter.sealed_at) < dt.timedelta(seconds=1)


@pytest.mark.parametrize(("change", "difference", "words"), CHANGES)
def test_how_a_file_differs_is_told(client, letter, change, difference, words):
    data = change(letter.content.data)
    found = verify(uploaded=as_file(data))
    assert answers(found) == (True, False, True)
    assert found.difference == difference
    page = post_file(client, data).content.decode()
    assert words in page
    assert "vraie et toujours valable" not in page


def test_a_picture_of_the_paper_is_to_be_compared_by_eye(client, letter):
    """Its square says which letter it pretends to be, nothing says that the rest is that letter."""
    picture = io.BytesIO()
    pypdfium2.PdfDocument(letter.content.pdf)[0].render(scale=200 / 72).to_pil().save(picture, "PNG")
    page = post_file(client, picture.getvalue()).content.decode()
    assert letter.number in page
    assert "Le code est vrai&nbsp;: comparez votre document avec la lettre" in page
    assert "toujours valable</h1>" not in page


def test_half_a_file_is_never_the_original(letter):
    assert verify(uploaded=as_file(cut(letter.content.data))).intact is not True


def test_the_page_names_the_seal(client, letter):
    page = post_file(client, letter.content.data).content.decode()
    assert f"Cachet électronique de «&nbsp;{seal_keys.DEMONSTRATION}&nbsp;»" in page
    page = client.get(PAGE, {"code": letter.verification_code}).content.decode()
    assert "L’original porte le cachet électronique" in page


@pytest.mark.parametrize("kind", ["receipt", "appeal_receipt"])
def test_a_receipt_is_verified_in_the_same_way(client, ask, kind):
    document = produce(ask(kind=kind).pk)
    requests.release(documents=Document.objects.all())
    found = verify(uploaded=as_file(document.content.data))
    assert (found.intact, found.sealed_by_us) == (True, True)
    assert document.number in client.get(PAGE, {"code": document.verification_code}).content.decode()


def test_a_hostile_file_is_bounded(letter):
    """Nesting without end: an answer comes, in bounded time."""
    bomb = (
        b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages "
        + b"[" * 200_000
        + b"]" * 200_000
        + b">>endobj\ntrailer<</Root 1 0 R>>"
    )
    start = time.monotonic()
    assert answers(verify(uploaded=as_file(bomb))) == (False, None, None)
    assert time.monotonic() - start < AT_MOST_SECONDS + 10


def test_too_big_a_file_is_refused(client):
    response = post_file(client, b"%PDF-1.7" + bytes(MAX_BYTES))
    assert response.status_code == 422
    assert "10\u00a0Mo" in response.content.decode() or "10 Mo" in response.content.decode()
