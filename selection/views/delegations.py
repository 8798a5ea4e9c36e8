"""Who may sign what, up to how much, until when."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import permission_required
from accounts.forms import attempt, status_of
from accounts.lists import Column, ListPage
from selection.delegations import LABELS, grant_delegation, territory_of
from selection.forms import DelegationForm
from selection.models import SignatureDelegation


class DelegationList(ListPage):
    name = "delegations"
    caption = "Délégations de signature"
    noun = ("délégation", "délégations")
    default_sort = "-du"
    empty_title = "Aucune délégation"
    empty_text = "Sans délégation, personne ne peut signer une vague."
    columns = [
        Column("qui", "Délégataire", "holder", header=True, note="holder.title", sort=("holder__search_text",)),
        Column("actes", "Actes", lambda row: ", ".join(LABELS[act].lower() for act in row.acts)),
        Column("territoire", "Territoire", territory_of, sort=("region", "departement")),
        Column("plafond", "Plafond par acte", "ceiling_cents", kind="cents", sort="ceiling_cents"),
        Column("du", "Du", "starts_on", kind="date", sort="starts_on"),
        Column("au", "Au", "ends_on", kind="date", sort="ends_on"),
        Column("autorite", "Au nom de", "authority"),
        Column("acte", "Acte publié", "published_act", note="programme.name"),
        Column("publie", "Publié le", "published_on", kind="date", sort="published_on"),
    ]

    def page_rows(self, ids):
        return SignatureDelegation.objects.filter(pk__in=ids).select_related("holder", "programme")


@require_GET
@permission_required("selection.read_panel")
def delegations(request):
    listing = DelegationList(request, SignatureDelegation.objects.visible_to(request.user))
    context = {"listing": listing, "may_delegate": request.user.has_perm("selection.delegate")}
    return listing.file() or render(request, "selection/delegations.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("selection.delegate")
def delegate(request):
    form = DelegationForm(request.POST or None)
    if request.method == "POST" and attempt(form, lambda data: grant_delegation(by=request.user, **data)):
        messages.success(request, "La délégation est enregistrée.")
        return redirect("selection:delegations")
    return render(request, "selection/delegate.html", {"form": form}, status=status_of(form))
