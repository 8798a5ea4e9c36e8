"""The form of one question: what every kind has, what its kind adds, and the condition under which it is asked."""

from django import forms
from django.utils.text import slugify

from accounts.errors import Refusal
from programme.builder_forms import BuilderForm, area, whole
from programme.conditions import groups_of, joined, shown_value, typed_test
from programme.models import Question
from programme.question_rules import COLUMN_KINDS, DEFAULT_LENGTH, FORMATS, KEY, MOST_COLUMNS, MOST_ROWS, MOST_SIGNS
from programme.questionnaire import OPERATORS

Kind = Question.Kind
MATCHES = (("all", "Toutes ces conditions"), ("any", "Au moins une de ces conditions"))
BETWEEN = (("all", "Les deux groupes"), ("any", "L’un des deux groupes"))
ROWS = (4, 3)
COLUMN_PARTS = ("label", "kind", "sum", "key")


class KindForm(BuilderForm):
    """Before a question is written: what sort of answer it wants."""

    type = forms.ChoiceField(label="Type de réponse", choices=Kind.choices, widget=forms.RadioSelect)


def decimal_field(label):
    widget = forms.TextInput(attrs={"inputmode": "decimal"})
    return forms.DecimalField(label=label, required=False, localize=True, widget=widget, max_digits=15)


