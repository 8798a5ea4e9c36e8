"""The three guards every request passes: a request id, one effect a POST, refusals told in words."""

import hashlib
import time
from contextlib import nullcontext

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django_fsm import ConcurrentTransition, TransitionNotAllowed

from accounts import request_id
from accounts.errors import Gone, NotAllowed, Refusal, StalePage
from accounts.keeping import AUTHOR, author_of, forget_kept_post, keep_post
from accounts.models import IdempotencyKey
from accounts.stale import both_texts

HIDDEN_FIELDS = {"csrfmiddlewaretoken", "idempotency_key", "version", "page_read", "compared", "kept_post", AUTHOR}
# The key of the last form that was received, for the page that keeps what was typed: it may forget.
RECEIVED, RECEIVED_SECONDS = "recu", 600
ABANDONED_AFTER_SECONDS = 60
WAIT_FOR_TWIN_SECONDS = 8


class RequestIdMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.request_id = request_id.adopt(None)
        # Deadlines are judged at arrival, before bodies are read and twins are waited for.
        request.arrived_at = timezone.now()
        response = self.get_response(request)
        response["X-Request-Id"] = request.request_id
        return response


class IdempotencyMiddleware:
    """A POST that arrives twice (double click, retry, back button) has one effect and one answer.

    The key is written before the work. A twin that arrives meanwhile waits for the first one's answer; only a
    redirect, the answer of a write that succeeded, is kept. A form that came back with errors may be sent again.
    """

    # A mail program that unsubscribes for its reader (RFC 8058) sends no key of ours; twice is as once.
    EXEMPT_VIEWS = ("account_", "unsubscribe")

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        name = request.resolver_match.url_name or ""
        namespace = request.resolver_match.namespace
        if request.method != "POST" or namespace == "admin" or name.startswith(self.EXEMPT_VIEWS):
            return None
        if of_another_account(request):
            return refuse(request, StalePage(ANOTHER_ACCOUNT))
        key = request.POST.get("idempotency_key", "")
        if not 16 <= len(key) <= 64:
            return refuse(request, StalePage("Ce formulaire n’est pas complet. Rechargez la page, puis recommencez."))
        if getattr(view, "safe_to_repeat", False):
            return None
        return self._once(request, key, view, args, kwargs)

    def _once(self, request, key, view, args, kwargs):
        fingerprint = fingerprint_of(request)
        row = self._claim(request, key, fingerprint)
        if row is None:
            return self._answer_of_twin(request, key, fingerprint)
        try:
            response = self._run(request, view, args, kwargs)
        except BaseException:
            row.delete()
            raise
        self._keep(row, response)
        if row.location:
            tell_received(request, response, key)
        return response

    def _run(self, request, view, args, kwargs):
        try:
            response = view(request, *args, **kwargs)
        except (Refusal, TransitionNotAllowed, ConcurrentTransition) as error:
            return refuse(request, error)
        except Http404:
            # What was typed on a page that is no longer there, or no longer one's own, is still one's own.
            if typed_in(request):
                return refuse(request, Gone())
            raise
        except PermissionDenied:
            if typed_in(request):
                return refuse(request, NotAllowed())
            raise
        return with_text_kept(request, response)

    def _claim(self, request, key, fingerprint):
        """The new row, or None when the same POST is known already."""
        user = request.user if request.user.is_authenticated else None
        # Alone, the INSERT is its own transaction; the savepoint is for callers that already are in one.
        inside = transaction.get_connection().in_atomic_block
        try:
            with transaction.atomic() if inside else nullcontext():
                return IdempotencyKey.objects.create(key=key, fingerprint=fingerprint, user=user)
        except IntegrityError:
            return None

    def _keep(self, row, response):
        # Sent to sign in: nothing was done, and the same form may be sent again.
        if isinstance(response, HttpResponseRedirect) and row.user_id:
            row.location = response.url[:500]
            row.save(update_fields=["location"])
        else:
            row.delete()

    def _answer_of_twin(self, request, key, fingerprint):
        deadline = time.monotonic() + WAIT_FOR_TWIN_SECONDS
        while (row := IdempotencyKey.objects.filter(key=key).first()) and time.monotonic() < deadline:
            if row.location:
                return self._replay(request, row, fingerprint)
            if (timezone.now() - row.created_at).total_seconds() > ABANDONED_AFTER_SECONDS:
                row.delete()
                break
            time.sleep(0.1)
        return refuse(request, StalePage("Cet envoi est déjà en cours. Rechargez la page pour voir le résultat."))

    def _replay(self, request, row, fingerprint):
        if row.user_id != request.user.pk or row.fingerprint != fingerprint:
            return refuse(
                request,
                StalePage(
                    "Cette page a déjà servi à un envoi. Votre texte est gardé ci-dessous : "
                    "ouvrez la page à jour, puis recommencez si besoin."
                ),
            )
        return HttpResponseRedirect(row.location)


