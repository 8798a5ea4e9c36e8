"""The board for a steering committee and what looks ahead: each panel a page, a table, a file; the whole a PDF."""

from urllib.parse import urlencode

from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import exports
from accounts.access import permission_required
from monitoring.models import READ
from monitoring.panels.board import BOARD, FORECASTS, panels
from monitoring.panels.facts import Facts
from monitoring.views.rows import scope_of

FAMILIES = {
    "board": ("monitoring:board", "monitoring:panel", "Tableau de bord", BOARD),
    "forecasts": ("monitoring:forecasts", "monitoring:forecast", "Prévisions", FORECASTS),
}


@permission_required(READ)
@require_safe
def board(request):
    """Every panel of the board, on one page."""
    return whole(request, "board")


@permission_required(READ)
@require_safe
def forecasts(request):
    """What looks ahead, on one page."""
    return whole(request, "forecasts")


def whole(request, family):
    home, one, title, makers = FAMILIES[family]
    facts = Facts(scope_of(request), request.user)
    shown = [(panel, facts.to.at(one, panel.key)) for panel in panels(facts, makers)]
    context = page_of(facts, home) | {"title": title, "panels": shown, "family": family}
    return render(request, "monitoring/board.html", context)


def page_of(facts, home):
    return {
        "scope": facts.scope,
        "facts": facts,
        "home_url": facts.to.at(home),
        "board_url": facts.to.at("monitoring:board"),
        "forecasts_url": facts.to.at("monitoring:forecasts"),
        "cut_url": facts.to.at("monitoring:cut"),
        "prints_url": facts.to.at("monitoring:prints"),
        "files": files_of(facts),
    }


def files_of(facts):
    """The start of the address of a file of the page, its dates kept."""
    kept = urlencode(facts.to.parameters)
    return f"?{kept}&" if kept else "?"


@permission_required(READ)
@require_safe
def panel(request, key):
    return single(request, "board", key)


@permission_required(READ)
@require_safe
def forecast(request, key):
    return single(request, "forecasts", key)


def single(request, family, key):
    """One panel, or the file of one of its tables (`?format=csv&tableau=…`)."""
    home, _, title, makers = FAMILIES[family]
    if key not in makers:
        raise Http404("Ce tableau n’existe pas.")
    facts = Facts(scope_of(request), request.user)
    [shown] = panels(facts, [key])
    return file_of(request, shown, facts) or render(
        request, "monitoring/panel.html", page_of(facts, home) | {"panel": shown, "title": title}
    )


def file_of(request, shown, facts):
    """The file that the address asks for, or None; its name says the day."""
    wanted = request.GET.get("format")
    if wanted not in exports.WRITERS:
        return None
    table = shown.table(request.GET.get("tableau", ""))
    if table is None:
        raise Http404("Ce tableau n’existe pas.")
    return table.file(wanted, f"{shown.key}-{table.key}-au-{facts.day.isoformat()}")
