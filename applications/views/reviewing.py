"""The reviewer's desk: what to do, the answer before a dossier opens, the dossier and its sheet side by side."""

from dataclasses import replace
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Count, Prefetch, Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import role_required
from accounts.errors import NotAllowed, Refusal, StalePage
from accounts.forms import attempt, status_of
from accounts.french import hour, plural
from accounts.lists import Column, ListPage
from accounts.models import Role, User
from applications import autosave, comparison, reviewing
from applications.editors import SheetEditor
from applications.evaluations import exercise
from applications.evaluations.filling import IncompleteSheet
from applications.evaluations.rubric import thresholds_missed
from applications.evaluations.severity import waves_told
from applications.evaluations.terms import has_accepted, terms_accepted
from applications.evaluations.texts import words_of_score
from applications.merging import marks_of
from applications.models import ApplicationState, Assignment, Attachment, Review
from applications.reading import readable
from applications.review_forms import AnswerForm, InterestForm, SheetForm
from applications.sheets import criteria_of
from documents.downloads import serve_upload
from documents.models import PagePicture

reviewer_only = role_required(Role.REVIEWER)
A = Assignment.State
# What the reader of a desk does first: what she began, then what waits for her answer.
WRITING_FIRST = {A.REOPENED: 0, A.ACCEPTED: 1, A.PROPOSED: 2}


def own_score(row):
    """Out of 100; nothing for an abstention."""
    score = row.review.score_hundredths
    return None if score is None else score / 100


class GivenList(ListPage):
    name = "evaluations-rendues"
    caption = "Évaluations que vous avez rendues"
    noun = ("évaluation rendue", "évaluations rendues")
    default_sort = "-rendue"
    search_field = "application__search_text"
    search_label = "Lieu, structure ou numéro"
    columns = [
        Column(
            "lieu",
            "Dossier",
            "application.fabrique.name",
            sort="application__sort_name",
            url=lambda row: f"/evaluations/{row.public_id}/",
            note=lambda row: f"{row.application.reference}, {row.application.wave}",
            header=True,
        ),
        Column("rendue", "Rendue le", "closed_at", kind="datetime", sort="closed_at"),
        Column("note", "Votre note sur 100", own_score, kind="decimal"),
    ]

    def page_rows(self, ids):
        rows = Assignment.objects.filter(pk__in=ids)
        return rows.select_related("application__fabrique", "application__wave", "review")


@reviewer_only
@require_GET
def desk(request):
    """What is on my desk, until when?"""
    mine = Assignment.objects.on_desk_of(request.user)
    listing = GivenList(request, mine.filter(state=A.SUBMITTED))
    if file := listing.file():
        return file
    todo = to_do(request.user)
    context = {
        "todo": todo,
        "following": todo[0] if todo else None,
        "listing": listing,
        "recused": Assignment.objects.asked_of(request.user).filter(state=A.RECUSED).count(),
        "today": timezone.localdate(),
        "told": waves_told(request.user),
        "accepted": terms_accepted(request.user),
        **exercises_of(request.user),
    }
    return render(request, "applications/reviews/desk.html", context)


def exercises_of(user):
    """How many worked examples she may read, and how many of them wait for her scores; one query."""
    answered = list(exercise.examples_for(user).values_list("answered", flat=True))
    return {"exercises": len(answered), "exercises_left": answered.count(False)}


def to_do(user):
    """The sheets still to come, begun ones first, then by deadline; one query."""
    scored = Count("review__scores", filter=Q(review__scores__points__isnull=False))
    waiting = Assignment.objects.on_desk_of(user).filter(state__in=Assignment.PENDING)
    waiting = waiting.filter(application__state=ApplicationState.IN_REVIEW).annotate(scored=scored)
    rows = waiting.select_related("application__fabrique__commune", "application__organisation", "application__wave")
    today = timezone.localdate()
    for row in rows:
        row.days_left = (row.due_on - today).days if row.due_on else None
        row.days_late = -row.days_left if row.due_on and row.due_on < today else 0
    return sorted(rows, key=lambda row: (WRITING_FIRST[row.state], row.due_on or today.max, row.pk))


