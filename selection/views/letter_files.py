"""The letters of the list as they are asked for: a ZIP, or one PDF to print."""

from django.http import HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.access import permission_required
from selection.letter_files import one_pdf, zip_of
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
