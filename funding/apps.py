from django.apps import AppConfig


class FundingConfig(AppConfig):
    name = "funding"
    verbose_name = "Argent public"

    def ready(self):
        from accounts.history import WORDS
        from funding import permissions, triggers  # noqa: F401
        from funding.words import ACTIONS

        WORDS.update(ACTIONS)
