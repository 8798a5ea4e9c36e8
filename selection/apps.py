from django.apps import AppConfig


class SelectionConfig(AppConfig):
    name = "selection"
    verbose_name = "Sélection"

    def ready(self):
        from accounts import database
        from accounts.history import WORDS
        from selection import delegations, permissions, proposals, triggers_after, triggers_meeting, withdrawing  # noqa: F401
        from selection.words import ACTIONS

        WORDS.update(ACTIONS)
        proposals.register()
        delegations.register()
        withdrawing.register()

        database.register(*database.never_deleted("selection_decision"))
