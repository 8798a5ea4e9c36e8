import sys
from pathlib import Path

from django.core.management.base import BaseCommand

from funding.beancount import export


class Command(BaseCommand):
    help = "Écrit le grand livre au format de Beancount, que « bean-check » vérifie."

    def add_arguments(self, parser):
        parser.add_argument("--output", type=Path, help="fichier à écrire ; sinon la sortie standard")

    def handle(self, *, output, **options):
        if output is None:
            export(sys.stdout.buffer)
            return
        with output.open("wb") as file:
            export(file)
