"""Forms of the pages where a call is prepared; questions have their own module."""

from django import forms

from accounts.forms import DsfrForm, EuroCentsField
from accounts.models import LegalForm
from programme.fields import ScoreField
from programme.models import Call, CallVersion, Programme, Segment
from programme.panel_rules import FIELDS as PANEL_RULES
from programme.panel_rules_form import PanelRulesForm
from programme.tie_break_form import CHOSEN, TieBreakForm, initial_rules

LEVELS = 6
# The fields of a criterion, levels apart.
CRITERION = ("label", "description", "weight", "threshold_points", "may_not_apply")


def area(label, help_text="", *, rows=4, required=False, max_length=10_000):
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, help_text=help_text, required=required, max_length=max_length, widget=widget)


def whole(label, help_text="", *, least=0, most=1000, required=True):
    return forms.IntegerField(
        label=label, help_text=help_text, min_value=least, max_value=most, required=required,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )  # fmt: skip


def yes(label, help_text=""):
    return forms.BooleanField(label=label, help_text=help_text, required=False)


class BuilderForm(DsfrForm):
    use_required_attribute = False


class NewCallForm(BuilderForm):
    title = forms.CharField(label="Titre de l’appel", max_length=150)
    kind = forms.ChoiceField(label="Nature", choices=Call.Kind.choices)
    programme = forms.ModelChoiceField(label="Dispositif", queryset=Programme.objects.none(), empty_label=None)
    source = forms.ModelChoiceField(
        label="Partir de", queryset=Call.objects.none(), required=False, to_field_name="slug",
        empty_label="Un appel vide",
        help_text="La copie reprend textes, montants, critères, formulaire et réglages ; ni vagues, ni dossiers.",
    )  # fmt: skip
    slug = forms.SlugField(
        label="Adresse", required=False, max_length=50,
        help_text="Ce qui suit /appels/ dans l’adresse publique. Vide : faite à partir du titre.",
        error_messages={"invalid": "Lettres sans accent, chiffres et tirets seulement, par exemple fabriques-2027."},
    )  # fmt: skip

    def __init__(self, *args, calls, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["source"].queryset = calls
        self.fields["programme"].queryset = Programme.objects.all()


class SettingsForm(TieBreakForm, PanelRulesForm, BuilderForm):
    title = forms.CharField(label="Titre", max_length=150)
    kind = forms.ChoiceField(label="Nature", choices=Call.Kind.choices)
    summary = area("Résumé", "Ce que l’appel soutient, en quelques lignes. Lu par tous, en tête de la page.", rows=6)
    eligibility = area("Qui peut répondre", "Les conditions, dans les mots des porteurs.", rows=6)
    eligible_legal_forms = forms.MultipleChoiceField(
        label="Formes juridiques admises", choices=LegalForm.choices, required=False,
        widget=forms.CheckboxSelectMultiple, help_text="Aucune case cochée : toutes peuvent répondre.",
    )  # fmt: skip
    self_test_note = area("Mot d’accueil du test d’éligibilité", rows=3)
    years = whole("Durée de l’aide, en années", least=1, most=10)
    minimum_opening_days = whole(
        "Durée minimale d’ouverture du dépôt, en jours",
        "Une vague plus courte demandera un motif, montré à tous. Zéro : aucune promesse.", most=365,
    )  # fmt: skip
    grace_minutes = whole(
        "Délai de grâce après la clôture, en minutes", "Un dossier arrivé dans ce délai est accepté.", most=1440
    )
    closing_rule = area(
        "Règle de clôture", "Ce que les porteurs liront : l’heure qui compte, le délai de grâce, la panne.", rows=3
    )
    siret_required_to_submit = yes("Exiger le SIRET dès l’envoi du dossier", "Sinon, au plus tard à l’attribution.")
    sign_off_required = yes("Demander l’accord de la personne qui représente la structure avant l’envoi")
    partners_allowed = yes("Permettre un consortium : un chef de file et des partenaires")
    republican_contract_required = yes(
        "Demander le contrat d’engagement républicain", "Associations et fondations (loi du 12 avril 2000, art. 10-1)."
    )
    state_aid_basis = forms.ChoiceField(label="Base d’aide d’État", choices=CallVersion.StateAid.choices)
    state_share_max_percent = whole(
        "Part de l’État au plus, en % des dépenses", "Vide : aucune limite.", least=1, most=100, required=False
    )
    reviews_per_application = whole("Évaluations par dossier", least=1, most=10)
    threshold_hundredths = ScoreField(
        label="Note à atteindre, sur 100", required=False,
        help_text="Un dossier dont la note d’ensemble est plus basse est signalé au comité. Vide : aucun seuil.",
    )  # fmt: skip
    exercise_required = yes(
        "Demander l’exercice de calibrage avant la première évaluation",
        "Les évaluateurs notent d’abord les exemples que vous publiez sur la page de l’appel.",
    )
    silence_months = whole("Silence valant refus, en mois", "Deux mois en droit commun.", least=1, most=12)
    commitment_act = forms.ChoiceField(label="Acte qui engage l’argent", choices=CallVersion.CommitmentAct.choices)
    agreement_required = yes("Une convention suit la décision", "Obligatoire au-delà de 23 000 € par an.")
    payment_days = whole(
        "Délai de paiement, en jours", "À partir du jour où la condition est remplie, sauf dates de la convention.",
        least=1, most=120,
    )  # fmt: skip
    claim_required = yes(
        "Verser acomptes et soldes sur une demande justifiée", "Dépense par dépense, acceptée avant le service fait."
    )
    bank_details_required = yes(
        "Ne rien mettre en paiement sans compte bancaire vérifié", "Vérifié par une personne, approuvé par une autre."
    )
    bank_cooling_days = whole("Délai de sûreté d’un nouveau compte bancaire, en jours", most=60)
    dormant_months = whole(
        "Un engagement dort après, en mois sans mouvement", "Il est alors proposé pour être rendu.", least=1, most=120
    )

    groups = (
        ("Le texte", ("title", "kind", "summary", "eligibility", "eligible_legal_forms", "self_test_note")),
        ("Le dépôt", ("minimum_opening_days", "grace_minutes", "closing_rule", "siret_required_to_submit",
                      "sign_off_required", "partners_allowed", "republican_contract_required")),
        ("L’aide", ("years", "state_aid_basis", "state_share_max_percent", "commitment_act", "commitment_extent",
                    "agreement_required", "public_body_act")),
        ("Le paiement", ("payment_days", "claim_required", "bank_details_required", "bank_cooling_days",
                         "dormant_months")),
        ("L’examen", ("reviews_per_application", "threshold_hundredths", "exercise_required", "silence_months")),
        ("Le départage des dossiers à égalité", CHOSEN),
        ("Le comité", PANEL_RULES),
    )  # fmt: skip

    def __init__(self, *args, version, **kwargs):
        super().__init__(*args, initial=settings_of(version), **kwargs)
        if version.call.state != Call.State.DRAFT:
            del self.fields["title"], self.fields["kind"]

    def sections(self):
        """[(title, [bound field])] for the page."""
        return [(title, [self[name] for name in names if name in self.fields]) for title, names in self.groups]


def settings_of(version):
    names = {name for _, names in SettingsForm.groups for name in names} - {"title", "kind", *CHOSEN}
    own = {"title": version.call.title, "kind": version.call.kind, **initial_rules(version.tie_break)}
    return own | {name: getattr(version, name) for name in names}


class BoundsForm(BuilderForm):
    """Three amounts a segment; a segment left empty receives no aid."""

    parts = (("min", "Au moins"), ("max", "Au plus"), ("year", "Au plus dans une année"))

    def __init__(self, *args, version, **kwargs):
        bounds = {bound.segment: bound for bound in version.bounds.all()}
        super().__init__(*args, initial=initial_bounds(bounds), **kwargs)
        for segment in Segment:
            for part, label in self.parts:
                field = EuroCentsField(label=f"{segment.label}, {label.lower()}", required=False)
                self.fields[f"{segment.value}_{part}"] = field

    def rows(self):
        """[(segment label, [bound field])]."""
        return [(one.label, [self[f"{one.value}_{part}"] for part, _ in self.parts]) for one in Segment]

    def clean(self):
        data = super().clean()
        for segment in Segment:
            names = [f"{segment.value}_{part}" for part, _ in self.parts]
            empty = [name for name in names if data.get(name) is None and name not in self.errors]
            if 0 < len(empty) < len(names):
                self.add_error(empty[0], "Donnez les trois montants de ce segment, ou laissez-les vides.")
        return data

    def bounds(self):
        """{segment: (least, most, most in a year)} in cents."""
        found = {one.value: [self.cleaned_data[f"{one.value}_{part}"] for part, _ in self.parts] for one in Segment}
        return {segment: tuple(amounts) for segment, amounts in found.items() if None not in amounts}


def initial_bounds(bounds):
    return {
        f"{segment}_{part}": getattr(bound, field)
        for segment, bound in bounds.items()
        for part, field in (("min", "min_cents"), ("max", "max_cents"), ("year", "year_cap_cents"))
    }


class SectionForm(BuilderForm):
    title = forms.CharField(label="Titre de la section", max_length=120, help_text="Une page du dossier.")
    introduction = area("Introduction", "Lue avant les questions de cette page.", rows=3, max_length=2000)


class CriterionForm(BuilderForm):
    label = forms.CharField(label="Critère", max_length=120)
    description = area("Ce qui est regardé", rows=2, max_length=1000)
    weight = whole("Poids", "Ce qui compte est sa part du total des poids.", least=1)
    threshold_points = whole(
        "Points à atteindre", "Un dossier en dessous est signalé au comité. Vide : aucun seuil.", least=1,
        most=100, required=False,
    )  # fmt: skip
    may_not_apply = yes(
        "Ce critère peut être sans objet", "La note est alors la moyenne des autres critères : jamais un zéro."
    )

    def __init__(self, *args, criterion=None, **kwargs):
        levels = list(criterion.levels.all()) if criterion else []
        super().__init__(*args, initial=initial_criterion(criterion, levels), **kwargs)
        self.count = max(LEVELS, len(levels) + 1)
        for rank in range(self.count):
            self.fields[f"points_{rank}"] = whole(f"Niveau {rank + 1}, points", most=100, required=False)
            self.fields[f"label_{rank}"] = forms.CharField(
                label=f"Niveau {rank + 1}, nom", max_length=60, required=False
            )
            self.fields[f"words_{rank}"] = forms.CharField(
                label=f"Niveau {rank + 1}, ce que cela veut dire", max_length=250, required=False
            )

    def rows(self):
        """[[points, name, words]] of bound fields, one list a level."""
        return [[self[f"{part}_{rank}"] for part in ("points", "label", "words")] for rank in range(self.count)]

    def clean(self):
        data = super().clean()
        for rank in range(self.count):
            values = {part: data.get(f"{part}_{rank}") for part in ("points", "label", "words")}
            missing = [
                part for part, value in values.items() if value in (None, "") and f"{part}_{rank}" not in self.errors
            ]
            if 0 < len(missing) < 3:
                self.add_error(f"{missing[0]}_{rank}", "Un niveau a des points, un nom et une phrase.")
        return data

    def add_refusal(self, refusal):
        """What is wrong with the levels together is said on the first of them."""
        if refusal.field == "levels":
            self.add_error("points_0", refusal.message)
        else:
            super().add_refusal(refusal)

    def levels(self):
        """[(points, name, words)] of the rows that were filled."""
        found = [
            [self.cleaned_data[f"{part}_{rank}"] for part in ("points", "label", "words")]
            for rank in range(self.count)
        ]
        return [tuple(level) for level in found if level[0] is not None]


def initial_criterion(criterion, levels):
    if criterion is None:
        # The scale that the house uses: five levels, from nothing to proven.
        return {f"points_{rank}": rank for rank in range(5)}
    initial = {name: getattr(criterion, name) for name in CRITERION}
    for rank, level in enumerate(levels):
        initial |= {f"points_{rank}": level.points, f"label_{rank}": level.label, f"words_{rank}": level.description}
    return initial


class NoteForm(BuilderForm):
    note = area(
        "Ce qui change, et pourquoi",
        "Lu par chaque porteur dont le dossier est en cours.",
        required=True,
        max_length=2000,
    )
    note.error_messages["required"] = "Dites ce qui change et pourquoi : les porteurs liront cette phrase."


class WindowReasonForm(BuilderForm):
    reason = forms.CharField(
        label="Pourquoi le dépôt est ouvert moins longtemps", max_length=300, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Cette phrase sera lue par tous, sur la page de l’appel.",
    )  # fmt: skip
