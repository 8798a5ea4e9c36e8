"""When a letter made available on line is notified (CRPA R112-17 to R112-20): one rule for every letter."""

import datetime

# CRPA R112-20: not opened within fifteen days, it is notified from the day it was made available.
OPENED_WITHIN = datetime.timedelta(days=15)


def notified_day(made_available, opened_on):
    """The Paris day on which a letter first opened on `opened_on` is notified."""
    return made_available if opened_on > made_available + OPENED_WITHIN else opened_on


def presumed_from(made_available):
    """First Paris day on which a letter that nobody opened is presumed notified, on the day it was made available."""
    return made_available + OPENED_WITHIN + datetime.timedelta(days=1)
