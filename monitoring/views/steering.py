"""What is late, blocked, about to lapse; how far is the money and the count?"""

from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import permission_required
from accounts.errors import Refusal
from monitoring.models import READ
from monitoring.scope import Scope
from monitoring.steering import Board
from monitoring.todo import NATURES

FIRST_LINES, ALL_LINES = 8, 400


@permission_required(READ)
@require_safe
def steering(request):
    """The board; a date that does not exist is told in a sentence, with today's figures under it."""
    typed = {key: request.GET.get(key, "") for key in ("au", "connu_au")}
    try:
        scope, wrong = Scope(request), None
    except Refusal as refusal:
        scope, wrong = Scope(without_dates(request)), refusal
    context = {
        "scope": scope,
        "wrong": wrong,
        "typed": typed,
        "today": timezone.localdate(),
        "board": board_of(request, scope) if scope.programme else None,
    }
    return render(request, "monitoring/steering.html", context, status=422 if wrong else 200)


def without_dates(request):
    request.GET = request.GET.copy()
    for key in ("au", "connu_au"):
        request.GET.pop(key, None)
    return request


def board_of(request, scope):
    nature = request.GET.get("nature", "")
    nature = nature if nature in NATURES else ""
    every = nature or request.GET.get("lignes") == "toutes"
    return Board(
        scope.programme,
        scope.clocks,
        nature=nature,
        lines=ALL_LINES if every else FIRST_LINES,
        address=scope.address(reverse("monitoring:steering")),
        reader=request.user,
    )
