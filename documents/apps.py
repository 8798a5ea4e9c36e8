from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "documents"
    verbose_name = "Documents"

    def ready(self):
        from accounts.history import WORDS
        from documents import triggers  # noqa: F401  (registers the triggers)
        from documents.words import ACTIONS

        WORDS.update(ACTIONS)
