"""Print, sign, scan: real pages drawn, shaken as a scanner shakes them, and filed by the square that they bear."""

import hashlib
import io
import random

import numpy
import pikepdf
import pypdfium2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw, ImageFilter

from accounts import jobs
from accounts.errors import Refusal
from accounts.models import JobRow
from documents import requests, scans
from documents.detection import PDF
from documents.downloads import serve
from documents.models import Document, ScanPage, SignedScan, StoredFile
from documents.production import produce
from documents.scan_reading import squares
from documents.uploads import UploadRefused
from documents.verification import verify

pytestmark = pytest.mark.django_db
Reading = ScanPage.Reading


@pytest.fixture(autouse=True)
def signed_by_hand(settings, tmp_path):
    settings.SEAL = settings.SEAL | {"BY_HAND": True}
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def letters(ask):
    made = [produce(ask(n, kind=kind).pk) for n, kind in enumerate(["award_letter", "refusal_letter"])]
    requests.release(documents=Document.objects.all())
    return made


def printed(document, dots=200):
    """The pages of a document on paper, signed, then as a scanner sees them."""
    drawn = pypdfium2.PdfDocument(bytes(document.content.data))
    return [scanned(page.render(scale=dots / 72).to_pil()) for page in drawn]


def scanned(picture):
    """Grey, a degree askew, a little blurred, a signature over the text."""
    picture = picture.convert("L")
    ImageDraw.Draw(picture).line([(900, 1500), (1100, 1420), (1250, 1560)], fill=40, width=6)
    askew = picture.rotate(random.Random(picture.width).uniform(-1.2, 1.2), fillcolor=250)
    return askew.filter(ImageFilter.GaussianBlur(0.7))


def pile_of(pictures):
    out = io.BytesIO()
    first, *others = pictures
    first.save(out, "PDF", save_all=True, append_images=others, resolution=200, quality=70)
    return SimpleUploadedFile("pile.pdf", out.getvalue(), PDF)


def deposited(pictures, officer):
    pile = scans.deposit(uploaded=pile_of(pictures), by=officer)
    pile.refresh_from_db()
    jobs.run(pile.job_id)
    return pile


def content_of(stored):
    with stored.file.open("rb") as file:
        return file.read()


def readings(pile):
    return {page.number: (page.reading, page.document_id, page.page) for page in pile.pages.all()}


def test_each_page_goes_back_to_its_document(letters, officer):
    award, refusal = letters
    (a1, a2), (r1, *r_rest) = printed(award), printed(refusal)
    blank = Image.new("L", a1.size, 250)
    pile = deposited([r1, a2, blank, a1, *r_rest], officer)
    seen = readings(pile)
    assert seen[1] == (Reading.FILED, refusal.pk, 1)
    assert seen[2] == (Reading.FILED, award.pk, 2)
    assert seen[3] == (Reading.BLANK, None, None)
    assert seen[4] == (Reading.FILED, award.pk, 1)
    assert set(SignedScan.objects.values_list("document", flat=True)) == {award.pk, refusal.pk}


def test_the_signed_copy_is_in_order_and_is_what_is_downloaded(letters, officer):
    award = letters[0]
    deposited(list(reversed(printed(award))), officer)
    stored = SignedScan.objects.get(document=award).stored_file
    content = content_of(stored)
    response = serve(award)
    assert b"".join(response.streaming_content) == content
    response.close()
    with pikepdf.open(io.BytesIO(content)) as pdf:
        assert len(pdf.pages) == 2
    first = pypdfium2.PdfDocument(content)[0].render(scale=200 / 72).to_pil()
    assert squares(first) == [(award.verification_code, 1)]


def test_anyone_may_verify_the_copy(letters, officer):
    award = letters[0]
    deposited(printed(award), officer)
    found = verify(uploaded=io.BytesIO(content_of(SignedScan.objects.get(document=award).stored_file)))
    assert (found.document, found.intact, found.scan) == (award, True, True)


def test_another_scan_of_the_paper_is_compared_by_eye(letters):
    award = letters[0]
    found = verify(uploaded=pile_of(printed(award)))
    assert (found.document, found.intact, found.difference) == (award, None, "picture")


