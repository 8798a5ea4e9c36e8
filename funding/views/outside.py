"""The money of others; and what was committed by imputation and category."""

from urllib.parse import urlencode

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.access import permission_required
from funding.envelopes.breakdown import charges
from funding.envelopes.others import COLUMNS, contributions, outside_rows, totals
from funding.files import file_links, table_file
from funding.lists import MovementList, crossing
from funding.models import Line
from funding.views.budget import NO_CATEGORY, READ, Clocks


@require_GET
@permission_required(READ)
def outside(request):
    clocks = Clocks(request)
    rows = outside_rows(as_of=clocks.as_of, known_on=clocks.known_on)
    if file := table_file(request, "autres-financeurs", OUTSIDE_HEADS, lambda: outside_values(rows)):
        return file
    context = {
        "clocks": clocks,
        "today": timezone.localdate(),
        "headings": [heading for _, heading, _ in COLUMNS],
        "rows": [(row, [(heading, cents, figure_url(row, key, cents, clocks)) for key, heading, cents in row.cells])
                 for row in rows],
        "totals": [(heading, cents, total_url(key, cents, clocks))
                   for (key, heading, _), cents in zip(COLUMNS, totals(rows), strict=True)],
        "contributions": contributions(as_of=clocks.day, known_on=clocks.known_on),
        "may_write": request.user.has_perm("funding.open_credits"),
        "files": file_links(**clocks.query),
    }  # fmt: skip
    return render(request, "funding/outside.html", context)


def figure_url(row, key, cents, clocks):
    if not cents:
        return ""
    query = urlencode({"chiffre": key, **clocks.query})
    return f"{reverse('funding:outside_line', args=[row.line.public_id, row.year])}?{query}"


OUTSIDE_HEADS = [
    *((label, "text") for label in ("Financeur", "Ligne", "Intention", "Année")),
    *((heading, "cents") for _, heading, _ in COLUMNS),
]  # fmt: skip


def outside_values(rows):
    return [
        [row.line.source.name, row.line.code, row.line.purpose, str(row.year),
         *(row.amounts[key] for key, _, _ in COLUMNS)]
        for row in rows
    ]  # fmt: skip


def total_url(key, cents, clocks):
    return f"{reverse('funding:outside_all')}?{urlencode({'chiffre': key, **clocks.query})}" if cents else ""


@require_GET
@permission_required(READ)
def outside_line(request, public_id, fiscal_year):
    """The movements that make one figure of one giver."""
    line = get_object_or_404(
        Line.objects.visible_to(request.user).select_related("source"), public_id=public_id, source__owner="outside"
    )
    return outside_movements(request, line, fiscal_year)


@require_GET
@permission_required(READ)
def outside_all(request):
    """The movements that make one figure of every giver together."""
    return outside_movements(request, None, None)


def outside_movements(request, line, fiscal_year):
    key, clocks = request.GET.get("chiffre", "promis"), Clocks(request)
    kinds = {name: found for name, _, found in COLUMNS}.get(key)
    if kinds is None:
        raise Http404
    lines = {"line": line} if line else {"line__source__owner": "outside"}
    found = crossing(request.user, kinds=kinds, fiscal_year=fiscal_year, lines=lines,
                     as_of=clocks.as_of, known_on=clocks.known_on)  # fmt: skip
    listing = MovementList(request, found)
    context = {
        "listing": listing,
        "line": line,
        "fiscal_year": fiscal_year,
        "clocks": clocks,
        "heading": {name: heading for name, heading, _ in COLUMNS}[key],
        "tabs": [(heading, f"{request.path}?{urlencode({'chiffre': name, **clocks.query})}", name == key)
                 for name, heading, _ in COLUMNS],
        "back": f"{reverse('funding:outside')}?{urlencode(clocks.query)}",
    }  # fmt: skip
    return listing.file() or render(request, "funding/outside_line.html", context)


# --- By imputation and category ----------------------------------------------------------------------------------

CHARGE_HEADS = [
    *((label, "text") for label in ("Ligne", "Libellé", "Programme LOLF", "Action", "BOP et UO", "Domaine fonctionnel",
                                    "Activité", "Centre de coûts", "Exercice des AE", "Catégorie")),
    ("Engagé", "cents"), ("Payé", "cents"),
]  # fmt: skip


@require_GET
@permission_required(READ)
def imputation(request):
    """Committed and paid by line, year and category 62, 63 or 64."""
    clocks = Clocks(request)
    rows = charges(as_of=clocks.as_of, known_on=clocks.known_on)
    if file := table_file(request, "imputation", CHARGE_HEADS, lambda: map(charge_cells, rows)):
        return file
    context = {
        "clocks": clocks,
        "rows": [(row, charge_url(row, "ae-engage", clocks), charge_url(row, "ae-liquide", clocks)) for row in rows],
        "files": file_links(**clocks.query),
    }
    return render(request, "funding/imputation.html", context)


def charge_url(row, figure, clocks):
    query = urlencode({"chiffre": figure, "categorie": row.category or NO_CATEGORY, **clocks.query})
    return f"{reverse('funding:line', args=[row.line.public_id, row.year])}?{query}"


def charge_cells(row):
    line = row.line
    return [
        line.code, line.label, line.lolf_programme, line.action, line.bop_uo, line.functional_domain, line.activity,
        line.cost_centre, str(row.year), row.category_label, row.committed_cents, row.paid_cents,
    ]  # fmt: skip
