"""Structures: mine, one, its details, its members."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import history, members
from accounts.access import role_required
from accounts.forms import InvitationForm, OrganisationForm, attempt, status_of, version_of
from accounts.models import Membership, Organisation, Role
from accounts.organisations import can_write, create_organisation, update_organisation


@require_GET
@role_required(Role.APPLICANT)
def mine(request):
    """The structures I belong to, and those that invite me."""
    context = {
        "memberships": request.user.memberships.select_related("organisation"),
        "invitations": members.invitations_for(request.user),
    }
    return render(request, "accounts/organisations/mine.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.APPLICANT)
def new(request):
    form = OrganisationForm(request.POST or None)
    if request.method == "POST" and attempt(form, lambda data: create_organisation(by=request.user, **data)):
        messages.success(request, f"« {form.result} » est enregistrée. Vous en êtes responsable.")
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
    role = next((one.role for one in memberships if one.user_id == request.user.pk), None)
    context = {
        "organisation": organisation,
        "memberships": memberships,
        "invitations": organisation.invitations.filter(accepted_at=None, cancelled_at=None),
        "history": history.entries_of(organisation, limit=20),
        "writer": role in Membership.WRITERS,
        "manager": role in members.MANAGERS,
        "form": form,
    }
    return render(request, "accounts/organisations/detail.html", context, status=status_of(form))


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
@login_required
def invite(request, public_id):
    organisation = visible(request, public_id)
    form = InvitationForm(request.POST)
    if attempt(form, lambda data: members.invite(organisation=organisation, by=request.user, **data)):
        messages.success(request, f"L’invitation est partie à {form.result.email}.")
        return redirect(organisation)
    return show(request, organisation, form)


@require_POST
@login_required
def cancel_invitation(request, public_id, invitation_id):
    organisation = visible(request, public_id)
    invitation = get_object_or_404(organisation.invitations, public_id=invitation_id)
    members.cancel_invitation(invitation=invitation, by=request.user)
    messages.success(request, "L’invitation est annulée.")
    return redirect(organisation)


@require_POST
@login_required
def accept_invitation(request, invitation_id):
    invitation = get_object_or_404(members.invitations_for(request.user), public_id=invitation_id)
    membership = members.accept_invitation(invitation=invitation, by=request.user)
    messages.success(request, f"Vous avez rejoint « {membership.organisation} ».")
    return redirect(membership.organisation)


@require_POST
@login_required
def remove_member(request, public_id, person_id):
    organisation = visible(request, public_id)
    membership = get_object_or_404(
        Membership.objects.select_related("user"), organisation=organisation, user__public_id=person_id
    )
    members.remove_member(membership=membership, by=request.user)
    if membership.user_id == request.user.pk:
        messages.success(request, f"Vous avez quitté « {organisation} ».")
        return redirect("accounts:organisations")
    messages.success(request, f"{membership.user} n’est plus membre de la structure.")
    return redirect(organisation)
