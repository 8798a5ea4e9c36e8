from django.core.management.base import BaseCommand

from portal.demonstration import ACCOUNTS, PASSWORD


class Command(BaseCommand):
    help = "Affiche les comptes de la démonstration, un au moins pour chaque rôle."

    def handle(self, **options):
        self.stdout.write(f"Mot de passe de tous les comptes : {PASSWORD}")
        for account in ACCOUNTS:
            self.stdout.write(f"  {account.email:<36} {account.role.label}")
