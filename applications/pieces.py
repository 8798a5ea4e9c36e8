"""Pieces of a dossier: several joined at once, the good ones kept; an infected one told to those it concerns."""

from dataclasses import dataclass, field

from accounts.errors import NotAllowed, Refusal, StalePage
from accounts.models import Event, JournalEntry, Role, User
from accounts.notify import notify
from applications.drafting import attach
from applications.models import Attachment


@dataclass(frozen=True)
class RefusedFile:
    name: str
    sentence: str


@dataclass
class Joined:
    """What became of each file of one sending."""

    kept: list = field(default_factory=list)
    refused: list = field(default_factory=list)


def attach_all(*, application, kind, uploads, by):
    """Join several files, each by itself: a bad one does not cost the others.

    Args:
        kind: an `Attachment.Kind`, the same for all.
        uploads: the files of the form.

    Returns:
        `Joined`: the `Attachment`s kept, and each refused file with the sentence that says why.

    Raises:
        NotAllowed, StalePage: see `drafting.attach`; nothing more can be joined then.
    """
    joined = Joined()
    for uploaded in uploads:
        try:
            joined.kept.append(attach(application=application, kind=kind, uploaded=uploaded, by=by))
        except (NotAllowed, StalePage):
            raise
        except Refusal as refusal:
            joined.refused.append(RefusedFile(getattr(uploaded, "name", ""), refusal.message))
    return joined


def files_of(application, content):
    """The `StoredFile`s of the pieces of a sent version, in their order; one query."""
    ids = [piece["id"] for piece in content["attachments"]]
    sent = application.attachments.filter(public_id__in=ids).select_related("file").order_by("pk")
    return [piece.file for piece in sent]


def tell_infected(sender, stored, **kwargs):
    """A file was put aside: said in the journal of its dossier, to the applicants who write in it, to the service.

    The service is told once the dossier was sent: a draft is the applicant's own.
    """
    pieces = Attachment.objects.filter(file=stored).select_related(
        "application__organisation", "application__fabrique", "application__officer", "added_by"
    )
    for piece in pieces:
        application = piece.application
        JournalEntry.write(action="piece_infected", subject=application, actor=None, details={"name": stored.name})
        for person in writers_of(application, piece.added_by):
            tell(piece, stored, person, subject=f"Une pièce de votre dossier est infectée : {stored.name}", body=MINE)
        for person in service_of(application):
            tell(piece, stored, person, subject=f"Pièce infectée dans {application.reference}", body=THEIRS)


MINE = (
    "Bonjour,\n\nL’antivirus a reconnu un virus dans la pièce « {name} » ({kind}) du dossier « {place} ». "
    "Le fichier est mis à l’écart : personne ne peut l’ouvrir, et cette pièce ne compte plus.\n\n"
    "Ce qu’il faut faire : vérifiez l’ordinateur d’où elle vient, retirez la pièce dans la section « Les pièces », "
    "puis joignez un fichier sain.\n"
)
THEIRS = (
    "Bonjour,\n\nL’antivirus a reconnu un virus dans la pièce « {name} » ({kind}) du dossier {reference}, "
    "« {place} ». Le fichier est mis à l’écart : personne ne peut l’ouvrir. Le porteur est prévenu ; "
    "si la pièce est nécessaire, demandez-la de nouveau.\n"
)


def tell(piece, stored, person, *, subject, body):
    application = piece.application
    words = {
        "name": stored.name,
        "kind": piece.get_kind_display(),
        "place": application.fabrique.name,
        "reference": application.reference,
    }
    notify(
        Event.FILE,
        key=f"infected:{stored.pk}:{person.pk}",
        recipient=person,
        subject=subject,
        body=body.format(**words),
    )


def writers_of(application, added_by):
    """Who joined the piece, and whoever may replace it."""
    members = application.organisation.memberships
    writers = members.filter(role__in=members.model.WRITERS).select_related("user")
    return {added_by, *(member.user for member in writers)}


def service_of(application):
    if application.submitted_at is None:
        return set()
    return {application.officer} if application.officer else set(User.objects.holding(Role.OFFICER))
