"""A call changed its form: what changes for a draft, and moving the drafts to it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from accounts.access import permission_required
from accounts.forms import version_of
from accounts.french import plural
from accounts.organisations import can_write
from applications import versions
from applications.views.scope import own_dossier, trail_of
from programme.models import Call
from programme.models.call import PUBLISH

READ = "accounts.read_steering"


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def form_changes(request, public_id):
    """What changes in the form of a draft, and what becomes of its answers."""
    application = own_dossier(request, public_id)
    if request.method == "POST":
        return follow(request, application)
    context = {
        "dossier": application,
        "trail": trail_of(application),
        "news": versions.news_of(application),
        "left": versions.left_behind(application),
        "can_write": can_write(application.organisation, request.user),
    }
    return render(request, "applications/form_changes.html", context)


def follow(request, application):
    """Move the draft, or note that its people have read what changed."""
    if "lu" in request.POST:
        versions.acknowledge(application=application, by=request.user)
        return redirect("applications:dossier", application.public_id)
    moved = versions.bring_up_to_date(application=application, by=request.user, version=version_of(request))
    number = moved.call_version.number
    messages.success(request, f"Votre dossier suit la version {number} du formulaire. Vos réponses y sont reprises.")
    return redirect("applications:form_changes", application.public_id)


@permission_required(READ)
@require_http_methods(["GET", "HEAD", "POST"])
def drafts(request, slug):
    """How many drafts answer an older form of a call, read by all staff; moving them all, for who publishes calls."""
    call = get_object_or_404(Call.objects.visible_to(request.user), slug=slug)
    if request.method == "POST":
        count = versions.move_drafts(call=call, by=request.user)
        moved = plural(count, "brouillon suit", "brouillons suivent")
        messages.success(request, f"{moved} maintenant le formulaire en vigueur. Leurs équipes sont prévenues.")
        return redirect("applications:form_drafts", call.slug)
    behind = versions.drafts_behind(call).count()
    context = {"call": call, "behind": behind, "version": call.version_in_force()}
    context["may_move"] = request.user.has_perm(PUBLISH)
    context["told"] = plural(behind, "brouillon répond", "brouillons répondent")
    return render(request, "applications/form_drafts.html", context)