ANOTHER_ACCOUNT = (
    "Cette page a été ouverte avec un autre compte que le vôtre : rien n’a été enregistré. "
    "Votre texte est gardé ci-dessous. Reconnectez-vous avec ce compte, ou recommencez avec le vôtre."
)


def of_another_account(request):
    author = author_of(request) if AUTHOR in request.POST and request.user.is_authenticated else None
    return author is not None and author != request.user.public_id.hex


def with_text_kept(request, response):
    """Sent to sign in: the text waits there for its author, and the way in leads to it."""
    entrance = resolve_url(settings.LOGIN_URL)
    if request.user.is_authenticated or not getattr(response, "url", "").startswith(entrance):
        return response
    kept = keep_post(request)
    return redirect_to_login(reverse("accounts:kept", args=[kept.public_id])) if kept else response


def tell_received(request, response, key):
    if "kept_post" in request.POST:
        forget_kept_post(public_id=request.POST["kept_post"], by=request.user)
    response.set_cookie(RECEIVED, key, max_age=RECEIVED_SECONDS, secure=settings.SESSION_COOKIE_SECURE, samesite="Lax")


def fingerprint_of(request):
    """SHA-256 of the path and the fields, files by name and size."""
    parts = [request.path]
    for name in sorted(set(request.POST) - {"csrfmiddlewaretoken", "idempotency_key"}):
        parts.append(f"{name}={request.POST.getlist(name)}")
    for name, upload in sorted(request.FILES.items()):
        parts.append(f"{name}={upload.name}:{upload.size}")
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


class RefusalMiddleware:
    """A refusal raised by a verb becomes a page: the sentence, and the typed text, kept."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        if isinstance(exception, Refusal | TransitionNotAllowed | ConcurrentTransition):
            return refuse(request, exception)
        return None


def refuse(request, error, kept=None):
    """The page of a refusal, with what was typed.

    Args:
        error: a `Refusal`, or a state machine's own exception, told as a stale page.
        kept: the `KeptPost` of this form, when it waits for its author.
    """
    refusal = error if isinstance(error, Refusal) else StalePage()
    context = {
        "refusal": refusal,
        "typed": typed_in(request),
        "both": both_texts(refusal, request.POST),
        "back": page_before(request),
        "kept": kept,
    }
    return render(request, "accounts/refusal.html", context, status=refusal.status)


def typed_in(request):
    """(name, value) of what a person wrote in the form that was sent."""
    return [
        (name, value)
        for name in request.POST
        if name not in HIDDEN_FIELDS and "password" not in name
        for value in request.POST.getlist(name)
        if value.strip()
    ]


def page_before(request):
    """Path of the page the form was on when it is one of ours, else of this one."""
    referer = request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(referer, {request.get_host()}, require_https=request.is_secure()):
        return referer.split(request.get_host(), 1)[-1] or "/"
    return request.path
