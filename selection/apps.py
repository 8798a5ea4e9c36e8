from django.apps import AppConfig


class SelectionConfig(AppConfig):
    name = "selection"
    verbose_name = "Sélection"

    def ready(self):
        from accounts import database
        from accounts.history import WORDS
        from selection import (  # noqa: F401
            delegations,
            missing_letters,
            permissions,
            proposals,
            triggers_after,
            triggers_meeting,
            withdrawing,
        )
        from selection.words import ACTIONS

        WORDS.update(ACTIONS)
        proposals.register()
        delegations.register()
        withdrawing.register()
        missing_letters.register()

        database.register(*database.never_deleted("selection_decision"))
