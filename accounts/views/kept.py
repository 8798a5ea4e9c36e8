"""The text of a form that arrived after the sign-in had ended, given back to its author, ready to be sent again."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from accounts.keeping import KEPT, forget_kept_post
from accounts.models import KeptPost

# What a form carries for the machine.
UNSHOWN = {"version", "page_read", "compared", "rester"}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def kept_post(request, public_id):
    kept = get_object_or_404(KeptPost, author=request.user, public_id=public_id)
    if request.method == "POST":
        forget_kept_post(public_id=public_id, by=request.user)
        messages.success(request, "Ce texte est oublié.")
        return redirect("accounts:home")
    return render(request, "accounts/kept.html", context_of(kept))


def context_of(kept):
    typed = [(name, value) for name, value in kept.fields if name not in UNSHOWN and value.strip()]
    return {
        "kept": kept,
        "until": kept.created_at + KEPT,
        "texts": [value for _, value in typed if " " in value.strip()],
        "typed": typed,
    }
