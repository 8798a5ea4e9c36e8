"""The signature of the legal representative: asking for it, reading, signing."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.errors import NotAllowed, Refusal, StalePage
from accounts.forms import attempt, status_of
from applications import completeness, reading, sign_off, snapshots
from applications.team_forms import SignForm
from applications.views.scope import own_dossier, trail_of


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def sign(request, public_id):
    """The exact content to be signed, and the signature."""
    application = own_dossier(request, public_id)
    form = SignForm(request.POST or None)
    if request.method == "POST" and attempt(
        form,
        lambda data: sign_off.sign(application=application, sha256=request.POST.get("empreinte", ""), by=request.user),
    ):
        messages.success(
            request, "Le dossier est signé, tel que vous l’avez lu. Les personnes qui l’attendaient le savent."
        )
        return redirect("applications:sign_off", public_id)
    content = snapshots.snapshot(application)
    context = {
        "dossier": application,
        "trail": trail_of(application),
        "form": form,
        "signature": sign_off.standing(application, request.user, content=content),
        "voided": voided_words(application, request.user, content),
        "missing": completeness.problems(application) if application.is_editable else [],
        "content": reading.readable(content),
        "sha256": snapshots.digest(content),
    }
    return render(request, "applications/sign_off.html", context, status=status_of(form))


def voided_words(application, reader, content):
    now = sign_off.standing(application, reader, content=content)
    return sign_off.voided(now.last, now.changes) if now.last and not now.holds else ""


@login_required
@require_POST
def ask(request, public_id):
    application = own_dossier(request, public_id)
    try:
        made = sign_off.ask(application=application, by=request.user)
    except (StalePage, NotAllowed):
        raise
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        names = " et ".join(str(one.asked_of) for one in made)
        messages.success(request, f"La signature est demandée par courriel à {names}.")
    return redirect("applications:check", public_id)
