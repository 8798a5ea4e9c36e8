"""The reviews of one dossier, for staff: who was asked, what they gave, what to do when one lacks."""

from django.contrib import messages
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.access import permission_required
from accounts.forms import attempt
from accounts.history import SYSTEM, HistoryEntry, words_of
from accounts.models import JournalEntry
from applications import assignments, reviewing
from applications.evaluations.conflicts import exclusions_of
from applications.evaluations.rubric import criterion_means, thresholds_missed
from applications.evaluations.texts import words_of_score
from applications.models import ApplicationState, Assignment, Review
from applications.models.review import ASSIGN
from applications.review_forms import AssignForm, ReasonForm
from applications.roster import seats_of
from applications.sheets import criteria_of, share_of, summary_of
from applications.views.scope import staff_dossier_of

may_read = permission_required("accounts.read_steering")
may_assign = permission_required(ASSIGN)
S = ApplicationState
# What the journal keeps of the reviews on the dossier itself.
ACTS = ("send_to_review", "complete_review", "reopen_review", "settle_review")


@may_read
@require_GET
def reviews(request, public_id):
    """Who reviewed this dossier, with which reasons; do they agree?"""
    return page(request, staff_dossier_of(request, public_id))


def page(request, dossier, assign_form=None, settle_form=None, reopen=None):
    """The tab, with the form that came back with errors; `reopen` is (assignment id, form)."""
    asked = list(dossier.assignments.select_related("reviewer").order_by("assigned_at", "pk"))
    given = given_sheets(request.user, dossier)
    may = request.user.has_perm(ASSIGN) and dossier.state in assignments.ASSIGNABLE
    seats = seats_of(dossier.wave) if may else {}
    summary = summary_of([sheet.score_hundredths for sheet in given.values() if not sheet.abstention])
    forms = [assign_form, settle_form, reopen and reopen[1]]
    context = {
        "application": dossier,
        "latest": dossier.revisions.defer("content").latest("number"),
        "asked": [row_of(assignment, given, reopen) for assignment in asked],
        "matrix": matrix_of(dossier, list(given.values())),
        "sheets": [sheet for sheet in given.values() if not sheet.abstention],
        "summary": summary,
        "abstained": sum(bool(sheet.abstention) for sheet in given.values()),
        "missed": missed_by(dossier, given.values(), summary),
        "hidden": sum(a.state == Assignment.State.SUBMITTED for a in asked) - len(given),
        "expected": dossier.call_version.reviews_per_application,
        "missing": missing_of(dossier, asked),
        "may_assign": may,
        "may_settle": may and dossier.state == S.IN_REVIEW and bool(summary.given) and is_incomplete(dossier, asked),
        "assign_form": assign_form or AssignForm(prefix="confier", choices=choices_of(dossier, asked, seats)),
        "barred": barred_of(dossier, asked, seats),
        "settle_form": settle_form or ReasonForm(prefix="clore"),
        "entries": entries_of(dossier, asked),
    }
    status = 422 if any(form is not None and form.errors for form in forms) else 200
    return render(request, "applications/staff_reviews.html", context, status=status)


def entries_of(dossier, asked):
    """What happened to the reviews of the dossier, latest first; one query."""
    people = {assignment.pk: assignment.reviewer for assignment in asked}
    about_sheets = Q(subject_type="applications.Assignment", subject_id__in=people)
    about_dossier = Q(subject_type="applications.Application", subject_id=dossier.pk, action__in=ACTS)
    rows = JournalEntry.objects.filter(about_sheets | about_dossier).select_related("actor").order_by("-at", "-pk")
    return [HistoryEntry(row.at, str(row.actor or SYSTEM), sentence_of(row, people)) for row in rows[:50]]


def sentence_of(row, people):
    """The act, with the reviewer it is about when somebody else did it."""
    about = people.get(row.subject_id) if row.subject_type == "applications.Assignment" else None
    told = f" ({about})" if about and about != row.actor else ""
    return f"{words_of(row)}{told}"


def given_sheets(user, dossier):
    """{assignment id: Review} of the sheets that `user` may read."""
    sheets = Review.objects.visible_to(user).given().filter(assignment__application=dossier)
    sheets = sheets.select_related("assignment__reviewer", "revision").prefetch_related("scores")
    return {sheet.assignment_id: sheet for sheet in sheets.order_by("submitted_at", "pk")}


def row_of(assignment, given, reopen):
    form = reopen[1] if reopen and reopen[0] == assignment.pk else ReasonForm(prefix=f"rouvrir-{assignment.pk}")
    return {"assignment": assignment, "sheet": given.get(assignment.pk), "form": form}


def missing_of(dossier, asked):
    active = sum(assignment.state in Assignment.ACTIVE for assignment in asked)
    return max(dossier.call_version.reviews_per_application - active, 0)


def is_incomplete(dossier, asked):
    pending = any(assignment.state in Assignment.PENDING for assignment in asked)
    return pending or missing_of(dossier, asked) > 0


