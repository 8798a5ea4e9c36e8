from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "documents"
    verbose_name = "Documents"

    def ready(self):
        from accounts.history import WORDS
        from documents import (  # they register
            addendum_facts,  # noqa: F401
            agreement_facts,  # noqa: F401
            ending_facts,  # noqa: F401
            minutes_facts,  # noqa: F401
            permissions,  # noqa: F401
            triggers,  # noqa: F401
        )
        from documents.words import ACTIONS

        WORDS.update(ACTIONS)
