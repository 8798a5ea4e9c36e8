"""The assignment of a wave: loads, who has what, what lacks; the proposal, then the sending."""

import uuid
from collections import Counter, defaultdict

from django.contrib import messages
from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, Subquery
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import permission_required
from accounts.columns import Written
from accounts.errors import NotAllowed, Refusal, StalePage
from accounts.filters import ConditionFilter
from accounts.forms import attempt, status_of, version_of
from accounts.french import plural
from accounts.lists import Column, ListPage
from accounts.models import Role, User
from applications import assignments
from applications.assigning_forms import ApartForm, ProposalForm
from applications.evaluations import checked, conflicts, profiles
from applications.evaluations.assignment_words import RULE_LABELS, TERM_LABELS, finding_sentences
from applications.evaluations.doors import but, closed_dossiers
from applications.evaluations.terms import terms_accepted
from applications.evaluations.ties import JUDGES
from applications.models import (
    Application,
    ApplicationState,
    Assignment,
    AssignmentRun,
    Interest,
    KeptApart,
    ReviewerProfile,
)
from applications.models.review import ASSIGN
from applications.pool_forms import ProfileForm
from applications.roster import seats_of
from programme.models import Wave

S = ApplicationState
may_read = permission_required("accounts.read_steering")
may_assign = permission_required(ASSIGN)
# Admissible or beyond: what a reviewer has, or will have.
ASKED = Count("assignments", filter=Q(assignments__state__in=Assignment.ACTIVE))
ASSIGNED = (S.ADMISSIBLE, S.IN_REVIEW, S.REVIEWED, S.AWARDED, S.WAITLISTED, S.REFUSED, S.DEFERRED)
STANDING = Assignment.objects.expected().filter(application=OuterRef("pk"))
LATEST = AssignmentRun.objects.filter(wave=OuterRef("application__wave")).order_by("-pk").values("pk")[:1]
CHANGED = Q(Exists(STANDING.filter(run=Subquery(LATEST))))
TONES = {S.ADMISSIBLE: "new", S.IN_REVIEW: "info", S.REVIEWED: "success"}


def names_of(row):
    """« É. Marchand (rendue), K. Diallo (à répondre) »."""
    shown = [f"{a.reviewer} ({a.get_state_display().lower()})" for a in row.asked_reviewers]
    return ", ".join(shown) or "personne"


class ChosenColumn(Column):
    """Who reviews, why, and the button of the lock; a file holds the names alone."""

    def cell(self, row):
        chosen = [(a, sentences_of(a), a.state == Assignment.State.PROPOSED) for a in row.asked_reviewers]
        context = {"row": row, "chosen": chosen, "missing": missing_of(row), "may_change": row.may_change}
        return Written(render_to_string("applications/_chosen.html", context))


def sentences_of(assignment):
    """« Connaît : fablab. Hors de sa région (Bretagne). »; the points of what weighs against the choice."""
    told = [
        reason["text"] + (f" ({reason['points']} pt)" if reason["points"] else "") for reason in assignment.reasons
    ]
    return ". ".join(told)


def missing_of(row):
    return max(row.call_version.reviews_per_application - len(row.asked_reviewers), 0)


def kept_out(row):
    """« É. Marchand : dirige la structure qui demande. » of each reviewer that a tie keeps out."""
    return " ".join(f"{person} : {reason.text}" for person, reason in row.kept_out) or "personne"


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
        ChosenColumn("evaluateurs", "Évaluateurs, et pourquoi", names_of),
        Column("ecartes", "Écartés", kept_out),
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
                "changes": ("Changés par le dernier calcul", CHANGED),
                "verrouilles": ("Avec un choix verrouillé", Q(Exists(STANDING.filter(locked=True)))),
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
        rows = list(rows.prefetch_related(Prefetch("assignments", queryset=asked, to_attr="asked_reviewers")))
        people = {seat.pk: seat.reviewer for seat in self.context["seats"]}
        out = defaultdict(list)
        for (dossier, user), reasons in self.context["excluded"].items():
            if user in people and reasons:
                out[dossier].append((people[user], reasons[0]))
        for row in rows:
            row.kept_out = out[row.pk]
            row.may_change = self.context["may_assign"] and row.state == S.ADMISSIBLE
        return rows


def wave_of(request, public_id):
    return get_object_or_404(Wave.objects.visible_to(request.user).select_related("call"), public_id=public_id)


@may_read
@require_GET
def assignment(request, public_id):
    """Who reviews what, and why?"""
    return page(request, wave_of(request, public_id))


