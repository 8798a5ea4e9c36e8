from django.apps import AppConfig


class ProgrammeConfig(AppConfig):
    name = "programme"
    verbose_name = "Dispositif"

    def ready(self):
        from accounts import database
        from programme import permissions  # noqa: F401

        database.register(*database.append_only("programme_waveamendment"))
