"""Anybody who holds an agreement or amendment signed by both verifies its file, and is told whether it stands."""

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from documents import requests
from documents.models import Document
from documents.production import produce
from documents.verification import verify
from funding.models import AgreementVersion
from tests.funding.conftest import CAP, today
from tests.funding.test_amendments import amend, later, sign

pytestmark = pytest.mark.django_db
PAGE = "/verifier/"


@pytest.fixture
def agreement(in_force):
    return in_force.agreement


def made(document):
    produce(document.pk)
    document = Document.objects.select_related("content").get(pk=document.pk)
    assert document.rendered_at, document.last_error
    return document


def uploaded(data):
    return SimpleUploadedFile("texte.pdf", data, "application/pdf")


def page_of(client, data):
    return client.post(PAGE, {"file": uploaded(data), "idempotency_key": uuid.uuid4().hex}).content.decode()


def assert_known(client, document):
    """By its file and by its code; a byte that was flipped is found."""
    data = document.content.pdf
    found = verify(uploaded=uploaded(data))
    assert (found.document, found.intact, found.valid, found.sealed_by_us) == (document, True, True, True)
    for page in (page_of(client, data), client.get(PAGE, {"code": document.verification_code}).content.decode()):
        assert document.number in page and document.get_kind_display() in page
        assert "toujours valable" in page
    altered = bytearray(data)
    altered[len(altered) // 2] ^= 1
    assert verify(document.verification_code, uploaded(bytes(altered))).intact is False


def test_the_copy_that_both_signed_and_the_text_that_was_sent(client, agreement):
    text = agreement.versions.get()
    sent, signed = made(text.document), made(text.signed_document)
    assert (sent.kind, signed.kind) == ("agreement", "signed_agreement")
    assert_known(client, sent)
    assert_known(client, signed)
    names = " ".join(one.name for one in signed.letter.signatures)
    assert "Mme A, présidente" in names and len(signed.letter.signatures) == 2, "the beneficiary and the State"


def test_an_amendment_that_both_signed(client, agreement, officer):
    sign(amend(agreement, officer, plans=later(CAP // 2)), officer)
    text = AgreementVersion.objects.get(kind=AgreementVersion.Kind.AMENDMENT)
    signed = made(text.signed_document)
    assert signed.kind == "signed_amendment"
    assert_known(client, signed)


def test_an_agreement_that_another_act_ended_says_by_which(client, agreement):
    signed = made(agreement.versions.get().signed_document)
    requests.void(document=signed, on=today(), how="repealed", by_number="FT-2027-00391")
    assert verify(uploaded=uploaded(signed.content.pdf)).valid is False
    for page in (
        page_of(client, signed.content.pdf),
        client.get(PAGE, {"code": signed.verification_code}).content.decode(),
    ):
        assert "n’est plus valable" in page and "FT-2027-00391" in page
