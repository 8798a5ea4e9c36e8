from django.apps import AppConfig


class FundingConfig(AppConfig):
    name = "funding"
    verbose_name = "Argent public"

    def ready(self):
        from accounts.history import WORDS
        from applications import state_aid
        from funding import permissions, triggers  # noqa: F401
        from funding.chorus import (
            confirming,
            database,  # noqa: F401
        )
        from funding.claims import partners
        from funding.conventions import database as convention_triggers  # noqa: F401
        from funding.conventions import missing_texts
        from funding.de_minimis import aids_here
        from funding.endings import database as ending_triggers  # noqa: F401
        from funding.endings import missing_letters, opening
        from funding.envelopes import triggers as envelope_triggers  # noqa: F401
        from funding.words import ACTIONS

        WORDS.update(ACTIONS)
        state_aid.register(aids_here)
        confirming.register()
        missing_texts.register()
        missing_letters.register()
        opening.register()
        partners.register()
