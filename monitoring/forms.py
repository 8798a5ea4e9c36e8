"""Recording what became of a place."""

from django import forms

from accounts.forms import DsfrForm, EuroCentsField
from applications.models import FabriqueFact

KINDS = FabriqueFact.Kind


class FactForm(DsfrForm):
    """Selection and agreement are written by their own acts; what happens to the place is noted here."""

    kind = forms.ChoiceField(
        label="Ce qui s’est passé",
        choices=[
            ("", "Choisissez un fait"),
            (KINDS.OPENED, "Le lieu a ouvert"),
            (KINDS.CLOSED, "Le lieu a fermé"),
            (KINDS.LEFT, "Le lieu est sorti du dispositif"),
        ],
        error_messages={"required": "Choisissez ce qui s’est passé."},
    )
    effective_on = forms.DateField(
        label="Date du fait",
        help_text="Le jour où c’est arrivé, non celui où vous l’apprenez.",
        widget=forms.DateInput,
        error_messages={"required": "Indiquez le jour du fait."},
    )
    evidence = forms.CharField(
        label="Preuve",
        help_text="Acte, visite ou document, avec sa date : « visite du service du 12 mars 2021 ».",
        max_length=300,
        error_messages={"required": "Indiquez la preuve du fait (acte, visite, document)."},
    )


class CutForm(DsfrForm):
    """A cut to try: which credits, of which year and line, how much."""

    nature = forms.ChoiceField(label="Crédits", choices=[("ae", "AE"), ("cp", "CP")])
    exercice = forms.IntegerField(label="Exercice", min_value=2000, max_value=2100)
    ligne = forms.ChoiceField(label="Ligne", required=False)
    montant = EuroCentsField(label="Montant de la coupe", help_text="En euros, par exemple 1 500 000.")

    def __init__(self, *args, lines, year, **kwargs):
        super().__init__(*args, **kwargs)
        self.lines = {str(line.public_id): line for line in lines}
        whole = [("", "Tout l’exercice (les crédits passent d’une ligne à l’autre autant qu’il faut)")]
        self.fields["ligne"].choices = whole + [(key, line.label) for key, line in self.lines.items()]
        self.fields["exercice"].initial = year

    def clean(self):
        cleaned = super().clean()
        cleaned["ligne"] = self.lines.get(cleaned.get("ligne", ""))
        return cleaned
