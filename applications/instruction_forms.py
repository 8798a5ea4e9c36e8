"""Forms of the officers who examine a dossier."""

import datetime

from django import forms

from accounts.forms import DsfrForm, EuroCentsField
from accounts.lists import midnight
from accounts.models import Organisation
from applications.forms import PlaceForm
from applications.grounds import InadmissibilityGround
from applications.models import ChecklistAnswer

TARGETED = 4


class CorrectionForm(DsfrForm):
    use_required_attribute = False
    items = forms.CharField(
        label="Sur tout le dossier",
        help_text="Une demande par ligne, dans les mots du porteur.",
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    suspends_clock = forms.TypedChoiceField(
        label="Ce que vous demandez",
        choices=(
            ("1", "Des pièces obligatoires qui manquent : l’horloge du refus implicite s’arrête jusqu’au délai"),
            ("0", "Des précisions, une meilleure qualité : l’horloge continue"),
        ),
        coerce=lambda value: value == "1",
        empty_value=True,  # type: ignore[arg-type]  # Any value will do, not texts alone.
        initial="1",
        required=False,
        widget=forms.RadioSelect,
    )
    due_at = forms.DateField(
        label="À fournir au plus tard le",
        help_text="Jusqu’à 23 h 59, heure de Paris.",
        widget=forms.DateInput,
        error_messages={
            "required": "Fixez une date limite.",
            "invalid": "Cette date n’existe pas : écrivez-la comme 31/12/2027.",
        },
    )

    def __init__(self, *args, targets=(), **kwargs):
        super().__init__(*args, **kwargs)
        choices = [("", "Choisir une section ou une pièce"), *targets]
        for rank in range(1, TARGETED + 1):
            self.fields[f"target_{rank}"] = forms.ChoiceField(
                label=f"Demande {rank} : sur quoi", choices=choices, required=False
            )
            self.fields[f"asked_{rank}"] = forms.CharField(
                label=f"Demande {rank} : ce qui est demandé", max_length=1000, required=False
            )

    def rows(self):
        return [(self[f"target_{rank}"], self[f"asked_{rank}"]) for rank in range(1, TARGETED + 1)]

    def asked(self):
        """What `admissibility.request_correction` wants."""
        data = self.cleaned_data
        targets = [(data.get(f"target_{rank}", ""), data.get(f"asked_{rank}", "")) for rank in range(1, TARGETED + 1)]
        return {name: data[name] for name in ("items", "suspends_clock", "due_at")} | {"targets": targets}

    def clean(self):
        data = super().clean()
        if not data.get("items", "").strip() and not any(data.get(f"asked_{n}") for n in range(1, TARGETED + 1)):
            self.add_error("items", "Dites ce qui manque : une demande par ligne.")
        return data

    def clean_due_at(self):
        """The last minute of the day, Europe/Paris."""
        day = self.cleaned_data["due_at"]
        return midnight(day + datetime.timedelta(days=1)) - datetime.timedelta(minutes=1)


class InadmissibleForm(DsfrForm):
    use_required_attribute = False
    conditions = forms.MultipleChoiceField(
        label="Conditions qui ne sont pas remplies",
        choices=InadmissibilityGround.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choisissez la condition qui n’est pas remplie."},
    )
    ground = forms.CharField(
        label="Explication au porteur",
        help_text="Ce que dit l’appel, ce que dit le dossier. Ce texte est envoyé tel quel.",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Expliquez le motif : le porteur doit le comprendre."},
    )


class ChecklistForm(DsfrForm):
    """The answer to one item of the checklist."""

    use_required_attribute = False
    item = forms.CharField(widget=forms.HiddenInput)
    verdict = forms.ChoiceField(
        label="Réponse",
        choices=[("", "Choisir"), *ChecklistAnswer.Verdict.choices],
        error_messages={"required": "Choisissez une réponse : remplie, non remplie ou sans objet."},
    )
    note = forms.CharField(label="Note", max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 2}))


def reason_field():
    return forms.CharField(
        label="Motif de la correction",
        help_text="La structure lira cette phrase ; ce qu’elle avait envoyé est gardé.",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Dites pourquoi vous corrigez : la structure lira cette phrase."},
    )


