"""One page a section: read what is saved, save, go on. What was typed is never lost."""

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.forms import attempt, status_of, version_of
from accounts.french import hour
from accounts.organisations import can_write
from applications import budget, completeness, drafting, plans
from applications.forms import AnswersForm, PieceForm, PlaceForm, PlanForm
from applications.views.scope import open_correction, own_dossier, saved_of, trail_of


@dataclass
class Page:
    """A section being shown: its dossier, its neighbours, what is saved."""

    request: object
    application: object
    section: object
    sections: list
    version: int
    saved: object

    @property
    def next_slug(self):
        slugs = [section.slug for section in self.sections]
        at = slugs.index(self.section.slug) + 1
        return slugs[at] if at < len(slugs) else completeness.CHECK

    @property
    def previous(self):
        at = self.sections.index(self.section)
        return self.sections[at - 1] if at else None

    def context(self):
        return {
            "dossier": self.application,
            "trail": trail_of(self.application),
            "section": self.section,
            "sections": self.sections,
            "current": self.section.slug,
            "previous": self.previous,
            "next_slug": self.next_slug,
            "saved": self.saved,
            "section_version": self.version,
            "asked": open_correction(self.application),
            "writable": self.application.is_editable and can_write(self.application.organisation, self.request.user),
        }


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def section(request, public_id, slug):
    page = page_of(request, own_dossier(request, public_id), slug)
    kinds = {
        completeness.STRUCTURE: structure,
        completeness.PLACE: place,
        completeness.PLAN: plan,
        completeness.PIECES: pieces,
    }
    return kinds.get(slug, answers)(page)


def page_of(request, application, slug):
    sections = completeness.sections(application)
    here = next((one for one in sections if one.slug == slug), None)
    if here is None:
        raise Http404("Cette section n’existe pas.")
    version, saved = saved_of(application, slug)
    return Page(request, application, here, sections, version, saved)


def structure(page):
    """Read here, changed on the organisation's own page."""
    if page.request.method == "POST":
        return HttpResponseNotAllowed(["GET", "HEAD"])
    return render(page.request, "applications/sections/structure.html", page.context())


def place(page):
    initial = PlaceForm.initial_of(page.application)
    form = PlaceForm(page.request.POST or None, initial=initial)
    return run(page, form, lambda version: save_place(page, form, version), "place", {"current_values": initial})


def save_place(page, form, version):
    return drafting.save_place(application=page.application, by=page.request.user, version=version, **form.values())


def answers(page):
    texts = {answer.question_id: answer.text for answer in page.application.answers.all()}
    form = AnswersForm(page.request.POST or None, section=page.section.form_section, answers=texts)
    return run(page, form, lambda version: save_answers(page, form, version), "answers")


def save_answers(page, form, version):
    return drafting.save_answers(
        application=page.application,
        section=page.section.form_section,
        answers=form.answers(),
        by=page.request.user,
        version=version,
    )


def plan(page):
    form = plan_form(page, page.request.POST or None)
    return run(page, form, lambda version: save_plan(page, form, version), "plan")


def plan_form(page, data):
    application = page.application
    return PlanForm(
        data,
        years=application.call_version.years,
        first_year=budget.first_year_of(application.wave),
        cells=budget.cells_of(application),
    )


def save_plan(page, form, version):
    return drafting.save_budget(
        application=page.application, cells=form.cells(), by=page.request.user, version=version
    )


def run(page, form, save, name, extra=None):
    """Show a section, or save it and go on; a page that is stale comes back with what was typed."""
    context, status = page.context() | {"form": form} | (extra or {}), 200
    if page.request.method == "POST":
        try:
            if attempt(form, lambda data: save(version_of(page.request))):
                return go_on(page)
            status = status_of(form)
        except drafting.SectionChanged as changed:
            status = changed.status
            context |= theirs(page, changed)
    if name == "plan":
        context |= plan_context(page, form)
    return render(page.request, f"applications/sections/{name}.html", context, status=status)


def theirs(page, changed):
    """What the page says of a concurrent save: who, when, and the values that are saved now, beside what was typed."""
    now = page_of(page.request, own_dossier(page.request, page.application.public_id), page.section.slug)
    return {"conflict": changed, "section_version": now.version, "saved": now.saved, "saved_rows": saved_rows(now)}


def saved_rows(page):
    """(label, saved value) of what stands in the section now."""
    if page.section.slug == completeness.PLACE:
        form = PlaceForm(initial=PlaceForm.initial_of(page.application))
    elif page.section.slug == completeness.PLAN:
        form = plan_form(page, None)
    else:
        texts = {answer.question_id: answer.text for answer in page.application.answers.all()}
        form = AnswersForm(section=page.section.form_section, answers=texts)
    return [(field.label, shown(field)) for field in form if shown(field)]


def shown(field):
    value = field.value()
    choices = dict(getattr(field.field, "choices", ()))
    if isinstance(value, list):
        return ", ".join(value)
    return str(choices.get(value, value) or "")


def go_on(page):
    """The next section, or the same one when the plan that was saved still has something to correct."""
    after = page_of(page.request, own_dossier(page.request, page.application.public_id), page.section.slug)
    stay = "rester" in page.request.POST or (page.section.slug == completeness.PLAN and after.section.problems)
    messages.success(page.request, f"« {page.section.title} » : enregistré à {hour(after.saved.saved_at)}.")
    slug = page.section.slug if stay else page.next_slug
    if slug == completeness.CHECK:
        return redirect("applications:check", page.application.public_id)
    return redirect("applications:section", page.application.public_id, slug)


def plan_context(page, form):
    cells = form.cells() if form.is_bound else budget.cells_of(page.application)
    return {"grid": plans.grid_of(page.application, form, cells)}


@login_required
@require_GET
def plan_totals(request, public_id):
    """Totals and rules of a plan being typed, for the page that has JavaScript; writes nothing."""
    application = own_dossier(request, public_id)
    form = PlanForm(
        request.GET,
        years=application.call_version.years,
        first_year=budget.first_year_of(application.wave),
        cells={},
    )
    form.is_valid()
    grid = plans.grid_of(application, form, form.cells())
    return render(request, "applications/sections/_plan_totals.html", {"grid": grid, "live": True})


def pieces(page):
    request, application = page.request, page.application
    form = PieceForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and attempt(form, lambda data: join(page, data)):
        messages.success(request, f"« {form.result.file.name} » est jointe au dossier.")
        return redirect("applications:section", application.public_id, page.section.slug)
    joined = application.attachments.filter(removed_at=None).select_related("file", "added_by").order_by("pk")
    context = {**page.context(), "form": form, "pieces": joined}
    return render(request, "applications/sections/pieces.html", context, status=status_of(form))


def join(page, data):
    return drafting.attach(
        application=page.application, kind=data["kind"], uploaded=data["file"], by=page.request.user
    )
