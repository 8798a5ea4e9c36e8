"""Who was funded, where, in which wave, what became of it?"""

from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import permission_required
from accounts.errors import NotAllowed
from accounts.forms import attempt, status_of
from accounts.history import entries_of
from applications.fabriques import record_fact
from applications.models import Application, Fabrique, FabriqueFact
from funding.models import Award
from monitoring.forms import FactForm
from monitoring.lists import PlaceList, selected
from monitoring.models import READ
from monitoring.scope import Scope

RECORD = "applications.record_fact"


@permission_required(READ)
@require_safe
def places(request):
    scope = Scope(request)
    listing = PlaceList(
        request,
        selected(scope.programme, scope.clocks),
        programme=scope.programme,
        clocks=scope.clocks,
        scope=scope,
    )
    return listing.file() or render(request, "monitoring/places.html", {"listing": listing, "scope": scope})


def known_places(user):
    """Places with a dated fact, or whose dossier was sent and may be read: a draft is nobody's but its author's."""
    sent = Application.objects.visible_to(user).filter(fabrique=OuterRef("pk"), submitted_at__isnull=False)
    dated = FabriqueFact.objects.filter(fabrique=OuterRef("pk"))
    return Fabrique.objects.filter(Exists(sent) | Exists(dated)).select_related("programme", "commune", "organisation")


@permission_required(READ)
@require_http_methods(["GET", "HEAD", "POST"])
def place(request, public_id):
    """One place: dated facts with their evidence, awards, dossiers; an officer notes what happened."""
    fabrique = get_object_or_404(known_places(request.user), public_id=public_id)
    form = FactForm(request.POST or None)
    if request.method == "POST":
        if not request.user.has_perm(RECORD):
            raise NotAllowed
        if attempt(form, lambda data: record_fact(fabrique=fabrique, by=request.user, **data)):
            messages.success(request, f"« {form.result.get_kind_display()} » est noté, avec sa preuve.")
            return redirect("monitoring:place", public_id)
    context = {
        "fabrique": fabrique,
        "facts": fabrique.facts.select_related("recorded_by").order_by("effective_on", "pk"),
        "awards": Award.objects.visible_to(request.user)
        .filter(fabrique=fabrique)
        .select_related("wave", "application"),
        "applications": Application.objects.visible_to(request.user).filter(fabrique=fabrique).select_related("wave"),
        "history": entries_of(fabrique),
        "form": form,
        "may_record": request.user.has_perm(RECORD),
    }
    return render(request, "monitoring/place.html", context, status=status_of(form))
