"""The worked examples of a call, for whoever prepares it: write them, publish them, see how reviewers scored them."""

from django.contrib import messages
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import permission_required
from accounts.errors import Refusal
from accounts.forms import status_of, version_of
from accounts.french import plural
from accounts.permissions import require
from applications.evaluations import exercise as verbs
from applications.evaluations.filling import IncompleteSheet
from applications.evaluations.reference import beside
from applications.evaluations.texts import NOT_APPLICABLE
from applications.models import WorkedExample
from applications.review_forms import ExampleForm
from applications.sheets import criteria_of
from programme.models import Call
from programme.models.call import EDIT

READ = "applications.read_examples"


def call_of(request, slug):
    """(call, its published version or None)."""
    call = get_object_or_404(Call.objects.visible_to(request.user).prefetch_related("versions"), slug=slug)
    version = call.version_in_force()
    return call, version if version and version.frozen_at else None


@permission_required(READ)
@require_GET
def examples(request, slug):
    """Which examples has this call, and who has scored them?"""
    call, version = call_of(request, slug)
    rows = WorkedExample.objects.filter(call_version__call=call).select_related("call_version")
    rows = rows.prefetch_related("sheets").order_by("-call_version__number", "pk")
    context = {
        "call": call,
        "version": version,
        "examples": rows,
        "may_write": request.user.has_perm(EDIT),
        "earlier": len(verbs.to_take_up(version)) if version else 0,
    }
    return render(request, "applications/examples.html", context)


@permission_required(EDIT)
@require_POST
def take_up(request, slug):
    _, version = call_of(request, slug)
    if version is None:
        raise Refusal("Publiez d’abord cet appel : ses critères pourraient encore changer.")
    written = verbs.take_up_examples(version=version, by=request.user)
    messages.success(request, f"{plural(len(written), 'exemple')} en brouillon : relisez, complétez, publiez.")
    return redirect("applications:worked_examples", slug)


@permission_required(EDIT)
@require_http_methods(["GET", "POST"])
def new(request, slug):
    call, version = call_of(request, slug)
    if version is None:
        raise Refusal("Publiez d’abord cet appel : ses critères pourraient encore changer.")
    form = ExampleForm(request.POST or None, criteria=criteria_of(version))
    if request.method == "POST" and form.is_valid() and write(request, form, version):
        return redirect("applications:worked_examples", slug)
    context = {"call": call, "example": None, "version": None, "form": form, "rows": form.rows}
    return render(request, "applications/example_form.html", context, status=status_of(form))


def write(request, form, version, example=None):
    """Save, and publish when asked, both or nothing; False when it was refused, with its problems on the form."""
    read = version_of(request) if example else None
    try:
        with transaction.atomic():
            row = verbs.write_example(
                version=version, example=example, by=request.user, page_version=read, **form.example()
            )
            if "publish" in request.POST:
                verbs.publish_example(example=row, by=request.user)
    except IncompleteSheet as incomplete:
        form.add_problems(incomplete.problems)
    except Refusal as refusal:
        if refusal.status == 409:
            raise
        form.add_refusal(refusal)
    else:
        messages.success(request, "L’exemple est enregistré.")
        return True
    return False


@require_http_methods(["GET", "POST"])
@permission_required(READ)
def example(request, public_id):
    """One example: to be written while it is a draft; afterwards its reference, and what reviewers gave."""
    row = get_object_or_404(WorkedExample.objects.select_related("call_version__call"), public_id=public_id)
    if request.method == "POST":
        require(request.user, EDIT)
    if row.published_at is None and request.user.has_perm(EDIT):
        return edited(request, row)
    criteria = criteria_of(row.call_version)
    references = list(row.references.all())
    sheets = row.sheets.select_related("reviewer").prefetch_related("scores")
    context = {
        "example": row,
        "call": row.call_version.call,
        "references": beside(criteria, references, references),
        "sheets": [(sheet, beside(criteria, references, sheet.scores.all())) for sheet in sheets],
        "may_write": request.user.has_perm(EDIT),
    }
    return render(request, "applications/example.html", context)


def edited(request, row):
    criteria = criteria_of(row.call_version)
    form = ExampleForm(request.POST or None, initial=initial_of(row), criteria=criteria)
    if request.method == "POST" and form.is_valid() and write(request, form, row.call_version, row):
        return redirect("applications:worked_examples", row.call_version.call.slug)
    context = {"call": row.call_version.call, "example": row, "version": row.version, "form": form, "rows": form.rows}
    return render(request, "applications/example_form.html", context, status=status_of(form))


def initial_of(row):
    initial = {"title": row.title, "text": row.text}
    for score in row.references.all():
        initial[f"points_{score.criterion_id}"] = NOT_APPLICABLE if score.not_applicable else score.points
        initial[f"reason_{score.criterion_id}"] = score.reason
    return initial


@permission_required(EDIT)
@require_POST
def withdraw(request, public_id):
    row = get_object_or_404(WorkedExample.objects.select_related("call_version__call"), public_id=public_id)
    verbs.withdraw_example(example=row, by=request.user)
    messages.success(request, "L’exemple n’est plus proposé ; ce que les évaluateurs ont rendu reste lisible.")
    return redirect("applications:worked_examples", row.call_version.call.slug)
