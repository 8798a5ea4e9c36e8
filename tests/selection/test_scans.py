"""The page of the copies signed by hand: a pile goes in, pages are filed, nothing of a closed dossier shows."""

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import ImageDraw

from accounts import jobs
from documents.models import Document, ScanPage, ScanPile, SignedScan
from documents.production import produce
from tests.documents.test_scans import pile_of, printed

pytestmark = pytest.mark.django_db
PAGE = "/pilotage/courriers/numerisations/"


@pytest.fixture(autouse=True)
def files_apart(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def officer(panel):
    return panel.officer


@pytest.fixture
def letter(signed):
    """A real letter of a signed wave."""
    waiting = Document.objects.filter(kind="award_letter").earliest("pk")
    return produce(waiting.pk)


def key():
    return {"idempotency_key": uuid.uuid4().hex}


def test_a_pile_is_left_read_and_filed(client, officer, letter):
    client.force_login(officer)
    response = client.post(PAGE, {"sheets": [pile_of(printed(letter))], **key()})
    assert response.status_code == 302
    pile = ScanPile.objects.get()
    jobs.run(pile.job_id)
    page = client.get(PAGE).content.decode()
    assert letter.number in page
    assert "Copies complètes" in page
    copy = client.get(f"/pilotage/courriers/{letter.public_id}/copie-signee/")
    assert b"".join(copy.streaming_content).startswith(b"%PDF")
    assert SignedScan.objects.filter(document=letter).exists()


def test_no_file_is_told(client, officer):
    client.force_login(officer)
    response = client.post(PAGE, key())
    assert response.status_code == 422
    assert "Choisissez au moins un fichier" in response.content.decode()


def test_what_is_no_scan_is_told_beside_the_field(client, officer):
    client.force_login(officer)
    response = client.post(PAGE, {"sheets": [SimpleUploadedFile("x.pdf", b"no")], **key()})
    assert response.status_code == 422
    assert "x.pdf" in response.content.decode()


def test_a_torn_page_is_filed_by_hand(client, officer, letter):
    client.force_login(officer)
    first, second = printed(letter)[:2]
    ImageDraw.Draw(first).rectangle([0, 2050, 450, first.height], fill=20)
    client.post(PAGE, {"sheets": [pile_of([first, second])], **key()})
    jobs.run(ScanPile.objects.get().job_id)
    torn = ScanPage.objects.get(number=1)
    path = f"{PAGE}{torn.public_id}/"
    assert "Carré illisible" in client.get(path).content.decode()
    picture = client.get(f"{path}image/")
    assert b"".join(picture.streaming_content).startswith(b"\x89PNG")
    wrong = client.post(path, {"number": "FT-1999-00001", "page": "1", **key()})
    assert wrong.status_code == 422
    assert "Aucun de vos courriers" in wrong.content.decode()
    assert client.post(path, {"number": letter.number.lower(), "page": "1", **key()}).status_code == 302
    assert SignedScan.objects.filter(document=letter).exists()


def test_a_page_is_put_aside(client, officer, letter):
    client.force_login(officer)
    first = printed(letter)[0]
    client.post(PAGE, {"sheets": [pile_of([first, first])], **key()})
    jobs.run(ScanPile.objects.get().job_id)
    double = ScanPage.objects.get(number=2)
    assert client.post(f"{PAGE}{double.public_id}/ecarter/", key()).status_code == 302
    double.refresh_from_db()
    assert double.reading == ScanPage.Reading.ASIDE
