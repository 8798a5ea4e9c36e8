"""The calibration exercise, for reviewers: score worked examples, then read what they deserve and why."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import role_required
from accounts.errors import Refusal
from accounts.forms import status_of
from accounts.models import Role
from applications.evaluations import exercise as verbs
from applications.evaluations.filling import IncompleteSheet
from applications.evaluations.reference import beside
from applications.models import ExerciseSheet
from applications.review_forms import RubricForm
from applications.sheets import criteria_of

reviewer_only = role_required(Role.REVIEWER)


@reviewer_only
@require_GET
def exercise(request):
    """Which examples are there, and which are still to be scored?"""
    examples = verbs.examples_for(request.user).select_related("call_version__call").order_by("call_version", "pk")
    return render(request, "applications/reviews/exercise.html", {"examples": examples})


@reviewer_only
@require_http_methods(["GET", "POST"])
def example(request, public_id):
    """One example: its text left, the sheet right; once given, mine beside the reference."""
    found = verbs.examples_for(request.user).select_related("call_version__call")
    row = get_object_or_404(found, public_id=public_id)
    criteria = criteria_of(row.call_version)
    given = ExerciseSheet.objects.filter(example=row, reviewer=request.user).prefetch_related("scores").first()
    form = RubricForm(request.POST or None, criteria=criteria)
    if request.method == "POST" and form.is_valid() and give(form, row, request.user):
        messages.success(request, "Vos notes sont rendues. Voici la référence, et ses raisons.")
        return redirect("applications:worked_example", public_id)
    context = {
        "example": row,
        "form": form,
        "rows": form.rows,
        "given": given,
        "reference": beside(criteria, row.references.all(), given.scores.all()) if given else None,
        "following": verbs.undone(row.call_version, request.user).order_by("pk").first() if given else None,
    }
    return render(request, "applications/reviews/example.html", context, status=status_of(form))


def give(form, row, user):
    """Give the sheet; False when it is not complete, with its problems on the form."""
    try:
        verbs.score_example(example=row, by=user, **form.sheet())
    except IncompleteSheet as incomplete:
        form.add_problems(incomplete.problems)
    except Refusal as refusal:
        if refusal.status == 409:
            raise
        form.add_refusal(refusal)
    else:
        return True
    return False