@reviewer_only
@require_GET
def following(request):
    """The next dossier of the desk, or the desk when nothing is left to do."""
    return to_following(to_do(request.user))


def to_following(todo):
    return redirect("applications:review", todo[0].public_id) if todo else redirect("applications:desk")


def after_this(user, assignment):
    """The dossier of the desk that comes after this one, which stays to be done; the first again after the last."""
    todo = to_do(user)
    at = next((rank for rank, row in enumerate(todo) if row.pk == assignment.pk), -1)
    return to_following([row for row in todo[at + 1 :] + todo[: at + 1] if row.pk != assignment.pk])


def of_desk(request, public_id):
    rows = Assignment.objects.on_desk_of(request.user).annotate(accepted=has_accepted(request.user)).select_related(
        "application__fabrique__commune", "application__organisation", "application__wave__call",
        "application__call_version", "review__revision",
    )  # fmt: skip
    return get_object_or_404(rows, public_id=public_id)


def to_terms(request):
    """The rules first; their page comes back here."""
    return redirect(reverse("applications:review_terms") + "?" + urlencode({"suite": request.path}))


# --- The answer ----------------------------------------------------------------------------------------------------


@reviewer_only
@require_http_methods(["GET", "POST"])
def answer(request, public_id):
    """Do I take this dossier, and have I a tie with it? Nothing of it is shown but what tells a tie."""
    assignment = of_desk(request, public_id)
    if not assignment.accepted:
        return to_terms(request)
    if not awaits_answer(assignment):
        refuse_closed_dossier(assignment)
        if request.method == "GET":
            return redirect("applications:review", public_id)
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and attempt(
        form, lambda data: reviewing.answer(assignment=assignment, by=request.user, **form.answer())
    ):
        return after_answer(request, form.result)
    context = {"assignment": assignment, "form": form, "application": assignment.application}
    return render(request, "applications/reviews/answer.html", context, status=status_of(form))


def awaits_answer(assignment):
    return assignment.state == A.PROPOSED and assignment.application.state == ApplicationState.IN_REVIEW


def after_answer(request, assignment):
    if assignment.state == A.ACCEPTED:
        return redirect("applications:review", assignment.public_id)
    told = {
        A.RECUSED: "Votre lien est déclaré : ce dossier vous est fermé, et l’équipe le confiera à quelqu’un d’autre.",
        A.DECLINED: "C’est noté : l’équipe confiera ce dossier à quelqu’un d’autre.",
    }
    messages.success(request, told[assignment.state])
    return redirect("applications:desk")


@reviewer_only
@require_http_methods(["GET", "POST"])
def interest(request, public_id):
    """I found a tie after having opened the dossier: withdraw."""
    assignment = get_object_or_404(
        Assignment.objects.open_to(request.user).select_related("application__fabrique"), public_id=public_id
    )
    form = InterestForm(request.POST or None)
    if request.method == "POST" and attempt(
        form, lambda data: reviewing.declare_interest(assignment=assignment, by=request.user, **data)
    ):
        return after_answer(request, form.result)
    context = {"assignment": assignment, "form": form, "application": assignment.application}
    return render(request, "applications/reviews/interest.html", context, status=status_of(form))


# --- The sheet -----------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def review(request, public_id):
    """The dossier left, my sheet right."""
    return post_sheet(request, public_id) if request.method == "POST" else show_sheet(request, public_id)


@reviewer_only
def show_sheet(request, public_id):
    assignment = of_desk(request, public_id)
    if awaits_answer(assignment):
        return redirect("applications:answer", public_id)
    refuse_closed_dossier(assignment)
    if not assignment.accepted:
        return to_terms(request)
    if is_writable(assignment) and exercise.is_due(assignment.application.call_version, request.user):
        messages.info(request, "Cet appel demande de noter d’abord les exemples de calibrage : les voici.")
        return redirect("applications:exercise")
    return sheet_page(request, assignment, saved_form(assignment.review, assignment.application.call_version))