def page(request, wave, proposal_form=None, apart_form=None):
    """The assignment of a wave, with the form that came back with errors."""
    dossiers = Application.objects.visible_to(request.user).filter(wave=wave, state__in=ASSIGNED)
    closed = closed_dossiers(request.user)
    seats, may_assign = list(seats_of(wave, closed=closed).values()), request.user.has_perm(ASSIGN)
    excluded = conflicts.exclusions(wave)
    listing = AssignmentList(
        request, dossiers.annotate(asked=ASKED), seats=seats, excluded=excluded, may_assign=may_assign
    )
    if file := listing.file():
        return file
    run = AssignmentRun.objects.filter(wave=wave).select_related("by").first()
    context = {
        "wave": wave,
        "listing": listing,
        "seats": seats,
        "figures": figures_of(wave, seats, closed),
        "may_assign": may_assign,
        "may_register": request.user.has_perm("applications.read_register"),
        "run": run,
        "told": told_of(run, hidden_from(request.user, wave)),
        "pairs": KeptApart.objects.select_related("first", "second"),
        "proposal_form": proposal_form or ProposalForm(prefix="calcul", initial=ProposalForm.initial_of(run)),
        "apart_form": apart_form or ApartForm(prefix="paire", seats=seats),
    }
    status = 422 if any(form is not None and form.errors for form in (proposal_form, apart_form)) else 200
    return render(request, "applications/assignment.html", context, status=status)


def told_of(run, hidden):
    """What the last calculation found, as the page says it; `hidden` is what the reader may not know of."""
    if run is None:
        return {}
    found = run.findings
    if run.cost is None:
        ways = [[masked(sentence, hidden) for sentence in way] for way in found["loosen"]]
        return {"causes": [masked(sentence, hidden) for sentence in found["causes"]], "ways": ways}
    return {
        "sentences": [masked(sentence, hidden) for sentence in finding_sentences(found)],
        "terms": [(TERM_LABELS[name], points) for name, points in found["terms"].items() if points],
        "prices": [(RULE_LABELS[name], points) for name, points in found.get("prices", {}).items()],
    }


def hidden_from(user, wave):
    """References of the dossiers of a wave that a tie keeps this reader out of."""
    seen = Application.objects.visible_to(user).filter(wave=wave)
    rows = Application.objects.filter(wave=wave, reference__isnull=False).exclude(pk__in=seen.values("pk"))
    return list(rows.values_list("reference", flat=True))


def masked(sentence, hidden):
    for reference in hidden:
        sentence = sentence.replace(reference, "un autre dossier")
    return sentence


def uuid_of(text):
    """The identifier that a button carries, or one that nothing has."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.UUID(int=0)


def figures_of(wave, seats, closed):
    """What the head of the page counts, without the dossiers that are closed to its reader."""
    rows = Application.objects.filter(wave=wave, state__in=[S.ADMISSIBLE, S.IN_REVIEW, S.REVIEWED])
    rows = but(rows, closed).annotate(asked=ASKED).order_by("pk")
    facts = list(rows.values_list("state", "asked", "call_version__reviews_per_application"))
    asked = but(Assignment.objects.filter(application__wave=wave), closed, "application")
    states = Counter(asked.order_by().values_list("state", flat=True))
    loads = [seat.load for seat in seats]
    return {
        "dossiers": len(facts),
        "wanted": sum(n for _, _, n in facts),
        "asked": sum(asked for _, asked, _ in facts),
        "missing": sum(max(n - asked, 0) for _, asked, n in facts),
        "admissible": sum(state == S.ADMISSIBLE for state, _, _ in facts),
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
        **unsent_of(asked),
    }


def unsent_of(asked):
    """What the next calculation may change, and what it may not; one query."""
    waiting = asked.filter(application__state=S.ADMISSIBLE, state="proposed")
    return waiting.aggregate(held=Count("pk", filter=Q(locked=True)), free=Count("pk", filter=Q(locked=False)))


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
    """What somebody who judges knows, for whom she works, how many dossiers she can take, what she declared."""
    if request.method == "POST" and not request.user.has_perm(ASSIGN):
        raise NotAllowed
    person = get_object_or_404(User.objects.holding(*JUDGES), public_id=public_id)
    known = ReviewerProfile.objects.select_related("commune").filter(user=person).first()
    form = ProfileForm.of(person, request.POST or None, initial=ProfileForm.initial_of(known))
    if request.method == "POST" and attempt(
        form,
        lambda data: profiles.describe_reviewer(
            user=person, by=request.user, version=version_of(request) if known else None, **form.profile()
        ),
    ):
        messages.success(request, f"Le profil de {person} est à jour.")
        return redirect("applications:reviewer_profile", public_id)
    context = {
        "person": person,
        "form": form,
        "version": known.version if known else None,
        "known": known,
        "lines": Interest.objects.filter(user=person).select_related("commune").order_by("pk"),
        "accepted": terms_accepted(person),
        "may_assign": request.user.has_perm(ASSIGN),
        "reviews": person.has_role(Role.REVIEWER),
        "invited": checked.accepted(reader=request.user, user=person),
    }
    return render(request, "applications/reviewer_profile.html", context, status=status_of(form))
