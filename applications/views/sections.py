"""One page a section: read what is saved, save, go on. What was typed is never lost."""

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from accounts.errors import NotAllowed, Refusal, StalePage
from accounts.forms import attempt, status_of
from accounts.french import hour, plural
from accounts.organisations import can_write
from applications import answer_files, asked_items, autosave, budget, completeness, part_pages, plans
from applications.answer_forms import AnswersForm
from applications.answer_rows import script_values
from applications.answering import sheet_of
from applications.editors import AnswersEditor, PlaceEditor, PlanEditor, editor_of
from applications.forms import PlaceForm
from applications.merging import marks_of
from applications.part_editors import PartEditor
from applications.plan_forms import plan_form
from applications.versions import news_of
from applications.views.pieces import pieces
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
            **self.guard(),
            **asked_here(self.application, self.section.slug),
            "news": news_of(self.application),
            "writable": self.application.is_editable and can_write(self.application.organisation, self.request.user),
        }

    def guard(self):
        """The version and the marks of what the page shows; a form that comes back keeps those it came with."""
        posted = self.request.POST
        if self.request.method == "POST" and posted.get("version", "").isdecimal():
            return {"section_version": posted["version"], "page_read": posted.get("page_read")}
        return self.fresh_guard()

    def fresh_guard(self):
        editor = editor_of(self.application, self.section.slug)
        marks = marks_of(editor.texts()) if editor else None
        return {"section_version": self.version, "page_read": marks}


def asked_here(application, slug):
    """The open request, and those of its items that are about this section."""
    asked = open_correction(application)
    return {"asked": asked, "asked_items": asked_items.of_section(asked, slug)}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def section(request, public_id, slug):
    page = page_of(request, own_dossier(request, public_id), slug)
    kinds = {
        completeness.STRUCTURE: structure,
        completeness.PLACE: place,
        **dict.fromkeys(PART_TEMPLATES, described),
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


PART_TEMPLATES = {completeness.PROJECT: "project", completeness.CONSORTIUM: "consortium", completeness.AIDS: "aids"}


def described(page):
    """The sections beside the questions: project, consortium, aids and commitments."""
    editor = PartEditor(page.application, page.section.slug)
    form = editor.form(page.request.POST or None)
    extra = part_pages.context_of(page.application, page.section.slug)
    return run(page, form, editor, PART_TEMPLATES[page.section.slug], extra)


def structure(page):
    """Read here, changed on the organisation's own page."""
    if page.request.method == "POST":
        return HttpResponseNotAllowed(["GET", "HEAD"])
    return render(page.request, "applications/sections/structure.html", page.context())


def place(page):
    initial = PlaceForm.initial_of(page.application)
    form = PlaceForm(page.request.POST or None, initial=initial)
    return run(page, form, PlaceEditor(page.application), "place", {"current_values": initial})


def saved(page, form, editor):
    """Save what the page changed, beside what others changed meanwhile (`applications.autosave`)."""
    return autosave.save(editor, form, autosave.Sent.of(page.request), by=page.request.user)


def answers(page):
    """The questions of the call. What was typed is saved even when it is wrong; the page then says what to correct."""
    form = answers_form(page, page.request.POST or None, page.request.FILES or None)
    if page.request.method != "POST":
        return render_answers(page, form)
    form.is_valid()
    editor = AnswersEditor(page.application, page.section.form_section)
    try:
        done = attempted(form, lambda: saved(page, form, editor))
    except autosave.Clash as clash:
        return render_answers(page, form, theirs(page, clash), clash.status)
    if done:
        save_files(page, form)
        return after_answers(page, form)
    return render_answers(page, form, status=422)


def answers_form(page, data=None, files=None):
    return AnswersForm(data, files, section=page.section.form_section, sheet=sheet_of(page.application))


def render_answers(page, form, extra=None, status=200):
    rows = form.rows_with(page.request.GET.get("plus", ""))
    context = page.context() | {"form": form, "rows": rows, "values": script_values(form.sheet)} | (extra or {})
    return render(page.request, "applications/sections/answers.html", context, status=status)


def attempted(form, verb):
    """True when the verb was done; a refusal becomes an error of the form, a stale page goes up."""
    try:
        verb()
    except (StalePage, NotAllowed):
        raise
    except Refusal as refusal:
        form.add_refusal(refusal)
        return False
    return True


def save_files(page, form):
    """Each file apart: one that is refused takes nothing else with it."""
    common = {"application": page.application, "by": page.request.user}
    chosen, taken = form.uploads()
    for question in taken:
        attempted(form, lambda asked=question: answer_files.take_away(question=asked, **common))
    for question, file in chosen:
        attempted(form, lambda asked=question, sent=file: answer_files.answer(question=asked, uploaded=sent, **common))


def after_answers(page, form):
    """Where to go once the answers are saved: the same page while something there is to be seen, else the next."""
    if form.errors:
        now = page_of(page.request, own_dossier(page.request, page.application.public_id), page.section.slug)
        return render_answers(now, form, {"kept": True, **now.fresh_guard()}, status=422)
    here = reverse("applications:section", args=[page.application.public_id, page.section.slug])
    if table := form.table_pressed():
        more = f"?plus={table}" if "ajouter" in page.request.POST else ""
        return redirect(f"{here}{more}#id_{table}")
    if called_for := form.newly_asked():
        count = plural(len(called_for), "question apparaît", "questions apparaissent")
        messages.info(page.request, f"C’est enregistré. Selon vos réponses, {count} sur cette page.")
        return redirect(f"{here}#question-q{called_for[0].pk}")
    return go_on(page)


def plan(page):
    form = plan_form(page.application, page.request.POST or None)
    return run(page, form, PlanEditor(page.application), "plan")


def run(page, form, editor, name, extra=None):
    """Show a section, or save it and go on; a page that is stale comes back with what was typed."""
    context, status = page.context() | {"form": form} | (extra or {}), 200
    if page.request.method == "POST":
        try:
            if attempt(form, lambda data: saved(page, form, editor)):
                return go_on(page)
            status = status_of(form)
        except autosave.Clash as clash:
            status = clash.status
            context |= theirs(page, clash)
    if name == "plan":
        context |= plan_context(page, form)
    return render(page.request, f"applications/sections/{name}.html", context, status=status)


def theirs(page, clash):
    """What the page says of a concurrent save: both texts of each field that both changed, to choose from."""
    context = {"clash": clash, "form_id": AnswersEditor.FORM}
    # A page that does not say what it showed is taken to have seen what stands there now.
    return context if page.guard()["page_read"] else context | {"section_version": clash.now.version}


def go_on(page):
    """The next section, or the same one when the plan that was saved still has something to correct."""
    after = page_of(page.request, own_dossier(page.request, page.application.public_id), page.section.slug)
    stay = "rester" in page.request.POST or (page.section.slug == completeness.PLAN and after.section.problems)
    messages.success(page.request, f"« {page.section.title} » : enregistré à {hour(after.saved.saved_at)}.")
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
    form = plan_form(application, request.GET)
    form.is_valid()
    grid = plans.grid_of(application, form, form.cells())
    return render(request, "applications/sections/_plan_totals.html", {"grid": grid, "live": True})
