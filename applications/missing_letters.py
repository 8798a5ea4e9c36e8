"""What this floor owes a letter for: a dossier that was sent, and a request of pieces."""

from django.db.models import Exists, OuterRef

from applications import receipts
from applications.models import Application, CorrectionRequest, Revision
from documents import missing
from documents.missing import Source
from documents.models import Document

Kind = Document.Kind
RELATED = ("wave__call__programme", "organisation", "fabrique__commune", "call_version", "officer", "submitted_by")


def sent_without_receipt():
    """Dossiers sent through the service; one that was loaded from a former list was receipted elsewhere."""
    rows = Application.objects.filter(submitted_at__isnull=False, implied_rejection_on__isnull=False)
    rows = missing.without(rows, Kind.RECEIPT)
    first = Revision.objects.filter(application=OuterRef("pk"), number=1, content__has_key="attachments")
    return rows.filter(Exists(first)).select_related(*RELATED)


def ask_receipt(application, by):
    """As it was sent: the first version."""
    return receipts.ask(application, application.revisions.get(number=1), by)


def requests_without_letter():
    """Those that wait for an answer: a letter that came after it would ask for nothing."""
    rows = CorrectionRequest.objects.filter(closed_at=None)
    return missing.without(rows, Kind.PIECES_REQUEST).select_related(*(f"application__{one}" for one in RELATED))


def ask_request(asked, by):
    return receipts.ask_for_pieces(asked, by)


def register():
    missing.register(
        Source("receipt", "Dossier envoyé sans accusé de réception", sent_without_receipt, ask_receipt, "pk"),
        Source("pieces", "Demande de pièces sans lettre", requests_without_letter, ask_request, "application"),
    )
