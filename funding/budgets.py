"""Opening, freezing and cancelling credits on a line and a fiscal year. Cents; each act names its document."""

from accounts.permissions import require
from funding.envelopes.acts import founded_on
from funding.ledger import Leg, Slot, post
from funding.models import Kind, Posting

AE = {"source": Kind.AE_SOURCE, "open": Kind.AE_OPENED, "frozen": Kind.AE_FROZEN, "cancelled": Kind.AE_CANCELLED}
CP = {"source": Kind.CP_SOURCE, "open": Kind.CP_AVAILABLE, "frozen": Kind.CP_FROZEN, "cancelled": Kind.CP_CANCELLED}
AXES = {"ae": AE, "cp": CP}


def open_credits(*, axis, line, fiscal_year, cents, effective_on, act, by, key):
    """Open credits on a line (LOLF art. 7 and 8).

    Args:
        axis: "ae" (commitment authority) or "cp" (payment credits).
        cents: amount, positive.
        act: the `Act` that opens them (finance act, delegation), or its words for a reconstruction.
        by: the finance officer, or None for the system.
        key: idempotency key of the posting.

    Raises:
        NotAllowed: `by` may not open credits.
    """
    return _shift(Posting.Kind.OPEN, axis, "source", "open", line, fiscal_year, cents, effective_on, act, by, key)


def freeze(*, axis, line, fiscal_year, cents, effective_on, act, by, key):
    """Put credits aside ("mise en réserve", LOLF art. 51): only what is not used. Raises `InsufficientFunds`."""
    return _shift(Posting.Kind.FREEZE, axis, "open", "frozen", line, fiscal_year, cents, effective_on, act, by, key)


def unfreeze(*, axis, line, fiscal_year, cents, effective_on, act, by, key):
    """Give frozen credits back. Raises `InsufficientFunds`."""
    return _shift(Posting.Kind.UNFREEZE, axis, "frozen", "open", line, fiscal_year, cents, effective_on, act, by, key)


def cancel(*, axis, line, fiscal_year, cents, effective_on, act, by, key, frozen=True):
    """Cancel credits by decree (LOLF art. 14), frozen ones unless told otherwise. Raises `InsufficientFunds`."""
    origin = "frozen" if frozen else "open"
    return _shift(Posting.Kind.CANCEL, axis, origin, "cancelled", line, fiscal_year, cents, effective_on, act, by, key)


def cancel_unused(**arguments):
    """`cancel` credits that are neither frozen nor used."""
    return cancel(frozen=False, **arguments)


def carry_over(*, axis, line, from_year, cents, effective_on, act, by, key):
    """Carry unused credits to the next fiscal year, by arrêté (LOLF art. 15). Raises `InsufficientFunds`."""
    require(by, "funding.open_credits")
    kind = AXES[axis]["open"]
    leg = Leg(Slot(kind, line.pk, from_year), Slot(kind, line.pk, from_year + 1), cents)
    return post(
        key=key, kind=Posting.Kind.CARRY_OVER, effective_on=effective_on, actor=by, legs=[leg],
        **founded_on(act, effective_on),
    )  # fmt: skip


def _shift(kind, axis, origin, destination, line, fiscal_year, cents, effective_on, act, by, key):
    require(by, "funding.open_credits")
    chain = AXES[axis]
    leg = Leg(Slot(chain[origin], line.pk, fiscal_year), Slot(chain[destination], line.pk, fiscal_year), cents)
    return post(key=key, kind=kind, effective_on=effective_on, actor=by, legs=[leg], **founded_on(act, effective_on))
