"""Taking up what the structure wrote in an earlier dossier."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.forms import attempt, status_of
from accounts.french import plural
from accounts.organisations import can_write
from applications import reuse
from applications.team_forms import ReuseForm
from applications.views.scope import own_dossier, trail_of


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def take_up(request, public_id):
    """Which of our earlier answers go into this draft?"""
    application = own_dossier(request, public_id)
    sources = reuse.sources_of(application)
    source = chosen_source(request, sources)
    offer = reuse.offer_of(application, source) if source else None
    form = ReuseForm(request.POST or None, offer=offer) if offer and offer.lines else None
    if request.method == "POST" and form and attempt(form, lambda data: copy(application, source, form, request.user)):
        messages.success(request, f"{plural(len(form.result), 'réponse reprise', 'réponses reprises')} : relisez-les.")
        return redirect("applications:dossier", public_id)
    context = {
        "dossier": application,
        "trail": trail_of(application),
        "sources": sources,
        "source": source,
        "offer": offer,
        "form": form,
        "rows": rows_of(form, offer),
        "writable": application.is_editable and can_write(application.organisation, request.user),
    }
    return render(request, "applications/reuse.html", context, status=status_of(form) if form else 200)


def chosen_source(request, sources):
    """The earlier dossier asked for, or the last one."""
    asked = request.POST.get("depuis") or request.GET.get("depuis")
    if not asked:
        return sources[0] if sources else None
    found = next((one for one in sources if str(one.public_id) == asked), None)
    if found is None:
        raise Http404("Ce dossier n’est pas de votre structure.")
    return found


def rows_of(form, offer):
    """[(section, [(box, line)])] for the page."""
    if form is None:
        return []
    return [(section, [(form[f"r{one.question.pk}"], one) for one in lines]) for section, lines in offer.sections]


def copy(application, source, form, by):
    return reuse.reuse(application=application, source=source, chosen=form.chosen(), by=by)
