"""Pieces of a dossier: joined, read page by page, saved, set aside. Each page checks the reader's scope first."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.errors import Refusal
from accounts.forms import attempt, status_of
from accounts.french import plural
from applications import completeness, drafting
from applications import pieces as joining
from applications.models import Application, Attachment
from applications.piece_forms import PieceForm
from applications.views.scope import own_dossier
from documents import previews, scanning
from documents.downloads import serve_picture, serve_upload

JSON = "application/json"


def pieces(page):
    """The section of the pieces: those that are joined, and the form that joins others."""
    request, application = page.request, page.application
    form = PieceForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and request.headers.get("Accept") == JSON:
        return told_to_script(page, form)
    refused = []
    if request.method == "POST" and attempt(form, lambda data: join(page, data)):
        if said := kept_words(form.result):
            messages.success(request, said)
        if not form.result.refused:
            return redirect("applications:section", application.public_id, page.section.slug)
        refused = form.result.refused
        for one in refused:
            form.add_error("file", one.sentence)
    joined = joined_pieces(application)
    context = {
        **page.context(),
        "form": form,
        "pieces": joined,
        "being_prepared": any(piece.file.is_being_prepared for piece in joined),
        "scanning_off": not scanning.is_on(),
        "max_bytes": settings.UPLOAD_MAX_BYTES,
    }
    return render(request, "applications/sections/pieces.html", context, status=422 if refused else status_of(form))


def joined_pieces(application):
    kept = application.attachments.filter(removed_at=None, question=None)
    return list(kept.select_related("file", "added_by").order_by("pk"))


def join(page, data):
    return joining.attach_all(
        application=page.application, kind=data["kind"], uploads=data["file"], by=page.request.user
    )


def kept_words(joined):
    names = [f"« {piece.file.name} »" for piece in joined.kept]
    if not names:
        return ""
    return (
        f"{names[0]} est jointe au dossier."
        if len(names) == 1
        else (f"{plural(len(names), 'pièce jointe', 'pièces jointes')} au dossier : {', '.join(names)}.")
    )


def told_to_script(page, form):
    """The same act for the page that shows its progress: one answer in data, each refusal in its sentence."""
    try:
        done = attempt(form, lambda data: join(page, data))
    except Refusal as refusal:
        return JsonResponse({"kept": [], "refused": [refusal.message]}, status=refusal.status)
    if not done:
        sentences = [sentence for errors in form.errors.values() for sentence in errors]
        return JsonResponse({"kept": [], "refused": sentences}, status=422)
    kept, refused = form.result.kept, form.result.refused
    answer = {"kept": [piece.file.name for piece in kept], "refused": [one.sentence for one in refused]}
    return JsonResponse(answer, status=422 if refused else 200)


def readable_piece(request, public_id, piece_id):
    """A piece of a dossier that the reader may read; any other is not found."""
    readable = Application.objects.visible_to(request.user)
    found = Attachment.objects.filter(application__in=readable).select_related(
        "file", "added_by", "application__fabrique", "application__organisation"
    )
    return get_object_or_404(found, application__public_id=public_id, public_id=piece_id)


@login_required
@require_GET
def piece(request, public_id, piece_id):
    """A joined file, to be saved, for whoever may read the dossier."""
    return serve_upload(readable_piece(request, public_id, piece_id).file)


@login_required
@require_GET
def read_piece(request, public_id, piece_id):
    """A joined file read in the page: pictures that we made of it, never the file itself."""
    attachment = readable_piece(request, public_id, piece_id)
    stored = attachment.file
    scanning.refuse_closed(stored)
    pages = list(stored.pictures.exclude(number=0)) if stored.has_pictures else []
    context = {
        "piece": attachment,
        "file": stored,
        "dossier": attachment.application,
        "back": back_of(request, attachment.application),
        "pages": pages,
        "pages_left": (stored.page_count or 0) - len(pages),
        "has_no_preview": stored.content_type not in previews.DRAWN,
        "scanning_off": not scanning.is_on(),
    }
    return render(request, "applications/piece.html", context)


def back_of(request, application):
    """(words, address) of the page that this reader came from."""
    if Application.objects.of_applicant(request.user).filter(pk=application.pk).exists():
        return "Les pièces du dossier", reverse(
            "applications:section", args=[application.public_id, completeness.PIECES]
        )
    if request.user.has_perm("accounts.read_steering"):
        return "Le dossier", reverse("applications:staff_dossier", args=[application.public_id])
    return "Mes évaluations", reverse("applications:desk")


@login_required
@require_GET
def piece_picture(request, public_id, piece_id, number):
    """One page as a picture; page 0 is the thumbnail."""
    return serve_picture(readable_piece(request, public_id, piece_id).file, number)


@login_required
@require_POST
def remove_piece(request, public_id, piece_id):
    application = own_dossier(request, public_id)
    attachment = get_object_or_404(application.attachments, public_id=piece_id)
    drafting.remove_attachment(attachment=attachment, by=request.user)
    messages.success(request, f"« {attachment.file.name} » est retirée du dossier.")
    return redirect("applications:section", application.public_id, completeness.PIECES)
