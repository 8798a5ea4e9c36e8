"""The pages that several people may have open, each as texts by key: what is saved, what is typed, how to write some.

A text is in the one form in which it is kept ("150000" cents, "63430"), so that two ways of typing it are equal.
"""

from functools import cached_property, lru_cache

from accounts.errors import Refusal
from accounts.french import euros
from applications import budget, drafting, questions, reviewing
from applications.answer_forms import AnswersForm
from applications.answering import Sheet
from applications.autosave import Done, Now
from applications.completeness import PLACE, PLAN
from applications.evaluations import texts
from applications.forms import SEGMENTS, PlaceForm
from applications.models import Application, Review
from applications.part_editors import FORMS, PartEditor, text_of
from applications.plan_forms import beside_of, cofunding_of, name_of, plan_form
from applications.review_forms import SheetForm
from applications.section_editor import SectionEditor
from applications.sheets import criteria_of
from programme.communes import resolve_commune, typed_form
from programme.models import FormSection


class AnswersEditor(SectionEditor):
    """The questions of one section; keys are `q<id>`."""

    def __init__(self, application, section):
        super().__init__(application, section.slug)
        self.section = section
        self.questions = {f"q{one.pk}": one for one in section.questions.all()}

    def form(self, data):
        """The form of what is typed, without what is saved: nothing is read."""
        return AnswersForm(data, section=self.section, sheet=Sheet([self.section], {}))

    @cached_property
    def unreadable(self):
        return {}

    def typed(self, form):
        texts = {}
        for pk, typed in form.answers().items():
            try:
                texts[f"q{pk}"] = drafting.kept(self.questions[f"q{pk}"], typed)["text"]
            except Refusal as refusal:
                self.unreadable[f"q{pk}"] = f"{self.label(f'q{pk}')} : {refusal.message}"
        return texts

    def refused(self, form):
        return self.unreadable

    def texts(self):
        answers = self.application.answers.filter(question__section=self.section)
        return {f"q{pk}": text for pk, text in answers.values_list("question_id", "text")}

    def label(self, key):
        return self.questions[key].label

    def shown(self, key, text):
        question = self.questions[key]
        answer = self.application.answers.filter(question=question).first()
        if answer and answer.text == text and answer.as_typed:
            return text
        return questions.shown_value(question, text, questions.names_of([(question, text)]))

    def shown_typed(self, form, key):
        kept = drafting.kept(self.questions[key], form.answers()[self.questions[key].pk])
        if kept["as_typed"]:
            return kept["text"]
        return questions.shown_value(
            self.questions[key], kept["text"], questions.names_of([(self.questions[key], kept["text"])])
        )

    def write(self, form, keys, **how):
        typed = form.answers()
        answers = {pk: typed[pk] for pk in typed if f"q{pk}" in set(keys)}
        return self.done(
            drafting.save_answers(application=self.application, section=self.section, answers=answers, **how)
        )


class PlaceEditor(SectionEditor):
    """Name, commune, address, segment; keys are the names of the fields."""

    LABELS = {name: str(field.label) for name, field in PlaceForm.base_fields.items()}

    def __init__(self, application):
        super().__init__(application, PLACE)

    def form(self, data):
        return PlaceForm(data)

    def typed(self, form):
        form.is_valid()
        texts = {name: str(value or "") for name, value in form.cleaned_data.items() if name != "commune"}
        if commune := form.cleaned_data.get("commune"):
            texts["commune"] = commune.code
        return {name: texts[name] for name in self.LABELS if name in texts}

    def texts(self):
        application = Application.objects.select_related("fabrique__commune").get(pk=self.application.pk)
        place = application.fabrique
        return {
            "place_name": place.name,
            "commune": place.commune.code if place.commune else "",
            "address": place.address,
            "declared_segment": application.declared_segment,
        }

    def has_other_dossiers(self):
        others = Application.objects.filter(fabrique=self.application.fabrique_id)
        return others.exclude(pk=self.application.pk).exists()

    def label(self, key):
        return self.LABELS[key]

    def shown(self, key, text):
        if key == "commune":
            return typed_form(resolve_commune(text)) if text else ""
        return dict(SEGMENTS).get(text, text) if key == "declared_segment" else text

    def shown_typed(self, form, key):
        return self.shown(key, self.typed(form)[key])

    def write(self, form, keys, **how):
        typed = self.typed(form)
        texts = self.texts() | {key: typed[key] for key in keys}
        if how.get("typing") and self.has_other_dossiers():
            # Half a name would be given to a place of its own, or to somebody's other dossier.
            raise Refusal("ce lieu a d’autres dossiers. Choisissez « Enregistrer et continuer » quand c’est écrit.")
        texts["commune_code"] = texts.pop("commune")
        return self.done(drafting.save_place(application=self.application, **texts, **how))


