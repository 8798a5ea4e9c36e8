"""Beside the sheet: the versions of it that were kept, and abstaining."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import role_required
from accounts.forms import attempt, status_of, version_of
from accounts.models import Role
from applications.evaluations import drafts, giving
from applications.models import Assignment, ReviewDraft
from applications.review_forms import AbstainForm
from applications.sheets import criteria_of
from applications.views.reviewing import is_writable

reviewer_only = role_required(Role.REVIEWER)


def open_sheet(request, public_id):
    """The reader's own sheet, while its dossier is open to her."""
    rows = Assignment.objects.open_to(request.user).select_related(
        "application__fabrique", "application__call_version", "review", "review__revision"
    )
    return get_object_or_404(rows.prefetch_related("review__scores"), public_id=public_id)


@reviewer_only
@require_GET
def versions(request, public_id):
    """What did I write before? One version is shown beside what stands now, when it is chosen."""
    assignment = open_sheet(request, public_id)
    kept = list(assignment.review.drafts.select_related("revision").order_by("-number"))
    shown = chosen_of(request, kept)
    criteria = criteria_of(assignment.application.call_version)
    context = {
        "assignment": assignment,
        "application": assignment.application,
        "drafts": kept,
        "shown": shown,
        "differences": drafts.differences(shown, assignment.review, criteria) if shown else [],
        "writable": is_writable(assignment),
    }
    return render(request, "applications/reviews/versions.html", context)


def chosen_of(request, kept):
    """The version that the address names, if any."""
    asked = request.GET.get("version")
    if asked is None:
        return None
    found: ReviewDraft | None = next((draft for draft in kept if str(draft.number) == asked), None)
    if found is None:
        raise Http404
    return found


@reviewer_only
@require_POST
def restore(request, public_id, number):
    assignment = open_sheet(request, public_id)
    giving.restore(assignment=assignment, number=number, by=request.user, version=version_of(request))
    messages.success(
        request, f"La version {number} est revenue sur votre évaluation ; ce qui s’y trouvait est gardé à part."
    )
    return redirect("applications:review", public_id)


@reviewer_only
@require_http_methods(["GET", "POST"])
def abstain(request, public_id):
    """I have read the dossier and cannot judge it."""
    assignment = open_sheet(request, public_id)
    if request.method == "GET" and not is_writable(assignment):
        return redirect("applications:review", public_id)
    form = AbstainForm(request.POST or None)
    if request.method == "POST" and attempt(
        form,
        lambda data: giving.abstain(assignment=assignment, by=request.user, version=version_of(request), **data),
    ):
        messages.success(request, "Votre abstention est rendue. Voici la suite de votre bureau.")
        return redirect("applications:next_review")
    context = {"assignment": assignment, "application": assignment.application, "form": form}
    return render(request, "applications/reviews/abstain.html", context, status=status_of(form))
