"""Handing bytes to a browser. The caller has checked the scope: nothing here knows who may read what."""

import hashlib

from django.http import FileResponse, Http404, HttpResponse
from django.utils.http import content_disposition_header

from documents.uploads import download_name


class BytesAltered(RuntimeError):
    """The stored bytes are not those that were rendered: nothing is served, somebody must look."""


def serve(document, *, attachment=False):
    """The stored bytes of a document.

    Args:
        document: a `Document` that the caller found within the reader's scope.
        attachment: save rather than open.

    Raises:
        Http404: it is not made yet.
        BytesAltered: the bytes do not match the fingerprint taken when they were made.
    """
    if document.rendered_at is None:
        raise Http404("Ce document n’est pas encore fabriqué.")
    data = bytes(document.content.data)
    if hashlib.sha256(data).hexdigest() != document.sha256:
        raise BytesAltered(f"{document.number}: stored bytes differ from their fingerprint")
    response = HttpResponse(data, content_type="application/pdf")
    return _guarded(response, document.file_name, attachment)


def serve_upload(stored, *, attachment=False):
    """A file that somebody sent, as the type that its bytes have.

    Raises:
        Http404: it was found infected, or its bytes are gone.
    """
    if stored.scan_state == stored.Scan.INFECTED or not stored.file.storage.exists(stored.file.name):
        raise Http404("Ce fichier n’est pas disponible.")
    response = FileResponse(stored.file.open("rb"), content_type=stored.content_type)
    return _guarded(response, download_name(stored), attachment)


def _guarded(response, name, attachment):
    response["Content-Disposition"] = content_disposition_header(attachment, name)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
