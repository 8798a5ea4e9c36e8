from django.apps import AppConfig

NOT_NOTIFIED = """
    NOT EXISTS (SELECT 1 FROM documents_formalnotification WHERE subject_type = 'selection.Decision'
                AND subject_id = NEW.id AND notified_on = NEW.notified_on)
"""
ANSWER_NOT_NOTIFIED = """
    NOT EXISTS (SELECT 1 FROM documents_formalnotification WHERE subject_type = 'selection.Appeal'
                AND subject_id = NEW.id AND kind = 'appeal_answer' AND notified_on = NEW.answer_notified_on)
"""


class SelectionConfig(AppConfig):
    name = "selection"
    verbose_name = "Sélection"

    def ready(self):
        from accounts import database
        from accounts.history import WORDS
        from selection import (  # noqa: F401
            delegations,
            letter_prints,
            missing_letters,
            notification,
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
        notification.register()
        letter_prints.register()

        database.register(
            *database.never_deleted("selection_decision"),
            database.refuse_if(
                "selection_decision_notified_by_fact", "selection_decision", "UPDATE", NOT_NOTIFIED,
                "selection_decision: it is notified by the fact of its notification alone",
                when="OLD.state = 'issued' AND NEW.state = 'notified'",
            ),
            database.refuse_if(
                "selection_appeal_answered_by_fact", "selection_appeal", "UPDATE", ANSWER_NOT_NOTIFIED,
                "selection_appeal: its answer is notified by the fact of its notification alone",
                when="OLD.answer_notified_on IS NULL AND NEW.answer_notified_on IS NOT NULL",
            ),
        )  # fmt: skip
