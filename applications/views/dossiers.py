"""The applicant's side: my dossiers, starting one, reading it, sending it, giving it up."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import role_required
from accounts.forms import attempt, status_of, version_of
from accounts.french import long_datetime
from accounts.models import Role
from accounts.organisations import can_write, create_organisation
from applications import (
    admissibility,
    completeness,
    drafting,
    reading,
    reapplying,
    sign_off,
    snapshots,
    standing,
    submission,
    words,
)
from applications.forms import ConfirmForm, StartForm
from applications.models import Application
from applications.receipts import pieces_letter_of
from applications.versions import news_of
from applications.views.scope import arrival, open_correction, own_dossier, trail_of
from applications.views.team import around, expected_of
from applications.windows import waves_open_to, window_of, windows_of
from documents.models import Document
from documents.twins import answer
from programme.models import Wave

applicant_only = role_required(Role.APPLICANT)


@applicant_only
@require_GET
def mine(request):
    """What is expected of me, by when; where are my dossiers?"""
    dossiers = (
        Application.objects.of_applicant(request.user)
        .select_related("wave__call", "organisation", "fabrique__commune")
        .prefetch_related("correction_requests__requested_by")
        .order_by("-saved_at", "-pk")
    )
    windows = windows_of([application for application in dossiers if application.state == "draft"])
    rows = [row_of(application, windows.get(application.pk)) for application in dossiers]
    context = {
        "to_do": [row for row in rows if row["mine"]],
        "others": [row for row in rows if not row["mine"]],
        "open_waves": open_waves(),
        **expected_of(request.user),
    }
    return render(request, "applications/mine.html", context)


def row_of(application, window):
    """One dossier of the list; `window` for a draft."""
    now = timezone.now()
    asked = next((one for one in application.correction_requests.all() if one.closed_at is None), None)
    deadline = window.deadline_at(now) if window else asked.due_at if asked else None
    return {
        "dossier": application,
        "badge": standing.badge_of(application, asked),
        "tone": standing.tone_of(application),
        "deadline": deadline,
        "mine": deadline is not None and deadline > now,
        "left": standing.time_left(deadline, now) if deadline and deadline > now else "",
    }


def open_waves():
    return list(
        Wave.objects.accepting_deposit(timezone.now()).select_related("call__programme").order_by("closes_at", "pk")
    )


@applicant_only
@require_http_methods(["GET", "HEAD", "POST"])
def start(request):
    """A new dossier: for whom, which place, in which wave."""
    waves = waves_open_to(request.user, timezone.now())
    form = StartForm(request.POST or None, user=request.user, waves=waves, initial=told_before(request, waves))
    if request.method == "POST" and attempt(form, lambda data: start_with(form, data, request.user)):
        messages.success(request, "Votre dossier est commencé et enregistré. Complétez-le section par section.")
        return redirect("applications:dossier", form.result.public_id)
    context = {"form": form, "waves": list(waves)}
    return render(request, "applications/start.html", context, status=status_of(form))


TOLD_BY_THE_TEST = {"commune": "commune", "zone": "declared_segment", "forme": "legal_form"}


def told_before(request, waves):
    """The wave to propose, and what the eligibility test was told."""
    told = {field: request.GET[name][:120] for name, field in TOLD_BY_THE_TEST.items() if request.GET.get(name)}
    return {"wave": asked_wave(request, waves), **told}


def asked_wave(request, waves):
    """The wave to propose: the one asked for, else the first of the call that the reader comes from."""
    of_call = waves.filter(call__slug=request.GET.get("appel", "")).first() or waves.first()
    return request.GET.get("vague") or (of_call and of_call.public_id)


@transaction.atomic
def start_with(form, data, user):
    """The dossier and, when it is new, its organisation: both or neither."""
    organisation = form.chosen() or create_organisation(by=user, **form.new_organisation())
    return drafting.start_application(wave=data["wave"], organisation=organisation, by=user, **form.values())


@login_required
@require_GET
def dossier(request, public_id):
    """What have I sent, what is missing, what happens next?"""
    application = own_dossier(request, public_id)
    sections = completeness.sections(application)
    asked = open_correction(application)
    pieces = list(application.attachments.filter(removed_at=None))
    context = {
        "message_count": application.messages.count(),
        **page_of(request, application, sections),
        "trail": trail_of(application)[:1],
        "may_withdraw": standing.may_withdraw(application),
        "asked": asked,
        "badge": standing.badge_of(application, asked),
        "tone": standing.tone_of(application),
        "turn": standing.turn_of(application, sections, asked, window_of(application)),
        "steps": standing.steps_of(application),
        "pieces_letter": pieces_letter_of(application) if asked else None,
        "receipt": Document.objects.about(application).filter(kind=Document.Kind.RECEIPT).first(),
        "summaries": summaries_of(application, sections, pieces),
        "complete": sum(section.is_complete for section in sections),
        **versions_of(application),
        **follow_up_of(application),
        "history": words.applicant_history(application, {one.slug: one.title for one in sections}),
        **around(request, application),
    }
    return render(request, "applications/dossier.html", context)


def summaries_of(application, sections, pieces):
    """[(section, its grey line, the colleague it is entrusted to or None)]."""
    held = {one.slug: one.user for one in application.assignees.select_related("user")}
    return [(one, standing.section_summary(application, one, pieces), held.get(one.slug)) for one in sections]


def page_of(request, application, sections):
    return {
        "dossier": application,
        "sections": sections,
        "can_write": can_write(application.organisation, request.user),
        "trail": trail_of(application),
        "news": news_of(application),
    }


def versions_of(application):
    """The versions that were sent, the last first, and what was changed since."""
    sent = list(application.revisions.defer("content").order_by("-number"))
    return {
        "sent": sent[0] if sent else None,
        "may_compare": len(sent) > 1 or (bool(sent) and application.is_editable),
        "changes": changes_since_sent(application),
    }


def follow_up_of(application):
    """The requests before and after this one, and whether it may be taken up in another wave."""
    return {
        "earlier": reapplying.earlier_of(application),
        "later": application.later.select_related("wave").order_by("-pk").first(),
        "may_take_up": application.state in reapplying.ENDED,
    }


def last_revision(application):
    return application.revisions.order_by("-number").first()


def changes_since_sent(application):
    """What the applicant changed and has not sent yet; nothing while nothing may be changed."""
    sent = last_revision(application) if application.is_editable else None
    return snapshots.changes(sent.content, snapshots.snapshot(application)) if sent else []


@login_required
@require_GET
def sent_version(request, public_id):
    """The dossier as it was sent, the last time."""
    application = own_dossier(request, public_id)
    revision = last_revision(application)
    if revision is None:
        raise Http404("Ce dossier n’a pas été envoyé.")
    context = {
        "dossier": application,
        "trail": trail_of(application),
        "revision": revision,
        "revisions": list(application.revisions.defer("content").order_by("-number")),
        "content": reading.readable(revision.content),
    }
    return render(request, "applications/sent.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def check(request, public_id):
    """Read everything once more, then send (a draft) or send again (an answer to a request)."""
    # The verb that sends reads it again, locked.
    application = own_dossier(request, public_id, *([()] if request.method == "POST" else []))
    if request.method == "POST":
        return send(request, application)
    return render_check(request, application, ConfirmForm())


def send(request, application):
    if application.submitted_at and not application.is_editable:
        messages.info(request, already_sent(application))
        return redirect("applications:dossier", application.public_id)
    form, at = ConfirmForm(request.POST), arrival(request)
    if attempt(form, lambda data: send_now(application, request, at)):
        messages.success(request, sent_message(application, at))
        return redirect("applications:dossier", application.public_id)
    return render_check(request, application, form, status=status_of(form))


def send_now(application, request, at):
    verb = submission.submit if application.submitted_at is None else admissibility.answer_correction
    return verb(application=application, by=request.user, version=version_of(request), at=at)


def already_sent(application):
    return (
        f"Ce dossier est déjà envoyé : reçu le {long_datetime(application.submitted_at)}, "
        f"numéro {application.reference}. Votre accusé de réception est sur cette page."
    )


def sent_message(application, at):
    if application.submitted_at:
        return f"Vos compléments sont reçus, le {long_datetime(at)}. Le service reprend l’examen."
    return f"Votre dossier est envoyé et reçu, le {long_datetime(at)}. Votre accusé de réception est sur cette page."


def render_check(request, application, form, status=200):
    sections, window = completeness.sections(application), window_of(application)
    asked, content = open_correction(application), snapshots.snapshot(application)
    context = {
        **page_of(request, application, sections),
        "form": form,
        "window": window,
        "signature": sign_off.standing(application, request.user, content=content),
        "problems": [problem for section in sections for problem in section.problems],
        "problem_items": standing.problem_items(application, sections),
        "content": reading.readable(content),
        "changes": changes_since_sent(application),
        "asked": asked,
        "current": "relecture",
        "closed": application.submitted_at is None and not window.basis(timezone.now()),
        "late": reapplying.is_late(application, timezone.now()),
    }
    return render(request, "applications/check.html", context, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request, public_id):
    """Giving the request up, after saying what it means."""
    application = own_dossier(request, public_id)
    if request.method == "POST":
        drafting.withdraw(application=application, by=request.user, version=version_of(request))
        messages.success(request, "Vous vous êtes désisté. Ce dossier n’est plus examiné.")
        return redirect("applications:dossier", application.public_id)
    return render(request, "applications/withdraw.html", {"dossier": application, "trail": trail_of(application)})


@login_required
@require_GET
def pieces_letter(request, public_id):
    """The letter of the latest request of pieces."""
    return answer(request, made(pieces_letter_of(own_dossier(request, public_id))))


def made(document):
    if document is None:
        raise Http404("Aucune pièce n’a été demandée.")
    return document


@login_required
@require_GET
def receipt(request, public_id):
    """The receipt, as it was made once."""
    application = own_dossier(request, public_id)
    released = Document.objects.about(application).released()
    return answer(request, get_object_or_404(released, kind=Document.Kind.RECEIPT), attachment=True)
