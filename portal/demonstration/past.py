"""The clock of the service, set back while the demonstration lives what happened years ago."""

import datetime
from contextlib import contextmanager

from django.utils import timezone


@contextmanager
def lived(days_ago):
    """Everything runs as it would have so many days ago: the dates of verbs, and what rows stamp when written."""
    shift = datetime.timedelta(days=days_ago)

    class Then(datetime.datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.datetime.now(tz) - shift

    # `timezone.now` reads the clock there, wherever it was imported and as a default of a field too.
    present, timezone.datetime = timezone.datetime, Then
    try:
        yield
    finally:
        timezone.datetime = present
