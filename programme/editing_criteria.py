"""The criteria of a call in preparation with their worded levels, and its amounts by segment."""

from accounts.errors import Refusal
from programme.editing import drafted
from programme.editing_form import next_position, still_there
from programme.models import Criterion, CriterionLevel, Segment, SegmentBounds

MOST_LEVELS = 10


def checked_levels(levels):
    """[(points, label, description)] as they are kept: fewest points first.

    Raises:
        Refusal: fewer than two, the same points twice, or a level without its words.
    """
    levels = sorted(levels)
    points = [level[0] for level in levels]
    if len(levels) < 2:
        raise Refusal("Un critère a deux niveaux au moins : leurs points et leurs mots.", field="levels")
    if len(set(points)) < len(points):
        raise Refusal("Deux niveaux valent les mêmes points : chacun a les siens.", field="levels")
    if not any(points):
        raise Refusal("Au moins un niveau vaut plus de zéro point.", field="levels")
    if len(levels) > MOST_LEVELS or any(not label or not description for _, label, description in levels):
        raise Refusal(f"Chaque niveau a un nom et une phrase ; {MOST_LEVELS} niveaux au plus.", field="levels")
    return levels


def add_criterion(*, version, label, weight, levels, by, description="", threshold_points=None, may_not_apply=False):
    """Add a criterion after the others.

    Args:
        weight: a whole number above zero; what counts is its share of the total of the weights.
        levels: [(points, label, description)].
        threshold_points: what a dossier must reach on it, in points of its levels; None for no threshold.
        may_not_apply: a reviewer may answer that it does not apply.

    Raises:
        NotAllowed, StalePage: see `editing.drafted`.
        Refusal: see `checked_levels`; or the name is taken, or the weight is not above zero, or no level reaches the
            threshold.
    """
    with drafted(version, by=by, what=f"le critère « {label} », ajouté") as version:
        levels = checked_levels(levels)
        others = list(version.criteria.all())
        refuse_bad_criterion(label, weight, others)
        refuse_bad_threshold(threshold_points, levels)
        criterion = Criterion.objects.create(
            version=version, position=next_position(others), label=label, description=description, weight=weight,
            edition=next_edition(version), threshold_points=threshold_points, may_not_apply=may_not_apply,
        )  # fmt: skip
        write_levels(criterion, levels)
    return criterion


def refuse_bad_criterion(label, weight, others):
    if label in {other.label for other in others}:
        raise Refusal("Un autre critère porte ce nom.", field="label")
    if not 1 <= weight <= 1000:
        raise Refusal("Le poids est un nombre entier, de 1 à 1 000.", field="weight")


def refuse_bad_threshold(threshold, levels):
    least, most = levels[0][0], levels[-1][0]
    if threshold is not None and not least < threshold <= most:
        raise Refusal(
            f"Le seuil est au-dessus du premier niveau ({least}) et au plus le dernier ({most}).",
            field="threshold_points",
        )


def next_edition(version):
    """Editions of criteria come from one count: a page made for one never passes for that of its neighbour."""
    return max((criterion.edition for criterion in version.criteria.all()), default=0) + 1


def write_levels(criterion, levels):
    criterion.levels.all().delete()
    CriterionLevel.objects.bulk_create(
        CriterionLevel(criterion=criterion, points=points, label=label, description=description)
        for points, label, description in levels
    )


def edit_criterion(
    *, criterion, label, weight, levels, by, description="", edition=None, threshold_points=None, may_not_apply=False
):
    """Write a criterion anew; see `add_criterion`.

    Raises:
        StalePage: the criterion changed since the page, or another took its place.
    """
    with drafted(criterion.version, by=by, what=f"le critère « {criterion.label} »") as version:
        criterion = still_there(Criterion.objects.filter(pk=criterion.pk))
        criterion.expect_edition(edition)
        levels = checked_levels(levels)
        refuse_bad_criterion(label, weight, version.criteria.exclude(pk=criterion.pk))
        criterion.edition = next_edition(version) - 1
        refuse_bad_threshold(threshold_points, levels)
        criterion.rewrite(
            label=label, description=description, weight=weight, threshold_points=threshold_points,
            may_not_apply=may_not_apply,
        )  # fmt: skip
        write_levels(criterion, levels)
    return criterion


def move_criterion(*, criterion, up, by, edition=None):
    """Exchange a criterion with the one before it, or after it."""
    with drafted(criterion.version, by=by, what=f"le critère « {criterion.label} », déplacé") as version:
        rows = list(version.criteria.order_by("position"))
        at = next((rank for rank, one in enumerate(rows) if one.pk == criterion.pk), None)
        other = None if at is None else at + (-1 if up else 1)
        if other is None or not 0 <= other < len(rows):
            return
        rows[at].expect_edition(edition)
        exchange(rows[at], rows[other], next_edition(version), next_position(rows))


def exchange(one, other, edition, free):
    """Positions are unique in the database: one steps aside meanwhile."""
    mine, its = one.position, other.position
    Criterion.objects.filter(pk=one.pk).update(position=free)
    Criterion.objects.filter(pk=other.pk).update(position=mine, edition=edition)
    Criterion.objects.filter(pk=one.pk).update(position=its, edition=edition + 1)


def delete_criterion(*, criterion, by, edition=None):
    """Delete a criterion of a draft with its levels.

    Raises:
        NotAllowed, StalePage: see `editing.drafted`; or the criterion changed since the page.
    """
    with drafted(criterion.version, by=by, what=f"le critère « {criterion.label} », supprimé"):
        criterion = still_there(Criterion.objects.filter(pk=criterion.pk))
        criterion.expect_edition(edition)
        criterion.levels.all().delete()
        criterion.delete()


def save_bounds(*, version, bounds, by, edition=None):
    """Write how much may be asked, by segment.

    Args:
        bounds: {segment: (least, most, most in a year)} in cents; a segment left out receives no aid.
        edition: that of the version that the page was made from.

    Raises:
        NotAllowed, StalePage: see `editing.drafted`.
        Refusal: no segment, or amounts out of order, tied to "<segment>_<part>".
    """
    with drafted(version, by=by, what="les montants") as version:
        version.expect_edition(edition)
        if not bounds:
            raise Refusal("Donnez les montants d’un segment au moins.")
        for segment, (least, most, in_a_year) in bounds.items():
            refuse_disorder(segment, least, most, in_a_year)
        version.bounds.all().delete()
        SegmentBounds.objects.bulk_create(
            SegmentBounds(version=version, segment=segment, min_cents=least, max_cents=most, year_cap_cents=in_a_year)
            for segment, (least, most, in_a_year) in bounds.items()
        )
        version.rewrite()
    return version


def refuse_disorder(segment, least, most, in_a_year):
    name = Segment(segment).label
    if least > most:
        raise Refusal(f"{name} : le minimum dépasse le maximum.", field=f"{segment}_max")
    if not 0 < in_a_year <= most:
        raise Refusal(
            f"{name} : le plafond annuel ne dépasse pas le maximum, et n’est pas nul.", field=f"{segment}_year"
        )