def matrix_of(dossier, sheets):
    """[(criterion, share, [(words of the level, reason) by sheet])]: who ticked what."""
    sheets = [sheet for sheet in sheets if not sheet.abstention]
    criteria = criteria_of(dossier.call_version) if sheets else ()
    by_sheet = [{score.criterion_id: score for score in sheet.scores.all()} for sheet in sheets]
    return [
        (
            criterion,
            share_of(criterion, criteria),
            [cell_of(criterion, scores.get(criterion.pk)) for scores in by_sheet],
        )
        for criterion in criteria
    ]


def cell_of(criterion, score):
    return words_of_score(criterion, score), score.reason if score else ""


def missed_by(dossier, sheets, summary):
    """The thresholds of the call that the dossier does not reach, by the sheets that have a score."""
    version = dossier.call_version
    means = criterion_means(
        {score.criterion_id: score.points for score in sheet.scores.all()} for sheet in sheets if not sheet.abstention
    )
    return thresholds_missed(means, criteria_of(version), version, total=summary.mean)


def choices_of(dossier, asked, seats):
    """[(public id, label)] of the people who may be asked, the least loaded first."""
    out = {a.reviewer_id for a in asked if a.state in (*Assignment.ACTIVE, Assignment.State.RECUSED)}
    tied = exclusions_of(dossier, people=[seat.reviewer for seat in seats.values()])
    free = [seat for seat in seats.values() if seat.pk not in out and seat.room and seat.pk not in tied]
    return [
        (str(seat.reviewer.public_id), f"{seat.reviewer}, {seat.load} sur {seat.capacity}")
        for seat in sorted(free, key=lambda seat: seat.load)
    ]


def barred_of(dossier, asked, seats):
    """Why others cannot be asked, in sentences."""
    tied = exclusions_of(dossier, people=[seat.reviewer for seat in seats.values()])
    told = [f"{a.reviewer} a déclaré un lien." for a in asked if a.state == Assignment.State.RECUSED]
    declared = {a.reviewer_id for a in asked if a.state == Assignment.State.RECUSED}
    told += [
        f"{seats[user].reviewer} : {tied[user][0].text}" for user in seats if user in tied and user not in declared
    ]
    full = [str(seat.reviewer) for seat in seats.values() if not seat.room]
    return told + ([f"Au maximum de leur charge : {', '.join(full)}."] if full else [])


@may_assign
@require_POST
def assign(request, public_id):
    dossier = staff_dossier_of(request, public_id)
    asked = list(dossier.assignments.select_related("reviewer").order_by("assigned_at", "pk"))
    seats = seats_of(dossier.wave)
    people = {str(seat.reviewer.public_id): seat.reviewer for seat in seats.values()}
    # Every reviewer is a valid choice: the verb says why one of them cannot be asked.
    form = AssignForm(request.POST, prefix="confier", choices=[(key, str(person)) for key, person in people.items()])

    def verb(data):
        reviewer = people[data["reviewer"]]
        return assignments.assign(application=dossier, reviewers=[reviewer], by=request.user, due_on=data["due_on"])

    if attempt(form, verb):
        told = f"L’évaluation est confiée à {people[form.cleaned_data['reviewer']]}."
        messages.success(request, told if form.result else "Cette personne évalue déjà ce dossier.")
        return redirect("applications:staff_reviews", public_id)
    form.fields["reviewer"].choices = [("", "Choisissez une personne"), *choices_of(dossier, asked, seats)]
    return page(request, dossier, assign_form=form)


@may_assign
@require_POST
def settle(request, public_id):
    dossier = staff_dossier_of(request, public_id)
    form = ReasonForm(request.POST, prefix="clore")
    if attempt(form, lambda data: reviewing.settle(application=dossier, by=request.user, **data)):
        messages.success(request, "Les évaluations sont closes : le dossier est évalué avec celles qui sont rendues.")
        return redirect("applications:staff_reviews", public_id)
    return page(request, dossier, settle_form=form)


def assignment_of(request, public_id):
    rows = Assignment.objects.visible_to(request.user).select_related("application", "reviewer")
    return get_object_or_404(rows, public_id=public_id)


@may_assign
@require_POST
def take_back(request, public_id):
    assignment = assignment_of(request, public_id)
    assignments.take_back(assignment=assignment, by=request.user)
    messages.success(request, f"L’évaluation n’est plus confiée à {assignment.reviewer}.")
    return redirect("applications:staff_reviews", assignment.application.public_id)


@may_assign
@require_POST
def reopen(request, public_id):
    assignment = assignment_of(request, public_id)
    dossier = staff_dossier_of(request, assignment.application.public_id)
    form = ReasonForm(request.POST, prefix=f"rouvrir-{assignment.pk}")
    if attempt(form, lambda data: reviewing.reopen(assignment=assignment, by=request.user, **data)):
        messages.success(request, f"L’évaluation est rouverte, {assignment.reviewer} est prévenu par courriel.")
        return redirect("applications:staff_reviews", dossier.public_id)
    return page(request, dossier, reopen=(assignment.pk, form))