def saved_form(review, version):
    """The form of a sheet as it is saved."""
    criteria = criteria_of(version)
    return SheetForm(initial=SheetForm.initial_of(review, criteria), criteria=criteria)


def is_writable(assignment):
    return assignment.state in Assignment.WRITING and assignment.application.state == ApplicationState.IN_REVIEW


def refuse_closed_dossier(assignment):
    """Recused, declined, taken back or not answered: the dossier does not exist for this reader."""
    if assignment.state not in Assignment.OPEN:
        raise Http404


def post_sheet(request, public_id):
    """Save, or give. Few queries: this is the page that is posted most, and its right is read with its row."""
    mine = Assignment.objects.written_by(request.user).filter(reviewer__in=User.objects.holding(Role.REVIEWER))
    assignment = mine.filter(public_id=public_id).select_related("application__call_version").first()
    if assignment is None:
        return no_such_sheet(request)
    giving = "give" in request.POST
    editor, clash = SheetEditor(assignment, giving=giving), None
    form = editor.form(request.POST)
    if form.is_valid():
        try:
            done = autosave.save(editor, form, autosave.Sent.of(request), by=request.user)
        except autosave.Clash as found:
            clash = found
        except IncompleteSheet as incomplete:
            form.add_problems(incomplete.problems)
        except (StalePage, NotAllowed):
            raise
        except Refusal as refusal:
            form.add_refusal(refusal)
        else:
            return after_sheet(request, assignment, done, giving)
    return sheet_page(request, of_desk(request, public_id), form, 409 if clash else 422, clash=clash)


@reviewer_only
def no_such_sheet(request):
    """Sign-in, 403 or 404: which of them depends on who asks."""
    raise Http404


def after_sheet(request, assignment, done, giving):
    if giving:
        messages.success(request, "Votre évaluation est rendue. Voici la suite de votre bureau.")
        return redirect("applications:next_review")
    if "latest" in request.POST:
        reviewing.judge_latest(assignment=assignment, by=request.user, version=done.version)
        messages.success(request, "Votre évaluation porte maintenant sur la dernière version : relisez vos notes.")
        return redirect("applications:review", assignment.public_id)
    messages.success(request, f"Évaluation enregistrée à {hour(done.at)}. Elle n’est pas encore rendue.")
    if "save_next" in request.POST:
        return after_this(request.user, assignment)
    return redirect("applications:review", assignment.public_id)


def guard_of(request, assignment, clash):
    """The version and the marks of what the page shows; a sheet that comes back keeps those it came with."""
    posted = request.POST
    if request.method == "POST" and posted.get("version", "").isdecimal():
        read = posted.get("page_read")
        # A page that does not say what it showed is taken to have seen what stands there now.
        return {"sheet_version": clash.now.version if clash and not read else posted["version"], "page_read": read}
    editor = SheetEditor(assignment)
    texts = editor.texts_of(editor.review())
    return {"sheet_version": assignment.review.version, "page_read": marks_of(texts)}


def sheet_page(request, assignment, form, status=200, clash=None):
    given = assignment.state == A.SUBMITTED
    writable = is_writable(assignment)
    rows = form.rows
    done = sum(row.is_done for row in rows)
    context = {
        "assignment": assignment,
        "application": assignment.application,
        "review": assignment.review,
        "revision": assignment.review.revision,
        **versions_of(assignment),
        "blocks": blocks_of(assignment.review.revision),
        "pieces": pieces_of(assignment),
        "declared": assignment.declarations.latest("pk"),
        "pile": pile_of(request.user, assignment),
        "others": others_of(request.user, assignment, form.criteria) if given else [],
        "missed": missed_by(assignment.review, form.criteria, assignment.application.call_version) if given else [],
        "form": form,
        "rows": rows,
        "done": done,
        "left": plural(len(rows) - done, "critère"),
        "opened": next((row.criterion.pk for row in rows if not row.is_done), None),
        "writable": writable,
        "clash": clash,
        "form_id": SheetEditor.FORM,
        **guard_of(request, assignment, clash),
    }
    return render(request, "applications/reviews/sheet.html", context, status=status)


