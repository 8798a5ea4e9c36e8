"""A reviewer's sheet as texts, field by field: the one form in which it is compared, kept, and read from a file. Pure.

Names are those of the fields of the page: `points_<criterion>`, `reason_<criterion>`, `comment`, `confidence`.
"""

from applications.models import Review

NOT_APPLICABLE = "sans-objet"
COMMENT, CONFIDENCE = "comment", "confidence"
BESIDE = (COMMENT, CONFIDENCE)


def names_of(criteria):
    """The names of the fields, in the order of the page."""
    return [f"{kind}_{one.pk}" for one in criteria for kind in ("points", "reason")] + list(BESIDE)


def as_text(value):
    return "" if value is None else str(value)


def tidy(text):
    """A text as it is kept: one kind of line end, no space around."""
    return text.replace("\r\n", "\n").strip()


def texts_of(review, criteria):
    """{name: text} of a sheet as it is saved; reads `review.scores.all()`."""
    texts = dict.fromkeys(names_of(criteria), "")
    texts |= {COMMENT: review.comment, CONFIDENCE: as_text(review.confidence)}
    for score in review.scores.all():
        given = NOT_APPLICABLE if score.not_applicable else as_text(score.points)
        texts |= {f"points_{score.criterion_id}": given, f"reason_{score.criterion_id}": score.reason}
    return texts


def sheet_of(texts, criteria):
    """The arguments of `reviewing.save_review` that these texts are."""
    points = {one.pk: texts.get(f"points_{one.pk}", "") for one in criteria}
    confidence = texts.get(CONFIDENCE, "")
    return {
        "points": {pk: int(text) if text.isdecimal() else None for pk, text in points.items()},
        "not_applicable": {pk for pk, text in points.items() if text == NOT_APPLICABLE},
        "reasons": {one.pk: texts.get(f"reason_{one.pk}", "") for one in criteria},
        "comment": texts.get(COMMENT, ""),
        "confidence": int(confidence) if confidence else None,
    }


def words_of_score(criterion, score):
    """What a row of scores says on a criterion: « 3. Solide », « Sans objet », or nothing."""
    if score is None or (score.points is None and not score.not_applicable):
        return ""
    level = criterion.level(score.points)
    return "Sans objet" if score.not_applicable else f"{level.points}. {level.label}"


def label_of(name, criteria):
    """What a field is, in words."""
    kind, _, pk = name.partition("_")
    criterion = next((one.label for one in criteria if str(one.pk) == pk), "")
    words = {
        "points": f"{criterion}, niveau",
        "reason": f"{criterion}, raison",
        COMMENT: "Avis d’ensemble",
        CONFIDENCE: "Votre confiance dans cette évaluation",
    }
    return words[kind]


def shown(name, text, criteria):
    """The text of a field as people read it: the words of a choice, not its code."""
    if name == CONFIDENCE:
        return str(Review.Confidence(int(text)).label) if text else "non dite"
    if not name.startswith("points_"):
        return text
    if text == NOT_APPLICABLE:
        return "Sans objet"
    criterion = next(one for one in criteria if f"points_{one.pk}" == name)
    level = criterion.level(int(text)) if text else None
    return f"{level.points}. {level.label}" if level else "pas de niveau"
