"""Forms of the dossier: what is typed becomes what the verbs want; a draft may be incomplete."""

import datetime
import re

from django import forms

from accounts.errors import Refusal
from accounts.forms import DsfrForm, EuroCentsField
from accounts.lists import midnight
from accounts.models import LegalForm, Organisation
from applications import budget
from applications.drafting import refuse_bad_answer
from applications.models import Attachment
from programme.communes import find_commune, typed_form
from programme.models import Question, Segment

NEW = "new"
SEGMENTS = (
    (Segment.QPV, "Dans un quartier prioritaire de la politique de la ville (QPV), ou tout près"),
    (Segment.QPV_DIGITAL, "Dans un QPV, pour une fabrique numérique"),
    (Segment.OUTSIDE_LARGE_CENTRES, "Hors des grands centres urbains"),
    (Segment.UNKNOWN, "Je ne sais pas : le service me le dira"),
)


class MayBeEmpty:
    """A field that is asked for ("obligatoire") before sending, and may be saved empty meanwhile."""

    def validate(self, value):
        if value not in self.empty_values:
            super().validate(value)


class TextAnswer(MayBeEmpty, forms.CharField):
    pass


class DateAnswer(MayBeEmpty, forms.DateField):
    pass


class ChoiceAnswer(MayBeEmpty, forms.ChoiceField):
    pass


class ChoicesAnswer(MayBeEmpty, forms.MultipleChoiceField):
    pass


class CommuneField(forms.CharField):
    """« 63300 Thiers », « Thiers » or an official code, given as the `Commune`."""

    def __init__(self, **kwargs):
        attrs = {
            "autocomplete": "off",
            "list": "communes",
            "hx-get": "/communes/?champ=commune",
            "hx-target": "#communes",
        }
        attrs |= {"hx-trigger": "input changed delay:250ms", "hx-sync": "this:replace"}
        super().__init__(
            label="Commune du lieu",
            help_text="Code postal et nom, par exemple « 63300 Thiers ».",
            max_length=120,
            widget=forms.TextInput(attrs=attrs),
            error_messages={"required": "Indiquez la commune du lieu, par exemple « 63300 Thiers »."},
            **kwargs,
        )

    def clean(self, value):
        text = super().clean(value)
        if not text:
            return None
        try:
            return find_commune(text)
        except Refusal as refusal:
            raise forms.ValidationError(refusal.message) from refusal


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
        label="Où se trouve le lieu ?",
        choices=SEGMENTS,
        widget=forms.RadioSelect,
        initial=Segment.UNKNOWN,
        help_text="Vous pouvez répondre « je ne sais pas » : cela ne vous écarte pas.",
        error_messages={"required": "Choisissez une réponse ; « je ne sais pas » en est une."},
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
        label="Qui demande ?",
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
        help_text="14 chiffres. Vide si la structure n’en a pas encore : il en faudra un avant l’attribution.",
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
        label="Sa qualité", max_length=100, required=False, help_text="Par exemple : présidente, gérant, maire."
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
        return fields | {"address": data["organisation_address"]}


def field_for(question):
    """The form field of a question of the call."""
    common = {"label": question.label, "help_text": question.help_text, "required": question.required}
    kinds = Question.Kind
    if question.max_length:
        limit = f"{question.max_length} signes au plus."
        common["help_text"] = f"{question.help_text} {limit}".strip()
    if question.kind == kinds.LONG_TEXT:
        return TextAnswer(widget=forms.Textarea(attrs={"rows": 7}), **common)
    if question.kind == kinds.DATE:
        return DateAnswer(
            widget=forms.DateInput,
            error_messages={"invalid": "Cette date n’existe pas : écrivez-la comme 31/12/2027."},
            **common,
        )
    options = [(str(option), str(option)) for option in question.options]
    if question.kind == kinds.CHOICE:
        return ChoiceAnswer(choices=options, widget=forms.RadioSelect, **common)
    if question.kind == kinds.CHOICES:
        return ChoicesAnswer(choices=options, widget=forms.CheckboxSelectMultiple, **common)
    attrs = {"inputmode": "numeric"} if question.kind == kinds.NUMBER else {}
    return TextAnswer(widget=forms.TextInput(attrs=attrs), **common)


class AnswersForm(DsfrForm):
    """The questions of one section; `answers()` gives {question id: text}."""

    use_required_attribute = False

    def __init__(self, *args, section, answers, **kwargs):
        self.questions = list(section.questions.all())
        initial = {f"q{one.pk}": initial_answer(one, answers.get(one.pk, "")) for one in self.questions}
        super().__init__(*args, initial=initial, **kwargs)
        for question in self.questions:
            self.fields[f"q{question.pk}"] = field_for(question)

    def clean(self):
        data = super().clean()
        for question in self.questions:
            self.check(question, text_of(data.get(f"q{question.pk}")))
        return data

    def check(self, question, text):
        if question.kind == Question.Kind.NUMBER and text and not re.fullmatch(r"\d{1,12}([.,]\d+)?", text):
            self.add_error(f"q{question.pk}", "Écrivez un nombre, par exemple 12.")
        try:
            refuse_bad_answer(question, text)
        except Refusal as refusal:
            self.add_refusal(refusal)

    def answers(self):
        return {question.pk: text_of(self.cleaned_data[f"q{question.pk}"]) for question in self.questions}


