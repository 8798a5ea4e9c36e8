"""Who works on a dossier: sections entrusted, networks let in; and what a network reads."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Exists, OuterRef
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import role_required
from accounts.forms import attempt, status_of
from accounts.french import plural
from accounts.lists import ChoiceFilter, Column, ListPage
from accounts.members import can_manage, invitations_for
from accounts.models import Membership, Role
from accounts.organisations import can_write
from applications import beside, completeness, networks, reading, reuse, sharing, sign_off, snapshots, standing
from applications.models import Application, ApplicationState, NetworkConsent
from applications.team_forms import EntrustForm, NetworkForm
from applications.views.scope import RELATED, own_dossier, trail_of


def expected_of(user):
    """What the page of my dossiers adds to them: to sign, entrusted to me, opened to my network, invitations."""
    return {
        "to_sign": list(sign_off.waiting_for(user)),
        "my_sections": sharing.mine(user),
        "followed_count": Application.objects.open_to_networks_of(user).count(),
        "invited": invitations_for(user).count(),
        "beside": beside.links_of(user),
    }


def around(request, application):
    """What the page of a dossier says of the people around it."""
    draft = application.state == ApplicationState.DRAFT
    return {
        "members": application.organisation.memberships.select_related("user").order_by("pk"),
        "signature": sign_off.standing(application, request.user) if application.is_editable else None,
        "open_networks": list(application.consents.filter(revoked_at=None).select_related("network")),
        "reusable": draft and not application.answers.all() and reuse.has_sources(application),
    }


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def team(request, public_id):
    """Who does what in this dossier?"""
    application = own_dossier(request, public_id)
    sections = completeness.sections(application)
    held = {one.slug: one.user for one in application.assignees.select_related("user")}
    people = list(sharing.colleagues(application.organisation))
    form = EntrustForm(request.POST or None, sections=sections, people=people, held=held)
    if request.method == "POST" and attempt(form, lambda data: entrust(application, form, request.user)):
        count = len(form.result)
        messages.success(request, f"{plural(count, 'section a changé', 'sections ont changé')} de mains.")
        return redirect("applications:team", public_id)
    context = {
        "dossier": application,
        "trail": trail_of(application),
        "form": form,
        "rows": [(section, form[section.slug], held.get(section.slug)) for section in sections],
        "writable": application.is_editable and can_write(application.organisation, request.user),
        "alone": len(people) < 2,
        "members": application.organisation.memberships.select_related("user").order_by("pk"),
    }
    return render(request, "applications/team.html", context, status=status_of(form))


def entrust(application, form, by):
    return sharing.entrust(application=application, people=form.chosen(), by=by)


# --- Networks, by the applicant --------------------------------------------------------------------------------------


def may_give(application, user):
    signs = application.organisation.memberships.filter(user=user, is_representative=True).exists()
    return signs or can_manage(application.organisation, user)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def open_to_network(request, public_id):
    """Which networks read this dossier; letting one more in."""
    application = own_dossier(request, public_id)
    given = list(application.consents.select_related("network", "given_by", "revoked_by").order_by("-pk"))
    reading_now = [one.network_id for one in given if one.revoked_at is None]
    others = networks.known().exclude(pk__in=[*reading_now, application.organisation_id])
    form = NetworkForm(request.POST or None, networks=others)
    if request.method == "POST" and attempt(
        form, lambda data: networks.consent(application=application, network=data["network"], by=request.user)
    ):
        messages.success(request, f"« {form.result.network} » lit maintenant ce dossier. Vous pouvez le refermer ici.")
        return redirect("applications:networks", public_id)
    context = {
        "dossier": application,
        "trail": trail_of(application),
        "given": given,
        "form": form,
        "may_give": may_give(application, request.user) and application.state != ApplicationState.WITHDRAWN,
        "known": others.exists(),
    }
    return render(request, "applications/networks.html", context, status=status_of(form))


@login_required
@require_POST
def close_to_network(request, public_id, consent_id):
    application = own_dossier(request, public_id)
    given = get_object_or_404(application.consents, public_id=consent_id)
    given = networks.revoke(given=given, by=request.user)
    messages.success(request, f"« {given.network} » ne lit plus ce dossier.")
    return redirect("applications:networks", public_id)


# --- What a network reads --------------------------------------------------------------------------------------------


class FollowedList(ListPage):
    name = "dossiers-suivis"
    caption = "Dossiers ouverts à mon réseau"
    noun = ("dossier", "dossiers")
    default_sort = "lieu"
    search_field = "search_text"
    search_label = "Lieu, structure ou commune"
    empty_title = "Aucun dossier"
    empty_text = "Une structure vous ouvre un dossier depuis la page de ce dossier, rubrique « Réseaux d’appui »."
    columns = [
        Column(
            "lieu",
            "Lieu",
            "fabrique.name",
            sort="sort_name",
            header=True,
            url=lambda row: reverse("applications:shared", args=[row.public_id]),
            note=lambda row: str(row.fabrique.commune or ""),
        ),
        Column("structure", "Structure", "organisation.name"),
        Column("appel", "Appel", lambda row: f"{row.wave.call}, vague {row.wave.number}"),
        Column("etat", "État", lambda row: (row.applicant_label, standing.tone_of(row)), kind="badge"),
        Column("enregistre", "Enregistré le", "saved_at", kind="datetime", sort="saved_at"),
    ]
    filters = [ChoiceFilter("etat", "État", field="state", choices=ApplicationState.choices)]

    def page_rows(self, ids):
        return Application.objects.filter(pk__in=ids).select_related("fabrique__commune", "organisation", "wave__call")


@role_required(Role.APPLICANT)
@require_GET
def followed(request):
    """The dossiers that applicants have opened to my network."""
    listing = FollowedList(request, Application.objects.open_to_networks_of(request.user))
    return listing.file() or render(request, "applications/followed.html", {"listing": listing})


@login_required
@require_GET
def shared(request, public_id):
    """One dossier opened to my network: its content and its pieces, nothing to change."""
    rows = Application.objects.open_to_networks_of(request.user).select_related(*RELATED)
    application = get_object_or_404(rows, public_id=public_id)
    sent = application.revisions.order_by("-number").first()
    mine = Membership.objects.filter(organisation=OuterRef("network"), user=request.user)
    consents = NetworkConsent.objects.filter(Exists(mine), application=application, revoked_at=None)
    context = {
        "dossier": application,
        "revision": sent,
        "content": reading.readable(sent.content if sent else snapshots.snapshot(application), bank_details=False),
        "given": consents.select_related("network", "given_by").first(),
        "tone": standing.tone_of(application),
    }
    return render(request, "applications/shared.html", context)
