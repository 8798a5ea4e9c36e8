"""My notifications, and how I want to be told."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import notifications
from accounts.bounces import addresses_of
from accounts.closed import readable
from accounts.forms import DsfrForm, attempt, status_of
from accounts.mail_parts import events_of
from accounts.models import ALWAYS_MAILED, Delivery, Event

SHOWN = 30


@login_required
@require_GET
def mine(request):
    told = readable(request.user.notifications, request.user, "subject", "body").select_related("mail").order_by("-pk")
    page = Paginator(told, SHOWN).get_page(request.GET.get("page"))
    context = {"page": page, "unread": request.user.unread_count, "bounced": addresses_of([request.user.email])}
    return render(request, "accounts/notifications.html", context)


@login_required
@require_POST
def open_one(request, public_id):
    """Read it, and go where it leads."""
    found = get_object_or_404(
        readable(request.user.notifications, request.user, "subject", "body"), public_id=public_id
    )
    notifications.open_one(notification=found)
    safe = url_has_allowed_host_and_scheme(found.url, allowed_hosts=None)
    return redirect(found.url if found.url and safe else "accounts:notifications")


@login_required
@require_POST
def read_all(request):
    notifications.read_all(by=request.user)
    return redirect("accounts:notifications")


class PreferencesForm(DsfrForm):
    """One choice an event; the field is named as the event."""

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        for event, delivery in notifications.preferences_of(user).items():
            self.fields[event.value] = forms.ChoiceField(
                label=event.label, choices=Delivery.choices, initial=delivery, widget=forms.RadioSelect
            )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request):
    form = PreferencesForm(request.POST or None, user=request.user)
    if request.method == "POST" and attempt(form, lambda data: keep(request.user, data)):
        messages.success(request, "Vos choix sont enregistrés.")
        return redirect("accounts:notification_preferences")
    always = [event.label for event in Event if event in ALWAYS_MAILED]
    context = {"form": form, "always": always, "bounced": addresses_of([request.user.email])}
    return render(request, "accounts/notification_preferences.html", context, status=status_of(form))


def keep(user, data):
    return notifications.choose(by=user, deliveries={Event(name): delivery for name, delivery in data.items()})


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request, token):
    """The link of a mail: a person confirms on the page, a mail program posts without signing in (RFC 8058)."""
    mail = notifications.mail_of(token)
    if mail is None:
        raise Http404
    stopped = notifications.unsubscribe(token=token) if request.method == "POST" else []
    labels = [Event(event).label for event in events_of(mail)]
    context = {"mail": mail, "labels": labels, "stopped": stopped}
    return render(request, "accounts/unsubscribe.html", context)
