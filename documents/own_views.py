"""A structure's own space: what it is notified of, and whether it accepts to be notified there."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.errors import StalePage
from accounts.models import Organisation
from documents import consents, notifying
from documents.models import ElectronicConsent, FormalNotification

SHOWN = 30


def own_organisation(request, public_id):
    """One's own structure alone: the staff have their own page."""
    return get_object_or_404(Organisation.objects.filter(members=request.user), public_id=public_id)


@require_GET
@login_required
def notifications(request, public_id):
    """What was my structure notified of, and when; does it accept to be notified here?"""
    organisation = own_organisation(request, public_id)
    rows = FormalNotification.objects.filter(organisation=organisation).select_related("document", "opened_by")
    context = {
        "organisation": organisation,
        "consent": consents.consent_of(organisation),
        "past": ElectronicConsent.objects.filter(organisation=organisation, withdrawn_at__isnull=False).select_related(
            "given_by", "withdrawn_by"
        ),
        "may_consent": consents.may_consent(organisation, request.user),
        "words": consents.WORDS,
        "page": Paginator(rows.order_by("-available_at", "-pk"), SHOWN).get_page(request.GET.get("page")),
    }
    return render(request, "documents/own_notifications.html", context)


@require_POST
@login_required
def consent(request, public_id):
    organisation = own_organisation(request, public_id)
    if request.POST.get("act") == "withdraw":
        consents.withdraw(organisation=organisation, by=request.user)
        messages.success(request, "L’accord est retiré : ce qui n’est pas encore notifié part en recommandé.")
    elif request.POST.get("accept"):
        consents.give(organisation=organisation, by=request.user)
        messages.success(request, "Votre structure est notifiée dans son espace à partir de maintenant.")
    else:
        raise StalePage("Cochez la case pour dire que votre structure accepte. Rien n’a été enregistré.")
    return redirect("documents:notifications", public_id)


@require_POST
@login_required
def open_act(request, public_id, act_id):
    """An act that has no letter is opened here: it is posted, since it may notify; then its page is read."""
    organisation = own_organisation(request, public_id)
    rows = FormalNotification.objects.filter(organisation=organisation, document=None)
    found = notifying.open_act(notification=get_object_or_404(rows, public_id=act_id), by=request.user)
    return redirect(found.own_path)
