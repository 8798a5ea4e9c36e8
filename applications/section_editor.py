"""What the editors of the sections of a dossier have in common (`editors`, `part_editors`)."""

from applications import drafting
from applications.autosave import Done, Now
from applications.models import SavedSection


class SectionEditor:
    """What the sections of a dossier have in common."""

    Changed = drafting.SectionChanged
    FORM = "section"

    def __init__(self, application, slug):
        self.application, self.slug = application, slug

    def now(self):
        """`Now`, read afresh."""
        saved = SavedSection.objects.filter(application=self.application, slug=self.slug)
        saved = saved.select_related("saved_by").first() or SavedSection(version=0)
        return Now(saved.version, saved.saved_by, saved.saved_at, saved.page, self.texts())

    def done(self, application):
        saved = application.saved_section
        return Done(saved.version, saved.saved_at, saved.saved_by)

    def refused(self, form):
        """{name of a field: sentence} of what could not be read, and is not written."""
        named = {name: errors for name, errors in form.errors.items() if name in form.fields}
        return {name: f"{form[name].label} : {errors[0]}" for name, errors in named.items()}
