"""Places by segment and by region: how many are selected already, against which target."""

from collections import Counter

from django.db.models import Count

from applications.models import FabriqueFact
from selection.panel import COUNTED_IN, laureates_by_segment

__all__ = ["COUNTED_IN", "counted_label", "laureates_by_region", "laureates_by_segment"]


def counted_label(segment):
    """How a page names what a quota counts."""
    label = segment.label
    return f"{label}, numériques comprises" if len(COUNTED_IN.get(segment, (segment,))) > 1 else label


def laureates_by_region(programme):
    """How many places are selected already, by region; one query."""
    return laureates(programme)[1]


def laureates(programme):
    """({segment: places selected already}, {region: the same}); one query."""
    facts = FabriqueFact.objects.filter(kind=FabriqueFact.Kind.SELECTED, fabrique__programme=programme).order_by()
    rows = facts.values_list("fabrique__segment", "fabrique__region").annotate(n=Count("fabrique", distinct=True))
    by_segment, by_region = Counter(), Counter()
    for segment, region, count in rows:
        by_segment[segment] += count
        by_region[region] += count
    return by_segment, by_region
