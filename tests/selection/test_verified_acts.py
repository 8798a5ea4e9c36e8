"""Anybody verifies the minutes; whoever holds the letter of a cancelled decision is told what cancelled it."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from documents.models import Document
from documents.production import produce
from documents.verification import verify
from selection import meetings
from tests.selection.after import announced, opened
from tests.selection.test_meetings import whole_day
from tests.selection.test_withdrawing import withdrawn

pytestmark = pytest.mark.django_db
PAGE = "/verifier/"


def made(document):
    produce(document.pk)
    document = Document.objects.select_related("content").get(pk=document.pk)
    assert document.rendered_at, document.last_error
    return document


def of_file(document):
    return verify(uploaded=SimpleUploadedFile("acte.pdf", document.content.pdf, "application/pdf"))


def test_the_minutes_of_the_panel(client):
    panel, meeting = whole_day()
    document = made(meetings.close_meeting(meeting=meeting, by=panel.chair))
    found = of_file(document)
    assert (found.document, found.intact, found.valid, found.sealed_by_us) == (document, True, True, True)
    page = client.get(PAGE, {"code": document.verification_code}).content.decode()
    assert document.number in page and "toujours valable" in page
    for dossier in panel.dossiers:
        assert dossier.fabrique.name not in page, "the page says what was issued, not what the panel said"


def test_a_cancelled_decision_says_by_which(client):
    panel = announced()
    decision = opened(panel.dossiers[0])
    found = withdrawn(panel, panel.dossiers[0], done=0)
    letter = Document.objects.about(decision).get(kind="award_letter")
    answer = verify(letter.verification_code)
    assert (answer.document, answer.authentic, answer.valid) == (letter, True, False)
    page = client.get(PAGE, {"code": letter.verification_code}).content.decode()
    assert "n’est plus valable" in page and "retirée" in page.lower()
    assert found.document.number in page
    assert of_file(made(found.document)).valid
