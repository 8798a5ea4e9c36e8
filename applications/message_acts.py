"""Writing to the structures of many dossiers at once: an act of the officers' list (`applications.bulk`)."""

from django import forms

from accounts.forms import DsfrForm
from accounts.french import plural
from applications import bulk, messaging
from applications.models import Application


class ManyMessagesForm(DsfrForm):
    body = forms.CharField(
        label="Message",
        widget=forms.Textarea(attrs={"rows": 8}),
        max_length=messaging.LONGEST,
        help_text="« {numero} », « {lieu} » et « {structure} » deviennent ceux de chaque dossier.",
        error_messages={"required": "Écrivez le message."},
    )


def judge(application, facts):
    return "La structure s’est désistée" if application.state == Application.State.WITHDRAWN else ""


def write(*, application, by, version, arguments):
    messaging.write(application=application, body=arguments["body"], by=by, from_service=True, version=version)
    return "Message envoyé"


def told(count, facts):
    return (
        f"{plural(count, 'message part', 'messages partent')}. Une personne de plusieurs dossiers a un seul courriel."
    )


bulk.register(
    bulk.BulkAct(
        key="message", button="Écrire aux structures", title="Écrire aux structures", form_class=ManyMessagesForm,
        judge=judge, perform=write, told=told,
    )
)  # fmt: skip
