"""The officers' side: which dossiers need me; is this one admissible?"""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.access import permission_required
from accounts.errors import NotAllowed
from accounts.forms import attempt, version_of
from accounts.french import deadline
from applications import (
    admissibility,
    asked_items,
    checklist,
    completeness,
    duplicates,
    lists,
    part_pages,
    reading,
    reapplying,
    sign_off,
    snapshots,
    words,
)
from applications.checks import answered
from applications.instruction_forms import ChecklistForm, CorrectionForm, DismissForm, InadmissibleForm
from applications.models import Application
from applications.models.application import INSTRUCT
from applications.pieces import files_of
from applications.receipts import pieces_letter_of
from applications.views.scope import open_correction, staff_dossier_of
from documents.models import Document

READ = "accounts.read_steering"


@permission_required(READ)
@require_GET
def staff_list(request):
    """Every dossier that was sent."""
    listing = lists.DossierList(request, Application.objects.visible_to(request.user))
    return listing.file() or render(request, "applications/staff_list.html", {"listing": listing})


@permission_required(READ)
@require_GET
def staff_dossier(request, public_id):
    """One dossier as it was sent: state, who must act, by when, content, history."""
    return render_dossier(request, staff_dossier_of(request, public_id))


def render_dossier(request, application, status=200, **forms):
    asked = open_correction(application)
    revisions = list(application.revisions.select_related("sent_by").order_by("-number"))
    content = revisions[0].content if revisions else snapshots.snapshot(application)
    files = files_of(application, content)
    context = {
        "application": application,
        "asked": asked,
        "revisions": revisions,
        "content": reading.readable(content),
        "resent": snapshots.changes(revisions[1].content, content) if len(revisions) > 1 else [],
        "asked_items": list(asked.asked_items.all()) if asked else [],
        "waiting": answered(asked),
        **examined(application, revisions, files, forms),
        "duplicates": duplicates.hints_of(application, request.user),
        "dismiss_form": forms.get("dismiss_form") or DismissForm(prefix="doublon"),
        "turn": lists.turn_of(application),
        "state": lists.state_of(application),
        "silence": lists.silence_of(application),
        "earlier": earlier_of(application, request.user),
        **part_pages.staff_context(application, content),
        "signed": sign_off.of_revision(revisions[0]) if revisions else None,
        "open_networks": list(application.consents.filter(revoked_at=None).select_related("network")),
        "pieces_letter": pieces_letter_of(application) if asked else None,
        "receipt": Document.objects.about(application).filter(kind=Document.Kind.RECEIPT).first(),
        "history": words.staff_history(application, section_titles(content)),
        "may_instruct": request.user.has_perm(INSTRUCT),
        "correction_form": forms.get("correction_form") or correction_form(application, content),
        "reject_form": forms.get("reject_form") or InadmissibleForm(prefix="rejet"),
    }
    return render(request, "applications/staff_dossier.html", context, status=status)


def correction_form(application, content, data=None):
    return CorrectionForm(data, prefix="demande", targets=asked_items.targets_of(application, content))


def examined(application, revisions, files, forms):
    """The checklist, with the form that came back in its place when there is one."""
    last = revisions[0] if revisions else None
    found = checklist.checklist_of(application, last, files) if last else checklist.Checklist([], None)
    wrong = forms.get("checklist_form")
    for item in found.items:
        item.form = checklist_form(item, wrong)
    return {
        "checklist": found,
        "checklist_open": application.state in checklist.EXAMINED,
        "checklist_form": wrong,
    }


def checklist_form(item, wrong):
    if wrong and wrong.data.get("item") == item.slug:
        return wrong
    given = item.answer
    initial = {"item": item.slug, "verdict": given.verdict if given else "", "note": given.note if given else ""}
    return ChecklistForm(auto_id=checklist.auto_id(item.slug), initial=initial)


def earlier_of(application, user):
    """The request that this one takes up, for staff who may read it; None otherwise, or when it was never sent."""
    earlier = reapplying.earlier_of(application)
    readable = earlier and Application.objects.visible_to(user).filter(pk=earlier["dossier"].pk).exists()
    return earlier if readable else None


def section_titles(content):
    return completeness.TITLES | {section["slug"]: section["title"] for section in content["sections"]}


def for_instruction(request, public_id):
    """The dossier, for an act that only officers may do; a dossier out of scope is still not found."""
    application = staff_dossier_of(request, public_id)
    if not request.user.has_perm(INSTRUCT):
        raise NotAllowed
    return application


def back_to(application, request, sentence):
    messages.success(request, sentence)
    return redirect("applications:staff_dossier", application.public_id)


@permission_required(READ)
@require_POST
def take_charge(request, public_id):
    application = for_instruction(request, public_id)
    admissibility.take_charge(application=application, by=request.user, version=version_of(request))
    return back_to(application, request, "Vous suivez maintenant ce dossier : votre nom figure sur ses courriers.")


@permission_required(READ)
@require_POST
def request_correction(request, public_id):
    application = for_instruction(request, public_id)
    form = correction_form(application, sent_content(application), request.POST)
    done = attempt(form, lambda data: ask(application, request, form.asked()))
    if not done:
        return render_dossier(request, application, status=422, correction_form=form)
    limit = deadline(form.result.due_at)
    clock = "l’horloge est suspendue" if form.result.suspends_clock else "l’horloge continue"
    return back_to(application, request, f"Demande envoyée. Réponse attendue avant le {limit} ; {clock}.")


def sent_content(application):
    sent = application.revisions.order_by("-number").first()
    return sent.content if sent else None


def ask(application, request, data):
    return admissibility.request_correction(
        application=application, by=request.user, version=version_of(request), **data
    )


@permission_required(READ)
@require_POST
def close_correction(request, public_id):
    application = for_instruction(request, public_id)
    admissibility.close_correction(application=application, by=request.user, version=version_of(request))
    return back_to(application, request, "L’examen reprend sur le dossier tel qu’il a été envoyé.")


@permission_required(READ)
@require_POST
def admit(request, public_id):
    application = for_instruction(request, public_id)
    admissibility.admit(application=application, by=request.user, version=version_of(request))
    return back_to(application, request, "Dossier recevable. Il peut être confié à des évaluateurs.")


@permission_required(READ)
@require_POST
def reject(request, public_id):
    application = for_instruction(request, public_id)
    form = InadmissibleForm(request.POST, prefix="rejet")
    if not attempt(form, lambda data: turn_down(application, request, form)):
        return render_dossier(request, application, status=422, reject_form=form)
    return back_to(application, request, "Dossier irrecevable. Le motif et les voies de recours sont envoyés.")


def turn_down(application, request, form):
    return admissibility.reject_as_inadmissible(
        application=application, by=request.user, version=version_of(request), **form.cleaned_data
    )