def initial_answer(question, text):
    return text.splitlines() if question.kind == Question.Kind.CHOICES else text


def text_of(value):
    """A cleaned value as the text that is kept: ISO dates, one choice a line."""
    if value is None:
        return ""
    if isinstance(value, list):
        return "\n".join(value)
    text = value.isoformat() if hasattr(value, "isoformat") else str(value)
    return text.replace("\r\n", "\n").strip()


class PlanForm(DsfrForm):
    """The three-year grid: one amount a cell, named "side-account-year"."""

    use_required_attribute = False

    def __init__(self, *args, years, first_year, cells, **kwargs):
        self.years, self.first_year = years, first_year
        super().__init__(*args, initial={name_of(cell): cents for cell, cents in cells.items()}, **kwargs)
        for row in budget.ROWS:
            for rank in range(1, years + 1):
                self.fields[f"{row.key}-{rank}"] = amount_field(row, first_year + rank - 1)

    def cells(self):
        """{(side, account, year_rank): cents} of every valid cell; an empty one is 0."""
        return {
            (row.side, row.account, rank): self.cleaned_data[name] or 0
            for row in budget.ROWS
            for rank in range(1, self.years + 1)
            if (name := f"{row.key}-{rank}") in self.cleaned_data
        }


def name_of(cell):
    side, account, year_rank = cell
    return f"{side}-{account}-{year_rank}"


def amount_field(row, year):
    field = EuroCentsField(label=f"{row.label}, {year}", required=False, max_cents=budget.MAX_CENTS)
    field.widget.attrs |= {"aria-label": f"{row.label}, {year}, en euros"}
    return field


class PieceForm(DsfrForm):
    use_required_attribute = False
    kind = forms.ChoiceField(
        label="Nature de la pièce",
        choices=[("", "Choisissez"), *Attachment.Kind.choices],
        error_messages={"required": "Dites ce qu’est cette pièce."},
    )
    file = forms.FileField(
        label="Fichier",
        help_text="PDF, JPEG ou PNG, 20 Mo au plus.",
        allow_empty_file=True,
        error_messages={"required": "Choisissez un fichier.", "missing": "Choisissez un fichier."},
    )


class ConfirmForm(DsfrForm):
    """Sending: the person says that what is written is true."""

    use_required_attribute = False
    sincere = forms.BooleanField(
        label="Je certifie que ces informations sont exactes et que je peux engager la structure.",
        error_messages={"required": "Cochez cette case pour envoyer le dossier."},
    )


class CorrectionForm(DsfrForm):
    use_required_attribute = False
    items = forms.CharField(
        label="Ce qui manque ou doit être corrigé",
        help_text="Une demande par ligne, dans les mots du porteur.",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Dites ce qui manque : une demande par ligne."},
    )
    due_at = forms.DateField(
        label="À fournir au plus tard le",
        help_text="Jusqu’à 23 h 59, heure de Paris.",
        widget=forms.DateInput,
        error_messages={
            "required": "Fixez une date limite.",
            "invalid": "Cette date n’existe pas : écrivez-la comme 31/12/2027.",
        },
    )

    def clean_due_at(self):
        """The last minute of the day, Europe/Paris."""
        day = self.cleaned_data["due_at"]
        return midnight(day + datetime.timedelta(days=1)) - datetime.timedelta(minutes=1)


GROUNDS = (
    "Le porteur ne peut pas répondre à cet appel",
    "Le lieu n’est pas dans le territoire visé par l’appel",
    "Les montants demandés sortent des bornes de l’appel",
    "Les pièces demandées n’ont pas été fournies dans le délai",
    "Ce lieu a déjà une demande ou une aide pour le même objet",
    "Autre condition de l’appel",
)


class InadmissibleForm(DsfrForm):
    use_required_attribute = False
    condition = forms.ChoiceField(
        label="Condition qui n’est pas remplie",
        choices=[("", "Choisissez"), *((ground, ground) for ground in GROUNDS)],
        error_messages={"required": "Choisissez la condition qui n’est pas remplie."},
    )
    ground = forms.CharField(
        label="Explication au porteur",
        help_text="Ce que dit l’appel, ce que dit le dossier. Ce texte est envoyé tel quel.",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Expliquez le motif : le porteur doit le comprendre."},
    )

    def text(self):
        return f"{self.cleaned_data['condition']}. {self.cleaned_data['ground']}"
