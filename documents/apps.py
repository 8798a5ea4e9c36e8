from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "documents"
    verbose_name = "Documents"

    def ready(self):
        from accounts.history import WORDS
        from documents import (  # they register
            addendum_facts,  # noqa: F401
            agreement_facts,  # noqa: F401
            answer_facts,  # noqa: F401
            ending_facts,  # noqa: F401
            following,
            minutes_facts,  # noqa: F401
            permissions,  # noqa: F401
            scans,
            triggers,  # noqa: F401
        )
        from documents.wording import (  # noqa: F401  they register too
            agreements,
            answers,
            decisions,
            endings,
            minutes,
            receipts,
        )
        from documents.words import ACTIONS

        WORDS.update(ACTIONS)
        scans.register()
        following.register()
