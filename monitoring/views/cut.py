"""What would a cut do, now, to whom? Asked by address (GET): nothing is written."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import exports
from accounts.access import permission_required
from accounts.forms import attempt
from funding.models import Line
from monitoring.forms import CutForm
from monitoring.models import READ
from monitoring.panels.facts import Facts
from monitoring.panels.trimmed import cut_panel, tried
from monitoring.views.board import file_of, page_of
from monitoring.views.rows import scope_of


@permission_required(READ)
@require_safe
def cut(request):
    facts = Facts(scope_of(request), request.user)
    asked = "montant" in request.GET
    form = CutForm(request.GET if asked else None, lines=lines_of(facts), year=facts.year)
    panel = None
    if asked and attempt(form, lambda data: tried(facts, **data)):
        panel = cut_panel(facts, form.result, form.cleaned_data)
        if request.GET.get("format") in exports.WRITERS:
            return file_of(request, panel, facts)
    kept = list(facts.to.parameters.items())
    context = page_of(facts, "monitoring:forecasts") | {"form": form, "panel": panel, "kept": kept}
    context["files"] = f"?{asked_again(request)}&"
    context["asked"] = [(name, request.GET[name]) for name in form.fields if name in request.GET]
    status = 422 if asked and panel is None else 200
    return render(request, "monitoring/cut.html", context, status=status)


def asked_again(request):
    query = request.GET.copy()
    for name in ("format", "tableau"):
        query.pop(name, None)
    return query.urlencode()


def lines_of(facts):
    """The lines of grants of the State's credits, by their code."""
    found = Line.objects.visible_to(facts.reader).of_the_state().filter(programme=facts.programme)
    return list(found.filter(source__instrument="grant").order_by("code"))
