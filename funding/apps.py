from django.apps import AppConfig


class FundingConfig(AppConfig):
    name = "funding"
    verbose_name = "Argent public"

    def ready(self):
        from funding import permissions, triggers  # noqa: F401
