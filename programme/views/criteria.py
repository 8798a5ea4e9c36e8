"""The criteria of a call in preparation."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from accounts.access import permission_required
from accounts.forms import attempt, status_of, version_of
from programme import editing_criteria as verbs
from programme.builder_forms import CRITERION, CriterionForm
from programme.models.call import EDIT
from programme.views.builder import draft_of, page_of


@require_http_methods(["GET", "POST"])
@permission_required(EDIT)
def criteria(request, slug):
    """The grid; a POST moves one criterion up or down."""
    call, version = draft_of(request, slug)
    if request.method == "POST":
        position = request.POST.get("position", "")
        moved = get_object_or_404(version.criteria, position=int(position) if position.isdecimal() else 0)
        verbs.move_criterion(
            criterion=moved, up=request.POST.get("to") == "up", by=request.user, edition=version_of(request)
        )
        return redirect("programme:criteria", slug)
    rows = list(version.criteria.prefetch_related("levels"))
    total = sum(criterion.weight for criterion in rows)
    return page_of(request, "criteria", call, version, criteria=with_shares(rows, total), total_weight=total)


def with_shares(rows, total):
    """[(criterion, its share of the total in whole percents)]."""
    return [(criterion, round(100 * criterion.weight / total)) for criterion in rows]


@require_http_methods(["GET", "POST"])
@permission_required(EDIT)
def add_criterion(request, slug):
    call, version = draft_of(request, slug)
    form = CriterionForm(request.POST or None)
    if request.method == "POST" and attempt(
        form, lambda data: verbs.add_criterion(version=version, by=request.user, **fields_of(form))
    ):
        messages.success(request, f"Le critère « {form.result.label} » est ajouté.")
        return redirect("programme:criteria", slug)
    return page_of(request, "criterion", call, version, form=form, status=status_of(form))


def fields_of(form):
    data = form.cleaned_data
    return {name: data[name] for name in CRITERION} | {"levels": form.levels()}


@require_http_methods(["GET", "POST"])
@permission_required(EDIT)
def edit_criterion(request, slug, position):
    call, version = draft_of(request, slug)
    criterion = get_object_or_404(version.criteria, position=position)
    if request.method == "POST" and request.POST.get("act") == "delete":
        verbs.delete_criterion(criterion=criterion, by=request.user, edition=version_of(request))
        messages.success(request, f"Le critère « {criterion.label} » est supprimé.")
        return redirect("programme:criteria", slug)
    form = CriterionForm(request.POST or None, criterion=criterion)
    if request.method == "POST" and attempt(
        form,
        lambda data: verbs.edit_criterion(
            criterion=criterion, by=request.user, edition=version_of(request), **fields_of(form)
        ),
    ):
        messages.success(request, f"Le critère « {form.result.label} » est enregistré.")
        return redirect("programme:criteria", slug)
    return page_of(
        request, "criterion", call, version, criterion=criterion, edition=criterion.edition, form=form,
        status=status_of(form),
    )  # fmt: skip
