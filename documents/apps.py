from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "documents"
    verbose_name = "Documents"

    def ready(self):
        from accounts.history import WORDS
        from documents import minutes_facts, triggers  # noqa: F401  (registers a template, and the triggers)
        from documents.words import ACTIONS

        WORDS.update(ACTIONS)
