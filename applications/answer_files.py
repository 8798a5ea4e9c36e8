"""The file that answers a question of the form: one at a time, the one before set aside and kept."""

from django.db import transaction
from django.utils import timezone

from accounts.models import JournalEntry
from applications.drafting import locked_for_edit, remove_attachment, save_section, upsert
from applications.models import Answer, Attachment
from documents.uploads import examine, keep


def answer(*, application, question, uploaded, by):
    """Answer a question with a file; the same bytes again change nothing.

    Args:
        question: a `Question` of kind file, of the dossier's call version.
        uploaded: the file of the form.

    Returns:
        The `Attachment`.

    Raises:
        UploadRefused: not a file that can be accepted (field "q<id>").
        NotAllowed, StalePage.
    """
    examined = examine(uploaded=uploaded, field=f"q{question.pk}")
    with transaction.atomic():
        application = locked_for_edit(application, by)
        before = list(pieces_of(application, question))
        if same := next((one for one in before if one.file.sha256 == examined.sha256), None):
            return same
        Attachment.objects.filter(pk__in=[one.pk for one in before]).update(removed_at=timezone.now())
        stored = keep(examined=examined, by=by)
        common = {"application": application, "question": question}
        piece = Attachment.objects.create(kind=Attachment.Kind.OTHER, file=stored, added_by=by, **common)
        upsert([Answer(text=str(piece.public_id), **common)])
        save_section(application, question.section.slug, by)
        application.save()
        JournalEntry.write(action="attach", subject=application, actor=by, details={"name": stored.name})
    return piece


def take_away(*, application, question, by):
    """Set aside the file that answers a question; nothing to set aside is no error.

    Raises:
        NotAllowed, StalePage.
    """
    for piece in pieces_of(application, question):
        remove_attachment(attachment=piece, by=by)


def pieces_of(application, question):
    return application.attachments.filter(question=question, removed_at=None).select_related("file")
