"""The letters of the list as they are asked for: a ZIP, or one PDF to print, at once or by a worker."""

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.access import permission_required
from accounts.models import JobRow
from documents.downloads import serve_kept
from selection import letter_prints
from selection.letter_files import one_pdf, zip_of
from selection.models import LetterPrint
from selection.sending import FOLLOW
from selection.views.letters import READ, listing_of, wave_asked


def name_of(wave):
    today = timezone.localdate().isoformat()
    return f"courriers-vague-{wave.number}-{today}" if wave else f"courriers-{today}"


def sent(response, name):
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


@require_GET
@permission_required(READ)
def letters_zip(request):
    """Each letter in a file of its own, as it was made: streamed, however many they are."""
    wave = wave_asked(request)
    letters = listing_of(request, wave).filtered
    return sent(StreamingHttpResponse(zip_of(letters), content_type="application/zip"), f"{name_of(wave)}.zip")


@require_GET
@permission_required(READ)
def letters_pdf(request):
    """All of them in one PDF, to be printed."""
    wave = wave_asked(request)
    content = one_pdf(listing_of(request, wave).filtered, recto_verso="recto_verso" in request.GET)
    return sent(HttpResponse(content, content_type="application/pdf"), f"{name_of(wave)}.pdf")


@require_POST
@permission_required(FOLLOW)
def print_letters(request):
    """Ask a worker for one PDF of all of them."""
    wave = wave_asked(request)
    letters = listing_of(request, wave).filtered
    recto_verso = "recto_verso" in request.GET
    return redirect(letter_prints.ask(letters=letters, name=name_of(wave), by=request.user, recto_verso=recto_verso))


def found_print(request, public_id):
    """A print whose every letter is open to the reader."""
    one = get_object_or_404(LetterPrint.objects.select_related("job__started_by"), public_id=public_id)
    if not letter_prints.readable(one, request.user):
        raise Http404("Un de ces courriers ne vous est pas ouvert.")
    return one


@require_GET
@permission_required(READ)
def letter_print(request, public_id):
    """How far is this PDF? Its file, once it is made."""
    one = found_print(request, public_id)
    refused = JobRow.objects.filter(job=one.job, status__in=[JobRow.Status.REFUSED, JobRow.Status.FAILED])
    context = {
        "print": one,
        "job": one.job,
        "refused": [] if one.job.is_active else list(refused.order_by("pk")),
        "until": one.made_at and one.made_at + letter_prints.KEPT_FOR,
        "count": len(one.letters),
    }
    template = "selection/_letter_print.html" if request.htmx else "selection/letter_print.html"
    return render(request, template, context)


@require_GET
@permission_required(READ)
def letter_print_pdf(request, public_id):
    one = found_print(request, public_id)
    if not one.is_kept:
        raise Http404("Ce PDF n’est pas encore fait, ou n’est plus gardé.")
    return serve_kept(one.file, sha256=one.sha256, name=f"{one.name}.pdf")
