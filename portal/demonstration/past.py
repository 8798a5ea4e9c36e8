"""The clock of the service, set back while the demonstration lives what happened years ago."""

import datetime
from contextlib import contextmanager

from django.utils import timezone


@contextmanager
def lived(days_ago):
    """Verbs run as they would have so many days ago: their dates, and what was known then, are of that day.

    What a row stamps by itself when it is written (the journal, the rows of a job) keeps today's clock.
    """
    present = timezone.now
    timezone.now = lambda: present() - datetime.timedelta(days=days_ago)
    try:
        yield
    finally:
        timezone.now = present
