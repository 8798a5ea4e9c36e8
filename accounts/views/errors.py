from django.shortcuts import render

from accounts import request_id
from accounts.errors import Refusal
from accounts.keeping import keep_post
from accounts.middleware import refuse


def csrf_failure(request, reason=""):
    """The form came without its protection token: nothing was done, the typed text is kept."""
    refusal = Refusal(
        "Par sécurité, cet envoi a été refusé : votre session a expiré ou la page venait d’un autre onglet. "
        "Rechargez la page, connectez-vous si besoin, puis recommencez. Votre texte est gardé ci-dessous."
    )
    refusal.status = 403
    return refuse(request, refusal, kept=keep_post(request))


def forbidden(request, exception=None):
    return render(request, "accounts/errors/403.html", status=403)


def not_found(request, exception=None):
    return render(request, "accounts/errors/404.html", status=404)


def server_error(request):
    context = {"request_id": request_id.current()}
    return render(request, "accounts/errors/500.html", context, status=500)
