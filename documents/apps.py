from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "documents"
    verbose_name = "Documents"

    def ready(self):
        from accounts.history import WORDS
        from documents import addendum_facts, minutes_facts, triggers  # noqa: F401  (templates, and the triggers)
        from documents.words import ACTIONS

        WORDS.update(ACTIONS)
