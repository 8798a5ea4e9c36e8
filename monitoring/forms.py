"""Recording what became of a place."""

from django import forms

from accounts.forms import DsfrForm
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
