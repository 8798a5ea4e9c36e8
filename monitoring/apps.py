from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    name = "monitoring"
    verbose_name = "Suivi"

    def ready(self):
        from accounts import database
        from monitoring import permissions, printing  # noqa: F401

        printing.register()
        database.register(*database.never_deleted("monitoring_printedboard"))
