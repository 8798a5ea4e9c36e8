"""Forms of the dossier: what is typed becomes what the verbs want; a draft may be incomplete."""

from django import forms

from accounts.forms import DsfrForm
from accounts.models import LegalForm, Organisation
from programme.communes import typed_form
from programme.fields import CommuneField
from programme.models import Segment

NEW = "new"
SEGMENTS = (
    (Segment.QPV, "Dans un quartier prioritaire de la politique de la ville (QPV), ou tout près"),
    (Segment.QPV_DIGITAL, "Dans un QPV, pour une fabrique numérique"),
    (Segment.OUTSIDE_LARGE_CENTRES, "Hors des grands centres urbains"),
    (Segment.UNKNOWN, "Je ne sais pas : le service me le dira"),
)


class PlaceForm(DsfrForm):
    """The place: name, commune, address, segment."""

    use_required_attribute = False
    place_name = forms.CharField(
        label="Nom du lieu", max_length=200, error_messages={"required": "Donnez le nom du lieu."}
    )
    commune = CommuneField()
    address = forms.CharField(
        label="Adresse du lieu",
        max_length=250,
        required=False,
        help_text="Numéro et voie. Vide si le lieu se cherche.",
    )
    declared_segment = forms.ChoiceField(
        label="Où se trouve le lieu ?",
        choices=SEGMENTS,
        widget=forms.RadioSelect,
        initial=Segment.UNKNOWN,
        help_text="Vous pouvez répondre « je ne sais pas » : cela ne vous écarte pas.",
        error_messages={"required": "Choisissez une réponse ; « je ne sais pas » en est une."},
    )

    def values(self):
        """What `save_place` and `start_application` want."""
        data = self.cleaned_data
        return {
            "place_name": data["place_name"],
            "commune_code": data["commune"].code,
            "address": data["address"],
            "declared_segment": data["declared_segment"],
        }

    @staticmethod
    def initial_of(application):
        place = application.fabrique
        return {
            "place_name": place.name,
            "commune": typed_form(place.commune) if place.commune else "",
            "address": place.address,
            "declared_segment": application.declared_segment,
        }


class StartForm(PlaceForm):
    """A new dossier: which wave, for whom (an organisation of mine or a new one), and which place."""

    field_order = ["wave", "organisation"]
    wave: forms.ModelChoiceField = forms.ModelChoiceField(
        queryset=None,
        label="Vague",
        empty_label=None,
        to_field_name="public_id",
        error_messages={"invalid_choice": "Cette vague ne reçoit pas de dossier. Choisissez-en une autre."},
    )
    organisation = forms.ChoiceField(
        label="Qui demande ?",
        widget=forms.RadioSelect,
        help_text="La structure qui porte le projet, signe et reçoit l’aide.",
        error_messages={"required": "Choisissez la structure qui demande."},
    )
    name = forms.CharField(label="Nom de la structure", max_length=250, required=False)
    legal_form = forms.ChoiceField(label="Forme juridique", choices=LegalForm.choices, required=False)
    siret = forms.CharField(
        label="SIRET",
        max_length=20,
        required=False,
        help_text="14 chiffres. Vide si la structure n’en a pas encore : il en faudra un avant l’attribution.",
    )
    organisation_address = forms.CharField(label="Adresse du siège", max_length=250, required=False)
    postal_code = forms.CharField(label="Code postal du siège", max_length=5, required=False)
    city = forms.CharField(label="Ville du siège", max_length=100, required=False)
    representative_name = forms.CharField(
        label="Personne qui représente la structure",
        max_length=150,
        required=False,
        help_text="Prénom et nom de la personne qui pourra signer.",
    )
    representative_title = forms.CharField(
        label="Sa qualité", max_length=100, required=False, help_text="Par exemple : présidente, gérant, maire."
    )
    separate = forms.BooleanField(
        label="C’est une autre structure, ou un autre établissement : l’enregistrer à part", required=False
    )
    NEEDED_OF_A_NEW_ONE = {"name": "Donnez le nom de la structure.", "legal_form": "Choisissez la forme juridique."}
    ORGANISATION_FIELDS = ("name", "legal_form", "siret", "postal_code", "city")

    def __init__(self, *args, user, waves, **kwargs):
        super().__init__(*args, **kwargs)
        self.organisations = list(Organisation.objects.writable_by(user).order_by("name", "pk"))
        self.fields["wave"].queryset = waves
        self.fields["wave"].label_from_instance = lambda wave: f"{wave.call}, vague {wave.number}"
        mine = [(str(one.public_id), one.name) for one in self.organisations]
        self.fields["organisation"].choices = [*mine, (NEW, "Une nouvelle structure, décrite ci-dessous")]
        self.fields["organisation"].initial = mine[0][0] if len(mine) == 1 else (NEW if not mine else None)
        for name, sentence in self.NEEDED_OF_A_NEW_ONE.items():
            # The label says "(obligatoire)" when a new structure is the only choice.
            self.fields[name].required = not mine
            self.fields[name].error_messages["required"] = sentence

    def clean(self):
        data = super().clean()
        if data.get("organisation") == NEW:
            for name, sentence in self.NEEDED_OF_A_NEW_ONE.items():
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, sentence)
        return data

    def chosen(self):
        """The organisation of mine that was chosen, or None for a new one."""
        wanted = self.cleaned_data["organisation"]
        return next((one for one in self.organisations if str(one.public_id) == wanted), None)

    def new_organisation(self):
        data = self.cleaned_data
        fields = {name: data[name] for name in self.ORGANISATION_FIELDS}
        fields |= {name: data[name] for name in ("representative_name", "representative_title")}
        return fields | {"address": data["organisation_address"], "separate": data["separate"]}


class ConfirmForm(DsfrForm):
    """Sending: the person says that what is written is true."""

    use_required_attribute = False
    sincere = forms.BooleanField(
        label="Je certifie que ces informations sont exactes et que je peux engager la structure.",
        error_messages={"required": "Cochez cette case pour envoyer le dossier."},
    )
