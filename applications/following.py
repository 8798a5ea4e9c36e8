"""Which version of the form a dossier answers: a draft follows the one in force, a sent dossier keeps its own."""

from accounts.errors import Refusal
from applications.models import Application
from programme.models import CallVersion


class FormChanged(Refusal):
    """The call has a newer form than the draft."""

    title = "Le formulaire a changé"


def newer_version(application):
    """The published version that a draft is to move to, or None: one query, none for a sent dossier."""
    if application.state != Application.State.DRAFT:
        return None
    of_call = CallVersion.objects.filter(call__versions=application.call_version_id, frozen_at__isnull=False)
    newest = of_call.order_by("-number").first()
    return newest if newest and newest.number > application.call_version.number else None


def refuse_outdated(application, in_force):
    """Refuse to send answers to a form that is not the one in force.

    Args:
        in_force: the latest published version of the call, or None.

    Raises:
        FormChanged: the sentence says what to do.
    """
    if in_force and in_force.number > application.call_version.number:
        raise FormChanged(
            f"Le formulaire de l’appel a changé (version {in_force.number}). Votre dossier n’est pas envoyé : "
            "passez d’abord à la nouvelle version, vos réponses y sont reprises."
        )
