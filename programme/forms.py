from django import forms

from accounts.forms import DsfrForm
from programme.models import Invitation


def instant(label, help_text=""):
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, help_text=help_text, widget=widget)


def day(label, help_text="", *, required=True):
    return forms.DateField(label=label, help_text=help_text, widget=forms.DateInput, required=required)


class InvitationForm(DsfrForm):
    """Somebody was told of a call."""

    use_required_attribute = False
    told = forms.CharField(
        label="Qui a été prévenu", max_length=300, help_text="Le nom du réseau, de la mairie, de la liste…",
        error_messages={"required": "Dites qui a été prévenu."},
    )  # fmt: skip
    audience = forms.ChoiceField(label="Public", choices=Invitation.Audience.choices)
    channel = forms.ChoiceField(label="Par quel moyen", choices=Invitation.Channel.choices)
    told_on = day("Prévenu le")
    count = forms.IntegerField(
        label="Nombre de destinataires", min_value=1, max_value=1_000_000, required=False,
        help_text="Vide s’il n’est pas connu.",
    )  # fmt: skip
    note = forms.CharField(label="Précisions", max_length=500, required=False)


class WaveForm(DsfrForm):
    opens_at = instant("Ouverture du dépôt", "Heure de Paris.")
    closes_at = instant("Clôture du dépôt", "Heure de Paris. L’heure d’arrivée sur le serveur fait foi.")
    capacity = forms.IntegerField(
        label="Lauréats au plus", min_value=1, max_value=500, initial=30, help_text="Dépassable avec un motif."
    )
    short_window_reason = forms.CharField(
        label="Motif d’une ouverture courte",
        max_length=300,
        required=False,
        help_text="Seulement si le dépôt est ouvert moins longtemps que l’appel ne le promet. La phrase sera lue.",
    )
    instruction_until = day("Fin de l’instruction")
    reviews_due_on = day("Évaluations attendues le")
    panel_on = day("Comité le")
    announcement_on = day("Annonce le")
