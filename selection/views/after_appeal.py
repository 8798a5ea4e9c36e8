"""An appeal is upheld: which award takes the place of the refusal, on which credits, paid when?"""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from accounts.access import permission_required
from accounts.forms import status_of
from selection.after_forms import AfterAppealForm
from selection.appeal_follow_ups import UPHELD
from selection.late_awards import PREPARE
from selection.late_ways import APPEAL, STANDING
from selection.models import Appeal, Decision
from selection.views.late_award import prepare


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(PREPARE)
def grant(request, public_id):
    """Prepare the award: its AE are reserved now, it waits for a signature."""
    appeal = get_object_or_404(
        Appeal.objects.visible_to(request.user).select_related(
            "decision__application__fabrique", "decision__application__call_version", "decision__wave__call__programme"
        ),
        public_id=public_id,
    )
    decision, application = appeal.decision, appeal.decision.application
    found, _ = award_of(appeal, request.user)
    if found is not None and request.method != "POST":
        return redirect("selection:appeal", public_id=public_id)
    APPEAL.refuse_closed(decision)
    form, is_done = prepare(request, decision, AfterAppealForm)
    if is_done:
        messages.success(request, f"L’attribution de {application} est préparée : elle attend une signature.")
        return redirect("selection:appeal", public_id=public_id)
    context = {
        "appeal": appeal,
        "decision": decision,
        "application": application,
        "version": application.call_version,
        "form": form,
    }
    return render(request, "selection/after_appeal.html", context, status=status_of(form))


def award_of(appeal, user):
    """What an upheld appeal gave: the award that replaces the refusal, or whether one may be prepared.

    Returns:
        (the latest `Decision` that replaces the contested one and is not given up, or None; may one be prepared).
    """
    decision = appeal.decision
    if appeal.state not in UPHELD or decision.act != APPEAL.replaced:
        return None, False
    rows = Decision.objects.visible_to(user).filter(replaces=decision).exclude(state=Decision.State.DROPPED)
    found = rows.select_related("wave", "signed_by").order_by("-pk").first()
    stands = decision.state in STANDING and decision.application.state == APPEAL.state
    return found, found is None and stands and user.has_perm(PREPARE)
