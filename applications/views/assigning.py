"""The assignment of a wave: loads, who has what, what lacks; the proposal, then the sending."""

from collections import Counter

from django.contrib import messages
from django.db.models import Count, F, Prefetch, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import permission_required
from accounts.errors import NotAllowed, Refusal, StalePage
from accounts.filters import ConditionFilter
from accounts.forms import attempt, status_of, version_of
from accounts.french import plural
from accounts.lists import Column, ListPage
from accounts.models import Role, User
from applications import assignments
from applications.models import Application, ApplicationState, Assignment, ReviewerProfile
from applications.models.review import ASSIGN
from applications.review_forms import ProfileForm
from applications.roster import DEFAULT_CAPACITY, seats_of
from programme.models import Wave

S = ApplicationState
may_read = permission_required("accounts.read_steering")
may_assign = permission_required(ASSIGN)
# Admissible or beyond: what a reviewer has, or will have.
ASKED = Count("assignments", filter=Q(assignments__state__in=Assignment.ACTIVE))
ASSIGNED = (S.ADMISSIBLE, S.IN_REVIEW, S.REVIEWED, S.AWARDED, S.WAITLISTED, S.REFUSED, S.DEFERRED)


TONES = {S.ADMISSIBLE: "new", S.IN_REVIEW: "info", S.REVIEWED: "success"}


def names_of(row):
    """« É. Marchand (rendue), K. Diallo (à répondre) »."""
    shown = [f"{a.reviewer} ({a.get_state_display().lower()})" for a in row.asked_reviewers]
    return ", ".join(shown) or "personne"


def missing_of(row):
    return max(row.call_version.reviews_per_application - len(row.asked_reviewers), 0)


class AssignmentList(ListPage):
    name = "affectation"
    caption = "Évaluateurs de chaque dossier"
    noun = ("dossier", "dossiers")
    default_sort = "lieu"
    search_field = "search_text"
    search_label = "Lieu, structure ou numéro"
    columns = [
        Column(
            "lieu",
            "Dossier",
            "fabrique.name",
            sort="sort_name",
            url=lambda row: reverse("applications:staff_reviews", args=[row.public_id]),
            note=lambda row: f"{row.reference}, {row.fabrique.commune or 'commune non connue'}",
            header=True,
        ),
        Column("structure", "Structure", "organisation.name"),
        Column("evaluateurs", "Évaluateurs", names_of),
        Column("manquent", "À pourvoir", missing_of, kind="integer", sort="asked"),
        Column("etat", "État", lambda row: (row.get_state_display(), TONES.get(row.state, "")), kind="badge"),
    ]
    filters = [
        ConditionFilter(
            "voir",
            "Montrer",
            field="pk",
            conditions={
                "a-pourvoir": ("À pourvoir", Q(asked__lt=F("call_version__reviews_per_application"))),
                "a-envoyer": ("À envoyer", Q(state="admissible")),
                "en-cours": ("En évaluation", Q(state="in_review")),
                "evalues": ("Évalués", Q(state="reviewed")),
            },
        )
    ]

    def page_rows(self, ids):
        asked = Assignment.objects.expected().select_related("reviewer").order_by("reviewer__search_text", "pk")
        rows = Application.objects.filter(pk__in=ids).select_related(
            "fabrique__commune", "organisation", "call_version"
        )
        return rows.prefetch_related(Prefetch("assignments", queryset=asked, to_attr="asked_reviewers"))


def wave_of(request, public_id):
    return get_object_or_404(Wave.objects.visible_to(request.user).select_related("call"), public_id=public_id)


@may_read
@require_GET
def assignment(request, public_id):
    """Who reviews what?"""
    wave = wave_of(request, public_id)
    dossiers = Application.objects.visible_to(request.user).filter(wave=wave, state__in=ASSIGNED)
    listing = AssignmentList(request, dossiers.annotate(asked=ASKED))
    if file := listing.file():
        return file
    seats = list(seats_of(wave).values())
    context = {
        "wave": wave,
        "listing": listing,
        "seats": seats,
        "figures": figures_of(wave, seats),
        "may_assign": request.user.has_perm(ASSIGN),
    }
    return render(request, "applications/assignment.html", context)


