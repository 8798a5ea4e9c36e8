"""The officer's morning, and who follows which region."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import permission_required
from accounts.errors import NotAllowed
from accounts.forms import attempt, status_of
from accounts.french import plural
from applications import routing
from applications.alerts import TO_EXAMINE
from applications.desk_forms import RegionRulesForm
from applications.models import Application
from applications.models.application import INSTRUCT
from applications.morning import MINE, morning_of

READ = "accounts.read_steering"


@permission_required(READ)
@require_GET
def morning(request):
    """What needs me this morning?"""
    scope = request.GET.get("qui", MINE)
    context = {"morning": morning_of(request.user, scope=scope), "may_instruct": request.user.has_perm(INSTRUCT)}
    return render(request, "applications/morning.html", context)


@permission_required(READ)
@require_http_methods(["GET", "POST"])
def region_rules(request):
    """Who follows the dossiers of each region?"""
    may_set = request.user.has_perm(INSTRUCT)
    if request.method == "POST" and not may_set:
        raise NotAllowed
    form = RegionRulesForm(request.POST or None)
    if request.method == "POST" and attempt(form, lambda data: set_rules(request, form)):
        changed = plural(form.result, "règle changée", "règles changées")
        messages.success(request, f"{changed}. Les dossiers déjà arrivés ne changent pas de main.")
        return redirect("applications:region_rules")
    context = {"form": form, "may_set": may_set, "unfollowed": unfollowed(request)}
    return render(request, "applications/region_rules.html", context, status=status_of(form))


def set_rules(request, form):
    return routing.set_rules(choices=form.choices(), by=request.user)


def unfollowed(request):
    """How many dossiers to examine nobody follows: the bulk act is for them."""
    return Application.objects.visible_to(request.user).filter(state__in=TO_EXAMINE, officer=None).count()
