from django import forms

from accounts.forms import DsfrForm, EuroCentsField
from accounts.models import Role, User
from programme import letter_scopes
from programme.models import Commune, Programme
from selection.delegations import ACT_CHOICES
from selection.models import PanelSession
from selection.wording_pages import kind_choices
from selection.wording_subjects import way_of


class SessionForm(DsfrForm):
    """The day the panel met, and who was there."""

    held_on = forms.DateField(label="Réuni le", widget=forms.DateInput)
    members_present = forms.CharField(
        label="Présents",
        help_text="Noms et qualités, un par ligne. Indiquez aussi les déports.",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=4000,
    )
    outside_opinions = forms.CharField(
        label="Avis rendus par le comité",
        help_text="Ce qu’il a dit de chaque dossier, ou le procès-verbal signé qui le porte. Pour voter les avis ici, "
        "préparez plutôt une séance.",
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=300,
    )
    waitlist_until = forms.DateField(
        label="Liste complémentaire valable jusqu’au",
        help_text="Sans réponse de votre part, 31 décembre : les crédits réservés tombent ce jour-là.",
        widget=forms.DateInput,
        required=False,
    )

    def __init__(self, *args, session=None, **kwargs):
        super().__init__(*args, **kwargs)
        # A meeting held here has its own votes.
        if session is not None and session.meeting_id:
            del self.fields["outside_opinions"]


class FillForm(DsfrForm):
    """A first proposal from the ranking alone."""

    credit = forms.ChoiceField(label="Ligne budgétaire")
    waitlist = forms.IntegerField(label="Places en liste complémentaire", min_value=0, max_value=500, initial=5)
    ground = forms.CharField(
        label="Motif commun des autres",
        help_text="Il figurera dans leur courrier ; vous pourrez le préciser dossier par dossier.",
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=3000,
        required=False,
    )

    def __init__(self, *args, credits=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["credit"].choices = [(credit.key, credit.label) for credit in credits]


class AdoptForm(DsfrForm):
    reason = forms.CharField(
        label="Motif du dépassement de la capacité",
        help_text="Demandé seulement si plus de dossiers sont proposés que la capacité de la vague.",
        max_length=300,
        required=False,
    )


class ReasonForm(DsfrForm):
    reason = forms.CharField(label="Motif", max_length=300, help_text="Il est gardé dans l’historique.")


class PersonChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj):
        return f"{obj}, {obj.title}" if obj.title else str(obj)


def departements():
    """(code, "63, Puy-de-Dôme") of every département that the communes name."""
    rows = Commune.objects.order_by("departement").values_list("departement", "departement_name").distinct()
    return [(code, f"{code}, {name}") for code, name in rows]


class DelegationForm(DsfrForm):
    programme = forms.ModelChoiceField(
        Programme.objects.order_by("pk"), label="Dispositif", to_field_name="public_id", empty_label=None
    )
    holder = PersonChoice(
        User.objects.none(), label="Délégataire", to_field_name="public_id", help_text="Une personne du rôle Décision."
    )
    acts = forms.MultipleChoiceField(label="Actes couverts", choices=ACT_CHOICES, widget=forms.CheckboxSelectMultiple)
    ceiling_cents = EuroCentsField(label="Plafond par acte, en euros", min_cents=100)
    region = forms.ChoiceField(
        label="Région",
        help_text="Pour une délégation limitée aux lieux d’une région ; sinon, tout le territoire.",
        required=False,
    )
    departement = forms.ChoiceField(
        label="Département", help_text="Pour une délégation limitée aux lieux d’un département.", required=False
    )
    starts_on = forms.DateField(label="Du", widget=forms.DateInput)
    ends_on = forms.DateField(label="Au", widget=forms.DateInput)
    authority = forms.CharField(
        label="Autorité qui délègue",
        help_text="Par exemple : le ministre chargé de la cohésion des territoires. Un recours peut lui être adressé.",
        max_length=120,
    )
    published_act = forms.CharField(
        label="Acte de délégation",
        help_text="Par exemple : arrêté n° 2027-12 portant délégation de signature.",
        max_length=250,
    )
    act_on = forms.DateField(label="Acte du", widget=forms.DateInput)
    published_on = forms.DateField(
        label="Publié le", help_text="La délégation ne vaut pas avant ce jour.", widget=forms.DateInput
    )
    formula = forms.CharField(
        label="Formule de signature",
        help_text="Imprimée au-dessus du nom, une ligne par ligne : « Pour le ministre et par délégation, ».",
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=250,
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["holder"].queryset = User.objects.holding(Role.DECISION_MAKER)
        regions = [(one, one) for one in letter_scopes.regions()]
        self.fields["region"].choices = [("", "Toutes"), *regions]
        self.fields["departement"].choices = [("", "Tous"), *departements()]


class WordingForm(DsfrForm):
    """Which wording to write: the kind of letter, and for which letters of that kind."""

    kind = forms.ChoiceField(label="Courrier")
    scope = forms.ChoiceField(label="Pour", required=False)
    region = forms.ChoiceField(
        label="Territoire",
        help_text="Le modèle le plus proche l’emporte : appel et région, appel, dispositif, tous.",
        required=False,
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = kind_choices()
        self.fields["scope"].choices = letter_scopes.choices()
        self.fields["region"].choices = [("", "Toutes les régions"), *((one, one) for one in letter_scopes.regions())]

    def clean(self):
        """`scope` and `scopes` as `documents.wording.versions.start` wants them."""
        data = super().clean()
        if self.errors:
            return data
        region, key = data.pop("region"), data["scope"]
        if region and not way_of(data["kind"]).has_region:
            self.add_error("region", "Ce document porte sur une vague entière : il n’a pas de modèle par région.")
            return data
        if region and not key:
            self.add_error("region", "Choisissez un dispositif ou un appel : une région seule ne suffit pas.")
            return data
        scope = letter_scopes.scope_named(f"{key}|{region}" if region else key)
        return data | {"scope": scope.key, "scopes": scope.wider}


def session_initial(session: PanelSession | None, wave, today):
    """What the form of the panel's day shows first."""
    if session:
        names = ("held_on", "members_present", "outside_opinions", "waitlist_until")
        return {name: getattr(session, name) for name in names}
    return {"held_on": wave.panel_on if wave.panel_on and wave.panel_on <= today else today}
