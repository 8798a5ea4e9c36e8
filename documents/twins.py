"""The HTML twin of a document: the same words on the screen, at the address of the PDF, for whoever may read it."""

from django.http import Http404
from django.shortcuts import render

from documents.downloads import serve
from documents.facts import Imprint
from documents.frozen import from_json
from documents.rendering import said

READ = "lire"


def answer(request, document, *, attachment=False):
    """The PDF, or its twin when the address ends with "?lire". The caller has checked the scope.

    Raises:
        Http404: the document is not made yet: its twin says nothing before its file does.
    """
    if READ not in request.GET:
        return serve(document, attachment=attachment)
    if document.rendered_at is None:
        raise Http404("Ce document n’est pas encore fabriqué.")
    context = said(document.template, document.facts) | {
        "document": document,
        "imprint": from_json(Imprint, document.facts["imprint"]),
        "base": "base_staff.html" if request.user.has_perm("accounts.read_steering") else "base_public.html",
        "pdf": request.path,
    }
    return render(request, "documents/twin.html", context)
