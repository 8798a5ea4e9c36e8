"""The people of a structure: invitations, requests to join, rights, departures."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import joining, members
from accounts.access import role_required
from accounts.forms import InvitationForm, JoinForm, RightForm, SiretForm, SuccessorForm, attempt, status_of
from accounts.models import Membership, Organisation, Role
from accounts.views.organisations import show, visible


@require_POST
@login_required
def invite(request, public_id):
    organisation = visible(request, public_id)
    form = InvitationForm(request.POST)
    if attempt(form, lambda data: members.invite(organisation=organisation, by=request.user, **data)):
        messages.success(request, f"L’invitation est partie à {form.result.email}.")
        return redirect(organisation)
    return show(request, organisation, form)


def invitation_of(request, public_id, invitation_id):
    organisation = visible(request, public_id)
    return get_object_or_404(organisation.invitations.select_related("organisation"), public_id=invitation_id)


@require_POST
@login_required
def cancel_invitation(request, public_id, invitation_id):
    invitation = invitation_of(request, public_id, invitation_id)
    members.cancel_invitation(invitation=invitation, by=request.user)
    messages.success(request, "L’invitation est annulée.")
    return redirect(invitation.organisation)


@require_POST
@login_required
def resend_invitation(request, public_id, invitation_id):
    invitation = invitation_of(request, public_id, invitation_id)
    members.resend_invitation(invitation=invitation, by=request.user)
    messages.success(request, f"L’invitation est repartie à {invitation.email}, pour trente jours.")
    return redirect(invitation.organisation)


@require_POST
@login_required
def accept_invitation(request, invitation_id):
    invitation = get_object_or_404(members.invitations_for(request.user), public_id=invitation_id)
    membership = members.accept_invitation(invitation=invitation, by=request.user)
    messages.success(request, f"Vous avez rejoint « {membership.organisation} ».")
    return redirect(membership.organisation)


@require_GET
@role_required(Role.APPLICANT)
def find(request):
    """Find a structure by its SIRET, to ask to be let in."""
    form = SiretForm(request.GET or None)
    found = None
    if form.is_bound and form.is_valid():
        found = Organisation.objects.filter(siret=form.cleaned_data["siret"]).first()
        if found:
            return redirect("accounts:organisation_join", found.public_id)
    context = {"form": form, "unknown": form.is_bound and form.is_valid()}
    return render(request, "accounts/organisations/find.html", context, status=status_of(form))


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.APPLICANT)
def join(request, public_id):
    """Ask to be let into a structure: its name is all that is shown of it."""
    organisation = get_object_or_404(Organisation, public_id=public_id)
    if organisation.memberships.filter(user=request.user).exists():
        messages.info(request, f"Vous êtes déjà membre de « {organisation} ».")
        return redirect(organisation)
    form = JoinForm(request.POST or None)
    if request.method == "POST" and attempt(
        form, lambda data: joining.ask_to_join(organisation=organisation, by=request.user, **data)
    ):
        messages.success(request, f"Votre demande est envoyée aux responsables de « {organisation} ».")
        return redirect("accounts:organisations")
    context = {
        "form": form,
        "organisation": organisation,
        "asked": joining.waiting_for(request.user).filter(organisation=organisation).first(),
    }
    return render(request, "accounts/organisations/join.html", context, status=status_of(form))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def answer_request(request, public_id, request_id):
    """Let somebody in with a right, or not."""
    organisation = visible(request, public_id)
    asked = get_object_or_404(organisation.join_requests.select_related("user"), public_id=request_id)
    members.require_manager(organisation, request.user)
    form = RightForm(request.POST if "accepter" in request.POST else None, initial={"role": Membership.Role.EDITOR})
    if "refuser" in request.POST:
        joining.answer_request(join_request=asked, accept=False, by=request.user)
        messages.success(request, f"La demande de {asked.user} est refusée.")
        return redirect(organisation)
    if request.method == "POST" and attempt(
        form, lambda data: joining.answer_request(join_request=asked, accept=True, by=request.user, **data)
    ):
        messages.success(request, f"{asked.user} a rejoint la structure.")
        return redirect(organisation)
    context = {"organisation": organisation, "asked": asked, "form": form}
    return render(request, "accounts/organisations/answer.html", context, status=status_of(form))


def membership_of(organisation, person_id):
    rows = Membership.objects.select_related("user", "organisation")
    return get_object_or_404(rows, organisation=organisation, user__public_id=person_id)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def change(request, public_id, person_id):
    """The right of a member."""
    organisation = visible(request, public_id)
    membership = membership_of(organisation, person_id)
    members.require_manager(organisation, request.user)
    initial = {"role": membership.role, "is_representative": membership.is_representative}
    form = RightForm(request.POST or None, initial=initial)
    if request.method == "POST" and attempt(
        form, lambda data: members.change_member(membership=membership, by=request.user, **data)
    ):
        messages.success(request, f"Droit de {membership.user} : {form.result.words}.")
        return redirect(organisation)
    context = {"organisation": organisation, "membership": membership, "form": form}
    return render(request, "accounts/organisations/change.html", context, status=status_of(form))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def remove(request, public_id, person_id):
    """What a departure leaves behind, who comes after, then the departure."""
    organisation = visible(request, public_id)
    membership = membership_of(organisation, person_id)
    if membership.user_id != request.user.pk:
        members.require_manager(organisation, request.user)
    departure = members.departure_of(membership)
    form = SuccessorForm(request.POST or None, departure=departure)
    if request.method == "POST" and attempt(
        form, lambda data: members.remove_member(membership=membership, by=request.user, successor=form.person())
    ):
        return gone(request, organisation, membership)
    context = {"organisation": organisation, "membership": membership, "departure": departure, "form": form}
    return render(request, "accounts/organisations/remove.html", context, status=status_of(form))


def gone(request, organisation, membership):
    if membership.user_id == request.user.pk:
        messages.success(request, f"Vous avez quitté « {organisation} ».")
        return redirect("accounts:organisations")
    messages.success(request, f"{membership.user} n’est plus membre de la structure.")
    return redirect(organisation)
