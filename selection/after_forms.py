"""The forms of what follows a decision: appeals, the waitlist, the embargo, derogations, a named deferral."""

from django import forms

from accounts.errors import Refusal
from accounts.forms import DsfrForm, EuroCentsField
from accounts.models import User
from applications.models import Application
from applications.piece_forms import OptionalFiles, help_of_files
from funding.plan_forms import PlanMixin
from programme.models import Wave
from selection.appeal_follow_ups import UPHELD, owners
from selection.appeals import OUTCOMES
from selection.deferrals import waves_to_come
from selection.meeting_forms import Person
from selection.models import Appeal, AppealFollowUp, Derogation


def text_field(label, help_text="", rows=3, **kwargs):
    return forms.CharField(
        label=label, help_text=help_text, widget=forms.Textarea(attrs={"rows": rows}), max_length=6000, **kwargs
    )


class LodgeForm(DsfrForm):
    """An applicant contests a decision."""

    kind = forms.ChoiceField(label="À qui vous adressez-vous ?", widget=forms.RadioSelect)
    grounds = text_field(
        "Ce que vous contestez, et pourquoi",
        "Dites quel motif vous paraît inexact et ce qui le montre. Vous pouvez citer une pièce de votre dossier.",
        rows=8,
    )
    pieces = OptionalFiles(label="Pièces à joindre", required=False, help_text=help_of_files())

    def __init__(self, *args, programme, kinds=Appeal.ADMINISTRATIVE, **kwargs):
        super().__init__(*args, **kwargs)
        choices = [
            (Appeal.Kind.GRACIOUS, f"À nous, {programme.service_name} (recours gracieux)"),
            (Appeal.Kind.HIERARCHICAL, f"À notre supérieur, {programme.appeal_authority} (recours hiérarchique)"),
        ]
        self.fields["kind"].choices = [choice for choice in choices if choice[0] in kinds]


class RecordAppealForm(DsfrForm):
    """An appeal that came otherwise."""

    kind = forms.ChoiceField(label="Voie", choices=Appeal.Kind.choices)
    channel = forms.ChoiceField(
        label="Reçu par", choices=[choice for choice in Appeal.Channel.choices if choice[0] != Appeal.Channel.ONLINE]
    )
    lodged_on = forms.DateField(
        label="Formé le",
        help_text="Cachet de la poste, enregistrement au greffe, ou accord des parties pour une médiation.",
        widget=forms.DateInput,
    )
    received_on = forms.DateField(
        label="Reçu le", help_text="Deux mois de silence partent de ce jour.", widget=forms.DateInput
    )
    court_number = forms.CharField(
        label="Numéro du greffe", help_text="Pour un recours contentieux.", max_length=40, required=False
    )
    grounds = text_field("Ce que dit le recours")
    pieces = OptionalFiles(label="Le recours et ses pièces", required=False, help_text=help_of_files())


class ConcludeForm(DsfrForm):
    outcome = forms.ChoiceField(label="Issue")
    on = forms.DateField(label="Date de l’issue", widget=forms.DateInput)
    conclusion = text_field(
        "Ce qui a été décidé, et pourquoi",
        "Les motifs : la lettre les dit mot pour mot, un paragraphe par motif.",
        rows=6,
    )
    elsewhere = forms.BooleanField(
        label="La réponse a été écrite hors du service",
        help_text="Par exemple par l’autorité supérieure : elle est notée ici, et aucune lettre n’est faite.",
        required=False,
    )
    what = forms.ChoiceField(
        label="Si le recours est accueilli, suite à donner",
        help_text="Un recours accueilli, même en partie, a une suite, une personne qui s’en charge et une date.",
        choices=[("", "Aucune : recours rejeté ou terminé"), *AppealFollowUp.What.choices],
        required=False,
    )
    owner = Person(User.objects.none(), label="Confiée à", to_field_name="public_id", required=False)
    due_on = forms.DateField(label="À faire avant le", widget=forms.DateInput, required=False)
    note = forms.CharField(label="Précision", max_length=500, required=False)

    def __init__(self, *args, appeal, may_sign=False, **kwargs):
        """`may_sign`: the reader may answer by a letter; else she records what was written elsewhere."""
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = owners()
        self.may_sign = may_sign
        outcomes = OUTCOMES[Appeal.Kind(appeal.kind)]
        self.fields["outcome"].choices = [(state, Appeal.State(state).label) for state in outcomes]
        if not may_sign:
            del self.fields["elsewhere"]

    def clean(self):
        """What an upheld appeal asks for goes with its outcome."""
        data = super().clean()
        data.setdefault("elsewhere", not self.may_sign)
        names = ("what", "owner", "due_on", "note")
        wanted = {name: data.pop(name, None) for name in names}
        if data.get("outcome") in UPHELD and wanted["what"]:
            data["follow_up"] = wanted
        return data


