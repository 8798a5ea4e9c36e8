"""Pages in pictures: made once, by a process that a hostile file cannot leave, the only thing a browser displays."""

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.http import Http404
from django.utils import timezone
from PIL import Image

from documents import drawing, previews
from documents.downloads import serve_picture
from documents.models import PagePicture, StoredFile
from documents.uploads import store_upload
from tests.documents import files


def send(officer, content, name="statuts.pdf"):
    return store_upload(uploaded=SimpleUploadedFile(name, content), by=officer)


def drawn(stored):
    previews.draw(stored.pk)
    stored.refresh_from_db()
    return list(stored.pictures.values_list("number", flat=True))


@pytest.mark.django_db
def test_each_page_becomes_a_picture_with_its_text(officer):
    stored = send(officer, files.pdf_bytes(pages=2, text="Article"))
    assert drawn(stored) == [0, 1, 2]
    assert (stored.preview_state, stored.page_count) == ("ready", 2)
    page = stored.pictures.get(number=2)
    assert page.text.strip() == "Article 2"
    response = serve_picture(stored, 2)
    assert response["Content-Type"] == "image/png"
    assert "sandbox" in response["Content-Security-Policy"]
    picture = Image.open(io.BytesIO(files.body_of(response)))
    assert picture.size == (page.width, page.height) == (1100, 1557)
    assert len(picture.getcolors()) > 1
    with pytest.raises(Http404):
        serve_picture(stored, 3)


@pytest.mark.django_db
@pytest.mark.parametrize(("kind", "mode"), [("PNG", "RGBA"), ("JPEG", "CMYK")])
def test_a_picture_is_drawn_again_without_what_it_hides(officer, kind, mode):
    stored = send(officer, files.picture_bytes(kind, (2400, 1200), mode) + b"<script>alert(1)</script>", "plan.jpg")
    assert drawn(stored) == [0, 1]
    response = serve_picture(stored, 1)
    content = files.body_of(response)
    assert content.startswith(b"\x89PNG")
    assert b"script" not in content
    assert Image.open(io.BytesIO(content)).size == (1100, 550)


@pytest.mark.django_db
def test_a_long_file_shows_its_first_pages(officer, monkeypatch):
    stored = send(officer, files.pdf_bytes(pages=drawing.MAX_PAGES + 2))
    assert drawn(stored) == list(range(drawing.MAX_PAGES + 1))
    assert stored.page_count == drawing.MAX_PAGES + 2


@pytest.mark.django_db
def test_a_page_that_would_take_gigabytes_is_bounded(officer):
    """A page of 14,400 points by one, and one of 5 metres square."""
    import pikepdf

    out = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(14400, 14400))
        pdf.add_blank_page(page_size=(3, 14400))
        pdf.save(out)
    stored = send(officer, out.getvalue())
    assert drawn(stored) == [0, 1, 2]
    assert all(p.width <= 1101 and p.height <= 3301 for p in stored.pictures.all())


@pytest.mark.django_db
def test_what_breaks_the_drawing_process_breaks_nothing_else(officer, monkeypatch):
    """Too little time: the process is killed, the file has no preview, can be saved, and is not tried again."""
    monkeypatch.setattr(previews, "AT_MOST_SECONDS", 0.01)
    stored = send(officer, files.pdf_bytes())
    assert drawn(stored) == []
    assert stored.preview_state == "failed"
    assert previews.sweep(grace=timedelta(0)) == 0


@pytest.mark.django_db
def test_bytes_that_are_gone_have_no_preview(officer):
    stored = send(officer, files.pdf_bytes())
    stored.file.storage.delete(stored.file.name)
    assert drawn(stored) == []
    assert stored.preview_state == "failed"


@pytest.mark.django_db
def test_the_drawing_process_has_no_secret_and_little_memory(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://secret")
    monkeypatch.setenv("DJANGO_SECRET_KEY", "secret")
    assert "secret" not in str(previews.bare_environment())
    assert drawing.MEMORY <= 2 * 1024**3


@pytest.mark.django_db
def test_nothing_is_drawn_of_a_file_that_is_shut(settings, officer):
    settings.CLAMD_URL = "tcp://127.0.0.1:9"
    stored = send(officer, files.pdf_bytes())
    assert drawn(stored) == []
    assert previews.sweep(grace=timedelta(0)) == 0
    assert stored.preview_state == "pending"


@pytest.mark.django_db
def test_an_office_document_has_no_preview(officer):
    stored = send(officer, files.docx(), "statuts.docx")
    assert stored.preview_state == "none"
    assert drawn(stored) == []


@pytest.mark.django_db
def test_the_sweep_takes_what_a_dead_worker_left_but_not_for_ever(officer):
    stored = send(officer, files.pdf_bytes())
    long_ago = timezone.now() - previews.CLAIM_EXPIRES_AFTER - timedelta(seconds=1)
    StoredFile.objects.update(preview_claimed_at=timezone.now(), preview_attempts=1)
    assert previews.sweep(grace=timedelta(0)) == 0
    StoredFile.objects.update(preview_claimed_at=long_ago, preview_attempts=previews.MAX_ATTEMPTS)
    previews.sweep(grace=timedelta(0))
    stored.refresh_from_db()
    assert stored.preview_state == "failed"
    StoredFile.objects.update(preview_claimed_at=long_ago, preview_attempts=1, preview_state="pending")
    assert previews.sweep(grace=timedelta(0)) == 1
    stored.refresh_from_db()
    assert stored.preview_state == "ready"


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
def test_four_workers_at_once_make_each_picture_once(officer):
    stored = send(officer, files.pdf_bytes(pages=2))

    def work(_):
        try:
            previews.draw(stored.pk)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    stored.refresh_from_db()
    assert (stored.preview_state, stored.preview_attempts) == ("ready", 1)
    assert PagePicture.objects.count() == 3
