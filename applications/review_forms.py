"""The forms of reviewing: the answer before a dossier opens, the sheet, and what officers ask."""

from django import forms

from accounts.forms import DsfrForm
from applications.evaluations.filling import MAX_TEXT
from applications.evaluations.texts import NOT_APPLICABLE, texts_of
from applications.models import Review
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


class AbstainForm(DsfrForm):
    reason = forms.CharField(
        label="Pourquoi vous abstenez-vous ?",
        help_text="Par exemple : ce projet repose sur un métier que je ne connais pas. Le comité lira ce motif.",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Dites pourquoi vous vous abstenez : le comité le lira."},
    )


class WorkbookForm(DsfrForm):
    file = forms.FileField(
        label="Le tableur rempli",
        help_text="XLSX ou ODS, 5 Mo au plus. Tout est repris, ou rien.",
        error_messages={"required": "Choisissez le fichier rempli.", "empty": "Ce fichier est vide."},
    )


class SheetRow:
    """One criterion on the page: what is asked, what is ticked and written, what is wrong."""

    def __init__(self, form, criterion, share):
        self.criterion, self.share = criterion, share
        self.points, self.reason = form[f"points_{criterion.pk}"], form[f"reason_{criterion.pk}"]
        value = str(self.points.value())
        self.not_applicable = value == NOT_APPLICABLE
        self.level = criterion.level(int(value)) if value.isdecimal() else None
        self.levels = [
            (level, f"{self.points.auto_id}_{index}", level == self.level)
            for index, level in enumerate(criterion.levels)
        ]
        self.reason_text = (self.reason.value() or "").strip()
        self.has_errors = bool(self.points.errors or self.reason.errors)

    @property
    def left_out(self):
        """(value, id of the field) of "does not apply", where the call lets a reviewer say so; else None."""
        if not self.criterion.may_not_apply:
            return None
        return NOT_APPLICABLE, f"{self.points.auto_id}_{len(self.levels)}"

    @property
    def is_ticked(self):
        return self.level is not None or self.not_applicable

    @property
    def is_done(self):
        return self.is_ticked and bool(self.reason_text)


class RubricForm(DsfrForm):
    """One level and one reason a criterion; a draft may lack any of them."""

    def __init__(self, *args, criteria, **kwargs):
        super().__init__(*args, **kwargs)
        self.criteria = criteria
        for criterion in criteria:
            self.fields[f"points_{criterion.pk}"] = forms.TypedChoiceField(
                label=criterion.label,
                choices=choices_of(criterion),
                coerce=level_of,
                empty_value=None,
                required=False,
                widget=forms.RadioSelect,
                error_messages={"invalid_choice": "Ce niveau n’existe pas : choisissez un niveau de la liste."},
            )
            self.fields[f"reason_{criterion.pk}"] = text_field(f"Raison, {criterion.label}", rows=3)

    @property
    def rows(self):
        return [SheetRow(self, criterion, share_of(criterion, self.criteria)) for criterion in self.criteria]

    def sheet(self):
        """{"points", "not_applicable", "reasons"}, as the verbs take them."""
        data = self.cleaned_data
        given = {one.pk: data[f"points_{one.pk}"] for one in self.criteria}
        return {
            "points": {pk: None if value == NOT_APPLICABLE else value for pk, value in given.items()},
            "not_applicable": {pk for pk, value in given.items() if value == NOT_APPLICABLE},
            "reasons": {one.pk: data[f"reason_{one.pk}"] for one in self.criteria},
        }

    def add_problems(self, problems):
        """Tie what an `IncompleteSheet` says to its fields."""
        for criterion_id, kind, sentence in problems:
            self.add_error(f"{kind}_{criterion_id}", sentence)


class ExampleForm(RubricForm):
    """A worked example: what the dossier says, and the scores that it deserves."""

    field_order = ("title", "text")
    title = forms.CharField(label="Titre", max_length=120)
    text = forms.CharField(
        label="Ce que dit le dossier",
        help_text="Un dossier inventé, ou rendu anonyme : ce qu’un évaluateur doit lire pour noter.",
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 14}),
    )

    def example(self):
        """The arguments of `exercise.write_example`."""
        return self.sheet() | {"title": self.cleaned_data["title"], "text": self.cleaned_data["text"]}


class SheetForm(RubricForm):
    """A reviewer's sheet: the rubric, one overall opinion, one's confidence."""

    def __init__(self, *args, criteria, **kwargs):
        super().__init__(*args, criteria=criteria, **kwargs)
        self.fields["comment"] = text_field("Avis d’ensemble", rows=3)
        self.fields["confidence"] = forms.TypedChoiceField(
            label="Votre confiance dans cette évaluation",
            help_text="Lue par le comité ; elle ne change pas la note.",
            choices=[("", "Non dite"), *Review.Confidence.choices],
            coerce=int,
            empty_value=None,
            required=False,
        )

    @staticmethod
    def initial_of(review, criteria):
        """The initial data of a saved sheet."""
        return texts_of(review, criteria)


def choices_of(criterion):
    levels = [(level.points, level.label) for level in criterion.levels]
    return [*levels, (NOT_APPLICABLE, "Sans objet")] if criterion.may_not_apply else levels


def level_of(value):
    """What was ticked: points, or that the criterion does not apply."""
    return value if value == NOT_APPLICABLE else int(value)


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