class FollowUpForm(DsfrForm):
    """One thing that an upheld appeal asks for."""

    what = forms.ChoiceField(label="Suite à donner", choices=AppealFollowUp.What.choices)
    owner = Person(User.objects.none(), label="Confiée à", to_field_name="public_id")
    due_on = forms.DateField(label="À faire avant le", widget=forms.DateInput)
    note = forms.CharField(label="Précision", max_length=500, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = owners()


class SettleForm(DsfrForm):
    done_note = text_field("Ce qui a été fait", "Par exemple : dossier réexaminé, nouvelle décision signée et remise.")


class LateAwardForm(DsfrForm):
    """An award prepared after the announcement: on which line, how much."""

    credit = forms.ChoiceField(label="Ligne budgétaire")
    amount_cents = EuroCentsField(label="Montant accordé, en euros", min_cents=100)
    reason_if_over_capacity = forms.CharField(
        label="Motif du dépassement de la capacité",
        help_text="Demandé seulement si la vague aurait plus de lauréats que sa capacité.",
        max_length=300,
        required=False,
    )

    def __init__(self, *args, credits=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.credits = {credit.key: credit for credit in credits}
        self.fields["credit"].choices = [(credit.key, credit.label) for credit in credits]

    def clean(self):
        data = super().clean()
        credit = self.credits.get(data.pop("credit", ""))
        if credit:
            data |= {"line": credit.line, "fiscal_year": credit.fiscal_year}
        return data


class CallForm(LateAwardForm):
    """A dossier of the waitlist is called."""

    reason = forms.CharField(
        label="D’où vient l’argent ou la place",
        help_text="Par exemple : renoncement d’un lauréat. C’est gardé avec la réservation.",
        max_length=150,
    )
    ground = text_field("Motif d’un montant réduit", "La lettre le dira.", rows=2, required=False)
    out_of_order_reason = forms.CharField(
        label="Motif de l’écart à l’ordre de la liste",
        help_text="Demandé seulement si un dossier mieux placé attend encore. Il est montré à l’audit.",
        max_length=300,
        required=False,
    )
    field_order = (
        "credit", "amount_cents", "reason", "ground", "out_of_order_reason", "reason_if_over_capacity",
    )  # fmt: skip


class AfterAppealForm(PlanMixin, LateAwardForm):
    """The award that an upheld appeal asks for, with its payments when they are not those of the call."""

    use_required_attribute = False
    ROWS = 4

    ground = text_field(
        "Motif",
        "La lettre le dira : ce que le recours a montré ; le cas échéant, pourquoi le montant est réduit.",
        rows=4,
    )
    field_order = ("credit", "amount_cents", "ground", "reason_if_over_capacity")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.first_fields = list(self.fields)
        self.add_plan((), free_rows=self.ROWS)

    def award_fields(self):
        return [self[name] for name in self.first_fields]

    def clean(self):
        """What is typed of the schedule goes with the award."""
        data = super().clean()
        names = [name for name in data if name.startswith("plan-")]
        if not self.errors:
            try:
                data["schedule"] = self.plans() or ()
            except Refusal as refusal:
                self.add_refusal(refusal)
        for name in names:
            data.pop(name, None)
        return data

    def add_refusal(self, refusal):
        field = self.plan_refusals.get(refusal.field, refusal.field)
        self.add_error(field if field in self.fields else None, refusal.message)


class EmbargoForm(DsfrForm):
    """To whom the list is told before the announcement, and why."""

    recipient_name = forms.CharField(label="Destinataire", help_text="Prénom et nom.", max_length=150)
    recipient_title = forms.CharField(
        label="Fonction", help_text="Par exemple : préfète de la région Bretagne.", max_length=150
    )
    recipient_email = forms.EmailField(
        label="Adresse électronique", help_text="Le lien personnel n’est envoyé qu’à cette adresse."
    )
    region = forms.ChoiceField(label="Lauréats communiqués", required=False)
    reason = forms.CharField(label="Motif de la communication", max_length=300)

    def __init__(self, *args, regions=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["region"].choices = [("", "Toute la vague"), *((name, name) for name in regions)]


class DerogationForm(DsfrForm):
    wave = forms.ModelChoiceField(Wave.objects.none(), label="Vague", to_field_name="public_id")
    reference = forms.CharField(
        label="Numéro du dossier", help_text="Vide : la vague elle-même.", max_length=20, required=False
    )
    rule = forms.ChoiceField(label="Règle écartée", choices=Derogation.Rule.choices)
    reason = text_field("Motif", "Pourquoi la règle est écartée dans ce cas.")
    basis = forms.CharField(
        label="Texte de référence",
        help_text="L’article de l’appel ou de la loi qui est écarté, et ce qui le permet.",
        max_length=300,
        required=False,
    )
    decided_on = forms.DateField(label="Décidée le", widget=forms.DateInput)

    def __init__(self, *args, reader, **kwargs):
        super().__init__(*args, **kwargs)
        self.reader = reader
        self.fields["wave"].queryset = Wave.objects.visible_to(reader).select_related("call").order_by("-pk")
        self.fields["wave"].label_from_instance = lambda wave: f"{wave}, {wave.call.title}"

    def clean(self):
        data = super().clean()
        data["application"] = self.dossier(data.pop("reference", "").strip(), data.get("wave"))
        return data

    def dossier(self, reference, wave):
        """The dossier of this number in the wave, among those that the reader may read."""
        if not reference or wave is None:
            return None
        found = Application.objects.visible_to(self.reader).filter(wave=wave, reference__iexact=reference).first()
        if found is None:
            self.add_error(
                "reference", "Aucun dossier de ce numéro dans cette vague : vérifiez le numéro ou la vague."
            )
        return found


class NamedWaveForm(DsfrForm):
    """The wave that a deferred dossier comes back to."""

    wave = forms.ModelChoiceField(
        Wave.objects.none(), label="Reporté à", to_field_name="public_id", empty_label="Choisissez une vague"
    )
    improvements = text_field("Ce qu’il faut améliorer", "Un point par ligne. Le courrier le dira.", rows=4)

    def __init__(self, *args, deliberated, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["wave"].queryset = waves_to_come(deliberated)
