from django.core.management.commands import migrate

from accounts.database import missing_triggers_tolerated


class Command(migrate.Command):
    """Django's `migrate`, which a missing trigger does not stop: putting it back is part of what it does."""

    def check(self, *args, **kwargs):
        with missing_triggers_tolerated():
            super().check(*args, **kwargs)
