from django.core.management.base import BaseCommand

from portal import demonstration


class Command(BaseCommand):
    help = "Charge la démonstration (lieux inventés dans de vraies communes) ; la seconde fois, ne change rien."

    def handle(self, **options):
        created = demonstration.load()
        self.stdout.write("Démonstration chargée." if created else "La démonstration est déjà là.")
