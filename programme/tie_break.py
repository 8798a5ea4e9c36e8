"""The rules that separate equals in a ranking: chosen in the call, before anybody is ranked, and read by all."""

from django.db import models


class TieBreak(models.TextChoices):
    """One rule; what it does to a ranking is in `applications.evaluations.tie_break`."""

    BY_WEIGHT = "by_weight", "La meilleure note au critère de plus fort poids, puis au suivant par le poids"
    IN_ORDER = "in_order", "La meilleure note au premier critère de la grille, puis au deuxième, et ainsi de suite"
    AGREEMENT = "agreement", "Le plus petit écart entre les évaluations"
    REGION = "region", "La région qui compte le moins de fabriques sélectionnées avant la clôture du dépôt"
    LEAST_ASKED = "least_asked", "Le montant demandé le plus faible"
    ARRIVAL = "arrival", "Le dossier arrivé le premier"


MOST_RULES = 3


def told(codes) -> list[str]:
    """The rules in words, first applied first; codes that are not known are left out.

    Args:
        codes: `CallVersion.tie_break`.
    """
    return [str(TieBreak(code).label) for code in codes if code in TieBreak.values]


def problem_of(codes) -> str:
    """What is wrong with a list of rules, in French; "" when nothing is."""
    if any(code not in TieBreak.values for code in codes):
        return "Cette règle de départage n’existe pas : choisissez dans la liste."
    if len(codes) > MOST_RULES:
        return f"Trois règles de départage au plus ({len(codes)} choisies) : retirez-en."
    if len(set(codes)) < len(codes):
        return "La même règle de départage est choisie deux fois : changez l’une des deux."
    return ""