def figures_of(wave, seats):
    """What the head of the page counts; two queries."""
    rows = Application.objects.filter(wave=wave, state__in=[S.ADMISSIBLE, S.IN_REVIEW, S.REVIEWED])
    rows = rows.annotate(asked=ASKED).order_by("pk")
    facts = list(rows.values_list("state", "asked", "call_version__reviews_per_application"))
    states = Counter(Assignment.objects.filter(application__wave=wave).order_by().values_list("state", flat=True))
    loads = [seat.load for seat in seats]
    return {
        "dossiers": len(facts),
        "wanted": sum(n for _, _, n in facts),
        "asked": sum(asked for _, asked, _ in facts),
        "missing": sum(max(n - asked, 0) for _, asked, n in facts),
        "ready": sum(state == S.ADMISSIBLE and asked >= n for state, asked, n in facts),
        "unready": sum(state == S.ADMISSIBLE and asked < n for state, asked, n in facts),
        "to_complete": sum(max(n - asked, 0) for state, asked, n in facts if state == S.ADMISSIBLE),
        "invitations": sum(asked for state, asked, n in facts if state == S.ADMISSIBLE and asked >= n),
        "room": sum(seat.room for seat in seats),
        "lowest": min(loads, default=0),
        "highest": max(loads, default=0),
        "given": states[Assignment.State.SUBMITTED],
        "recused": states[Assignment.State.RECUSED],
        "declined": states[Assignment.State.DECLINED],
    }


@may_assign
@require_POST
def propose(request, public_id):
    wave = wave_of(request, public_id)
    made = assignments.propose_balanced(wave=wave, by=request.user)
    if made:
        messages.success(
            request, f"{plural(len(made), 'évaluation proposée', 'évaluations proposées')}. Relisez, puis envoyez."
        )
    else:
        messages.warning(
            request,
            "Rien n’a été ajouté : chaque dossier recevable a ses évaluateurs, ou personne n’est libre et sans lien.",
        )
    return redirect("applications:assignment", public_id)


@may_assign
@require_POST
def send(request, public_id):
    wave = wave_of(request, public_id)
    try:
        sent = assignments.send_to_review(wave=wave, by=request.user)
    except (StalePage, NotAllowed):
        raise
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(
            request,
            f"{plural(len(sent), 'dossier envoyé', 'dossiers envoyés')} en évaluation : chaque évaluateur est prévenu "
            "par courriel.",
        )
    return redirect("applications:assignment", public_id)


@permission_required("applications.read_profiles")
@require_http_methods(["GET", "POST"])
def profile(request, public_id):
    """For whom a reviewer works, and how many dossiers she can take."""
    if request.method == "POST" and not request.user.has_perm(ASSIGN):
        raise NotAllowed
    person = get_object_or_404(User.objects.holding(Role.REVIEWER), public_id=public_id)
    known = ReviewerProfile.objects.filter(user=person).first()
    fields = ("employer", "employer_siren", "region", "capacity")
    initial = {name: getattr(known, name) for name in fields} if known else {"capacity": DEFAULT_CAPACITY}
    form = ProfileForm(request.POST or None, initial=initial)
    if request.method == "POST" and attempt(
        form,
        lambda data: assignments.describe_reviewer(
            user=person, by=request.user, version=version_of(request) if known else None, **data
        ),
    ):
        messages.success(request, f"Le profil de {person} est à jour.")
        return redirect("applications:reviewer_profile", public_id)
    context = {
        "person": person,
        "form": form,
        "version": known.version if known else None,
        "known": known,
        "may_assign": request.user.has_perm(ASSIGN),
    }
    return render(request, "applications/reviewer_profile.html", context, status=status_of(form))
