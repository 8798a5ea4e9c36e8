"""The assignment as a picture: reviewers in rows, dossiers in columns, a page of them at a time."""

from collections import defaultdict

from django.core.paginator import Paginator
from django.shortcuts import render
from django.views.decorators.http import require_GET

from applications.evaluations import conflicts
from applications.evaluations.doors import closed_dossiers
from applications.models import Application, Assignment, AssignmentRun
from applications.roster import seats_of
from applications.views.assigning import ASSIGNED, may_read, wave_of

SHOWN = 24
# Sign, word, class of a cell of `fab-matrice`.
LOCKED = ("■", "verrouillé", "a")
CHANGED = ("○", "changé par le dernier calcul", "p")
GIVEN = ("●", "confié", "a")
TIED = ("✕", "écarté pour un lien", "c")
LEGEND = (GIVEN, LOCKED, CHANGED, TIED)


@may_read
@require_GET
def matrix(request, public_id):
    """Who reads what, at a glance."""
    wave = wave_of(request, public_id)
    rows = Application.objects.visible_to(request.user).filter(wave=wave, state__in=ASSIGNED)
    page = Paginator(rows.select_related("fabrique").order_by("sort_name", "pk"), SHOWN).get_page(
        request.GET.get("page")
    )
    dossiers, seats = list(page), list(seats_of(wave, closed=closed_dossiers(request.user)).values())
    cells = cells_of(wave, dossiers)
    context = {
        "wave": wave,
        "page": page,
        "dossiers": dossiers,
        "legend": LEGEND,
        "lines": [(seat, [cells.get((dossier.pk, seat.pk)) for dossier in dossiers]) for seat in seats],
    }
    return render(request, "applications/assignment_matrix.html", context)


def cells_of(wave, dossiers):
    """{(dossier id, user id): (sign, word, class)} of these dossiers."""
    shown = {dossier.pk for dossier in dossiers}
    latest = AssignmentRun.objects.filter(wave=wave).values_list("pk", flat=True).first()
    cells = defaultdict(lambda: None, {pair: TIED for pair in conflicts.exclusions(wave) if pair[0] in shown})
    for assignment in Assignment.objects.expected().filter(application__in=shown).order_by("pk"):
        cells[assignment.application_id, assignment.reviewer_id] = sign_of(assignment, latest)
    return cells


def sign_of(assignment, latest):
    """An officer looks for what she fixed, then for what has just moved."""
    if assignment.locked:
        return LOCKED
    return CHANGED if latest is not None and assignment.run_id == latest else GIVEN
