from django.core.management.base import BaseCommand

from monitoring.reconciliation import differences


class Command(BaseCommand):
    help = "Reconstruit chaque solde et chaque total du jour ; sort en erreur au moindre écart."

    def handle(self, **options):
        found = differences()
        for sentence in found:
            self.stderr.write(sentence)
        self.stdout.write(f"{len(found)} écart(s).")
        if found:
            raise SystemExit(1)
