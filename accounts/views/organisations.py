"""Structures: mine, one, its details; those that the service knows."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import history, joining, members
from accounts.access import permission_required, role_required
from accounts.bounces import addresses_of
from accounts.errors import StalePage
from accounts.forms import InvitationForm, NewOrganisationForm, OrganisationForm, attempt, status_of, version_of
from accounts.lists import ChoiceFilter, Column, ListPage
from accounts.models import LegalForm, Organisation, Role
from accounts.organisations import RECOGNISE, can_write, create_organisation, recognise, update_organisation


class StructureList(ListPage):
    name = "structures"
    caption = "Structures enregistrées"
    noun = ("structure", "structures")
    default_sort = "nom"
    search_field = "search_text"
    search_label = "Nom, ville ou SIRET"
    columns = [
        Column("nom", "Structure", "name", sort="search_text", header=True, url=lambda row: row.get_absolute_url()),
        Column("forme", "Forme juridique", "get_legal_form_display", sort="legal_form"),
        Column("siret", "SIRET", "siret", sort="siret"),
        Column("ville", "Ville", "city", sort="city"),
        Column("nature", "Nature", "get_kind_display", sort="kind"),
        Column("membres", "Membres", "people", kind="integer"),
        Column("creee", "Enregistrée le", "created_at", kind="date", sort="created_at"),
    ]
    filters = [
        ChoiceFilter("nature", "Nature", field="kind", choices=Organisation.Kind.choices),
        ChoiceFilter("forme", "Forme juridique", field="legal_form", choices=LegalForm.choices),
    ]

    def page_rows(self, ids):
        return Organisation.objects.filter(pk__in=ids).annotate(people=Count("memberships"))


@require_GET
@permission_required("accounts.read_steering")
def known(request):
    """Every structure: who is here twice, which are support networks?"""
    listing = StructureList(request, Organisation.objects.visible_to(request.user))
    return listing.file() or render(request, "accounts/organisations/known.html", {"listing": listing})


@require_GET
@role_required(Role.APPLICANT)
def mine(request):
    """The structures I belong to, and those that invite me."""
    context = {
        "memberships": request.user.memberships.select_related("organisation"),
        "invitations": members.invitations_for(request.user),
        "asked": joining.waiting_for(request.user),
    }
    return render(request, "accounts/organisations/mine.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.APPLICANT)
def new(request):
    form = NewOrganisationForm(request.POST or None)
    if request.method == "POST" and attempt(form, lambda data: create_organisation(by=request.user, **data)):
        messages.success(request, f"« {form.result} » est enregistrée. Vous en êtes responsable.")
        return redirect(following(request) or form.result)
    context = {"form": form, "following": following(request)}
    return render(request, "accounts/organisations/new.html", context, status=status_of(form))


def following(request):
    """The page to go to next (`?suite=`), when it is one of ours."""
    path = request.POST.get("suite") or request.GET.get("suite") or ""
    ours = path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None)
    return path if ours else ""


def visible(request, public_id):
    return get_object_or_404(Organisation.objects.visible_to(request.user), public_id=public_id)


@require_GET
@login_required
def detail(request, public_id):
    return show(request, visible(request, public_id), InvitationForm())


def show(request, organisation, form):
    memberships = list(organisation.memberships.select_related("user"))
    mine = next((one for one in memberships if one.user_id == request.user.pk), None)
    manager = mine is not None and mine.role in members.MANAGERS
    context = {
        "organisation": organisation,
        "memberships": memberships,
        "invitations": organisation.invitations.filter(accepted_at=None, cancelled_at=None),
        "asked": list(organisation.join_requests.filter(answered_at=None).select_related("user")) if manager else [],
        "represented": any(one.is_representative for one in memberships),
        "history": history.entries_of(organisation, limit=20),
        "bounced": bounced_members(memberships) if manager or request.user.has_perm("accounts.read_outbox") else [],
        "member": mine is not None,
        "writer": mine is not None and mine.writes,
        "manager": manager,
        "may_recognise": request.user.has_perm(RECOGNISE),
        "form": form,
    }
    return render(request, "accounts/organisations/detail.html", context, status=status_of(form))


def bounced_members(memberships):
    """[(person, what her server says)] of those whose mail comes back; one query."""
    known = addresses_of([one.user.email for one in memberships])
    return [(one.user, known[one.user.email.lower()]) for one in memberships if one.user.email.lower() in known]


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def edit(request, public_id):
    organisation = visible(request, public_id)
    names = OrganisationForm.base_fields
    form = OrganisationForm(request.POST or None, initial={name: getattr(organisation, name) for name in names})
    if request.method == "POST" and attempt(
        form,
        lambda data: update_organisation(
            organisation=organisation, by=request.user, version=version_of(request), **data
        ),
    ):
        messages.success(request, "La structure est enregistrée.")
        return redirect(organisation)
    context = {"form": form, "organisation": organisation, "writer": can_write(organisation, request.user)}
    return render(request, "accounts/organisations/edit.html", context, status=status_of(form))


@require_POST
@permission_required(RECOGNISE)
def recognise_network(request, public_id):
    """The service says that a structure is a support network, or is one no more."""
    organisation = visible(request, public_id)
    kind = request.POST.get("kind", "")
    if kind not in Organisation.Kind.values:
        raise StalePage
    organisation = recognise(organisation=organisation, kind=kind, by=request.user)
    if organisation.is_network:
        messages.success(
            request, f"« {organisation} » est un réseau d’appui : les structures peuvent lui ouvrir un dossier."
        )
    else:
        messages.success(
            request, f"« {organisation} » n’est plus un réseau d’appui : ses membres ne lisent plus de dossier."
        )
    return redirect(organisation)
