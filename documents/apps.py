from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "documents"
    verbose_name = "Documents"

    def ready(self):
        from accounts.history import WORDS
        from documents import addendum_facts, agreement_facts, minutes_facts, triggers  # noqa: F401  (they register)
        from documents.words import ACTIONS

        WORDS.update(ACTIONS)