class QuestionForm(BuilderForm):
    """`fields_of_question()` gives what the verbs want.

    Args:
        kind: a value of `Question.Kind`.
        earlier: the questions that come before, for conditions and formulas.
        sections: those of the version.
        question: the one that is changed, or None.
    """

    label = forms.CharField(label="Question", max_length=250)
    help_text = forms.CharField(
        label="Aide",
        max_length=300,
        required=False,
        help_text="Une phrase sous la question, dans les mots du porteur.",
    )
    required = forms.BooleanField(
        label="Réponse obligatoire", required=False, help_text="Exigée à l’envoi, pas pendant la rédaction."
    )
    slug = forms.SlugField(
        label="Nom court", required=False, max_length=50,
        help_text="Pour les formules, les conditions et les exports. Vide : fait à partir de la question.",
        error_messages={"invalid": "Lettres sans accent, chiffres et tirets seulement."},
    )  # fmt: skip

    def __init__(self, *args, kind, earlier, sections=(), question=None, **kwargs):
        self.kind, self.earlier, self.question = kind, earlier, question
        self.between, self.groups = groups_of(question.condition if question else {})
        super().__init__(*args, initial=initial_question(question, kind), **kwargs)
        self.fields |= kind_fields(kind, question)
        if kind == Kind.COMPUTED:
            del self.fields["required"]
        if question is not None:
            self.add_placement(sections)
        self.add_conditions()

    def add_placement(self, sections):
        choices = [(section.slug, section.title) for section in sections]
        self.fields["kind"] = forms.ChoiceField(
            label="Type de réponse", choices=Kind.choices, initial=self.question.kind,
            help_text="Changer de type recharge ses réglages à l’enregistrement suivant.",
        )  # fmt: skip
        self.fields["section"] = forms.ChoiceField(
            label="Section", choices=choices, initial=self.question.section.slug,
            help_text="Dans une autre section, la question va à la fin.",
        )  # fmt: skip

    def add_conditions(self):
        if not self.earlier:
            return
        known = {question.slug: question for question in self.earlier}
        questions = [
            ("", "—"),
            *((one.slug, f"{one.label} ({one.get_kind_display().lower()})") for one in self.earlier),
        ]
        self.fields["between"] = forms.ChoiceField(
            label="Entre les deux groupes", choices=BETWEEN, required=False, initial=self.between
        )
        for group in range(len(ROWS)):
            word, tests = self.groups[group] if group < len(self.groups) else ("all", [])
            self.fields[f"match_{group}"] = forms.ChoiceField(
                label=f"Groupe {group + 1}", choices=MATCHES, required=False, initial=word
            )
            for rank in range(self.row_count(group)):
                test = tests[rank] if rank < len(tests) else {}
                self.add_condition_row(f"{group}_{rank}", questions, test, known.get(test.get("question")))

    def row_count(self, group):
        tests = self.groups[group][1] if group < len(self.groups) else []
        return max(ROWS[group], len(tests) + 1)

    def add_condition_row(self, place, questions, test, question):
        group, rank = (int(one) + 1 for one in place.split("_"))
        said = f"Groupe {group}, ligne {rank}"
        gone = test.get("question")
        if gone and question is None:
            questions = [*questions, (gone, f"{gone} (ne vient plus avant)")]
        self.fields[f"asked_{place}"] = forms.ChoiceField(
            label=f"{said}, question", choices=questions, required=False, initial=gone
        )
        self.fields[f"op_{place}"] = forms.ChoiceField(
            label=f"{said}, comparaison", choices=OPERATORS.items(), required=False, initial=test.get("op", "is")
        )
        self.fields[f"value_{place}"] = forms.CharField(
            label=f"{said}, valeur", max_length=250, required=False, initial=shown_value(question, test),
            widget=forms.TextInput(attrs={"list": "valeurs", "autocomplete": "off"}),
        )  # fmt: skip

    # --- What the page reads ---

    def main_fields(self):
        return [self[name] for name in ("label", "help_text", "required", "slug") if name in self.fields]

    def placement_fields(self):
        return [self[name] for name in ("kind", "section") if name in self.fields]

    def kind_bound_fields(self):
        return [self[name] for name in KIND_FIELDS.get(self.kind, ())]

    def column_rows(self):
        """[(title, kind, total, key)] of bound fields."""
        if self.kind != Kind.TABLE:
            return []
        return [[self[f"col_{part}_{rank}"] for part in COLUMN_PARTS] for rank in range(MOST_COLUMNS)]

    def condition_groups(self):
        """[(match, [(question, comparison, value)])] of bound fields; empty for the first question of a form."""
        if not self.earlier:
            return []
        return [
            (self[f"match_{group}"], [self.row(f"{group}_{rank}") for rank in range(self.row_count(group))])
            for group in range(len(ROWS))
        ]

    def row(self, place):
        return [self[f"{part}_{place}"] for part in ("asked", "op", "value")]

    def known_values(self):
        """What one may want to type as a value: the choices of the earlier questions."""
        return sorted({option for question in self.earlier for option in question.options})

    # --- What the verbs get ---

    def clean(self):
        data = super().clean()
        self.condition = joined(
            data.get("between") or "all",
            [(data.get(f"match_{group}") or "all", self.tests(group)) for group in range(len(ROWS)) if self.earlier],
        )
        return data

    def tests(self, group):
        return list(filter(None, (self.test(f"{group}_{rank}") for rank in range(self.row_count(group)))))

    def test(self, place):
        asked, value = self.cleaned_data.get(f"asked_{place}"), (self.cleaned_data.get(f"value_{place}") or "").strip()
        question = next((one for one in self.earlier if one.slug == asked), None)
        if not asked and value:
            self.add_error(f"asked_{place}", "Choisissez la question à laquelle cette valeur se compare.")
        elif asked and question is None:
            self.add_error(f"asked_{place}", "Cette question ne vient plus avant celle-ci : choisissez-en une autre.")
        elif asked:
            return self.kept_test(place, question, value)
        return None

    def kept_test(self, place, question, value):
        try:
            return typed_test(question, self.cleaned_data.get(f"op_{place}") or "is", value)
        except Refusal as refusal:
            self.add_error(f"value_{place}", refusal.message)
            return None

    def add_refusal(self, refusal):
        """Refusals of several inputs together are said on the first of them."""
        first = {"condition": "asked_0_0", "columns": "col_label_0", "format": "format"}.get(refusal.field)
        if first in self.fields:
            self.add_error(first, refusal.message)
        else:
            super().add_refusal(refusal)

    def fields_of_question(self):
        data = self.cleaned_data
        return {
            "label": data["label"], "help_text": data["help_text"], "required": data.get("required", False),
            "slug": data["slug"], "kind": data.get("kind") or self.kind, "condition": self.condition,
            "max_length": data.get("max_length"), "options": (data.get("options") or "").splitlines(),
            "settings": self.settings(data),
        }  # fmt: skip

    def settings(self, data):
        if self.kind == Kind.NUMBER:
            return {"min": as_json(data["min"]), "max": as_json(data["max"]), "unit": data["unit"]}
        if self.kind == Kind.TABLE:
            return {"columns": self.columns(data), "max_rows": data["max_rows"]}
        return {"formula": data["formula"], "format": data["format"]} if self.kind == Kind.COMPUTED else {}

    def columns(self, data):
        """The columns that have a title; one keeps the key that it had, for the answers already written."""
        found, taken = [], set()
        for rank in range(MOST_COLUMNS):
            label = (data.get(f"col_label_{rank}") or "").strip()
            if label:
                key = column_key(data.get(f"col_key_{rank}") or label, taken)
                taken.add(key)
                kind, total = data.get(f"col_kind_{rank}") or "text", data.get(f"col_sum_{rank}", False)
                found.append({"key": key, "label": label, "kind": kind, "sum": total})
        return found


