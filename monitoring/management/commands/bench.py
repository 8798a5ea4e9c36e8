import json
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from monitoring.benchmark import BARS, SIZES, TooManyDossiers, as_json, measure_all, shortfalls


class Command(BaseCommand):
    help = "Mesure les pages du pilotage sur des dossiers inventés ; écrit build/bench.json."

    def add_arguments(self, parser):
        parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="nombres de dossiers")
        parser.add_argument("--output", type=Path, default=settings.BASE_DIR / "build" / "bench.json")

    def handle(self, *, sizes, output, **options):
        if settings.DEBUG or connection.vendor != "postgresql":
            raise CommandError("La mesure se fait sur PostgreSQL, DJANGO_DEBUG=0 : lancez « make bench ».")
        self.stdout.write(f"{'page':<14}{'n':>8}{'ms':>9}{'requêtes':>10}{'barre':>14}  Hypha 6.7")
        measures = []
        try:
            for one in measure_all(sizes):
                measures.append(one)
                self.print_row(one)
        except TooManyDossiers as error:
            raise CommandError(str(error)) from error
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(json.dumps(as_json(measures), indent=2))
        for sentence in shortfalls(measures):
            self.stderr.write(sentence)

    def print_row(self, one):
        if one.tps is not None:
            self.stdout.write(f"{one.page:<14}{one.n:>8}{one.ms:>9}{one.queries:>10}  {one.tps:g} par seconde")
            return
        bar = BARS[one.page]
        self.stdout.write(
            f"{one.page:<14}{one.n:>8}{one.ms:>9}{one.queries:>10}{f'{bar.ms:g} / {bar.queries}':>14}  {bar.peer}"
            + (f", mémoire + {one.mb:g} Mo" if one.mb is not None else "")
        )
