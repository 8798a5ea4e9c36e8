from django.core.management.base import BaseCommand

from programme.communes import load_communes
from programme.communes_file import REFERENCE


class Command(BaseCommand):
    help = "Charge les communes de France et leurs anciens codes ; une seconde fois ne change rien."

    def add_arguments(self, parser):
        parser.add_argument("path", nargs="?", default=REFERENCE, help="fichier de référence (CSV, gzip ou non)")

    def handle(self, *, path, **options):
        done = load_communes(path)
        self.stdout.write(f"{done.communes} communes et {done.former_codes} anciens codes écrits.")