def blocks_of(revision):
    """The version judged, for somebody who did not write it."""
    structure, *others = readable(revision.content, bank_details=False)
    return [replace(structure, title="La structure"), *others]


def pieces_of(assignment):
    """{public id: attachment with its pictures} of the version that is judged, to be read in the page; two queries."""
    ids = [one["id"] for one in assignment.review.revision.content["attachments"]]
    rows = Attachment.objects.filter(application=assignment.application_id, public_id__in=ids).select_related("file")
    pictures = Prefetch("file__pictures", PagePicture.objects.exclude(number=0).order_by("number"))
    return {str(row.public_id): row for row in rows.prefetch_related(pictures)}


def versions_of(assignment):
    """The latest version of the dossier, and what it changes when it is not the one that is judged."""
    judged, latest = assignment.review.revision, assignment.application.revisions.latest("number")
    sections = comparison.compare(judged.content, latest.content) if latest.pk != judged.pk else []
    return {"latest": latest, "changes": [section for section in sections if section.changed]}


def missed_by(review, criteria, version):
    """The thresholds of the call that a given sheet does not reach by itself."""
    points = {score.criterion_id: score.points for score in review.scores.all()}
    return thresholds_missed(points, criteria, version)


def pile_of(user, assignment):
    """My dossiers of the wave, in the order of the desk: where I am."""
    mine = Assignment.objects.asked_of(user).filter(application__wave=assignment.application.wave_id)
    states = list(mine.exclude(state__in=[A.DECLINED, A.LAPSED]).order_by("due_on", "pk").values_list("pk", "state"))
    marks = {A.SUBMITTED: "d", A.RECUSED: "x"}
    position = [pk for pk, _ in states].index(assignment.pk) + 1
    return {
        "marks": ["n" if pk == assignment.pk else marks.get(state, "") for pk, state in states],
        "position": position,
        "total": len(states),
        "given": sum(state == A.SUBMITTED for _, state in states),
        "recused": sum(state == A.RECUSED for _, state in states),
        "days_left": max((assignment.due_on - timezone.localdate()).days, 0) if assignment.due_on else None,
    }


def others_of(user, assignment, criteria):
    """[(sheet, [(criterion, words of the level, reason)])] of the other reviewers, once mine is given with a score."""
    sheets = Review.objects.visible_to(user).given().filter(assignment__application=assignment.application_id)
    sheets = sheets.exclude(assignment=assignment).select_related("assignment__reviewer").prefetch_related("scores")
    return [(sheet, lines_of(sheet, criteria)) for sheet in sheets.order_by("submitted_at", "pk")]


def lines_of(sheet, criteria):
    scores = {score.criterion_id: score for score in sheet.scores.all()}
    return [(c, words_of_score(c, scores[c.pk]), scores[c.pk].reason) for c in criteria if c.pk in scores]


@reviewer_only
@require_GET
def piece(request, public_id, piece_id):
    """One attachment of the version that is judged, to be saved; it is read in the page at `read_piece`."""
    rows = Assignment.objects.open_to(request.user).select_related("review__revision")
    assignment = get_object_or_404(rows, public_id=public_id)
    if str(piece_id) not in {one["id"] for one in assignment.review.revision.content["attachments"]}:
        raise Http404
    found = Attachment.objects.select_related("file").filter(application=assignment.application_id)
    return serve_upload(get_object_or_404(found, public_id=piece_id).file)
