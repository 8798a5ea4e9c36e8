"""A dossier declared inadmissible is a refusal: it is notified as every decision (`documents.notifying`)."""

from applications.models import Application
from documents import notifying
from documents.notifying import About, Kind


def make_available(application, *, at):
    """The ground is on the page of the dossier from now on: follow its notification."""
    notifying.make_act_available(subject=application, kind=Kind.INADMISSIBILITY_LETTER, at=at)


def about(keys):
    return {row.pk: about_one(row) for row in Application.objects.filter(pk__in=keys).order_by()}


def about_one(application):
    return About(
        organisation_id=application.organisation_id,
        reference=application.reference or "",
        own_path=f"/dossiers/{application.public_id}/",
        staff_path=f"/pilotage/dossiers/{application.public_id}/",
    )


def follow(notification, by):
    """The dossier stays as it is: nothing but the delay to contest runs from it."""


def register():
    notifying.register(Application._meta.label, about=about, follow=follow)
