"""The forms of reviewing: the answer before a dossier opens, the sheet, and what officers ask."""

from django import forms

from accounts.forms import DsfrForm
from applications.reviewing import MAX_TEXT
from applications.sheets import share_of

NO_TIE, CANNOT, TIE = "accepter", "refuser", "lien"
EXAMPLES = "Par exemple : membre du conseil d’administration, employeur partenaire, proche parent d’un salarié."


class AnswerForm(DsfrForm):
    decision = forms.ChoiceField(
        label="Votre réponse",
        widget=forms.RadioSelect,
        choices=[
            (NO_TIE, "Je n’ai aucun lien avec ce projet ni avec ceux qui le portent, et j’accepte de l’évaluer"),
            (CANNOT, "Je n’ai aucun lien, mais je ne peux pas l’évaluer"),
            (TIE, "J’ai un lien avec ce projet ou avec ceux qui le portent : je me retire"),
        ],
        error_messages={"required": "Choisissez une réponse."},
    )
    nature = forms.CharField(
        label="En cas de lien, quel est-il ?",
        help_text=EXAMPLES,
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def clean(self):
        data = super().clean()
        if data.get("decision") == TIE and not data.get("nature"):
            self.add_error("nature", "Dites en quelques mots quel est le lien.")
        return data

    def answer(self):
        """The arguments of `reviewing.answer`."""
        decision = self.cleaned_data["decision"]
        return {
            "has_interest": decision == TIE,
            "nature": self.cleaned_data["nature"],
            "accept": decision == NO_TIE,
        }


class InterestForm(DsfrForm):
    nature = forms.CharField(
        label="Quel est ce lien ?",
        help_text=EXAMPLES,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Dites en quelques mots quel est le lien."},
    )


class SheetRow:
    """One criterion on the page: what is asked, what is ticked and written, what is wrong."""

    def __init__(self, form, criterion, share):
        self.criterion, self.share = criterion, share
        self.points, self.reason = form[f"points_{criterion.pk}"], form[f"reason_{criterion.pk}"]
        value = self.points.value()
        self.level = criterion.level(int(value)) if str(value).isdecimal() else None
        self.levels = [
            (level, f"{self.points.auto_id}_{index}", level == self.level)
            for index, level in enumerate(criterion.levels)
        ]
        self.reason_text = (self.reason.value() or "").strip()
        self.has_errors = bool(self.points.errors or self.reason.errors)

    @property
    def is_done(self):
        return self.level is not None and bool(self.reason_text)


class SheetForm(DsfrForm):
    """A reviewer's sheet: one level and one reason a criterion, one overall opinion; a draft may lack any of them."""

    def __init__(self, *args, criteria, **kwargs):
        super().__init__(*args, **kwargs)
        self.criteria = criteria
        for criterion in criteria:
            self.fields[f"points_{criterion.pk}"] = forms.TypedChoiceField(
                label=criterion.label,
                choices=[(level.points, level.label) for level in criterion.levels],
                coerce=int,
                empty_value=None,
                required=False,
                widget=forms.RadioSelect,
                error_messages={"invalid_choice": "Ce niveau n’existe pas : choisissez un niveau de la liste."},
            )
            self.fields[f"reason_{criterion.pk}"] = text_field(f"Raison, {criterion.label}", rows=3)
        self.fields["comment"] = text_field("Avis d’ensemble", rows=3)

    @staticmethod
    def initial_of(review, scores):
        """The initial data of a saved sheet."""
        initial = {"comment": review.comment}
        for score in scores:
            initial[f"points_{score.criterion_id}"] = score.points
            initial[f"reason_{score.criterion_id}"] = score.reason
        return initial

    @property
    def rows(self):
        return [SheetRow(self, criterion, share_of(criterion, self.criteria)) for criterion in self.criteria]

    def sheet(self):
        """The arguments of `reviewing.save_review`."""
        data = self.cleaned_data
        return {
            "points": {c.pk: data[f"points_{c.pk}"] for c in self.criteria},
            "reasons": {c.pk: data[f"reason_{c.pk}"] for c in self.criteria},
            "comment": data["comment"],
        }

    def add_problems(self, problems):
        """Tie what an `IncompleteSheet` says to its fields."""
        for criterion_id, kind, sentence in problems:
            self.add_error(f"{kind}_{criterion_id}", sentence)


def text_field(label, rows):
    return forms.CharField(
        label=label, required=False, max_length=MAX_TEXT, widget=forms.Textarea(attrs={"rows": rows})
    )


class AssignForm(DsfrForm):
    """Which reviewer to ask; `choices` says who may be asked and who may not, and why."""

    reviewer = forms.ChoiceField(label="Évaluatrice ou évaluateur")
    due_on = forms.DateField(label="Évaluation attendue le", required=False, widget=forms.DateInput)

    def __init__(self, *args, choices, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reviewer"].choices = [("", "Choisissez une personne"), *choices]


class ReasonForm(DsfrForm):
    reason = forms.CharField(label="Motif", max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class ProfileForm(DsfrForm):
    employer = forms.CharField(label="Organisme", required=False, max_length=200)
    employer_siren = forms.CharField(
        label="SIREN de l’organisme",
        required=False,
        max_length=11,
        help_text="Neuf chiffres. Un dossier de cet organisme ne sera jamais confié à cette personne.",
    )
    region = forms.CharField(label="Région", required=False, max_length=60)
    capacity = forms.IntegerField(label="Dossiers au plus dans une vague", min_value=0, max_value=200)
