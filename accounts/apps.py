from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "Comptes"

    def ready(self):
        from accounts import database, permissions  # noqa: F401  (registers checks and predicates)

        # Django's SQLite table rebuild drops triggers: they are put back after every migrate.
        post_migrate.connect(database.install_after_migrate, sender=self)
