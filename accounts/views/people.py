"""Accounts of the service: who holds which role."""

from django.contrib import messages
from django.db.models import Exists, OuterRef, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts import history
from accounts.access import permission_required
from accounts.forms import GrantForm, attempt, status_of
from accounts.lists import Column, ConditionFilter, ListPage
from accounts.models import INCOMPATIBLE_ROLES, Role, RoleGrant, User
from accounts.roles import grant_role, revoke_role


def holding(role):
    return Q(Exists(RoleGrant.objects.filter(user=OuterRef("pk"), role=role, revoked_at=None)))


class PeopleList(ListPage):
    name = "comptes"
    caption = "Comptes du service"
    noun = ("compte", "comptes")
    default_sort = "nom"
    search_field = "search_text"
    search_label = "Nom ou adresse électronique"
    columns = [
        Column(
            "nom",
            "Personne",
            "get_full_name",
            sort="search_text",
            note="email",
            header=True,
            url=lambda row: reverse("accounts:person", args=[row.public_id]),
        ),
        Column("adresse", "Adresse", "email", sort="email", shown=False),
        Column("roles", "Rôles", lambda row: ", ".join(Role(grant.role).label for grant in row.held) or "Aucun"),
        Column("inscrit", "Inscription", "date_joined", kind="date", sort="date_joined"),
        Column("vu", "Dernière connexion", "last_login", kind="datetime", sort="last_login"),
        Column("actif", "Compte", lambda row: ("Actif", "success") if row.is_active else ("Fermé", ""), kind="badge"),
    ]
    filters = [ConditionFilter("role", "Rôle", conditions={role.value: (role.label, holding(role)) for role in Role})]

    def page_rows(self, ids):
        people = list(User.objects.filter(pk__in=ids))
        held = {}
        for grant in RoleGrant.objects.filter(user__in=ids, revoked_at=None):
            held.setdefault(grant.user_id, []).append(grant)
        for person in people:
            person.held = held.get(person.pk, [])
        return people


@require_GET
@permission_required("accounts.read_roles")
def people(request):
    listing = PeopleList(request, User.objects.visible_to(request.user))
    return listing.file() or render(request, "accounts/people/list.html", {"listing": listing})


def visible(request, public_id):
    return get_object_or_404(User.objects.visible_to(request.user), public_id=public_id)


@require_GET
@permission_required("accounts.read_roles")
def person(request, public_id):
    return show(request, visible(request, public_id), GrantForm())


def show(request, subject, form):
    grants = list(subject.role_grants.select_related("granted_by"))
    held = {grant.role for grant in grants if not grant.revoked_at}
    form.fields["role"].choices = [("", "Choisir"), *((role, role.label) for role in Role if role not in held)]
    context = {
        "subject": subject,
        "grants": grants,
        "refused": refused_with(held),
        "history": history.entries_about_person(subject),
        "form": form,
        "may_manage": request.user.has_perm("accounts.manage_roles"),
    }
    return render(request, "accounts/people/detail.html", context, status=status_of(form))


def refused_with(held):
    """[(role that cannot be added, [roles held that forbid it])] in words."""
    pairs = [
        (role.label, [Role(one).label for one in sorted(INCOMPATIBLE_ROLES[role] & held)])
        for role in Role
        if role not in held
    ]
    return [(label, reasons) for label, reasons in pairs if reasons]


@require_POST
@permission_required("accounts.manage_roles")
def grant(request, public_id):
    subject = visible(request, public_id)
    form = GrantForm(request.POST)
    if attempt(form, lambda data: grant_role(user=subject, role=data["role"], by=request.user)):
        label = Role(form.cleaned_data["role"]).label
        messages.success(request, f"{subject} tient maintenant le rôle « {label} ».")
        return redirect("accounts:person", subject.public_id)
    return show(request, subject, form)


@require_POST
@permission_required("accounts.manage_roles")
def revoke(request, public_id):
    subject = visible(request, public_id)
    role = request.POST.get("role", "")
    revoke_role(user=subject, role=role, by=request.user)
    label = Role(role).label if role in Role.values else role
    messages.success(request, f"Le rôle « {label} » est retiré à {subject}.")
    return redirect("accounts:person", subject.public_id)
