"""How many rows each value of each filter would give, the other filters staying as they are."""

from collections import defaultdict
from functools import cached_property

from accounts.filters import ConditionFilter, bare

PREFIX = "facet"


class Facets:
    """The counts beside the values of the filters: one pass for the conditions, one statement for all the choices.

    A filter in force is counted without itself: its other values say what they would add.
    """

    def __init__(self, listing):
        self.listing = listing
        self.active = {one.key for one, _ in listing.active_filters}

    @cached_property
    def filters(self):
        return [one for one in self.listing.every_filter if one.kind == "choice"]

    @property
    def conditions(self):
        return [one for one in self.filters if isinstance(one, ConditionFilter)]

    @property
    def idle_aggregates(self):
        """What the totals of the list count in their own pass: conditions whose filter is not in force."""
        return {
            f"{PREFIX}_{one.key}_{value}": count
            for one in self.conditions
            if one.key not in self.active
            for value, count in one.aggregates().items()
        }

    @cached_property
    def choices(self):
        """{key: {value as stored: how many}} of every filter on a field."""
        parts = [part for one in self.filters if (part := one.tally(self.listing.narrowed(one))) is not None]
        found: dict[str, dict[str, int]] = defaultdict(dict)
        if parts:
            first, *others = parts
            for key, value, many in first.union(*others, all=True) if others else first:
                found[key][value or ""] = many
        return found

    def of_conditions(self, one):
        if one.key in self.active:
            return self.listing.narrowed(one).order_by().aggregate(**one.aggregates())
        return {value: self.listing.sums[f"{PREFIX}_{one.key}_{value}"] for value in one.conditions}

    def options(self, one):
        """[(value, label, how many)] of one filter."""
        if isinstance(one, ConditionFilter):
            counts = self.of_conditions(one)
            return [(value, label, counts[value]) for value, label in one.options(self.listing)]
        counts = {bare(value): many for value, many in self.choices[one.key].items()}
        return one.counted(counts, self.listing)
