"""Preparing a call: a new one, its rules, its amounts, and the form as an applicant will meet it."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import permission_required
from accounts.errors import StalePage
from accounts.forms import attempt, status_of, version_of
from programme import editing, editing_criteria, openings
from programme.builder_forms import BoundsForm, NewCallForm, SettingsForm, WindowReasonForm
from programme.models import Call, Programme
from programme.models.call import EDIT
from programme.models.wave import STEER
from programme.previews import Trial
from programme.publication import version_problems
from programme.querysets import READ_ALL

NOTHING_PREPARED = (
    "Aucune version de cet appel n’est en préparation : ce qui est publié ne change plus. "
    "Préparez une nouvelle version depuis la page de l’appel."
)

# What a page of the builder may be about.
NOTHING_CHANGED = {"section": None, "question": None, "criterion": None, "edition": None}


def draft_of(request, slug):
    """(call, the version that is being prepared).

    Raises:
        StalePage: there is none.
    """
    call = get_object_or_404(Call.objects.visible_to(request.user).for_list(), slug=slug)
    version = call.draft_version()
    if version is None:
        raise StalePage(NOTHING_PREPARED)
    version.call = call
    return call, version


def page_of(request, name, call, version, *, status=200, **context):
    """A page of the builder, with what every one of them shows."""
    trail = [("Appels", reverse("programme:manage_calls")), (call.title, call.staff_path)]
    context = {"call": call, "version": version, "trail": trail, "current": name, **NOTHING_CHANGED, **context}
    return render(request, f"programme/builder/{name}.html", context, status=status)


@require_http_methods(["GET", "POST"])
@permission_required(EDIT)
def new_call(request):
    calls = Call.objects.visible_to(request.user).exclude(versions=None)
    initial = {"source": request.GET.get("copie", ""), "programme": Programme.objects.first()}
    form = NewCallForm(request.POST or None, calls=calls, initial=initial)
    if request.method == "POST" and attempt(form, lambda data: editing.create_call(by=request.user, **data)):
        messages.success(
            request, "L’appel est créé, en brouillon : l’équipe seule le voit. Complétez-le, puis publiez-le."
        )
        return redirect(form.result.staff_path)
    return render(request, "programme/builder/new.html", {"form": form}, status=status_of(form))


@require_http_methods(["GET", "POST"])
@permission_required(EDIT)
def edit_settings(request, slug):
    call, version = draft_of(request, slug)
    form = SettingsForm(request.POST or None, version=version)
    if request.method == "POST" and attempt(
        form,
        lambda data: editing.save_settings(version=version, by=request.user, edition=version_of(request), **data),
    ):
        messages.success(request, "Les réglages sont enregistrés.")
        return redirect(call.staff_path)
    return page_of(request, "settings", call, version, form=form, status=status_of(form))


@require_http_methods(["GET", "POST"])
@permission_required(EDIT)
def edit_bounds(request, slug):
    call, version = draft_of(request, slug)
    form = BoundsForm(request.POST or None, version=version)
    if request.method == "POST" and attempt(
        form,
        lambda data: editing_criteria.save_bounds(
            version=version, bounds=form.bounds(), by=request.user, edition=version_of(request)
        ),
    ):
        messages.success(request, "Les montants sont enregistrés.")
        return redirect(call.staff_path)
    return page_of(request, "bounds", call, version, form=form, status=status_of(form))


@require_safe
@permission_required(READ_ALL)
def preview(request, slug):
    """The form as an applicant meets it, section by section; `?q-<slug>=` tries answers, nothing is kept."""
    call = get_object_or_404(Call.objects.visible_to(request.user).for_list(), slug=slug)
    version = call.draft_version() or call.version_in_force()
    if version is None:
        raise Http404
    version.call = call
    trial = Trial(version, request.GET)
    problems = [] if version.frozen_at else version_problems(version)
    return page_of(request, "preview", call, version, trial=trial, problems=problems)


@require_http_methods(["GET", "POST"])
@permission_required(STEER)
def explain_window(request, slug, number):
    call = get_object_or_404(Call.objects.visible_to(request.user).for_list(), slug=slug)
    wave = get_object_or_404(call.waves.all(), number=number)
    form = WindowReasonForm(request.POST or None, initial={"reason": wave.short_window_reason})
    if request.method == "POST" and attempt(
        form,
        lambda data: openings.explain_window(wave=wave, by=request.user, version=version_of(request), **data),
    ):
        messages.success(request, f"Le motif de la vague {number} est enregistré.")
        return redirect(call.staff_path)
    version = call.draft_version() or call.version_in_force()
    return page_of(request, "window", call, version, wave=wave, form=form, status=status_of(form))
