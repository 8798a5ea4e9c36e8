"""What a structure receives of the grant of another: a partner paid itself reads its own parts, and no more."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.models import Organisation
from funding.claims.bank_details import active_bank_account
from funding.claims.partners import parts_of
from funding.views.dossiers import TONES, when


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
