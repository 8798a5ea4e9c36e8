from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ApplicationsConfig(AppConfig):
    name = "applications"
    verbose_name = "Dossiers"

    def ready(self):
        from accounts import database
        from applications import assignments, permissions, reviewing, words  # noqa: F401  (predicates, words of acts)
        from applications.indexes import create_after_migrate

        database.register(
            *database.append_only("applications_revision"),
            *database.append_only("applications_fabriquefact"),
            *database.append_only("applications_depositextension"),
            *database.append_only("applications_outage"),
            *database.append_only("applications_interestdeclaration"),
            *database.append_only("applications_signoff"),
            *database.never_deleted("applications_application"),
            *database.never_deleted("applications_assignment"),
            *database.never_deleted("applications_networkconsent"),
        )
        post_migrate.connect(create_after_migrate, sender=self)
