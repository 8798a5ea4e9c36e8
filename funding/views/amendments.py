"""Preparing an amendment: what stands beside what would stand, what it costs, before anything is written."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.access import permission_required
from accounts.errors import Refusal
from accounts.forms import status_of, version_of
from accounts.french import NBSP
from funding import schedules
from funding.conventions import amending, drafting
from funding.conventions.forms import AmendmentForm
from funding.conventions.snapshots import current_shares
from funding.models import Agreement
from funding.views.agreements import find


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(drafting.MANAGE)
def amendment(request, public_id):
    """Typed, shown before and after, then written: nothing is kept until then."""
    agreement = find(request, public_id)
    if agreement.state != Agreement.State.IN_FORCE:
        raise Http404("Un avenant change une convention en vigueur.")
    form, shares = form_of(request, agreement)
    preview = preview_of(agreement, form, shares) if form.is_bound else None
    if preview is not None and request.POST.get("act") == "write" and written(request, agreement, form, shares):
        messages.success(request, f"L’avenant est préparé{NBSP}: relisez-le, puis envoyez-le à la structure.")
        return redirect(agreement.get_absolute_url())
    context = {
        "agreement": agreement,
        "award": agreement.award,
        "form": form,
        "preview": preview,
        "kept": schedules.kept_of(agreement.award),
        "blocked": drafting.open_version(agreement) is not None,
    }
    return render(request, "funding/amendment.html", context, status=200 if preview else status_of(form))


def form_of(request, agreement):
    award = agreement.award
    live = schedules.current_instalments(award).select_related("schedule_year")
    planned = [one for one in live if one.state in schedules.REPLACEABLE]
    shares = current_shares(award)
    form = AmendmentForm(request.POST or None, award=award, planned=planned, shares=shares, user=request.user)
    return form, shares


def preview_of(agreement, form, shares):
    """The `Preview`, or None with its reason on the form."""
    if not form.is_valid():
        return None
    try:
        return amending.preview(agreement=agreement, changes=form.changes(shares))
    except Refusal as refusal:
        form.add_refusal(refusal)
        return None


def written(request, agreement, form, shares):
    try:
        return amending.amend(
            agreement=agreement,
            changes=form.changes(shares),
            reason=form.cleaned_data["reason"],
            by=request.user,
            version=version_of(request),
        )
    except Refusal as refusal:
        if type(refusal).__name__ == "StalePage":
            raise
        form.add_refusal(refusal)
        return None
