"""The thread of a dossier: what the structure and the service write to each other, with files; templates of words."""

from django.db import transaction

from accounts.errors import NotAllowed, Refusal, StalePage
from accounts.models import Event, JournalEntry, Membership, Role, User
from accounts.notify import notify
from accounts.organisations import require_writer
from accounts.permissions import require
from applications.models import Application, Message, MessageFile, MessageTemplate
from applications.models.application import INSTRUCT
from applications.submission import url_of
from documents.uploads import store_upload

LONGEST = 5000
MOST_FILES = 5
# What a template may name, and what it becomes.
WORDS = {
    "{numero}": lambda application: application.reference or "sans numéro",
    "{lieu}": lambda application: application.fabrique.name,
    "{structure}": lambda application: application.organisation.name,
}


def write(*, application, body, by, from_service, files=(), version=None):
    """Add a message to the thread of a sent dossier, and tell the other side.

    Args:
        body: 1 to 5,000 characters; from the service, the words of `WORDS` become the dossier's.
        by: a person who may write for the organisation, or an officer.
        from_service: which side writes.
        files: uploaded files, five at most; each is checked as a piece is.
        version: of the dossier as a preview read it (acts on many dossiers), or None.

    Raises:
        Refusal: nothing or too much is written, or a file may not be accepted.
        NotAllowed: `by` is on neither side.
        StalePage: the dossier changed since, or is still a draft.
    """
    with transaction.atomic():
        application = locked(application)
        application.expect_version(version)
        refuse_strangers(application, by, from_service)
        body = words_of(application, body) if from_service else body.strip()
        refuse_unreadable(body, files)
        message = Message.objects.create(application=application, sender=by, from_service=from_service, body=body)
        for uploaded in files:
            stored = store_upload(uploaded=uploaded, by=by, field="files")
            MessageFile.objects.create(message=message, file=stored)
        JournalEntry.write(action="write_message", subject=application, actor=by, details={"message": message.pk})
        tell(message, application)
    return message


def locked(application):
    """A share of the dossier: it may not be sent or withdrawn meanwhile, and two people may write."""
    related = ("organisation", "fabrique", "officer", "wave__call__programme")
    application = Application.objects.select_for_update(of=("self",)).select_related(*related).get(pk=application.pk)
    if application.submitted_at is None:
        raise StalePage("Ce dossier n’est pas encore envoyé : écrivez au service par courriel.")
    return application


def refuse_strangers(application, by, from_service):
    if from_service:
        require(by, INSTRUCT)
        if not Application.objects.visible_to(by).filter(pk=application.pk).exists():
            raise NotAllowed
    else:
        require_writer(application.organisation, by)


def refuse_unreadable(body, files):
    if not body:
        raise Refusal("Écrivez votre message.", field="body")
    if len(body) > LONGEST:
        raise Refusal(
            f"Votre message compte {len(body)} signes, au lieu de {LONGEST} au plus : raccourcissez-le, ou joignez "
            "un fichier.",
            field="body",
        )
    if len(files) > MOST_FILES:
        raise Refusal(
            f"Joignez {MOST_FILES} fichiers au plus par message ; envoyez les autres ensuite.", field="files"
        )


def words_of(application, body):
    """A text in which the words of `WORDS` are the dossier's."""
    text = body.strip()
    for word, value in WORDS.items():
        text = text.replace(word, value(application))
    return text


def tell(message, application):
    if message.from_service:
        for person in writers_of(application):
            tell_one(message, application, person, f"/dossiers/{application.public_id}/messages/")
    else:
        for person in service_of(application):
            tell_one(message, application, person, f"/pilotage/dossiers/{application.public_id}/messages/")


def tell_one(message, application, person, url):
    who = application.wave.call.programme.service_name if message.from_service else application.organisation.name
    notify(
        Event.MESSAGE,
        key=f"message:{message.public_id}:{person.pk}",
        recipient=person,
        subject=f"Message de {who} : dossier {application.reference}",
        body=f"Bonjour,\n\n{message.body}\n\nRépondez sur la page du dossier : {url_of(application)}messages/\n"
        if message.from_service
        else f"Bonjour,\n\n{message.body}\n\nLe dossier : {application.reference}, {application.fabrique.name}\n",
        url=url,
    )


def writers_of(application):
    members = application.organisation.memberships.filter(role__in=Membership.WRITERS, user__is_active=True)
    return sorted({member.user for member in members.select_related("user")}, key=lambda person: person.pk)


def service_of(application):
    """The officer in charge; when there is none, every officer."""
    if application.officer:
        return [application.officer]
    return list(User.objects.holding(Role.OFFICER).filter(is_active=True).order_by("pk"))


def save_template(*, template, title, body, by, version=None):
    """Keep words to use again; `template` None makes a new one.

    Raises:
        Refusal: the title is taken, or words are missing.
        NotAllowed, StalePage.
    """
    require(by, INSTRUCT)
    title, body = title.strip(), body.strip()
    if not title or not body:
        raise Refusal("Donnez un titre et un texte.", field="body" if title else "title")
    if MessageTemplate.objects.filter(title=title).exclude(pk=template.pk if template else None).exists():
        raise Refusal("Un modèle porte déjà ce titre : choisissez-en un autre.", field="title")
    with transaction.atomic():
        if template is None:
            template = MessageTemplate(title=title, body=body)
        else:
            template = MessageTemplate.objects.select_for_update().get(pk=template.pk)
            template.expect_version(version)
            template.title, template.body = title, body
        template.save()
        JournalEntry.write(action="save_message_template", subject=template, actor=by)
    return template
