"""The prescription of one instalment: until when it is owed for certain, what interrupted it, and noting one more."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import permission_required
from accounts.errors import NotAllowed
from accounts.forms import attempt, status_of, version_of
from documents.downloads import serve_upload
from funding.endings import interrupting, prescription
from funding.endings.forms import EndCaseForm, InterruptionForm
from funding.models import Instalment, Interruption
from funding.views.agreements import uuids

READ = "accounts.read_steering"


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(READ)
def of_instalment(request, public_id):
    visible = Instalment.objects.visible_to(request.user).select_related("award__fabrique", "award__organisation")
    found = get_object_or_404(prescription.with_born(visible), public_id=public_id)
    day = prescription.instalment_day(found)
    forms = forms_of(request, found)
    rows = list(found.interruptions.select_related("file", "recorded_by"))
    if request.method == "POST" and acted(request, found, forms):
        return redirect("funding:prescription", found.public_id)
    context = {
        "instalment": found, "award": found.award, "day": day, "pending": found.born == prescription.PENDING,
        "told": prescription.told(day, timezone.localdate()), "form": forms.get("record"),
        "end_form": forms.get("end"), "rows": rows,
        # One case after the other: the oldest that has no judgment yet.
        "waiting": next((one for one in rows if one.is_pending), None),
    }  # fmt: skip
    return render(
        request, "funding/prescription.html", context, status=max(map(status_of, forms.values()), default=200)
    )


def forms_of(request, found):
    if not request.user.has_perm(interrupting.NOTE) or found.due_on is None or found.state in ("paid", "cancelled"):
        return {}
    sent = request.POST.get("act") if request.method == "POST" else None
    record = (request.POST, request.FILES) if sent == "record" else (None, None)
    return {
        "record": InterruptionForm(*record, prefix="record"),
        "end": EndCaseForm(request.POST if sent == "end" else None, prefix="end"),
    }


def acted(request, found, forms):
    name = request.POST.get("act")
    if name not in forms:
        raise NotAllowed
    verb = end if name == "end" else record
    if done := attempt(forms[name], lambda data: verb(request, found, data)):
        messages.success(request, "C’est noté : les quatre ans repartent du 1er janvier suivant.")
    return done


def record(request, found, data):
    return interrupting.record_interruption(instalment=found, by=request.user, version=version_of(request), **data)


def end(request, found, data):
    key = next(iter(uuids([request.POST.get("interruption", "")])), None)
    row = get_object_or_404(Interruption, instalment=found, public_id=key)
    return interrupting.end_case(interruption=row, by=request.user, **data)


@require_GET
@permission_required(READ)
def paper(request, public_id, interruption_id):
    """The paper of a fact, for whoever reads the award."""
    rows = Interruption.objects.visible_to(request.user).select_related("file")
    found = get_object_or_404(rows, public_id=interruption_id, instalment__public_id=public_id)
    if found.file is None:
        raise Http404
    return serve_upload(found.file)
