"""Paper that comes back signed: the piles, what could not be read, and which letters are whole."""

from django import forms
from django.contrib import messages
from django.db.models import Count, Q
from django.http import FileResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import permission_required
from accounts.forms import DsfrForm, attempt, status_of
from accounts.french import plural
from accounts.permissions import require
from applications.evaluations.doors import closed_dossiers
from documents import scans
from documents.downloads import INERT, opened, serve_upload
from documents.forms import ScansForm
from documents.models import ScanPage, ScanPile
from selection.sending import FOLLOW, visible_to

WAITING = (ScanPage.Reading.UNREAD, ScanPage.Reading.UNKNOWN, ScanPage.Reading.DOUBLE)
SHOWN = 50
READ = "selection.read_panel"


class FileByHandForm(DsfrForm):
    number = forms.CharField(
        label="Numéro ou code du courrier", max_length=40, help_text="Au bas de la page. Exemple : FT-2027-00147",
        error_messages={"required": "Saisissez le numéro ou le code imprimé au bas de la page."},
    )  # fmt: skip
    page = forms.IntegerField(
        label="Page", min_value=1, max_value=99, help_text="« Page 1 sur 2 » : saisissez 1",
        error_messages={"required": "Saisissez le numéro de la page."},
    )  # fmt: skip

    def __init__(self, *arguments, reader, **options):
        self.reader = reader
        super().__init__(*arguments, **options)

    def clean_number(self):
        typed = self.cleaned_data["number"].strip().upper()
        found = Q(number=typed) | Q(verification_code=typed)
        document = visible_to(self.reader).filter(found).first()
        if document is None:
            raise forms.ValidationError(
                f"Aucun de vos courriers ne porte « {typed} ». Relisez le numéro, ou mettez la page de côté."
            )
        return document


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(READ)
def scanned(request):
    """The page of the piles; a POST of somebody who follows the letters brings some more."""
    if request.method == "POST":
        require(request.user, FOLLOW)
    form = ScansForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and attempt(form, lambda data: deposit(data["sheets"], request.user)):
        deposited = plural(len(form.result), "pile déposée", "piles déposées")
        messages.success(request, f"{deposited} : la lecture commence.")
        return redirect("selection:scans")
    context = {"form": form, "may_deposit": request.user.has_perm(FOLLOW), **shown(request)}
    return render(request, "selection/scans.html", context, status=status_of(form))


def deposit(files, by):
    return [scans.deposit(uploaded=one, by=by) for one in files]


def shown(request):
    """Piles, pages that wait (of what the reader may see), letters whose copy is not whole."""
    mine = visible_to(request.user)
    pages = open_to(request.user).filter(reading__in=WAITING)
    counted = {
        reading: Count("pages", filter=Q(pages__reading=reading), distinct=True) for reading in ScanPage.Reading.values
    }
    piles = ScanPile.objects.select_related("stored_file", "job", "uploaded_by").annotate(
        **{f"n_{reading}": count for reading, count in counted.items()}
    )
    partly = mine.filter(signed_scan=None).annotate(
        filed=Count("scanned_pages", filter=Q(scanned_pages__reading="filed"))
    )
    return {
        "piles": piles[:SHOWN],
        "waiting": pages.select_related("pile__stored_file", "document")[:SHOWN],
        "waiting_total": pages.count(),
        "partly": partly.filter(filed__gt=0).order_by("number")[:SHOWN],
        "whole": mine.filter(signed_scan__isnull=False)
        .select_related("signed_scan__stored_file")
        .order_by("-signed_scan__completed_at")[:SHOWN],
    }


def open_to(user):
    """Pages of what the reader may see. One that nobody could name may be of a dossier that is closed to her: she sees
    it if nothing is, or if she had the paper in her hands."""
    seen = Q(document__in=visible_to(user)) | Q(document=None, pile__uploaded_by=user)
    return ScanPage.objects.filter(seen if closed_dossiers(user) else seen | Q(document=None))


def page_or_404(request, public_id):
    return get_object_or_404(
        open_to(request.user).select_related("pile__stored_file", "document"), public_id=public_id
    )


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(FOLLOW)
def scanned_page(request, public_id):
    """One page that could not be read, large, and where it goes."""
    page = page_or_404(request, public_id)
    form = FileByHandForm(request.POST or None, reader=request.user)
    if request.method == "POST" and attempt(form, lambda data: by_hand(page, data, request.user)):
        messages.success(request, f"Page classée : {form.result.document.number}, page {form.result.page}.")
        return redirect("selection:scans")
    return render(request, "selection/scan_page.html", {"page": page, "form": form}, status=status_of(form))


def by_hand(page, data, by):
    return scans.file_by_hand(page=page, document=data["number"], number=data["page"], by=by)


@require_POST
@permission_required(FOLLOW)
def set_aside(request, public_id):
    scans.put_aside(page=page_or_404(request, public_id), by=request.user)
    messages.success(request, "Page mise de côté.")
    return redirect("selection:scans")


@require_GET
@permission_required(FOLLOW)
def page_picture(request, public_id):
    """The picture of one page, made by us from what was scanned."""
    page = page_or_404(request, public_id)
    response = FileResponse(opened(page.picture, "Cette page n’a plus d’image."), content_type="image/png")
    response["Content-Security-Policy"] = INERT
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


@require_GET
@permission_required(READ)
def copy(request, public_id):
    """The signed copy of one letter."""
    document = get_object_or_404(visible_to(request.user).filter(signed_scan__isnull=False), public_id=public_id)
    return serve_upload(document.signed_scan.stored_file)
