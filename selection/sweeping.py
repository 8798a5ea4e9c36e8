"""The dates that pass by themselves after an announcement, and the letters that are ready. Safe at any moment."""

from selection import appeals, late_decisions, waitlists


def sweep(now=None):
    """Prepare the refusals of closed waitlists, note appeals refused by silence, hand late decisions over.

    Returns:
        (refusals prepared, appeals refused by silence, decisions handed over).
    """
    return waitlists.sweep(now), appeals.sweep(now), late_decisions.hand_over_ready()
