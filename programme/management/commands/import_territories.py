import datetime
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from accounts.errors import Refusal
from programme.communes import load_communes
from programme.imports import import_territories
from programme.models import Commune

SHOWN = 50


class Command(BaseCommand):
    help = (
        "Importe un zonage des communes (quartiers prioritaires ou grille de densité), reconnu à ses colonnes. "
        "Une commune absente du fichier reste « non connue ». Une seconde fois ne change rien."
    )

    def add_arguments(self, parser):
        parser.add_argument("path", help="CSV en UTF-8, gzip ou non")
        parser.add_argument(
            "--valid-from",
            type=datetime.date.fromisoformat,
            help="entrée en vigueur, AAAA-MM-JJ (les QPV de 2024 portent la leur : 1er janvier 2024)",
        )
        parser.add_argument("--source", help="qui publie ce zonage (par défaut, le nom du fichier)")
        parser.add_argument(
            "--exhaustive",
            action="store_true",
            help="la source affirme qu’une commune qu’elle ne nomme pas n’a pas de zone",
        )

    def handle(self, *, path, valid_from, source, exhaustive, **options):
        if not Commune.objects.exists():
            load_communes()
        try:
            report = import_territories(
                path, source=source or Path(path).name, valid_from=valid_from, exhaustive=exhaustive
            )
        except Refusal as refusal:
            raise CommandError(refusal.message) from refusal
        self.tell(report)

    def tell(self, report):
        self.stdout.write(
            f"{report.edition} : {report.written} zones écrites, {report.known} déjà connues, "
            f"{report.silent} communes sans zone dite."
        )
        for line, reason in report.bad[:SHOWN]:
            self.stderr.write(f"ligne {line} : {reason}")
        if report.bad:
            raise CommandError(f"Lignes refusées : {len(report.bad)} ; les autres sont entrées.")
