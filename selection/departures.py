"""Departures from the panel's ranking: which outcomes leave its order, and which of them say why.

Deferred dossiers stand outside the order: a deferral has its own ground. Pure functions over outcomes in rank order.
"""

from bisect import bisect_right

from selection.models import Outcome

ORDER = {Outcome.PROPOSED: 0, Outcome.WAITLIST: 1, Outcome.NOT_RETAINED: 2}


def departures(outcomes):
    """The fewest outcomes to set aside for the others to follow the ranking.

    Args:
        outcomes: `PreparedOutcome`s, best ranked first.

    Returns:
        The set of those that depart (a longest non-decreasing run of the others is kept).
    """
    ordered = [o for o in outcomes if o.outcome in ORDER]
    kept = longest_run([ORDER[o.outcome] for o in ordered])
    return {outcome for position, outcome in enumerate(ordered) if position not in kept}


def longest_run(values):
    """Positions of a longest non-decreasing subsequence of `values`."""
    tails, tail_positions, previous = [], [], {}
    for position, value in enumerate(values):
        place = bisect_right(tails, value)
        previous[position] = tail_positions[place - 1] if place else None
        tails[place : place + 1] = [value]
        tail_positions[place : place + 1] = [position]
    kept, position = set(), tail_positions[-1] if tail_positions else None
    while position is not None:
        kept.add(position)
        position = previous[position]
    return kept


def unexplained(outcomes):
    """The departures that remain once the dossiers that carry a reason are set aside."""
    return departures([o for o in outcomes if not o.departure_reason])
