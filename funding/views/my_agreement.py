"""The applicant's agreement: to read, to download, to sign online or by a copy sent back."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.errors import NotAllowed
from accounts.forms import attempt, status_of, version_of
from accounts.french import NBSP
from applications.models import Application
from documents.twins import answer
from funding.conventions import signing
from funding.conventions.forms import CopyForm, OnlineSignatureForm
from funding.conventions.snapshots import current_shares
from funding.instalments import agreement_of
from funding.models import AgreementVersion, Award, SignedCopy
from funding.views.agreement_texts import document_of, text_context

V = AgreementVersion.State
RELATED = ("fabrique__commune", "organisation", "wave__call__programme", "agreement", "application__call_version")


def find(request, public_id):
    """(dossier, award, agreement) of the reader's structure; nothing before it is announced."""
    application = get_object_or_404(
        Application.objects.visible_to(request.user).of_applicant(request.user).select_related(
            "fabrique", "organisation", "wave__call"
        ),
        public_id=public_id,
    )  # fmt: skip
    awards = Award.objects.announced_to(request.user).filter(application=application)
    award = awards.select_related(*RELATED).first()
    return application, award, agreement_of(award) if award else None


def texts_of(agreement):
    """What the structure may read: the texts that were sent, the latest first."""
    if agreement is None:
        return []
    sent = agreement.versions.exclude(sent_on=None).select_related("document", "signed_document")
    found = list(sent.order_by("-number"))
    for one in found:
        one.agreement = agreement
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def my_agreement(request, public_id):
    application, award, agreement = find(request, public_id)
    versions = texts_of(agreement)
    text = next((one for one in versions if one.state == V.SENT), None)
    forms = forms_of(request, text) if text else {}
    if request.method == "POST":
        if text is None:
            raise NotAllowed
        if done := act(request, text, forms):
            messages.success(request, done)
            return redirect("funding:my_agreement", application.public_id)
    shown = text or next((one for one in versions if one.state != V.ABANDONED), None)
    bound = next((form for form in forms.values() if form.is_bound), None)
    context = {
        "application": application, "award": award, "agreement": agreement, "versions": versions, "to_sign": text,
        "sign_form": forms.get("sign"), "copy_form": forms.get("copy"), "copies": copies_of(text),
        "shares": current_shares(award) if award else [],
        **(text_context(shown) if shown else {}),
    }  # fmt: skip
    return render(request, "funding/my_agreement.html", context, status=status_of(bound) if bound else 200)


def forms_of(request, text):
    """What this reader may do: sign online for whoever represents the structure, send a copy for whoever writes."""
    asked = request.POST.get("act") if request.method == "POST" else None
    forms, user = {}, request.user
    if signing.represents(user, text.award):
        name = f"{user}, en ma qualité"
        forms["sign"] = OnlineSignatureForm(
            request.POST if asked == "sign" else None, prefix="sign", statement=signing.statement_of(text, name),
            initial={"text_sha256": text.text_sha256, "capacity": text.award.organisation.representative_title},
        )  # fmt: skip
    waiting = text.copies.filter(state=SignedCopy.State.RECEIVED).exists()
    if signing.writes_for(user, text.award) and not waiting:
        sent = asked == "copy"
        forms["copy"] = CopyForm(request.POST if sent else None, request.FILES if sent else None, prefix="copy")
    return forms


def copies_of(text):
    return list(text.copies.select_related("file").order_by("-pk")) if text else []


def act(request, text, forms):
    """Sign or send a copy; the sentence that says so, or "" when the form came back."""
    name = request.POST.get("act", "")
    form = forms.get(name)
    if form is None:
        raise NotAllowed
    common = {"agreement_version": text, "by": request.user, "version": version_of(request)}
    verb, said = {
        "sign": (signing.sign_online, f"Vous avez signé{NBSP}: l’État signe à son tour."),
        "copy": (signing.send_copy, f"Votre copie est reçue{NBSP}: le service la vérifie."),
    }[name]
    return said if attempt(form, lambda data: verb(**common, **data)) else ""


@require_GET
@login_required
def my_agreement_pdf(request, public_id, number):
    _, _, agreement = find(request, public_id)
    text = next((one for one in texts_of(agreement) if one.number == number), None)
    if text is None:
        raise Http404("Ce texte n’est pas le vôtre.")
    return answer(request, document_of(text, "signe" in request.GET))
