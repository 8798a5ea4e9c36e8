"""An applicant's own appeals: how to contest, until when, what became of it, the letters to open."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.forms import attempt, status_of, version_of
from documents.consents import consent_of
from documents.downloads import serve_upload
from documents.models import Document, FormalNotification
from selection import appeal_answers, appeals
from selection.after_forms import LodgeForm
from selection.models import Appeal, Decision
from selection.notification import answer_notification_of, was_read
from selection.views.appeals import served_answer, served_receipt
from selection.views.dossier import own_application, standing_decision


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def lodge(request, public_id):
    """How do I contest this decision, until when, and what became of it?"""
    application = own_application(request, public_id)
    decision = standing_decision(Decision.objects.addressed_to(request.user), application)
    if decision is None:
        return redirect("selection:my_decision", public_id=public_id)
    every = list(decision.appeals.order_by("lodged_on", "pk").prefetch_related("pieces__file"))
    form = LodgeForm(
        request.POST or None, request.FILES or None, programme=application.wave.call.programme, kinds=kinds_left(every)
    )

    def verb(data):
        return appeals.lodge(decision=decision, by=request.user, **data)

    if request.method == "POST" and attempt(form, verb):
        messages.success(request, f"Votre recours est enregistré sous le numéro {form.result.number}.")
        return redirect("selection:my_appeals", public_id=public_id)
    return render(
        request, "selection/my_appeals.html", own_context(application, decision, every, form), status=status_of(form)
    )


def own_context(application, decision, every, form):
    decision.application = application
    earlier = list(
        Appeal.objects.filter(decision__application=application).exclude(decision=decision).order_by("lodged_on", "pk")
    )
    letters = letters_of([*every, *earlier])
    return {
        "application": application,
        "programme": application.wave.call.programme,
        "decision": decision,
        "appeals": [(one, *letters.get(one.pk, (None, True))) for one in every],
        "earlier": [(one, *letters.get(one.pk, (None, True))) for one in earlier],
        "consent": consent_of(application.organisation),
        "delay": appeals.delay_of(decision, every),
        "may_lodge": (decision.notified_on is not None or was_read(decision)) and bool(kinds_left(every)),
        "form": form,
        "today": timezone.localdate(),
    }


def letters_of(rows):
    """{key of an appeal: (letter of its answer, it was opened)}; two queries."""
    subjects = {"subject_type": Appeal._meta.label, "subject_id__in": [one.pk for one in rows]}
    letters = Document.objects.filter(kind=Document.Kind.APPEAL_ANSWER, **subjects)
    opened = FormalNotification.objects.filter(**subjects, opened_at__isnull=False).values_list(
        "subject_id", flat=True
    )
    known = set(opened)
    return {one.subject_id: (one, one.subject_id in known) for one in letters}


def kinds_left(every):
    taken = {one.kind for one in every if one.state != Appeal.State.WITHDRAWN}
    return [kind for kind in Appeal.ADMINISTRATIVE if kind not in taken]


def own_appeal(request, public_id, appeal_id):
    application = own_application(request, public_id)
    rows = Appeal.objects.visible_to(request.user).filter(decision__application=application)
    return get_object_or_404(rows.select_related("decision__application__organisation"), public_id=appeal_id)


@require_GET
@login_required
def my_receipt(request, public_id, appeal_id):
    return served_receipt(request, own_appeal(request, public_id, appeal_id))


@require_POST
@login_required
def open_my_answer(request, public_id, appeal_id):
    """The first opening may notify: it is posted; the file is then read by a GET."""
    appeal_answers.open_answer(appeal=own_appeal(request, public_id, appeal_id), by=request.user)
    return redirect("selection:my_answer", public_id, appeal_id)


@require_GET
@login_required
def my_answer(request, public_id, appeal_id):
    """The letter's bytes, once it was opened: reading a file notifies nothing."""
    found = own_appeal(request, public_id, appeal_id)
    formal = answer_notification_of(found)
    if formal is None or formal.opened_at is None:
        return redirect("selection:my_appeals", public_id)
    return served_answer(request, found)


@require_GET
@login_required
def my_piece(request, public_id, appeal_id, piece_id):
    found = own_appeal(request, public_id, appeal_id)
    return serve_upload(get_object_or_404(found.pieces, public_id=piece_id).file)


@require_POST
@login_required
def my_withdrawal(request, public_id, appeal_id):
    found = own_appeal(request, public_id, appeal_id)
    appeals.withdraw(appeal=found, by=request.user, version=version_of(request))
    messages.success(request, f"Vous vous êtes désisté du recours {found.number}.")
    return redirect("selection:my_appeals", public_id=public_id)
