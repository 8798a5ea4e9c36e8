"""The texts of an agreement: to read, to download, to write; the copies that came back signed; the models."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import permission_required
from accounts.forms import attempt, status_of, version_of
from accounts.french import NBSP
from documents.downloads import serve_upload
from documents.twins import answer
from funding.conventions import clauses as wording
from funding.conventions import drafting, texts, wordings
from funding.conventions.forms import TextForm
from funding.models import AgreementTemplate, AgreementVersion, SignedCopy
from funding.views.agreements import find
from programme.models import Call

READ = "accounts.read_steering"
MANAGE = drafting.MANAGE


def text_context(text):
    """What the page of a text needs, whoever reads it."""
    letter = texts.letter_of(text, timezone.localdate())
    return {
        "text": text,
        "letter": letter,
        "filled": wordings.shown(text, letter),
        "signatures": list(text.signatures.order_by("pk")),
    }


def version_or_404(agreement, number):
    found = get_object_or_404(
        AgreementVersion.objects.select_related("document", "signed_document"),
        agreement=agreement, number=number,
    )  # fmt: skip
    found.agreement = agreement
    return found


def document_of(text, signed):
    document = text.signed_document if signed else text.document
    if document is None:
        raise Http404("Ce texte n’a pas de document.")
    return document


@require_GET
@permission_required(READ)
def text(request, public_id, number):
    """One text on the screen: the twin of its PDF."""
    agreement = find(request, public_id)
    found = version_or_404(agreement, number)
    return render(request, "funding/agreement_text.html", text_context(found) | {"agreement": agreement})


@require_GET
@permission_required(READ)
def pdf(request, public_id, number):
    agreement = find(request, public_id)
    return answer(request, document_of(version_or_404(agreement, number), "signe" in request.GET))


@require_GET
@permission_required(READ)
def copy(request, public_id):
    """A copy that came back signed."""
    found = get_object_or_404(SignedCopy.objects.visible_to(request.user).select_related("file"), public_id=public_id)
    return serve_upload(found.file)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(MANAGE)
def write(request, public_id):
    """The clauses of a text that is not sent."""
    agreement = find(request, public_id)
    found = drafting.open_version(agreement)
    if found is None or found.is_amendment or found.state != found.State.DRAFTED:
        raise Http404("Cette convention n’est pas en préparation.")
    form = TextForm(request.POST or None, clauses=wording.modern(found.clauses), days=agreement.payment_days)
    if request.method == "POST" and attempt(form, lambda data: rewritten(found, form, request)):
        messages.success(request, f"Le texte est enregistré{NBSP}: relisez chaque clause avant de l’envoyer.")
        return redirect(agreement.get_absolute_url())
    context = {"agreement": agreement, "form": form, "guard": found.version, "fields": wording.FIELDS.items()}
    return render(request, "funding/agreement_write.html", context, status=status_of(form))


def rewritten(found, form, request):
    with transaction.atomic():
        written = drafting.rewrite(
            agreement_version=found, clauses=form.written(), by=request.user, version=version_of(request)
        )
        drafting.set_payment_days(agreement=found.agreement, days=form.cleaned_data["payment_days"], by=request.user)
    return written


# --- Models ---------------------------------------------------------------------------------------------------------


@require_GET
@permission_required(READ)
def templates(request):
    """The models of the calls that were written before the wordings of letters held them."""
    latest = {}
    for one in AgreementTemplate.objects.select_related("call", "written_by").order_by("call_id", "number"):
        latest[one.call_id] = one
    return render(request, "funding/agreement_templates.html", {"rows": latest.values()})


@require_GET
@permission_required(READ)
def template(request, slug):
    """An older model of a call, to read: it stands until a wording of the call is published."""
    call = get_object_or_404(Call.objects.all(), slug=slug)
    found = wordings.template_of(call)
    if found is None:
        raise Http404("Cet appel n’a pas de modèle de convention plus ancien.")
    context = {"call": call, "template": found, "clauses": wording.modern(found.clauses)}
    return render(request, "funding/agreement_template.html", context)
