"""Every figure of the steering board, on any day, on both clocks (glossary, part 3). Cents.

*En date de* (`as_of`): what was true in law that day. *Connu au* (`known_on`): what we knew that day. Both read dated
facts, never a current state.
"""

from django.db.models import Case, Value, When

from monitoring.clocks import Clocks
from monitoring.money import MONEY_KEYS, Money
from monitoring.places import UNKNOWN, Places
from monitoring.promises import Promises
from programme.models import Origin, Programme

__all__ = ["MONEY_KEYS", "UNKNOWN", "Figures", "compute", "main_programme", "programmes"]


def programmes():
    """The one that the board shows when none is named comes first: a demonstration only when there is nothing else."""
    demonstration_last = Case(When(origin=Origin.DEMONSTRATION, then=Value(1)), default=Value(0))
    return Programme.objects.order_by(demonstration_last, "pk")


def main_programme():
    return programmes().first()


class Figures:
    """The figures of one programme; each part costs its queries only when it is read."""

    def __init__(self, programme, clocks):
        self.programme, self.clocks = programme, clocks
        self.money = Money(programme, clocks)
        self.places = Places(programme, clocks)
        self.promises = Promises(programme, clocks)

    def as_json(self):
        return {
            "as_of": self.clocks.as_of.isoformat(),
            "known_on": self.clocks.known_on.isoformat(),
            "programme": self.programme.slug,
            "origin": self.programme.origin,
            "announced_cents": self.promises.announced_cents,
            **self.money.totals,
            "fund": self.money.fund_totals,
            "lines": self.money.lines,
            "fabriques": self.counts(),
        }

    def counts(self):
        """`by_state` counts every place once; the other breakdowns laureates and beyond."""
        places = self.places
        return {
            "by_state": places.by_state,
            "laureates": places.total("laureates"),
            "contracted": places.total("contracted_places"),
            "open": places.total("state_open"),
            "open_before_selection": places.total("open_before_selection"),
            "by_region": places.by("area"),
            "by_wave": places.by_wave,
            "by_segment": places.by_segment(),
            "by_departement": places.by("place"),
            "target": self.promises.target,
            "targets_by_segment": self.promises.by_segment,
        }


def compute(*, as_of=None, known_on=None, programme=None):
    """All figures as one JSON-serialisable dict, in a number of queries that depends on nothing.

    Args:
        as_of: Paris date; None is today.
        known_on: Paris date; None is today.
        programme: a `Programme`; None takes `main_programme()`.

    Returns:
        Amounts in cents: `announced_cents`; AE `opened_cents` (net of cancellations and lapses), `reserved_cents`,
        `committed_cents` (committed + liquidated), `frozen_cents`, `left_cents`, `decommitted_cents`,
        `lapsed_cents`; cumulated `due_cents` (includes paid), `paid_cents`, `remaining_to_pay_cents`; CP
        `cp_opened_cents`, `cp_ordered_cents`, `cp_left_cents`: of the grants alone; `fund`, the same keys of the
        investment fund; `lines`, the same by line and fiscal year, each with its `instrument`; `fabriques`, the
        counts.
    """
    clocks = Clocks.at(as_of, known_on)
    programme = programme or main_programme()
    return Figures(programme, clocks).as_json() if programme else empty_figures(clocks)


def empty_figures(clocks):
    return {
        "as_of": clocks.as_of.isoformat(),
        "known_on": clocks.known_on.isoformat(),
        "programme": None,
        "origin": None,
        "announced_cents": 0,
        **dict.fromkeys(MONEY_KEYS, 0),
        "fund": dict.fromkeys(MONEY_KEYS, 0),
        "lines": [],
        "fabriques": {"by_state": {}, "by_region": {}, "by_wave": {}, "by_segment": {}, "target": 0},
    }