class PlanEditor(SectionEditor):
    """The cells of the financing plan; keys are the names of the fields, texts are cents."""

    def __init__(self, application):
        super().__init__(application, PLAN)

    def form(self, data):
        return plan_form(self.application, data)

    @cached_property
    def cells(self):
        years = range(1, self.application.call_version.years + 1)
        return {name_of((row.side, row.account, year)): (row, year) for row in budget.ROWS for year in years}

    def typed(self, form):
        form.is_valid()
        cells = {name_of(cell): str(cents or "") for cell, cents in form.cells().items()}
        return cells | {name: text_of(form.cleaned_data[name]) for name in form.beside if name in form.cleaned_data}

    def texts(self):
        rows = self.application.budget.model.objects.filter(application=self.application)
        cells = {name_of((one.side, one.account, one.year_rank)): str(one.cents or "") for one in rows}
        return cells | {name: text_of(value) for name, value in self.beside().items()}

    def beside(self):
        """What is saved of the co-funders and the note, by the names of their fields."""
        return beside_of(Application.objects.get(pk=self.application.pk))

    def label(self, key):
        if key not in self.cells:
            return str(self.form(None).fields[key].label)
        row, year = self.cells[key]
        return f"{row.label}, {budget.first_year_of(self.application.wave) + year - 1}"

    def shown(self, key, text):
        if key in self.cells:
            return euros(int(text or 0))
        labels = dict(getattr(self.form(None).fields[key], "choices", ()))
        return str(labels.get(text, text))

    def shown_typed(self, form, key):
        return self.shown(key, self.typed(form)[key])

    def write(self, form, keys, **how):
        wanted = set(keys)
        cells = {cell: cents for cell, cents in form.cells().items() if name_of(cell) in wanted}
        beside = {name: form.cleaned_data[name] for name in form.beside if name in wanted}
        if beside:
            how |= cofunding_of(self.beside() | beside, form.pieces)
        return self.done(drafting.save_budget(application=self.application, cells=cells, **how))


class SheetEditor:
    """A reviewer's sheet, in two windows of hers; keys are the names of the fields."""

    Changed = reviewing.StaleSheet
    FORM = "fiche"

    def __init__(self, assignment, *, giving=False):
        self.assignment, self.giving = assignment, giving
        self.criteria = criteria_of(assignment.application.call_version)
        self.names = texts.names_of(self.criteria)

    def form(self, data):
        return SheetForm(data, criteria=self.criteria)

    def review(self):
        rows = Review.objects.select_related("assignment__reviewer").prefetch_related("scores")
        return rows.get(assignment=self.assignment.pk)

    def texts_of(self, review):
        return texts.texts_of(review, self.criteria)

    def now(self):
        review = self.review()
        return Now(review.version, review.assignment.reviewer, review.updated_at, review.page, self.texts_of(review))

    def typed(self, form):
        form.is_valid()
        data = form.cleaned_data
        return {name: texts.tidy(texts.as_text(data[name])) for name in self.names if name in data}

    refused = SectionEditor.refused

    def label(self, key):
        return texts.label_of(key, self.criteria)

    def shown(self, key, text):
        return texts.shown(key, text, self.criteria)

    def shown_typed(self, form, key):
        return self.shown(key, self.typed(form)[key])

    def write(self, form, keys, *, by, version, page="", typing=False):
        typed = self.typed(form)
        changed = {key: typed[key] for key in keys}
        if len(keys) < len(self.names):
            changed = self.texts_of(self.review()) | changed
        verb = reviewing.submit_review if self.giving else reviewing.save_review
        sheet = texts.sheet_of(changed, self.criteria)
        review = verb(assignment=self.assignment, by=by, version=version, page=page, **sheet)
        self.saved = review
        return Done(review.version, review.updated_at, by)


def editor_of(application, slug):
    """The editor of a section of a dossier, or None: its page is not one to type on."""
    if slug == PLACE:
        return PlaceEditor(application)
    if slug == PLAN:
        return PlanEditor(application)
    if slug in FORMS:
        return PartEditor(application, slug)
    section = section_of(application.call_version, slug)
    return AnswersEditor(application, section) if section else None


def section_of(version, slug):
    """The `FormSection` with its questions; that of a published version is read once a process."""
    if version.frozen_at is None:
        return read_section(version.pk, slug)
    return frozen_section(version.pk, version.frozen_at, slug)


@lru_cache(maxsize=512)
def frozen_section(version_id, frozen_at, slug):
    """The database refuses any change of a frozen version: what was read stays true."""
    return read_section(version_id, slug)


def read_section(version_id, slug):
    return FormSection.objects.prefetch_related("questions").filter(version=version_id, slug=slug).first()
