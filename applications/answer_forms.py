"""The questions of one section as a form, whatever their kinds.

Names of the fields: `q<id>`; the cells of a table `q<id>-<row>-<column>`; a file to take away `q<id>-retirer`. The
page also says which questions it has (`q`: no box ticked is an answer, no field at all is none) and which of them the
person saw (`vue`).

    form = AnswersForm(request.POST or None, request.FILES or None, section=form_section, sheet=sheet_of(application))
    form.is_valid()      # the sentences of what is wrong; never "required": a draft may be incomplete
    form.answers()       # {question id: typed}, valid or not, for `drafting.save_answers`
    form.rows_with()     # for the template
"""

import json
import re
from functools import cached_property

from django import forms
from django.conf import settings
from django.forms.utils import ErrorDict

from accounts.errors import StalePage
from accounts.forms import DsfrForm
from accounts.french import integer
from applications import questions
from applications.answer_kinds import bounds_of, french_number, listed
from applications.answer_rows import row_of
from applications.answering import Entry
from documents.uploads import accepted_names
from programme.models import Question

Kind = Question.Kind
HINTS = {
    Kind.AMOUNT: "En euros, par exemple 1 500 ou 1 500,50.",
    Kind.COMMUNE: "Code postal et nom, par exemple « 63300 Thiers ».",
    Kind.SIRET: "14 chiffres, sur l’avis de situation de l’INSEE.",
    Kind.RNA: "Un W et neuf chiffres, sur le récépissé de la préfecture.",
    Kind.IBAN: "Sur le relevé d’identité bancaire (RIB) ; il commence par FR pour un compte en France.",
}
ATTRIBUTES = {
    Kind.NUMBER: {"inputmode": "decimal", "autocomplete": "off"},
    Kind.AMOUNT: {"inputmode": "decimal", "autocomplete": "off"},
    Kind.SIRET: {"inputmode": "numeric", "autocomplete": "off"},
    Kind.RNA: {"autocomplete": "off", "spellcheck": "false"},
    Kind.IBAN: {"autocomplete": "off", "spellcheck": "false"},
}


class TableWidget(forms.Widget):
    """The cells of a table, read as the JSON that `questions.read` takes; drawn by `_table.html`."""

    def value_from_datadict(self, data, files, name):
        cell, rows = re.compile(rf"{re.escape(name)}-(\d{{1,4}})-(.+)"), {}
        for key in data:
            if match := cell.fullmatch(key):
                rows.setdefault(int(match[1]), {})[match[2]] = data.get(key)
        taken = data.get("retirer", "").removeprefix(f"{name}-")
        kept = [row for index, row in sorted(rows.items()) if str(index) != taken]
        return json.dumps([row for row in kept if any((cell or "").strip() for cell in row.values())])

    def value_omitted_from_data(self, data, files, name):
        return not any(key.startswith(f"{name}-") for key in data)


def widget_for(question):
    attrs = dict(ATTRIBUTES.get(question.kind, {}))
    if question.max_length and question.kind in (Kind.SHORT_TEXT, Kind.LONG_TEXT):
        attrs["data-limite"] = question.max_length
    if question.kind == Kind.COMMUNE:
        attrs |= commune_attributes(f"q{question.pk}")
    options = [(str(option), str(option)) for option in question.options]
    if question.kind == Kind.CHOICE and not question.required:
        options.append(("", "Sans réponse"))
    return {
        Kind.LONG_TEXT: lambda: forms.Textarea(attrs={"rows": 7, **attrs}),
        Kind.ADDRESS: lambda: forms.Textarea(attrs={"rows": 3, "autocomplete": "street-address"}),
        Kind.DATE: forms.DateInput,
        Kind.CHOICE: lambda: forms.RadioSelect(choices=options),
        Kind.CHOICES: lambda: forms.CheckboxSelectMultiple(choices=options),
        Kind.FILE: forms.FileInput,
        Kind.TABLE: TableWidget,
        Kind.COMPUTED: forms.HiddenInput,
    }.get(question.kind, lambda: forms.TextInput(attrs=attrs))()


def commune_attributes(name):
    """Suggestions come while typing; without JavaScript, what is typed is understood all the same."""
    return {
        "autocomplete": "off",
        "list": f"communes-{name}",
        "hx-get": f"/communes/?champ={name}",
        "hx-target": f"#communes-{name}",
        "hx-trigger": "input changed delay:250ms",
        "hx-sync": "this:replace",
    }


def help_of(question):
    parts = [question.help_text, HINTS.get(question.kind, "")]
    if question.kind == Kind.FILE:
        parts.append(f"{accepted_names()}, {settings.UPLOAD_MAX_BYTES // (1024 * 1024)} Mo au plus.")
    if question.kind == Kind.NUMBER:
        parts += number_hints(question)
    if question.max_length and question.kind in (Kind.SHORT_TEXT, Kind.LONG_TEXT):
        parts.append(f"{integer(question.max_length)} signes au plus.")
    return " ".join(filter(None, parts))


def number_hints(question):
    own, (least, most) = question.settings, bounds_of(question)
    if own.get("unit"):
        yield f"En {own['unit']}."
    if most is not None:
        yield f"Entre {french_number(least)} et {french_number(most)}."
    elif own.get("min"):
        yield f"Au moins {french_number(least)}."


