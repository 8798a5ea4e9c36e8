"""More time for one structure, or for all after a measured outage; and the wave that takes a request up."""

from django import forms

from accounts.forms import DsfrForm
from applications.extensions import organisation_named


class MinuteInput(forms.DateTimeInput):
    """A day and an hour, Europe/Paris, as browsers ask for it."""

    input_type = "datetime-local"

    def __init__(self):
        super().__init__(format="%Y-%m-%dT%H:%M")


def instant(label, help_text="", **options):
    errors = {"invalid": "Donnez un jour et une heure, par exemple 31/12/2027 17:00.", "required": "Donnez une heure."}
    return forms.DateTimeField(label=label, help_text=help_text, widget=MinuteInput, error_messages=errors, **options)


class ExtensionForm(DsfrForm):
    use_required_attribute = False
    structure = forms.CharField(
        label="Structure",
        max_length=250,
        help_text="L’adresse électronique du compte d’un de ses membres, ou son SIRET.",
        error_messages={"required": "Nommez la structure : une adresse électronique, ou un SIRET."},
    )
    until = instant("Envoi possible jusqu’au (heure de Paris)")
    reason = forms.CharField(
        label="Motif du délai",
        max_length=500,
        help_text="Il est gardé au journal, et la structure le lit.",
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Indiquez le motif du délai."},
    )

    def values(self):
        """What `extend_deposit` wants; a `Refusal` when nobody answers to that name."""
        data = self.cleaned_data
        return {
            "organisation": organisation_named(data["structure"]),
            "until": data["until"],
            "reason": data["reason"],
        }


class OutageForm(DsfrForm):
    use_required_attribute = False
    started_at = instant("Début de la panne (heure de Paris)")
    ended_at = instant("Fin de la panne (heure de Paris)")
    source = forms.CharField(
        label="Ce qui l’a mesurée",
        max_length=300,
        help_text="Par exemple : sonde de supervision, journal du serveur, incident de l’hébergeur et son numéro.",
        error_messages={"required": "Dites ce qui a mesuré la panne."},
    )
    closes_at = instant(
        "Nouvelle clôture (heure de Paris)",
        "Vide : la durée de la panne est ajoutée, depuis la clôture ou, si elle est passée, depuis maintenant.",
        required=False,
    )


class WaveChoiceForm(DsfrForm):
    """To which open wave a request goes."""

    use_required_attribute = False
    wave: forms.ModelChoiceField = forms.ModelChoiceField(
        queryset=None,
        label="Vague",
        empty_label=None,
        to_field_name="public_id",
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choisissez une vague.",
            "invalid_choice": "Cette vague ne reçoit pas de dossier. Choisissez-en une autre.",
        },
    )

    def __init__(self, *args, waves, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["wave"].queryset = waves
        self.fields["wave"].label_from_instance = lambda wave: f"{wave.call}, vague {wave.number}"
        self.fields["wave"].initial = next((wave.public_id for wave in waves[:1]), None)
