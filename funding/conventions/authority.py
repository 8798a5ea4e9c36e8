"""Who may sign for the State: asked of the floor above, which keeps the delegations and registers its answer here."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass

from accounts.models import User
from programme.models import Commune, Programme


@dataclass(frozen=True)
class Authority:
    """Under what somebody signs for the State.

    Args:
        formula: the lines printed above the name, separated by line ends.
        act: the published act that delegates, as the file keeps it.
    """

    formula: str
    act: str


Find = Callable[[User, Programme, int, datetime.date, Commune | None], Authority]
Holders = Callable[[Programme, datetime.date, Commune | None], list[User]]
_source: dict[str, Callable] = {}


def register(*, find: Find, holders: Holders):
    """Say where delegations are kept.

    Args:
        find: gives the `Authority` of a person for a programme, an amount in cents, a Paris date and the
            commune of the place, or raises a `Refusal` that says what is missing.
        holders: those who may sign agreements of a programme on a Paris date, for a commune.
    """
    _source.update(find=find, holders=holders)


def authority_of(*, signatory, award, cents, on) -> Authority:
    """The delegation under which `signatory` may sign an act of `cents` on an award, on a Paris date.

    Raises:
        Refusal: none covers it (CRPA L212-1).
    """
    return _source["find"](signatory, award.wave.call.programme, cents, on, award.fabrique.commune)


def signatories(award, on) -> list[User]:
    """Those who hold a delegation to sign the agreements of an award that day."""
    return _source["holders"](award.wave.call.programme, on, award.fabrique.commune)
