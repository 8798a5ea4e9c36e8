"""What a partial withdrawal keeps, cancels and asks back: whole cents, sums kept, the odd cent to the structure."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Parts:
    """The parts of an award. Cents: kept + cancelled + recovered = total."""

    total_cents: int
    kept_cents: int
    cancelled_cents: int
    recovered_cents: int

    @property
    def withdrawn_cents(self):
        return self.total_cents - self.kept_cents


def kept_cents(total_cents, done, planned):
    """What stays of an award of which `done` out of `planned` was done; rounded up to the cent.

    Args:
        done, planned: in one unit, 0 ≤ done ≤ planned, planned positive.
    """
    if not 0 <= done <= planned or planned <= 0:
        raise ValueError("what is done is between nothing and what was planned")
    return -(-total_cents * done // planned)


def parts_of(total_cents, paid_cents, done, planned):
    """The `Parts` of an award of `total_cents` of which `paid_cents` are paid."""
    kept = kept_cents(total_cents, done, planned)
    recovered = max(paid_cents - kept, 0)
    return Parts(total_cents, kept, total_cents - kept - recovered, recovered)