class ReasonForm(DsfrForm):
    use_required_attribute = False
    reason = reason_field()


class DismissForm(DsfrForm):
    use_required_attribute = False
    reason = forms.CharField(
        label="Pourquoi ce n’est pas un doublon",
        max_length=500,
        error_messages={"required": "Dites pourquoi ce n’est pas un doublon : la phrase est gardée."},
    )


class PaperForm(PlaceForm):
    """A request that came by post: dates, structure, place, amounts, scan."""

    field_order = (
        "wave", "postmarked_on", "received_on", "siret", "name", "legal_form", "organisation_address", "postal_code",
        "city", "representative_name", "place_name", "commune", "address", "declared_segment",
    )  # fmt: skip
    wave: forms.ModelChoiceField = forms.ModelChoiceField(
        queryset=None, label="Vague", empty_label=None, to_field_name="public_id"
    )
    postmarked_on = forms.DateField(
        label="Date du cachet de la poste", widget=forms.DateInput,
        help_text="C’est elle qui dit si le dossier est dans les délais (CRPA L112-1).",
    )  # fmt: skip
    received_on = forms.DateField(
        label="Reçu par le service le", widget=forms.DateInput,
        help_text="Les deux mois au bout desquels le silence vaut refus partent de ce jour.",
    )  # fmt: skip
    siret = forms.CharField(
        label="SIRET de la structure", max_length=20, required=False,
        help_text="14 chiffres. Une structure déjà enregistrée est retrouvée par lui : le reste est alors inutile.",
    )  # fmt: skip
    name = forms.CharField(label="Nom de la structure", max_length=250, required=False)
    legal_form = forms.ChoiceField(label="Forme juridique", required=False)
    organisation_address = forms.CharField(label="Adresse postale de la structure", max_length=250, required=False)
    postal_code = forms.CharField(label="Code postal", max_length=5, required=False)
    city = forms.CharField(label="Ville", max_length=100, required=False)
    representative_name = forms.CharField(label="Personne qui représente la structure", max_length=150, required=False)
    scan = forms.FileField(
        label="Numérisation du dossier", required=False,
        help_text="PDF ou image. Elle est jointe au dossier ; sans elle, la liste de contrôle le signale.",
    )  # fmt: skip
    ORGANISATION_FIELDS = ("name", "legal_form", "siret", "postal_code", "city", "representative_name")
    NEEDED_OF_A_NEW_ONE = {
        "name": "Donnez le nom de la structure, ou le SIRET d’une structure enregistrée.",
        "legal_form": "Choisissez la forme juridique.",
        "organisation_address": "Donnez l’adresse postale : l’accusé de réception y est envoyé.",
    }

    def __init__(self, *args, waves, years=3, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["wave"].queryset = waves
        self.fields["wave"].label_from_instance = lambda wave: f"{wave.call}, vague {wave.number}"
        self.fields["legal_form"].choices = [("", "Choisir"), *Organisation._meta.get_field("legal_form").choices]
        for rank in range(1, years + 1):
            self.fields[f"amount_{rank}"] = EuroCentsField(
                label=f"Montant demandé, année {rank} (en euros)", required=False
            )
        self.years = years

    def clean(self):
        data, self.known = super().clean(), None
        siret = "".join((data.get("siret") or "").split())
        if siret:
            self.known = Organisation.objects.filter(siret=siret).first()
        if self.known is None:
            for name, sentence in self.NEEDED_OF_A_NEW_ONE.items():
                if not data.get(name):
                    self.add_error(name, sentence)
        return data

    def organisation(self):
        """The known structure of that SIRET, or what describes a new one."""
        if self.known:
            return self.known
        fields = {name: self.cleaned_data[name] for name in self.ORGANISATION_FIELDS}
        return fields | {"address": self.cleaned_data["organisation_address"]}

    def amounts(self):
        return {rank: self.cleaned_data.get(f"amount_{rank}") or 0 for rank in range(1, self.years + 1)}
