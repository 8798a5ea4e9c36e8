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
from documents.amounts import euros_in_words
from documents.downloads import serve, serve_upload
from funding.conventions import clauses as wording
from funding.conventions import drafting, texts
from funding.conventions.forms import ClausesForm, TextForm
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
        "amount_in_words": euros_in_words(letter.amount_cents),
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
    return serve(document_of(version_or_404(agreement, number), "signe" in request.GET))


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
    form = TextForm(request.POST or None, clauses=found.clauses, days=agreement.payment_days)
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


# --- Models -------------------------------------------------------------------------------------------------------


@require_GET
@permission_required(READ)
def templates(request):
    """The model of each call."""
    latest = {}
    for one in AgreementTemplate.objects.select_related("written_by").order_by("call_id", "number"):
        latest[one.call_id] = one
    calls = Call.objects.exclude(state="draft").order_by("title", "pk")
    rows = [{"call": call, "template": latest.get(call.pk)} for call in calls]
    return render(request, "funding/agreement_templates.html", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(READ)
def template(request, slug):
    """The model of a call: every agreement drafted from now on starts from it."""
    call = get_object_or_404(Call.objects.all(), slug=slug)
    found = drafting.template_of(call)
    may_write = request.user.has_perm(MANAGE)
    form = ClausesForm(request.POST or None, clauses=found.clauses if found else wording.standard())
    if request.method == "POST" and attempt(form, lambda data: written(call, form, request)):
        messages.success(request, f"Le modèle est enregistré{NBSP}: les prochaines conventions partiront de lui.")
        return redirect("funding:agreement_templates")
    context = {
        "call": call, "template": found, "form": form, "may_write": may_write, "fields": wording.FIELDS.items(),
        "guard": found.number if found else 0,
    }  # fmt: skip
    return render(request, "funding/agreement_template.html", context, status=status_of(form))


def written(call, form, request):
    return drafting.write_template(call=call, clauses=form.written(), by=request.user, number=version_of(request))
