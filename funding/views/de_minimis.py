"""The de minimis aids that were granted: what the national register is still to be told."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.access import permission_required
from accounts.errors import NotAllowed
from accounts.forms import attempt, status_of
from accounts.french import plural
from funding.de_minimis import mark_registered
from funding.forms import RegisterForm
from funding.models import DeMinimisGrant
from funding.registers import DeMinimisList

READ = "accounts.read_steering"
REGISTER = "funding.register_de_minimis"


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(READ)
def grants(request):
    if request.method == "POST" and not request.user.has_perm(REGISTER):
        raise NotAllowed
    found = DeMinimisGrant.objects.visible_to(request.user).granted()
    form = RegisterForm(request.POST or None, initial={"until": timezone.localdate(), "on": timezone.localdate()})
    if request.method == "POST" and attempt(form, lambda data: mark(request, found, data)):
        messages.success(request, f"{plural(form.result, 'aide notée', 'aides notées')} comme inscrites au registre.")
        return redirect("funding:de_minimis")
    listing = DeMinimisList(request, found)
    waiting = found.filter(registered_on=None).count()
    context = {"listing": listing, "form": form, "waiting": waiting, "may_register": request.user.has_perm(REGISTER)}
    return listing.file() or render(request, "funding/de_minimis.html", context, status=status_of(form))


def mark(request, found, data):
    told = list(found.filter(registered_on=None, granted_on__lte=data["until"]))
    return mark_registered(grants=told, on=data["on"], by=request.user)
