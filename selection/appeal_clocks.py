"""Until when a decision may be contested: pure functions of dates, Europe/Paris.

Two months from the notification, to be brought before the court (CJA R421-1), one more for who lives overseas, two
abroad (R421-7). An appeal to the administration made within the two months interrupts that delay (CRPA L411-2): it
starts again, whole, once every one of them is answered, or two months of silence have refused it (L231-4 2°, L411-7;
CJA R421-2). The months of distance do not lengthen the time for such an appeal (CE Sect., 5 January 2000, 170954). A
mediation agreed within the delay interrupts it too (CJA L213-6); an appeal to the administration that comes after it
does not interrupt any more (R213-4). None of it runs against who was not told how to contest (R421-5).
"""

import datetime
from dataclasses import dataclass

from applications.clocks import months_after
from applications.distance import distance_months

__all__ = ["distance_months"]
APPEAL_MONTHS = 2
SILENCE_MONTHS = 2
ONE_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Contest:
    """What one way of contesting does to the delay before the court.

    Attributes:
        administrative: an appeal to the administration; otherwise a mediation.
        lodged_on: the day it was made, or agreed.
        answered_on: the day an express answer was given, or the mediation ended; None as long as there is none.
        told_on: the day that answer reached whoever contests; None: it did not, no delay runs from it.
        silence_on: the day on which silence refuses an appeal to the administration.
    """

    administrative: bool
    lodged_on: datetime.date
    answered_on: datetime.date | None = None
    told_on: datetime.date | None = None
    silence_on: datetime.date | None = None

    def restarts_on(self, today):
        """The day from which the delay runs again; None while it stands still."""
        refused_by_silence = self.silence_on is not None and self.silence_on < today
        if self.answered_on is None:
            return self.silence_on if refused_by_silence else None
        too_late = self.silence_on is not None and self.answered_on > free_delay(self.silence_on, APPEAL_MONTHS)
        # An express refusal gives a new delay only while the one that follows the silence is running (R421-2).
        return self.silence_on if too_late else self.told_on


@dataclass(frozen=True)
class CourtDelay:
    """Until when one may go to court: `last_day` is None while the delay does not run, `why` says what stops it."""

    last_day: datetime.date | None
    why: str = ""
    interrupted: bool = False

    def is_over(self, today):
        return self.last_day is not None and today > self.last_day


NOT_NOTIFIED = "La décision n’est pas notifiée : le délai n’a pas commencé."
PENDING_APPEAL = "Un recours est en cours : le délai repart en entier de la réponse, ou de notre silence."
PENDING_MEDIATION = "Une médiation est en cours : le délai repart en entier le jour où elle finit."
ANSWER_NOT_TOLD = "La réponse au recours n’est pas notifiée : le délai ne repart qu’à ce moment."


def court_delay(*, notified_on, distance_months, contests, today):
    """The delay before the court, with what interrupts it.

    Args:
        notified_on: the day the decision reached its addressee, or None.
        distance_months: `distance_months(...)`.
        contests: `Contest`s, in any order.
        today: Paris date.

    Returns:
        A `CourtDelay`.
    """
    if notified_on is None:
        return CourtDelay(None, NOT_NOTIFIED)
    months = APPEAL_MONTHS + distance_months
    mediations = sorted((c for c in contests if not c.administrative), key=lambda c: c.lodged_on)
    delay = after_appeals(notified_on, months, effective_appeals(notified_on, contests, mediations), today)
    for mediation in mediations:
        delay = after_mediation(delay, mediation, months)
    return delay


def effective_appeals(notified_on, contests, mediations):
    """The appeals to the administration that interrupt: made within the first delay, and not after a mediation."""
    limit = administrative_limit(notified_on)
    ended = min((m.answered_on for m in mediations if m.answered_on), default=datetime.date.max)
    return [c for c in contests if c.administrative and c.lodged_on <= limit and c.lodged_on <= ended]


def after_appeals(notified_on, months, appeals, today):
    if not appeals:
        return CourtDelay(free_delay(notified_on, months))
    restarts = [appeal.restarts_on(today) for appeal in appeals]
    if None not in restarts:
        return CourtDelay(free_delay(max(restarts), months), interrupted=True)
    waiting = any(appeal.answered_on is None for appeal in appeals)
    return CourtDelay(None, PENDING_APPEAL if waiting else ANSWER_NOT_TOLD, interrupted=True)


def after_mediation(delay, mediation, months):
    if delay.is_over(mediation.lodged_on):
        return delay
    if mediation.answered_on is None:
        return CourtDelay(None, PENDING_MEDIATION, interrupted=True)
    if delay.last_day is None:
        return delay
    again = free_delay(mediation.answered_on, months)
    return CourtDelay(max(delay.last_day, again), interrupted=True)


def administrative_limit(notified_on):
    """The last day on which an appeal to the administration interrupts the delay before the court."""
    return free_delay(notified_on, APPEAL_MONTHS)


def silence_day(received_on):
    """The day on which two months of silence refuse an appeal received that day."""
    return months_after(received_on, SILENCE_MONTHS)


def free_delay(start, months):
    """Last day of a delay in months ("délai franc"): neither its first day nor its last one counts.

    Notified on 15 January, two months end on 16 March at midnight; on a day without work, the next working day.
    """
    day = months_after(start, months) + ONE_DAY
    while is_off(day):
        day += ONE_DAY
    return day


def is_off(day):
    """Saturday, Sunday or a holiday of the whole country (Code du travail L3133-1); not those of one territory."""
    return day.weekday() >= 5 or day in holidays(day.year)


def holidays(year):
    easter = easter_sunday(year)
    moving = [easter + datetime.timedelta(days=days) for days in (1, 39, 50)]
    fixed = [(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)]
    return {*moving, *(datetime.date(year, month, day) for month, day in fixed)}


def easter_sunday(year):
    """Gregorian Easter (Meeus, Jones, Butcher)."""
    a, b, c = year % 19, year // 100, year % 100
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    l = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7  # noqa: E741
    m = (a + 11 * h + 22 * l) // 451
    month, day = divmod(h + l - 7 * m + 114, 31)
    return datetime.date(year, month, day + 1)
