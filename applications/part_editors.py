"""The sections beside the questions, as texts by key, for `applications.autosave`: keys are names of fields."""

from applications import describing
from applications.completeness import AIDS, CONSORTIUM, PROJECT
from applications.models import Application
from applications.part_forms import AidsForm, ConsortiumForm, ProjectForm
from applications.section_editor import SectionEditor
from programme.communes import resolve_commune, typed_form
from programme.models import Commune

FORMS = {PROJECT: ProjectForm, CONSORTIUM: ConsortiumForm, AIDS: AidsForm}
VERBS = {
    PROJECT: describing.save_project,
    CONSORTIUM: describing.save_consortium,
    AIDS: describing.save_aids,
}
RELATED = ("project", "fabrique__commune", "organisation", "call_version", "wave")


class PartEditor(SectionEditor):
    """Lines are known by their number: while somebody types, none moves up (`RowsForm.rows`)."""

    def form(self, data):
        return FORMS[self.slug](data, application=self.application)

    def fresh_form(self):
        """The form of what is saved now."""
        application = Application.objects.select_related(*RELATED).get(pk=self.application.pk)
        return FORMS[self.slug](application=application)

    def saved_values(self):
        form = self.fresh_form()
        return {key: value for key, value in form.initial.items() if key in form.fields}

    def texts(self):
        return {key: text_of(value) for key, value in self.saved_values().items()}

    def typed(self, form):
        form.is_valid()
        return {key: text_of(value) for key, value in form.cleaned_data.items() if not form.is_deliberate(key)}

    def label(self, key):
        form = self.form({key: ""})
        group, number = [*key.split("-"), ""][:2]
        line = f"{form.GROUPS[group].title} {number}, " if group in form.GROUPS else ""
        return f"{line}{form.fields[key].label}" if key in form.fields else key

    def shown(self, key, text):
        field = self.form({key: ""}).fields.get(key)
        if field is None or not text:
            return text
        if hasattr(field, "choices"):
            labels = {str(value): str(label) for value, label in field.choices}
            return ", ".join(labels.get(one, one) for one in text.split("\n"))
        if key.endswith("-commune"):
            return typed_form(resolve_commune(text))
        value = int(text) if text.isdecimal() else text
        return str(field.prepare_value(value) or "")

    def shown_typed(self, form, key):
        return self.shown(key, self.typed(form)[key])

    def write(self, form, keys, *, typing=False, **how):
        """What the page changed over what is saved; what only a button does, when it was pressed."""
        data = self.saved_values() | {key: form.cleaned_data[key] for key in keys}
        if not typing:
            data |= {key: value for key, value in form.cleaned_data.items() if form.is_deliberate(key)}
        values = form.values(data, typing=typing)
        application = VERBS[self.slug](application=self.application, typing=typing, **values, **how)
        return self.done(application)


def text_of(value):
    """A value in one form: cents, ISO date, code; "" for nothing."""
    if value in (None, "", False) or value == []:
        return ""
    if isinstance(value, list):
        return "\n".join(sorted(map(str, value)))
    if isinstance(value, Commune):
        return value.code
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
