from django.apps import AppConfig


class SelectionConfig(AppConfig):
    name = "selection"
    verbose_name = "Sélection"

    def ready(self):
        from accounts import database
        from selection import permissions  # noqa: F401

        database.register(*database.never_deleted("selection_decision"))
