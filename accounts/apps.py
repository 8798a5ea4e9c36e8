from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "Comptes"

    def ready(self):
        from accounts import database, permissions  # noqa: F401  (registers checks and predicates)

        # Django's SQLite table rebuild does not bear triggers: they step aside, and are put back after every migrate.
        pre_migrate.connect(database.make_room_before_migrate, sender=self)
        post_migrate.connect(database.install_after_migrate, sender=self)
