from django.conf import settings
from django.core.management.base import BaseCommand

from portal.workflows import page


class Command(BaseCommand):
    help = "Affiche les machines à états tirées du code ; --write met docs/workflows.md à jour."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser):
        parser.add_argument("--write", action="store_true")

    def handle(self, *, write, **options):
        if write:
            (settings.BASE_DIR / "docs" / "workflows.md").write_text(page(), encoding="utf-8")
        else:
            self.stdout.write(page())
