"""The two clocks of every figure: *en date de* (true in law that day), *connu au* (known to us that day)."""

import datetime
from dataclasses import dataclass

from django.utils import timezone

from accounts.filters import midnight

DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Clocks:
    """Two Paris dates; today unless told otherwise."""

    as_of: datetime.date
    known_on: datetime.date

    @classmethod
    def at(cls, as_of=None, known_on=None):
        today = timezone.localdate()
        return cls(as_of or today, known_on or today)

    @property
    def is_now(self):
        return self.as_of >= timezone.localdate() and self.knows_all

    @property
    def knows_all(self):
        return self.known_on >= timezone.localdate()

    @property
    def known_until(self):
        """The first instant that is no longer known."""
        return midnight(self.known_on + DAY)

    @property
    def known_before(self):
        """The instant up to which things were known the day before."""
        return midnight(self.known_on)

    @property
    def year(self):
        return self.as_of.year

    @property
    def year_end(self):
        return datetime.date(self.as_of.year, 12, 31)
