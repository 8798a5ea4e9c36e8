"""What a filled sheet must be, for a dossier as for a worked example: levels of the rubric, and a reason for each."""

from accounts.errors import Refusal

MAX_TEXT = 5_000


class IncompleteSheet(Refusal):
    """The sheet cannot be given yet.

    Attributes:
        problems: list of (criterion id, "points" or "reason", French sentence).
    """

    def __init__(self, problems):
        super().__init__("Pour rendre cette évaluation, choisissez un niveau et donnez une raison à chaque critère.")
        self.problems = problems


def refuse_incomplete(criteria, points, reasons, not_applicable=()):
    """Every criterion has its level, or does not apply, and says why; one at least applies."""
    problems = []
    for criterion in criteria:
        if points.get(criterion.pk) is None and criterion.pk not in not_applicable:
            problems.append((criterion.pk, "points", "Choisissez un niveau."))
        if not reasons.get(criterion.pk, "").strip():
            problems.append((criterion.pk, "reason", "Donnez la raison de ce niveau, en une phrase au moins."))
    if problems:
        raise IncompleteSheet(problems)
    if all(criterion.pk in not_applicable for criterion in criteria):
        raise Refusal("Aucun critère ne s’applique : ce dossier n’aurait pas de note. Abstenez-vous plutôt.")


def checked(criterion, points, reasons, not_applicable=()):
    """{"points", "not_applicable", "reason"} of one criterion, as a row of scores keeps them.

    Raises:
        Refusal: points that no level is worth, a criterion that cannot be left out, a reason too long.
    """
    left_out = criterion.pk in not_applicable
    given = None if left_out else points.get(criterion.pk)
    if given is not None and criterion.level(given) is None:
        raise Refusal(f"« {criterion.label} » n’a pas de niveau {given}. Choisissez un niveau de la liste.")
    if left_out and not criterion.may_not_apply:
        raise Refusal(f"« {criterion.label} » s’applique à tous les dossiers de cet appel : choisissez un niveau.")
    return {"points": given, "not_applicable": left_out, "reason": bounded(reasons.get(criterion.pk, ""))}


def bounded(text):
    text = text.replace("\r\n", "\n").strip()
    if len(text) > MAX_TEXT:
        raise Refusal(f"Ce texte a {len(text)} signes : raccourcissez-le à {MAX_TEXT} au plus.")
    return text
