"""Files that people send: believed by their bytes only, refused with a sentence that says what to do."""

import io

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from accounts.errors import Refusal
from documents.downloads import serve_upload
from documents.models import StoredFile
from documents.uploads import UploadRefused, clean_name, store_upload

pytestmark = pytest.mark.django_db


def pdf_bytes(pages=1, **save):
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        for _ in range(pages):
            pdf.add_blank_page()
        pdf.save(out, **save)
    return out.getvalue()


def picture_bytes(kind, size=(40, 30)):
    out = io.BytesIO()
    Image.new("RGB", size, "navy").save(out, kind)
    return out.getvalue()


def send(officer, content, name="budget.pdf", **kwargs):
    return store_upload(uploaded=SimpleUploadedFile(name, content), by=officer, **kwargs)


def refusal(officer, content, name="budget.pdf", **kwargs):
    with pytest.raises(UploadRefused) as caught:
        send(officer, content, name, **kwargs)
    assert isinstance(caught.value, Refusal)
    assert not StoredFile.objects.exists()
    return caught.value


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (pdf_bytes(), "application/pdf"),
        (picture_bytes("JPEG"), "image/jpeg"),
        (picture_bytes("PNG"), "image/png"),
    ],
)
def test_true_files_are_kept(officer, content, content_type):
    stored = send(officer, content, "pièce jointe.pdf")
    stored.refresh_from_db()
    assert (stored.content_type, stored.byte_size, stored.name) == (content_type, len(content), "pièce jointe.pdf")
    assert stored.scan_state == "not_scanned"
    assert "pièce" not in stored.file.name
    with stored.file.open("rb") as file:
        assert file.read() == content


def test_a_pdf_that_is_not_one_is_refused_by_its_content(officer):
    error = refusal(officer, b"<html><script>alert(1)</script></html>", field="statutes")
    assert error.message.startswith("Le fichier « budget.pdf » porte le nom d’un PDF mais n’en est pas un.")
    assert "puis renvoyez-le" in error.message
    assert error.field == "statutes"


def test_a_pdf_in_name_and_head_only_is_refused(officer):
    assert "n’est pas un vrai PDF" in refusal(officer, b"%PDF-1.7\nnothing of a PDF").message


def test_a_truncated_picture_is_refused(officer):
    assert "n’est pas un vrai fichier image" in refusal(officer, picture_bytes("PNG")[:60], "plan.png").message


def test_an_empty_file_is_refused(officer):
    assert "est vide (0 octet)" in refusal(officer, b"").message


def test_no_file_is_refused(officer):
    with pytest.raises(UploadRefused, match="Aucun fichier"):
        store_upload(uploaded=None, by=officer)


def test_a_protected_pdf_is_refused(officer):
    content = pdf_bytes(encryption=pikepdf.Encryption(user="secret", owner="secret"))
    assert "protégé par un mot de passe" in refusal(officer, content).message


def test_a_pdf_without_a_page_is_refused(officer):
    assert "n’a aucune page" in refusal(officer, pdf_bytes(pages=0)).message


def test_a_file_over_the_limit_is_refused_whatever_it_says(officer):
    uploaded = SimpleUploadedFile("budget.pdf", b"%PDF-" + b"x" * (2 * 1024 * 1024))
    uploaded.size = 10
    with pytest.raises(UploadRefused, match="dépasse 2 Mo"):
        store_upload(uploaded=uploaded, by=officer, max_bytes=2 * 1024 * 1024)


def test_a_known_type_that_is_not_asked_for_is_refused(officer):
    message = refusal(officer, picture_bytes("PNG"), "statuts.png", allowed=("application/pdf",)).message
    assert message.endswith("Enregistrez-le au format PDF, puis renvoyez-le.")


def test_an_unknown_type_lists_what_is_accepted(officer):
    message = refusal(officer, b"GIF89a a picture that moves", "plan.gif").message
    assert "PDF, JPEG, PNG, DOCX, XLSX, ODT ou ODS" in message


def test_an_archive_in_name_only_is_damaged(officer):
    assert "n’est pas un vrai document" in refusal(officer, b"PK\x03\x04 a spreadsheet", "budget.xlsx").message


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\moi\\budget.pdf", "budget.pdf"),
        ("a\x00b\n.pdf", "ab.pdf"),
        ('"><script>.pdf', "script.pdf"),
        ("", "fichier"),
        ("x" * 300 + ".pdf", "x" * 146 + ".pdf"),
    ],
)
def test_names_are_cleaned(name, clean):
    assert clean_name(name) == clean


def test_a_picture_named_pdf_is_served_as_a_picture(officer):
    stored = send(officer, picture_bytes("PNG"), "plan.pdf")
    response = serve_upload(stored)
    assert response["Content-Type"] == "image/png"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Disposition"] == 'attachment; filename="plan.pdf.png"'
    assert "sandbox" in response["Content-Security-Policy"]
    assert b"".join(response.streaming_content) == picture_bytes("PNG")
    response.close()