class AnswerField(forms.Field):
    """One question. "(obligatoire)" is said, and checked at sending: a draft is saved without it."""

    def __init__(self, question):
        self.question = question
        super().__init__(
            widget=widget_for(question), label=question.label, help_text=help_of(question), required=question.required
        )

    def validate(self, value):
        """Nothing is required of a draft."""

    def to_python(self, value):
        if self.question.kind in (Kind.FILE, Kind.COMPUTED):
            return ""
        try:
            text = questions.read(self.question, typed_text(value))
        except questions.Mistyped as mistyped:
            raise forms.ValidationError(mistyped.sentences) from mistyped
        if faults := questions.faults(self.question, text) if text else []:
            raise forms.ValidationError(faults)
        return text


def typed_text(value):
    """What a widget gives, as the typed text of `questions.read`."""
    if isinstance(value, list | tuple):
        return json.dumps([one for one in value if one], ensure_ascii=False) if any(value) else ""
    return value or ""


class AnswersForm(DsfrForm):
    use_required_attribute = False

    def __init__(self, data=None, files=None, *, section, sheet):
        self.section, self.sheet = section, sheet
        self.questions = list(section.questions.all())
        initial = {name_of(one): self.initial_of(one) for one in self.questions}
        super().__init__(data, files, initial=initial)
        for question in self.questions:
            self.fields[name_of(question)] = field = AnswerField(question)
            if question.kind == Kind.DATE and sheet.entries[question.pk].as_typed:
                # A date field of the browser would show nothing of it.
                field.widget = forms.TextInput()
        if not self.is_bound:
            self.tell_saved_faults()

    def tell_saved_faults(self):
        """What was saved wrong is told under its field each time the page is read, until it is corrected."""
        self._errors = ErrorDict()
        for entry in self.sheet.of(self.section):
            typed = entry.text and entry.question.kind != Kind.COMPUTED
            if typed and (found := questions.faults(entry.question, entry.text, entry.as_typed)):
                self._errors[name_of(entry.question)] = self.error_class(found)

    def initial_of(self, question):
        entry = self.sheet.entries[question.pk]
        typed = entry.typed(self.sheet.names)
        return listed(typed) if question.kind == Kind.CHOICES else typed

    def clean(self):
        for question in self.questions:
            name = name_of(question)
            if question.kind == Kind.DATE and name in self.errors:
                self.fields[name].widget = forms.TextInput()
        for pk in {one.pk for one in self.questions} - self.current.asked:
            self.errors.pop(f"q{pk}", None)
        return self.cleaned_data

    @cached_property
    def current(self):
        """The whole form with what was typed in this section: what is asked, what is calculated."""
        if not self.is_bound:
            return self.sheet
        typed = {
            one.pk: Entry(one, self.cleaned_data.get(name_of(one), ""))
            for one in self.questions
            if one.kind not in (Kind.FILE, Kind.COMPUTED) and self.is_sent(one)
        }
        return self.sheet.replaced(typed)

    def is_sent(self, question):
        """Whether the page had this question at all."""
        name = name_of(question)
        listed_ = self.data.getlist("q") if hasattr(self.data, "getlist") else self.data.get("q", [])
        widget = self.fields[name].widget
        return str(question.pk) in listed_ or name in self.data or (
            question.kind == Kind.TABLE and not widget.value_omitted_from_data(self.data, self.files, name)
        )  # fmt: skip

    def answers(self):
        """{question id: what was typed} of the questions that the page had, right or wrong; files apart.

        Raises:
            StalePage: the page has questions of a former version of the form.
        """
        self.refuse_former_questions()
        return {
            one.pk: typed_text(self[name_of(one)].data)
            for one in self.questions
            if one.kind not in (Kind.FILE, Kind.COMPUTED) and self.is_sent(one)
        }

    def refuse_former_questions(self):
        """What was typed under a question that is no longer there would be lost: the page of refusal shows it."""
        shown = set(self.data.getlist("q")) if hasattr(self.data, "getlist") else set()
        if shown - {str(one.pk) for one in self.questions}:
            raise StalePage(
                "Le formulaire de l’appel a changé pendant que vous écriviez : cette page montre l’ancien. "
                "Rien n’a été enregistré, et votre texte est gardé ci-dessous : reportez-le dans la page rechargée."
            )

    def uploads(self):
        """[(question, uploaded file)] of the files chosen, and [question] of those to take away."""
        asked = [one for one in self.questions if one.kind == Kind.FILE]
        chosen = [(one, self.files[name_of(one)]) for one in asked if name_of(one) in self.files]
        return chosen, [one for one in asked if self.data.get(f"{name_of(one)}-retirer")]

    def newly_asked(self):
        """The questions that the answers just given call for, and that the page had not shown."""
        if "vue" not in self.data:
            return []
        seen = set(self.data.getlist("vue"))
        return [one for one in self.questions if one.pk in self.current.asked and str(one.pk) not in seen]

    def table_pressed(self):
        """The name of the table to which a line was asked to be added, or from which one was taken away; else ""."""
        name = self.data.get("ajouter") or self.data.get("retirer", "").rpartition("-")[0]
        return name if name in self.fields else ""

    def rows_with(self, more=""):
        """What the template draws: one row a question; `more` names the table that gets one more blank row."""
        return [row_of(self, question, extra=int(more == name_of(question))) for question in self.questions]


def name_of(question):
    return f"q{question.pk}"
