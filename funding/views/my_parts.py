"""What a structure receives of the grant of another: a partner paid itself reads its own parts, and no more."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.errors import NotAllowed
from accounts.forms import attempt, status_of
from accounts.models import Organisation
from funding.claims.bank_details import active_bank_account
from funding.claims.partners import parts_of
from funding.endings import hearings
from funding.endings.partners_heard import most_cents, received_by, writes_in
from funding.models import Award, Hearing
from funding.views.dossiers import TONES, when
from funding.views.my_hearings import answer_form, is_waiting


@require_GET
@login_required
def my_parts(request, public_id):
    """How much comes to my structure, when, on which account, and what is asked back of it?"""
    organisation = get_object_or_404(Organisation.objects.filter(members=request.user), public_id=public_id)
    parts = [
        {"part": part, "rows": [row_of(row) for row in part.rows]} for part in parts_of(organisation)
    ]  # fmt: skip
    context = {
        "organisation": organisation,
        "parts": parts,
        "account": active_bank_account(organisation, timezone.localdate()),
    }
    return render(request, "funding/my_parts.html", context)


def row_of(row):
    tone = TONES["paid"] if row.paid_on else TONES.get(row.instalment.state, "info")
    return {"row": row, "tone": tone, "when": when(row.instalment, row.paid_on)}


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def hearing(request, public_id, hearing_id):
    """What could be asked back of the share my structure was paid, and what we answer: nothing of the others'."""
    organisation = get_object_or_404(Organisation.objects.filter(members=request.user), public_id=public_id)
    rows = Hearing.objects.filter(award__in=Award.objects.announced()).select_related(
        "award__organisation", "award__fabrique", "award__wave__call", "withdrawal", "recovery__instalment"
    )
    found = get_object_or_404(rows, public_id=hearing_id)
    received = received_by(found).get(organisation.pk)
    if received is None:
        raise Http404
    waiting = is_waiting(found)
    may_answer = waiting and writes_in(request.user, organisation)
    form = answer_form(request) if may_answer else None
    if request.method == "POST":
        if not may_answer:
            raise NotAllowed
        if attempt(form, lambda data: hearings.observe(hearing=found, by=request.user, partner=organisation, **data)):
            messages.success(request, "Vos observations sont reçues. Le service les lit avant de décider.")
            return redirect("funding:my_part_hearing", organisation.public_id, found.public_id)
    context = {
        "organisation": organisation, "hearing": found, "form": form, "waiting": waiting, "received": received,
        "most": most_cents(found, received),
        "observations": found.observations.filter(organisation=organisation).select_related("by", "file"),
    }  # fmt: skip
    return render(request, "funding/my_part_hearing.html", context, status=status_of(form) if form else 200)
