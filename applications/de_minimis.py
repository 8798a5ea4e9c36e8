"""De minimis aid: what counts on a day, over three rolling years, for one undertaking. No query; amounts in cents.

Regulation (EU) 2023/2831 art. 3: 300 000 € over any period of three years, counted whole when the right to the aid is
granted, whenever it is paid. Regulation (EU) 2023/2832: 750 000 € for a service of general economic interest; the two
ceilings are counted apart.
"""

import datetime
from dataclasses import dataclass

from applications.models import DeclaredAid

Regime = DeclaredAid.Regime
CEILINGS = {Regime.GENERAL: 30_000_000, Regime.SIEG: 75_000_000}
YEARS = 3
RULES = {
    Regime.GENERAL: "règlement (UE) 2023/2831, article 3",
    Regime.SIEG: "règlement (UE) 2023/2832, article 3",
}


@dataclass(frozen=True)
class Aid:
    """One aid: `granted_on`, a Paris date; `source` says where we know it from."""

    granted_on: datetime.date
    cents: int
    regime: str
    grantor: str
    source: str = "déclarée"


@dataclass(frozen=True)
class Position:
    """What an undertaking has over the three years that end on a day, and what it may still be granted."""

    regime: str
    on: datetime.date
    aids: tuple

    @property
    def ceiling_cents(self):
        return CEILINGS[self.regime]

    @property
    def received_cents(self):
        return sum(aid.cents for aid in self.aids)

    @property
    def left_cents(self):
        """What may still be granted on that day; never negative."""
        return max(0, self.ceiling_cents - self.received_cents)

    def excess_cents(self, cents):
        """By how much one more aid of `cents` passes the ceiling; 0 when it fits."""
        return max(0, self.received_cents + cents - self.ceiling_cents)


def same_day(day, years):
    """The same day some years earlier; 29 February falls on the 28th."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def window(on):
    """(first, last) day of the three years that end on `on`, both included."""
    return same_day(on, YEARS) + datetime.timedelta(days=1), on


def position(aids, *, regime, on):
    """The `Position` of an undertaking on a day.

    Args:
        aids: every `Aid` known of it, whatever its day and regime.
    """
    first, last = window(on)
    counted = [aid for aid in aids if aid.regime == regime and first <= aid.granted_on <= last]
    return Position(regime, on, tuple(sorted(counted, key=lambda aid: aid.granted_on)))


def regime_of(call_version):
    """The de minimis regime under which a call gives, or None when it gives under another basis."""
    return Regime(call_version.state_aid_basis) if call_version.state_aid_basis in Regime.values else None
