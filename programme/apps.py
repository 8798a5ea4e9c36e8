from django.apps import AppConfig


class ProgrammeConfig(AppConfig):
    name = "programme"
    verbose_name = "Dispositif"

    def ready(self):
        from accounts.history import WORDS
        from programme import permissions, triggers  # noqa: F401  (registers predicates and triggers)
        from programme.words import ACTIONS

        WORDS.update(ACTIONS)
