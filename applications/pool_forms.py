"""The forms of the pool: profile, invitation and its answer, interests, the register."""

from django import forms

from accounts.forms import DsfrForm
from accounts.models import Role, User
from applications.evaluations.profiles import LANGUAGES, regions_known
from applications.evaluations.terms import LINES
from applications.evaluations.ties import JUDGES
from applications.models import AlertJudgement, Interest, PlaceKind
from applications.roster import DEFAULT_CAPACITY
from programme.fields import CommuneField

SIREN_HELP = "Neuf chiffres. Un dossier où cet organisme a une part est fermé à cette personne."


class CommuneOf(CommuneField):
    """The same field, for a commune that is not the place of a dossier."""

    def __init__(self, label, help_text="Code postal et nom, par exemple « 63300 Thiers »."):
        super().__init__(required=False)
        self.label, self.help_text = label, help_text
        # Suggestions are for a field named "commune", once a page.
        self.widget.attrs = {"autocomplete": "off", "maxlength": "120"}


def several(label, choices, **kwargs):
    return forms.MultipleChoiceField(
        label=label, choices=choices, required=False, widget=forms.CheckboxSelectMultiple, **kwargs
    )


class ProfileForm(DsfrForm):
    """What `profiles.describe_reviewer` takes; of somebody who reviews nothing, only what ties her to dossiers."""

    OF_REVIEWING = ("capacity", "fields_", "regions", "languages", "unavailable_from", "unavailable_until")

    employer = forms.CharField(label="Organisme", required=False, max_length=200)
    employer_siren = forms.CharField(label="SIREN de l’organisme", required=False, max_length=11, help_text=SIREN_HELP)
    region = forms.ChoiceField(label="Région", required=False)
    commune = CommuneOf("Commune de résidence ou de travail")
    capacity = forms.IntegerField(
        label="Dossiers au plus dans une vague", min_value=0, max_value=200, initial=DEFAULT_CAPACITY
    )
    fields_ = several("Domaines connus", PlaceKind.Kind.choices)
    regions = several("Autres régions connues", ())
    languages = several("Langues lues", list(LANGUAGES.items()), initial=["fr"])
    unavailable_from = forms.DateField(label="Indisponible à partir du", required=False)
    unavailable_until = forms.DateField(label="Indisponible jusqu’au", required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        known = regions_known()
        # A region written before there was a list stays as it is.
        before = self.initial.get("region", "")
        names = [*known, before] if before and before not in known else known
        self.fields["region"].choices = [("", "Non renseignée"), *((name, name) for name in names)]
        self.fields["regions"].choices = [(name, name) for name in known]

    @classmethod
    def of(cls, person, *args, **kwargs):
        """The form of a person: a member of the panel is not asked how many dossiers she can take."""
        form = cls(*args, **kwargs)
        if not person.has_role(Role.REVIEWER):
            for name in cls.OF_REVIEWING:
                del form.fields[name]
        return form

    @classmethod
    def initial_of(cls, profile):
        """What a profile says; of a person who has none yet, what most reviewers would."""
        if profile is None:
            return {"capacity": DEFAULT_CAPACITY}
        names = ("employer", "employer_siren", "region", "capacity", "regions", "languages")
        names += ("unavailable_from", "unavailable_until")
        initial = {name: getattr(profile, name) for name in names}
        return initial | {"fields_": profile.fields, "commune": profile.commune.code if profile.commune else ""}

    def profile(self):
        """The arguments of `profiles.describe_reviewer`."""
        names = ("employer", "employer_siren", "region", "commune", "capacity", "regions", "languages")
        names += ("unavailable_from", "unavailable_until")
        data = {name: self.cleaned_data.get(name) for name in names}
        return data | {"commune": data["commune"] or None, "fields": self.cleaned_data.get("fields_")}


class JoinForm(ProfileForm):
    """The answer by the link: who, the profile, the tie that most people have, the rules."""

    first_name = forms.CharField(label="Prénom", max_length=100)
    last_name = forms.CharField(label="Nom", max_length=100)
    mandate = CommuneOf(
        "Commune d’un mandat électif, s’il y en a un",
        "Vous pourrez déclarer d’autres mandats et d’autres intérêts sur votre profil.",
    )
    terms = forms.BooleanField(
        label="J’ai lu ces règles et je les accepte", error_messages={"required": "Pour évaluer, acceptez les règles."}
    )
    field_order = ("first_name", "last_name")

    @property
    def lines(self):
        return LINES

    def answer(self):
        """The arguments of `pool.accept`."""
        data = self.cleaned_data
        mandate = data["mandate"]
        lines = [{"kind": Interest.Kind.ELECTED, "commune": mandate}] if mandate else []
        who = {name: data[name] for name in ("first_name", "last_name", "terms")}
        return {**who, "interests": lines, **self.profile()}


class RefuseForm(DsfrForm):
    reason = forms.CharField(label="Pourquoi, si vous voulez le dire", required=False, max_length=300)


class InviteForm(DsfrForm):
    email = forms.EmailField(label="Adresse électronique")
    first_name = forms.CharField(label="Prénom", required=False, max_length=100)
    last_name = forms.CharField(label="Nom", max_length=100)
    employer = forms.CharField(label="Organisme", required=False, max_length=200)
    employer_siren = forms.CharField(
        label="SIREN de l’organisme", required=False, max_length=11, help_text="Neuf chiffres."
    )
    wave: forms.ModelChoiceField = forms.ModelChoiceField(
        label="Vague", queryset=None, empty_label="Aucune en particulier", required=False
    )

    def __init__(self, *args, waves, checking=False, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["wave"].queryset = waves
        # A name is checked before one knows where to write.
        self.fields["email"].required = not checking


class DeclarationForm(DsfrForm):
    """One line of a declaration of interests."""

    kind = forms.ChoiceField(label="Nature du lien", choices=Interest.Kind.choices)
    body = forms.CharField(label="Organisme", required=False, max_length=200)
    siren = forms.CharField(
        label="SIREN de l’organisme", required=False, max_length=11, help_text="Neuf chiffres, si vous le connaissez."
    )
    commune = CommuneOf("Commune du mandat")
    departement = forms.CharField(
        label="ou département du mandat", required=False, max_length=3, help_text="Son numéro, par exemple 63."
    )
    region = forms.ChoiceField(label="ou région du mandat", required=False)
    note = forms.CharField(
        label="Précisions", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )
    ended_on = forms.DateField(
        label="Terminé le", required=False, help_text="Un lien terminé compte encore pendant cinq ans."
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["region"].choices = [("", "Aucune"), *((name, name) for name in regions_known())]

    def line(self):
        return self.cleaned_data | {"commune": self.cleaned_data["commune"] or None}


class DossierChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj):
        return f"{obj.reference}, {obj.fabrique.name}"


class ExcludeForm(DsfrForm):
    """What `recusals.recuse` takes, of the chair."""

    application = DossierChoice(
        label="Dossier", queryset=None, to_field_name="public_id", empty_label="Choisissez un dossier"
    )
    user: forms.ModelChoiceField = forms.ModelChoiceField(
        label="Personne", queryset=None, to_field_name="public_id", empty_label="Choisissez une personne"
    )
    text = forms.CharField(label="Motif", max_length=500, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args, dossiers, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["application"].queryset = dossiers
        self.fields["user"].queryset = User.objects.holding(*JUDGES).order_by("last_name", "first_name", "pk")


class JudgeForm(DsfrForm):
    verdict = forms.ChoiceField(label="Appréciation", choices=AlertJudgement.Verdict.choices, widget=forms.RadioSelect)
    reason = forms.CharField(label="Motif", max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