def column_key(text, taken):
    base = text if KEY.fullmatch(text) else slugify(text)[:30].strip("-_")
    base = base if KEY.fullmatch(base) else f"colonne-{base}".strip("-")
    return base if base not in taken else f"{base}-{len(taken) + 1}"


def as_json(number):
    """A whole number as such, another as a float: what JSON holds."""
    return None if number is None else int(number) if number == number.to_integral_value() else float(number)


KIND_FIELDS = {
    Kind.SHORT_TEXT: ("max_length",),
    Kind.LONG_TEXT: ("max_length",),
    Kind.NUMBER: ("min", "max", "unit"),
    Kind.CHOICE: ("options",),
    Kind.CHOICES: ("options",),
    Kind.TABLE: ("max_rows",),
    Kind.COMPUTED: ("formula", "format"),
}


def kind_fields(kind, question):
    """The fields that only this kind has, filled from the question when it is of this kind."""
    kept = question.settings if question else {}
    fields = {
        "max_length": whole(
            "Nombre de signes au plus", "Espaces comprises ; compté sous la réponse.", least=1, most=MOST_SIGNS
        ),
        "min": decimal_field("Plus petit nombre accepté"),
        "max": decimal_field("Plus grand nombre accepté"),
        "unit": forms.CharField(label="Unité", max_length=30, required=False, help_text="Par exemple : m², heures."),
        "options": area("Choix", "Un par ligne, deux au moins.", rows=8, required=True),
        "max_rows": whole("Lignes au plus", least=1, most=MOST_ROWS),
        "formula": forms.CharField(
            label="Formule", max_length=300,
            help_text="Par exemple : loyer * 12 + charges, ou sum(depenses.cout). Espaces autour du signe moins.",
        ),
        "format": forms.ChoiceField(label="Le résultat est", choices=FORMATS.items()),
    }  # fmt: skip
    found = {name: fields[name] for name in KIND_FIELDS.get(kind, ())}
    return found | (column_fields(kept.get("columns", [])) if kind == Kind.TABLE else {})


def column_fields(columns):
    found = {}
    for rank in range(MOST_COLUMNS):
        kept = columns[rank] if rank < len(columns) else {}
        said = f"Colonne {rank + 1}"
        found |= {
            f"col_label_{rank}": forms.CharField(
                label=f"{said}, titre", max_length=80, required=False, initial=kept.get("label", "")
            ),
            f"col_kind_{rank}": forms.ChoiceField(
                label=f"{said}, type", choices=COLUMN_KINDS.items(), required=False, initial=kept.get("kind", "text")
            ),
            f"col_sum_{rank}": forms.BooleanField(
                label=f"{said}, total", required=False, initial=kept.get("sum", False)
            ),
            f"col_key_{rank}": forms.CharField(
                widget=forms.HiddenInput, required=False, initial=kept.get("key", ""), max_length=50
            ),
        }
    return found


def initial_question(question, kind):
    if question is None:
        return {"required": True, "max_length": DEFAULT_LENGTH.get(kind), "max_rows": 10}
    return {
        "label": question.label, "help_text": question.help_text, "required": question.required,
        "slug": question.slug, "max_length": question.max_length or DEFAULT_LENGTH.get(kind),
        "options": "\n".join(question.options), "max_rows": 10, **question.settings,
    }  # fmt: skip
