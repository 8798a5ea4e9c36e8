"""The thread of a dossier on both sides, the files of its messages, and the templates of the service."""

from collections import defaultdict

from django import forms
from django.contrib import messages as told
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import permission_required
from accounts.forms import DsfrForm, attempt, status_of, version_of
from accounts.models import Notification
from accounts.organisations import can_write
from applications import messaging
from applications.models import Application, MessageFile, MessageTemplate
from applications.models.application import INSTRUCT
from applications.piece_forms import OptionalFiles, help_of_files
from applications.views.scope import own_dossier, staff_dossier_of, trail_of
from documents.downloads import serve_upload

READ = "accounts.read_steering"


class MessageForm(DsfrForm):
    use_required_attribute = False
    body = forms.CharField(label="Votre message", widget=forms.Textarea(attrs={"rows": 6}), required=False)
    # Declared fields leave the class when it is made: `Form.files` is not hidden.
    files = OptionalFiles(  # type: ignore[assignment]
        label="Fichiers à joindre", required=False, help_text=help_of_files()
    )


class TemplateForm(DsfrForm):
    use_required_attribute = False
    title = forms.CharField(
        label="Titre du modèle", max_length=100, error_messages={"required": "Donnez un titre au modèle."}
    )
    body = forms.CharField(
        label="Texte",
        widget=forms.Textarea(attrs={"rows": 10}),
        error_messages={"required": "Écrivez le texte du modèle."},
        help_text="« {numero} », « {lieu} » et « {structure} » deviennent ceux du dossier à l’envoi.",
    )


def thread_of(application):
    """The messages, each with its files and what became of the mail that told of it; three queries."""
    thread = list(application.messages.select_related("sender").prefetch_related("files__file"))
    told_of: dict[str, list] = defaultdict(list)
    addresses = [f"{side}/dossiers/{application.public_id}/messages/" for side in ("", "/pilotage")]
    for one in Notification.objects.filter(url__in=addresses).select_related("mail", "user").order_by("pk"):
        told_of[one.key.split(":")[1]].append(one)
    for message in thread:
        message.mails = told_of[str(message.public_id)]
    return thread


def written(request, application, from_service):
    """The form of a message; posts it when it may. (form, True when it is sent)"""
    chosen = MessageTemplate.objects.filter(public_id=request.GET["modele"]).first() if chosen_in(request) else None
    words = messaging.words_of(application, chosen.body) if chosen and from_service else ""
    form = MessageForm(request.POST or None, request.FILES or None, initial={"body": words})
    sent = request.method == "POST" and attempt(
        form,
        lambda data: messaging.write(application=application, by=request.user, from_service=from_service, **data),
    )
    if sent:
        told.success(request, "Votre message est envoyé.")
    return form, sent


def chosen_in(request):
    value = request.GET.get("modele", "")
    return len(value) == 36 and value.count("-") == 4


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def own_thread(request, public_id):
    application = own_dossier(request, public_id)
    form, sent = written(request, application, from_service=False)
    if sent:
        return redirect("applications:messages", public_id)
    context = {
        "dossier": application,
        "trail": trail_of(application),
        "thread": thread_of(application),
        "form": form,
        "writable": application.submitted_at and can_write(application.organisation, request.user),
    }
    return render(request, "applications/messages.html", context, status=status_of(form))


@permission_required(READ)
@require_http_methods(["GET", "HEAD", "POST"])
def staff_thread(request, public_id):
    application = staff_dossier_of(request, public_id)
    form, sent = written(request, application, from_service=True)
    if sent:
        return redirect("applications:staff_messages", public_id)
    context = {
        "application": application,
        "thread": thread_of(application),
        "form": form,
        "templates": MessageTemplate.objects.all(),
        "writable": request.user.has_perm(INSTRUCT),
    }
    return render(request, "applications/staff_messages.html", context, status=status_of(form))


@login_required
@require_GET
def message_file(request, public_id, file_id):
    """A file of a message, for whoever may read the dossier as its structure or as staff; reviewers do not."""
    mine = Application.objects.of_applicant(request.user)
    if request.user.has_perm(READ):
        mine = Application.objects.visible_to(request.user)
    found = get_object_or_404(
        MessageFile.objects.filter(message__application__in=mine.values("pk")).select_related("file"),
        message__application__public_id=public_id,
        public_id=file_id,
    )
    return serve_upload(found.file)


@permission_required(READ)
@require_http_methods(["GET", "HEAD", "POST"])
def templates(request, template_id=None):
    """The templates, read by all staff; for officers, the form of one: a new one, or the one named."""
    chosen = get_object_or_404(MessageTemplate, public_id=template_id) if template_id else None
    initial = {"title": chosen.title, "body": chosen.body} if chosen else {}
    form = TemplateForm(request.POST or None, initial=initial)
    if request.method == "POST" and attempt(form, lambda data: save(request, chosen, data)):
        told.success(request, "Le modèle est enregistré.")
        return redirect("applications:message_templates")
    context = {
        "form": form,
        "chosen": chosen,
        "version": chosen.version if chosen else None,
        "templates": MessageTemplate.objects.all(),
        "writable": request.user.has_perm(INSTRUCT),
    }
    return render(request, "applications/message_templates.html", context, status=status_of(form))


def save(request, chosen, data):
    return messaging.save_template(template=chosen, by=request.user, version=version_of(request), **data)
