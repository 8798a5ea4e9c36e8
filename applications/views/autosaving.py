"""What a page sends on its own while somebody writes, and what it is told: JSON, never a page.

200 {version, read, at, refused, left, who}; 401 the sign-in has ended; 409 {html}: both texts; else {message}.
"""

from functools import wraps

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.views.decorators.http import require_POST

from accounts.access import role_required, safe_to_repeat
from accounts.errors import Refusal
from accounts.french import hour
from accounts.models import Role, User
from applications.autosave import Clash, Sent, save
from applications.editors import SheetEditor, editor_of
from applications.merging import mark
from applications.models import Application, Assignment

NEEDS = ("call_version", "wave", "fabrique")


def quiet(view):
    """The guards of a view that speaks to a script: refusals are JSON, and so is the end of a sign-in."""

    @wraps(view)
    def wrapper(request, *args, **kwargs):
        if not request.user.is_authenticated:
            asked_by_script = "application/json" in request.headers.get("Accept", "")
            return JsonResponse({}, status=401) if asked_by_script else redirect_to_login(request.path)
        try:
            return view(request, *args, **kwargs)
        except Refusal as refusal:
            return JsonResponse({"message": refusal.message}, status=refusal.status)

    return safe_to_repeat(require_POST(wrapper))


@quiet
def section(request, public_id, slug):
    mine = Application.objects.of_applicant(request.user).select_related(*NEEDS)
    editor = editor_of(get_object_or_404(mine, public_id=public_id), slug)
    if editor is None:
        raise Http404("Rien ne s’écrit sur cette page.")
    return kept(request, editor)


@quiet
def sheet(request, public_id):
    mine = Assignment.objects.written_by(request.user).filter(reviewer__in=User.objects.holding(Role.REVIEWER))
    assignment = mine.select_related("application__call_version").filter(public_id=public_id).first()
    if assignment is None:
        return no_such_sheet(request)
    return kept(request, SheetEditor(assignment))


@role_required(Role.REVIEWER)
def no_such_sheet(request):
    """403 or 404: which of them depends on who asks."""
    raise Http404


def kept(request, editor):
    form, sent = editor.form(request.POST), Sent.of(request)
    try:
        done = save(editor, form, sent, by=request.user, typing=True)
    except Clash as clash:
        html = render_to_string("components/both_texts.html", {"clash": clash, "form_id": editor.FORM}, request)
        return JsonResponse({"html": html, "message": clash.message}, status=clash.status)
    shown = (sent.read or {}) | {key: mark(text) for key, text in editor.typed(form).items()}
    told = {
        "version": done.version,
        "read": {key: one for key, one in shown.items() if one},
        "at": hour(done.at),
        "refused": editor.refused(form),
        "left": list(done.left),
        "who": str(done.by or "Quelqu’un"),
    }
    return JsonResponse(told)
