"""What one act reads several times of a dossier, read once: nothing of it may change meanwhile."""

from django.db.models import Prefetch, prefetch_related_objects

from applications.models import Attachment


def read_once(application):
    """Load what checking and freezing a dossier read: its form, its answers, its plan, its pieces. Six queries.

    Args:
        application: locked by the caller, who changes none of these.
    """
    pieces = Prefetch("attachments", queryset=kept(Attachment.objects), to_attr="joined_pieces")
    prefetch_related_objects(
        [application], "call_version__sections__questions", "call_version__bounds", "answers", "budget", pieces
    )


def joined_of(application):
    """The pieces that are joined now, with their files and the questions that they answer; one query unless read."""
    return application.joined_pieces if hasattr(application, "joined_pieces") else list(kept(application.attachments))


def kept(attachments):
    return attachments.filter(removed_at=None).select_related("file", "question").order_by("pk")
