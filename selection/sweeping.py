"""The dates that pass by themselves after an announcement, and the letters that are ready. Safe at any moment."""

from selection import appeal_follow_ups, appeals, late_decisions, letter_prints, waitlists


def sweep(now=None):
    """Prepare the refusals of closed waitlists, note appeals refused by silence, hand late decisions over.

    Whoever owes what an upheld appeal asks for is reminded on its day; printed letters are kept a week.

    Returns:
        (refusals prepared, appeals refused by silence, decisions handed over).
    """
    appeal_follow_ups.remind(now)
    letter_prints.sweep(now)
    return waitlists.sweep(now), appeals.sweep(now), late_decisions.hand_over_ready()
