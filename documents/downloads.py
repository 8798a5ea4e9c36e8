"""Handing bytes to a browser. The caller has checked the scope: nothing here knows who may read what."""

import hashlib

from django.http import FileResponse, Http404, HttpResponse
from django.utils.http import content_disposition_header

from documents.letter_bytes import BytesAltered, read_checked
from documents.models import PagePicture, SignedScan
from documents.scanning import refuse_closed
from documents.uploads import download_name

# For bytes that came from outside: whatever a browser takes them for, no script, no form, no frame, no origin.
INERT = "default-src 'none'; sandbox; frame-ancestors 'none'"


def serve(document, *, attachment=False):
    """The stored bytes of a document; of one that is signed by hand, the scan of its paper once it is whole.

    Args:
        document: a `Document` that the caller found within the reader's scope.
        attachment: save rather than open.

    Raises:
        Http404: it is not made yet.
        BytesAltered: the bytes do not match the fingerprint taken when they were made.
        StoreUnavailable: the store of files does not answer.
    """
    if document.rendered_at is None:
        raise Http404("Ce document n’est pas encore fabriqué.")
    if not document.sealed_at and (scan := signed_copy(document)):
        return serve_upload(scan)
    response = HttpResponse(read_checked(document), content_type="application/pdf")
    return _guarded(response, document.file_name, attachment)


def signed_copy(document):
    """The `StoredFile` of the copy signed on paper, None when there is none or the antivirus has not passed it yet."""
    scan = SignedScan.objects.filter(document=document).select_related("stored_file").first()
    return scan.stored_file if scan and scan.stored_file.is_open else None


def serve_upload(stored):
    """A file that somebody sent, to be saved: as the type that its bytes have, never opened by the browser.

    Raises:
        FileClosed: the antivirus did not find it clean.
        Http404: its bytes are gone.
        BytesAltered: the bytes do not match the fingerprint taken when they were received.
    """
    refuse_closed(stored)
    file = opened(stored.file, "Ce fichier n’est pas disponible.")
    refuse_altered(file, stored.file.name, stored.sha256)
    response = FileResponse(file, content_type=stored.content_type)
    return _inert(_guarded(response, download_name(stored), attachment=True))


def serve_kept(field, *, sha256, name):
    """A PDF that we made and keep as a file, to be saved.

    Raises:
        Http404: its bytes are gone. BytesAltered: they are not those that were made.
    """
    file = opened(field, "Ce fichier n’est plus gardé.")
    refuse_altered(file, field.name, sha256)
    return _guarded(FileResponse(file, content_type="application/pdf"), name, attachment=True)


def refuse_altered(file, name, sha256):
    if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
        file.close()
        raise BytesAltered(f"{name}: stored bytes differ from their fingerprint")
    file.seek(0)


def serve_picture(stored, number):
    """One page of a file as a picture that we made; number 0 is its thumbnail.

    Raises:
        FileClosed: the antivirus did not find it clean.
        Http404: no such page, or no picture yet.
    """
    refuse_closed(stored)
    page = PagePicture.objects.filter(stored_file=stored, number=number).first()
    if page is None:
        raise Http404("Cette page n’a pas d’image.")
    response = FileResponse(opened(page.picture, "Cette page n’a pas d’image."), content_type="image/png")
    return _inert(_guarded(response, f"page-{number}.png", attachment=False))


def opened(field, otherwise):
    """The bytes of a file field, ready to be read.

    Raises:
        Http404: they are gone; it says `otherwise`.
    """
    try:
        return field.open("rb")
    except FileNotFoundError as error:
        raise Http404(otherwise) from error


def _inert(response):
    response["Content-Security-Policy"] = INERT
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def _guarded(response, name, attachment):
    response["Content-Disposition"] = content_disposition_header(attachment, name)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
