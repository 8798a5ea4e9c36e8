"""The rules of reviewing, that a reviewer accepts before any dossier opens: their text, its edition, who accepted it.

A new text has a new edition, and is accepted again. Imported by the reads of the models: it imports no model.
"""

from django.db import transaction
from django.db.models import Exists

from accounts import history
from accounts.errors import Refusal
from accounts.models import JournalEntry
from applications.evaluations.ties import model

EDITION = "2026-1"
LINES = (
    "Je garde confidentiels les dossiers, les évaluations et les échanges du comité, pendant et après.",
    "Je dis, avant d’ouvrir un dossier, tout lien avec le projet ou ceux qui le portent ; s’il y en a un, je me "
    "retire.",
    "J’évalue en toute indépendance, d’après les critères de l’appel, avec une raison pour chaque note.",
    "Je n’accepte rien d’un candidat, et je ne prends pas contact avec lui.",
    "Je rends mes évaluations à la date demandée, ou je préviens dès que je ne le peux plus.",
    "Mon nom n’est pas donné aux candidats. Ils peuvent lire mes notes et mes raisons, sans mon nom.",
)
TEXT = "\n".join(LINES)
history.WORDS["accept_terms"] = "a accepté les règles de l’évaluation"


def accept_terms(*, user):
    """Keep that a person accepts the rules, as they read today; twice is once.

    Returns:
        the `TermsAcceptance`.
    """
    with transaction.atomic():
        accepted, created = model("TermsAcceptance").objects.get_or_create(
            user=user, edition=EDITION, defaults={"text": TEXT}
        )
        if created:
            JournalEntry.write(action="accept_terms", subject=accepted, actor=user)
    return accepted


def terms_accepted(user):
    """The `TermsAcceptance` of the rules in force, or None."""
    return acceptances(user).first()


def has_accepted(user):
    """Condition, whatever the rows: she accepted the rules in force."""
    return Exists(acceptances(user).order_by())


def acceptances(user):
    return model("TermsAcceptance").objects.filter(user=user, edition=EDITION)


def refuse_without_terms(user):
    """No dossier is answered for, nor opened, by somebody who has not accepted the rules in force."""
    if not acceptances(user).exists():
        raise Refusal("Acceptez d’abord les règles de l’évaluation : aucun dossier ne s’ouvre avant.")
