"""The structure answers, in words, one item of what it is asked for."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from applications import asked_items
from applications.models import CorrectionItem
from applications.views.scope import own_dossier


@login_required
@require_POST
def reply(request, public_id, item_id):
    """Say something about one item; the page of its section comes back."""
    application = own_dossier(request, public_id)
    item = get_object_or_404(
        CorrectionItem.objects.select_related("request"), public_id=item_id, request__application=application
    )
    asked_items.reply(item=item, text=request.POST.get("reply", ""), by=request.user)
    messages.success(
        request, "Votre réponse est enregistrée. Elle part avec le dossier quand vous l’envoyez de nouveau."
    )
    if item.section:
        return redirect("applications:section", application.public_id, item.section)
    return redirect("applications:dossier", application.public_id)
