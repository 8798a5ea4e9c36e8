"""What the views of a dossier share: finding it within the reader's scope, and the saved state of its sections."""

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from applications.models import Application

RELATED = (
    "wave__call__programme",
    "fabrique__commune",
    "organisation",
    "call_version",
    "officer",
    "created_by",
    "submitted_by",
    "project",
)


READ_WITH = ("answers", "budget", "call_version__bounds")


def own_dossier(request, public_id, read_with=READ_WITH):
    """A dossier of one of the reader's organisations; any other is not found."""
    mine = Application.objects.of_applicant(request.user).select_related(*RELATED)
    return get_object_or_404(mine.prefetch_related(*read_with), public_id=public_id)


def trail_of(application):
    """The way back from a page of a dossier."""
    here = reverse("applications:dossier", args=[application.public_id])
    return [("Mes dossiers", reverse("applications:mine")), (application.fabrique.name, here)]


def staff_dossier_of(request, public_id):
    """A sent dossier that the reader may read as staff; any other is not found."""
    visible = Application.objects.visible_to(request.user).select_related(*RELATED)
    return get_object_or_404(visible, public_id=public_id)


def arrival(request):
    """When the request reached the server: deadlines are judged by it, not by what the work before took."""
    return getattr(request, "arrived_at", None) or timezone.now()


def open_correction(application):
    return application.correction_requests.filter(closed_at=None).select_related("requested_by").first()


def saved_of(application, slug):
    """(version, SavedSection or None) of a section; 0 when it was never saved."""
    saved = application.saved_sections.filter(slug=slug).select_related("saved_by").first()
    return (saved.version if saved else 0), saved
