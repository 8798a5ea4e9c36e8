"""« How many more fabriques can we fund, and until when? » Pure arithmetic: grants alone, cents, whole places."""

import datetime
from dataclasses import dataclass

DAYS_A_YEAR = 365.25


@dataclass(frozen=True)
class YearRoom:
    """What one fiscal year leaves. Cents.

    Attributes:
        ae_left: AE that nobody holds; None: no AE is opened for that year.
        cp_left: CP not ordered; None: no CP is opened for that year.
        cp_need: CP that the year's instalments of present awards wait for.
        first_payment: CP that one more fabrique takes in that year.
    """

    year: int
    ae_left: int | None
    cp_left: int | None
    cp_need: int
    average: int
    first_payment: int

    @property
    def by_ae(self):
        """Places that the AE of the year pay for; None: not known."""
        return None if self.ae_left is None or not self.average else max(self.ae_left, 0) // self.average

    @property
    def cp_free(self):
        return None if self.cp_left is None else self.cp_left - self.cp_need

    @property
    def by_cp(self):
        """Places whose first payment the CP of the year can make; None: not known."""
        return None if self.cp_free is None or not self.first_payment else max(self.cp_free, 0) // self.first_payment

    @property
    def places(self):
        """AE and CP are both needed; an axis that is not opened yet funds nothing, and is said to be so."""
        known = [number for number in (self.by_ae, self.by_cp) if number is not None]
        return min(known) if self.by_ae is not None and known else None

    @property
    def limit(self):
        """Which axis stops first: "ae", "cp" or ""."""
        if self.by_ae is None or self.by_cp is None:
            return ""
        return "ae" if self.by_ae <= self.by_cp else "cp"


@dataclass(frozen=True)
class Outlook:
    """Attributes:
    laureates, target: places selected, and promised (0: no target).
    promised_left: grants announced that no budget has opened yet, in cents; never the fund.
    pace: places a year, over the last two years; 0: none was selected.
    """

    years: list[YearRoom]
    average: int
    laureates: int
    target: int
    promised_left: int
    pace: float
    as_of: datetime.date

    @property
    def missing(self):
        return max(self.target - self.laureates, 0)

    @property
    def opened_places(self):
        """Places that what is opened still funds, every year together."""
        return sum(one.places or 0 for one in self.years)

    @property
    def by_ae(self):
        return sum(one.by_ae or 0 for one in self.years)

    @property
    def promised_places(self):
        """Places that the rest of the grants announced would fund, were it opened."""
        return self.promised_left // self.average if self.average else 0

    @property
    def to_open(self):
        """AE to open to reach the target at the present average, in cents."""
        return max(self.missing - self.by_ae, 0) * self.average

    @property
    def until(self):
        """The day on which, at the present pace, what is opened has no more place to fund; None without a pace."""
        return self.day_of(self.opened_places)

    @property
    def target_day(self):
        return self.day_of(self.missing) if self.target else None

    def day_of(self, places):
        if not self.pace:
            return None
        days = round(places / self.pace * DAYS_A_YEAR)
        return self.as_of + datetime.timedelta(days=days) if days < 36_500 else None


def before_pace(as_of, years=2):
    """The day before the first whose places make the pace."""
    return as_of - datetime.timedelta(days=round(years * DAYS_A_YEAR))


def pace_of(steps, as_of, years=2):
    """Places selected a year, over the last `years` years or since the first when it is later; 0.0 when none was.

    Args:
        steps: [(day, places)].
    """
    start = before_pace(as_of, years)
    recent = [(day, places) for day, places in steps if start < day <= as_of]
    if not recent:
        return 0.0
    first = min(day for day, _ in steps)
    # Less than a quarter would make a pace of one announcement.
    span = max((as_of - max(start, first)).days, 91)
    return sum(places for _, places in recent) / span * DAYS_A_YEAR
