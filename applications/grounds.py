"""The grounds for which a request is inadmissible: chosen from this list, explained in free words beside it."""

from django.db import models

from accounts.errors import Refusal


class InadmissibilityGround(models.TextChoices):
    APPLICANT = "applicant", "Le porteur ne peut pas répondre à cet appel"
    PLACE = "place", "Le lieu n’est pas dans le territoire visé par l’appel"
    AMOUNTS = "amounts", "Les montants demandés sortent des bornes de l’appel"
    LATE = "late", "Le dossier est arrivé hors délai"
    PIECES = "pieces", "Les pièces demandées n’ont pas été fournies dans le délai"
    CONTRACT = "contract", "Le contrat d’engagement républicain n’est pas souscrit"
    STATE_AID = "state_aid", "Les règles des aides d’État ne permettent pas cette aide"
    SAME_OBJECT = "same_object", "Ce lieu a déjà une demande ou une aide pour le même objet"
    OTHER = "other", "Autre condition de l’appel"


def refuse_unknown(codes):
    """Refuse a ground that is not of the list.

    Raises:
        Refusal: tied to the field of the conditions.
    """
    if unknown := set(codes) - set(InadmissibilityGround.values):
        raise Refusal(
            f"« {sorted(unknown)[0]} » n’est pas un motif de la liste : choisissez-en un.", field="conditions"
        )


def in_words(codes, explanation):
    """The grounds as the applicant reads them: those of the list, then the explanation."""
    chosen = [str(InadmissibilityGround(code).label) for code in InadmissibilityGround.values if code in codes]
    return "\n".join([*(f"{label}." for label in chosen), explanation.strip()])
