from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from documents.forms import CodeForm, LetterFileForm
from documents.verification import verify


@require_http_methods(["GET", "HEAD", "POST"])
def verify_page(request):
    """Is this letter real, whole, still standing? By its code (GET, what the QR code opens) or by its file (POST)."""
    code_form = CodeForm(request.GET if "code" in request.GET else None)
    file_form = LetterFileForm(None)
    if request.method == "POST":
        file_form = LetterFileForm(request.POST, request.FILES)
        if file_form.is_valid():
            return _answer(request, verify(uploaded=file_form.cleaned_data["file"]), by_file=True)
    elif code_form.is_bound and code_form.is_valid():
        return _answer(request, verify(code_form.cleaned_data["code"]), by_file=False)
    context = {"code_form": code_form, "file_form": file_form}
    refused = code_form.errors or file_form.errors
    return render(request, "documents/verify.html", context, status=422 if refused else 200)


def _answer(request, verification, *, by_file):
    document = verification.document
    context = {
        "verification": verification,
        "document": document,
        "by_file": by_file,
        "checked_at": timezone.now(),
        "summary": document.public_summary() if document else [],
        "specimen": bool(document and document.facts["imprint"]["specimen"]),
    }
    return render(request, "documents/verdict.html", context)
