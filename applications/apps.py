from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ApplicationsConfig(AppConfig):
    name = "applications"
    verbose_name = "Dossiers"

    def ready(self):
        from accounts import closed, database
        from applications import (  # noqa: F401  (predicates, words, acts)
            assignments,
            bulk,
            inadmissibility,
            message_acts,
            missing_letters,
            permissions,
            reviewing,
            words,
        )
        from applications.evaluations import (  # noqa: F401  (words)
            pool,
            proposing,
            reminders,
        )
        from applications.evaluations.doors import names_closed_to
        from applications.indexes import create_after_migrate
        from applications.pieces import tell_infected
        from documents.scanning import file_infected

        closed.NAMERS.append(names_closed_to)
        database.register(
            *database.append_only("applications_revision"),
            *database.append_only("applications_fabriquefact"),
            *database.append_only("applications_depositextension"),
            *database.append_only("applications_outage"),
            *database.append_only("applications_interestdeclaration"),
            *database.append_only("applications_alertjudgement"),
            *database.append_only("applications_termsacceptance"),
            *database.append_only("applications_reviewdraft"),
            *database.append_only("applications_exercisesheet"),
            *database.append_only("applications_exercisescore"),
            *database.append_only("applications_republicancommitment"),
            *database.append_only("applications_signoff"),
            *database.append_only("applications_checklistanswer"),
            *database.append_only("applications_message"),
            *database.append_only("applications_messagefile"),
            *database.never_deleted("applications_application"),
            *database.never_deleted("applications_assignment"),
            *database.never_deleted("applications_networkconsent"),
            *database.never_deleted("applications_recusal"),
            *database.never_deleted("applications_interest"),
            *database.never_deleted("applications_reviewerinvitation"),
        )
        inadmissibility.register()
        missing_letters.register()
        post_migrate.connect(create_after_migrate, sender=self)
        file_infected.connect(tell_infected, dispatch_uid="applications.tell_infected")