def test_what_cannot_be_read_waits_with_its_picture(letters, officer):
    page = printed(letters[0])[0]
    ImageDraw.Draw(page).rectangle([0, 2050, 450, page.height], fill=20)
    stranger = Image.new("L", page.size, 250)
    ImageDraw.Draw(stranger).rectangle([200, 200, 900, 900], fill=0)
    pile = deposited([page, stranger], officer)
    assert [page.reading for page in pile.pages.all()] == [Reading.UNREAD, Reading.UNREAD]
    for page in pile.pages.all():
        with page.picture.open("rb") as file:
            assert Image.open(file).width >= 600
    assert not SignedScan.objects.exists()


def test_a_person_files_what_the_square_could_not(letters, officer):
    award = letters[0]
    first, second = printed(award)
    ImageDraw.Draw(first).rectangle([0, 2050, 450, first.height], fill=20)
    pile = deposited([first, second], officer)
    torn = pile.pages.get(number=1)
    with pytest.raises(Refusal, match="déjà classée"):
        scans.file_by_hand(page=torn, document=award, number=2, by=officer)
    with pytest.raises(Refusal, match="pas de page 3"):
        scans.file_by_hand(page=torn, document=award, number=3, by=officer)
    scans.file_by_hand(page=torn, document=award, number=1, by=officer)
    assert SignedScan.objects.filter(document=award).exists()
    with pytest.raises(Refusal, match="n’attend plus"):
        scans.put_aside(page=torn, by=officer)


def test_the_same_page_twice_is_told_and_put_aside(letters, officer):
    first, _ = printed(letters[0])
    pile = deposited([first, first], officer)
    double = pile.pages.get(number=2)
    assert double.reading == Reading.DOUBLE
    assert scans.put_aside(page=double, by=officer).reading == Reading.ASIDE


def test_a_square_of_somewhere_else_is_not_a_document_of_ours(officer):
    import zxingcpp

    code = zxingcpp.create_barcode(
        "https://x.example/?code=BBBB-CCCC-DDDD&page=1-1", zxingcpp.BarcodeFormat.QRCode
    ).to_image(scale=8)
    sheet = Image.new("L", (1654, 2339), 250)
    sheet.paste(Image.fromarray(numpy.array(code)), (100, 2000))
    pile = deposited([sheet], officer)
    assert pile.pages.get().reading == Reading.UNKNOWN


def test_a_photograph_is_a_pile_of_one(letters, officer):
    out = io.BytesIO()
    printed(letters[0])[0].save(out, "JPEG", quality=60)
    pile = scans.deposit(uploaded=SimpleUploadedFile("photo.jpg", out.getvalue()), by=officer)
    pile.refresh_from_db()
    jobs.run(pile.job_id)
    assert pile.pages.get().reading == Reading.FILED


def test_a_pile_waits_for_the_antivirus(letters, officer, settings):
    settings.CLAMD_URL = "tcp://127.0.0.1:9"
    pile = scans.deposit(uploaded=pile_of(printed(letters[0])), by=officer)
    assert pile.job_id is None
    assert scans.sweep() == 0
    StoredFile.objects.update(scan_state="clean")
    assert scans.sweep() == 1
    assert scans.sweep() == 0


def test_what_is_no_scan_is_refused(officer):
    with pytest.raises(UploadRefused):
        scans.deposit(uploaded=SimpleUploadedFile("x.pdf", b"no pdf"), by=officer)


def test_a_pile_that_does_not_open_leaves_a_sentence(letters, officer):
    pile = scans.deposit(uploaded=pile_of(printed(letters[0])), by=officer)
    with pile.stored_file.file.storage.open(pile.stored_file.file.name, "wb") as file:
        file.write(b"%PDF-1.7 gone")
    pile.refresh_from_db()
    jobs.run(pile.job_id)
    assert "Numérisez de nouveau" in JobRow.objects.get(job=pile.job).sentence


def test_bytes_of_a_sealed_document_stay_the_original(ask, officer, settings):
    settings.SEAL = settings.SEAL | {"BY_HAND": False}
    document = produce(ask().pk)
    deposited(printed(document), officer)
    assert SignedScan.objects.filter(document=document).exists()
    assert hashlib.sha256(serve(document).content).hexdigest() == document.sha256
