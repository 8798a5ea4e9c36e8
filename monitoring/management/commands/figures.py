import datetime
import json

from django.core.management.base import BaseCommand, CommandError

from accounts.french import euros, integer
from monitoring.figures import MONEY_KEYS, compute
from programme.models import Programme

LABELS = {
    "opened_cents": "AE ouvertes",
    "reserved_cents": "AE réservées",
    "committed_cents": "AE engagées (cumul)",
    "frozen_cents": "AE mises en réserve (gel)",
    "left_cents": "AE restant à engager",
    "decommitted_cents": "AE désengagées (cumul)",
    "lapsed_cents": "AE perdues",
    "due_cents": "Exigible (cumul)",
    "paid_cents": "Payé (cumul)",
    "remaining_to_pay_cents": "Reste à payer",
    "cp_opened_cents": "CP ouverts",
    "cp_ordered_cents": "CP mis en paiement, non payés",
    "cp_left_cents": "CP disponibles",
}


class Command(BaseCommand):
    help = "Affiche tous les chiffres du pilotage, en date d’un jour et connus à un jour."

    def add_arguments(self, parser):
        parser.add_argument("--as-of", type=datetime.date.fromisoformat, help="en date du (AAAA-MM-JJ)")
        parser.add_argument("--known-on", type=datetime.date.fromisoformat, help="connu au (AAAA-MM-JJ)")
        parser.add_argument("--programme", help="identifiant du dispositif")
        parser.add_argument("--json", action="store_true")

    def handle(self, *, as_of, known_on, programme, **options):
        figures = compute(as_of=as_of, known_on=known_on, programme=self.find(programme))
        if options["json"]:
            self.stdout.write(json.dumps(figures, ensure_ascii=False, indent=2))
        else:
            self.print_table(figures)

    def find(self, slug):
        if slug is None:
            return None
        programme = Programme.objects.filter(slug=slug).first()
        if programme is None:
            known = ", ".join(Programme.objects.values_list("slug", flat=True)) or "aucun"
            raise CommandError(f"Le dispositif « {slug} » n’existe pas. Dispositifs connus : {known}.")
        return programme

    def print_table(self, figures):
        self.stdout.write(f"En date du {figures['as_of']}, connu au {figures['known_on']} ({figures['programme']})")
        self.row("Annoncé", euros(figures["announced_cents"]))
        for key in MONEY_KEYS:
            self.row(LABELS[key], euros(figures[key]))
        if any(figures["fund"].values()):
            self.stdout.write("Fonds d’investissement, compté à part")
            for key in MONEY_KEYS:
                self.row(f"  {LABELS[key]}", euros(figures["fund"][key]))
        for line in figures["lines"]:
            self.stdout.write(f"Ligne {line['line']}, {line['fiscal_year']}")
            for key in MONEY_KEYS:
                if line[key]:
                    self.row(f"  {LABELS[key]}", euros(line[key]))
        for name, counts in figures["fabriques"].items():
            self.print_counts(name, counts)

    def print_counts(self, name, counts):
        if isinstance(counts, int):
            return self.row(f"Fabriques, {name}", integer(counts))
        self.stdout.write(f"Fabriques, {name}")
        for key, count in counts.items():
            self.row(f"  {key}", integer(count))

    def row(self, label, value):
        self.stdout.write(f"{label:<40} {value:>22}")
