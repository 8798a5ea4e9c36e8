from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from monitoring.laureates import NUMERIQUE_BONUS_NOTE, import_laureates


class Command(BaseCommand):
    help = "Importe les lauréats publiés (CSV de l’ANCT) : lieux, attributions et AE, marqués « reconstruction »."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)

    def handle(self, *, file, **options):
        if not file.is_file():
            raise CommandError(f"Le fichier {file} n’existe pas.")
        with file.open(encoding="utf-8-sig", newline="") as stream:
            report = import_laureates(stream)
        for line, reason in report.errors:
            self.stderr.write(f"ligne {line} : {reason}")
        self.stdout.write(
            f"{report.imported} lauréats importés, {report.known} déjà connus, {len(report.errors)} lignes refusées."
        )
        self.stdout.write(NUMERIQUE_BONUS_NOTE)
        if report.errors:
            raise SystemExit(1)
