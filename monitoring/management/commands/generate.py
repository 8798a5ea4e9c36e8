from django.core.management.base import BaseCommand, CommandError

from monitoring.generation import generate


class Command(BaseCommand):
    help = "Crée un dispositif inventé et réaliste : dossiers, évaluations, attributions, mouvements."

    def add_arguments(self, parser):
        parser.add_argument("--applications", type=int, required=True, help="nombre de dossiers")
        parser.add_argument("--seed", type=int, default=1, help="graine du tirage")

    def handle(self, *, applications, seed, **options):
        if not 1 <= applications <= 100_000:
            raise CommandError("Indiquez un nombre de dossiers entre 1 et 100 000.")
        programme = generate(applications=applications, seed=seed)
        self.stdout.write(f"{applications} dossiers inventés dans le dispositif « {programme.slug} ».")
