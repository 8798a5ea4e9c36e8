"""The pool: who may review, whom we have asked, what ties a name to the dossiers of a wave."""

from django.contrib import messages
from django.db.models import OuterRef, Subquery
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import permission_required
from accounts.errors import NotAllowed, Refusal, StalePage
from accounts.forms import attempt, status_of
from accounts.lists import Column, ListPage
from accounts.models import Role, User
from applications.evaluations import checked, conflicts, profiles
from applications.evaluations import pool as verbs
from applications.evaluations.profiles import LANGUAGES
from applications.evaluations.terms import EDITION
from applications.models import Application, Interest, PlaceKind, ReviewerInvitation, ReviewerProfile, TermsAcceptance
from applications.models.review import ASSIGN
from applications.pool_forms import InviteForm
from programme.models import Wave

may_read = permission_required("applications.read_profiles")
may_assign = permission_required(ASSIGN)
KINDS = dict(PlaceKind.Kind.choices)


def profile_of(row):
    return row.profile


def of_profile(name, words=None):
    """A cell read on the profile, empty where there is none."""

    def read(row):
        value = getattr(row.profile, name, "") if row.profile else ""
        return ", ".join(words.get(one, one) for one in value) if words is not None else value

    return read


def absence_of(row):
    profile = row.profile
    if not profile or not profile.unavailable_from:
        return ""
    return f"{profile.unavailable_from:%d/%m/%Y} au {profile.unavailable_until:%d/%m/%Y}"


class PoolList(ListPage):
    name = "evaluateurs"
    caption = "Évaluatrices et évaluateurs"
    noun = ("personne", "personnes")
    default_sort = "nom"
    search_field = "search_text"
    search_label = "Nom ou adresse"
    columns = [
        Column(
            "nom",
            "Nom",
            lambda row: str(row),
            sort="search_text",
            url=lambda row: reverse("applications:reviewer_profile", args=[row.public_id]),
            note="email",
            header=True,
        ),
        Column("organisme", "Organisme", of_profile("employer")),
        Column("siren", "SIREN", of_profile("employer_siren"), shown=False),
        Column("domaines", "Domaines", of_profile("fields", KINDS)),
        Column("region", "Région", of_profile("region")),
        Column("regions", "Autres régions", of_profile("regions", {}), shown=False),
        Column("langues", "Langues", of_profile("languages", LANGUAGES), shown=False),
        Column("capacite", "Dossiers par vague", of_profile("capacity"), kind="integer"),
        Column("absence", "Absence", absence_of),
        Column("regles", "Règles acceptées le", "accepted", kind="datetime", sort="accepted"),
    ]
    empty_title = "Personne n’évalue encore"
    empty_text = "Invitez une personne : elle répond par un lien, sans créer de compte avant."

    def page_rows(self, ids):
        rows = list(self.queryset.filter(pk__in=ids))
        known = {one.user_id: one for one in ReviewerProfile.objects.filter(user__in=ids)}
        for row in rows:
            row.profile = known.get(row.pk)
        return rows


@may_read
@require_GET
def people(request):
    """Who may review, and who has not answered yet?"""
    accepted = TermsAcceptance.objects.filter(user=OuterRef("pk"), edition=EDITION)
    rows = User.objects.holding(Role.REVIEWER).annotate(accepted=Subquery(accepted.values("accepted_at")[:1]))
    listing = PoolList(request, rows)
    if file := listing.file():
        return file
    context = {
        "listing": listing,
        "invitations": checked.without_agreement(reader=request.user),
        "accepted": checked.accepted(reader=request.user),
        "may_assign": request.user.has_perm(ASSIGN),
    }
    return render(request, "applications/pool/people.html", context)


@may_assign
@require_http_methods(["GET", "POST"])
def invite(request):
    """Whom do I ask, and what would tie her to the dossiers?"""
    waves = Wave.objects.visible_to(request.user).select_related("call").exclude(state="announced")
    former = replaced(request)
    initial = {"wave": former.wave_id} if former else None
    checking = "check" in request.POST
    form = InviteForm(request.POST or None, waves=waves, initial=initial, checking=checking)
    found, was_checked = [], False
    if checking:
        was_checked = form.is_valid()
        found = ties_of_name(request, form) if was_checked else []
    elif request.method == "POST" and attempt(
        form, lambda data: verbs.invite(by=request.user, replaces=former, **data)
    ):
        messages.success(request, f"L’invitation est partie à {form.result.email} : elle répond par un lien.")
        return redirect("applications:pool")
    context = {"form": form, "found": found, "checked": was_checked, "former": former}
    return render(request, "applications/pool/invite.html", context, status=200 if was_checked else status_of(form))


def replaced(request):
    """The invitation that a new one takes the place of."""
    asked = request.GET.get("remplace", "")
    rows = ReviewerInvitation.objects.filter(answer__in=["declined", "lapsed"])
    return next((row for row in rows if str(row.public_id) == asked), None) if asked else None


def ties_of_name(request, form):
    """[(dossier, reason)] that the reader may read: what is closed to her names nothing to her."""
    data = form.cleaned_data
    if data["wave"] is None:
        return []
    who = {name: data[name] for name in ("last_name", "email", "employer")}
    found = conflicts.check_name(data["wave"], **who, siren=data["employer_siren"])
    rows = Application.objects.visible_to(request.user).filter(pk__in=[dossier.pk for dossier, _ in found])
    shown = rows.select_related("fabrique").in_bulk()
    return [(shown[dossier.pk], reason) for dossier, reason in found if dossier.pk in shown]


@may_assign
@require_POST
def cancel(request, public_id):
    invitation = get_object_or_404(ReviewerInvitation, public_id=public_id)
    verbs.cancel(invitation=invitation, by=request.user)
    messages.success(request, f"L’invitation de {invitation} est annulée : son lien ne sert plus.")
    return redirect("applications:pool")


@may_assign
@require_POST
def withdraw_interest(request, public_id):
    interest = get_object_or_404(Interest.objects.select_related("user"), public_id=public_id)
    try:
        profiles.withdraw_interest(interest=interest, reason=request.POST.get("reason", ""), by=request.user)
    except (StalePage, NotAllowed):
        raise
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "Cette ligne est retirée de la déclaration ; le registre la garde.")
    return redirect("applications:reviewer_profile", interest.user.public_id)
