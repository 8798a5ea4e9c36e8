"""The budget on any day, on both clocks; the movements that make each figure."""

import datetime
from urllib.parse import urlencode

from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.access import permission_required
from accounts.french import NBSP, long_date
from accounts.lists import asked_day
from funding import positions
from funding.files import file_links, table_file
from funding.lists import MovementList, movements_of
from funding.models import Draw, Line, Source
from funding.views import budget_ahead as ahead
from programme.models import Announcement, Programme

READ = "accounts.read_steering"
TITLES = {positions.AE: "Autorisations d’engagement (AE)", positions.CP: "Crédits de paiement (CP)"}
BARS = {
    positions.AE: (("ae-engage", "engage"), ("ae-reserve", "reserve"), ("ae-gele", "gel")),
    positions.CP: (("cp-paye", "paye"), ("cp-ordonne", "reserve"), ("cp-gele", "gel")),
}


class Clocks:
    """The two days asked for: *en date de* and *connu au*; None is today."""

    def __init__(self, request):
        self.as_of = asked_day(request, "au")
        self.known_on = asked_day(request, "connu_au")

    @property
    def today(self):
        return timezone.localdate()

    @property
    def day(self):
        return self.as_of or self.today

    @property
    def query(self):
        asked = {"au": self.as_of, "connu_au": self.known_on}
        return {key: day.isoformat() for key, day in asked.items() if day}


@require_GET
@permission_required(READ)
def budget(request):
    clocks = Clocks(request)
    today = timezone.localdate()
    left, only = ahead.left_of(clocks), ahead.only_programme()
    by_axis = positions.both_axes(as_of=clocks.as_of, known_on=clocks.known_on, left=left)
    if file := table_file(request, "budget", HEADS, lambda: budget_rows(by_axis)):
        return file
    context = {
        "clocks": clocks,
        "dates": urlencode(clocks.query),
        "today": today,
        "tables": [table(axis, by_axis[axis], clocks, only) for axis in TITLES],
        "chain": chain(by_axis, clocks),
        "shortcuts": shortcuts(today),
        "late": positions.booked_late(clocks.as_of or today),
        "schedule": ahead.schedule(left, clocks, only),
        "may_open": request.user.has_perm("funding.open_credits"),
        "files": file_links(**clocks.query),
        "may_export": request.user.has_perm("funding.export_ledger"),
    }
    return render(request, "funding/budget.html", context)


def shortcuts(today):
    """Days that a reader asks for: [(label, address)]."""
    last = datetime.date(today.year - 1, 12, 31)
    month = today.replace(day=1) - datetime.timedelta(days=1)
    asked = [
        ("aujourd’hui", {}),
        (f"fin {long_date(month).split(NBSP, 1)[1]}", {"au": month}),
        (f"{long_date(last)}, connu ce jour-là", {"au": last, "connu_au": last}),
        (f"{long_date(last)}, connu aujourd’hui", {"au": last}),
    ]
    return [(label, f"?{urlencode(query)}" if query else reverse("funding:budget")) for label, query in asked]


def table(axis, years, clocks, only):
    """One table of the page: headings, and for each year its lines and its total."""
    return {
        "axis": axis,
        "title": TITLES[axis],
        "figures": [positions.FIGURES[key] for key in positions.ORDER[axis]],
        "has_need": axis == positions.CP,
        "years": [
            {
                "year": one.year,
                "closed": one.closed,
                "rows": [row(axis, position, clocks, only) for position in one.with_wholes],
                "totals": [row(axis, total, clocks, only) for total in (one.total, one.fund_total) if total],
            }
            for one in years
        ],
    }


def row(axis, position, clocks, only):
    label = total_label(position) if position.line is None or position.whole else position.line.label
    return {
        "label": label,
        "cells": [
            {
                "figure": positions.FIGURES[key],
                "cents": position.amounts[key],
                "url": movements_url(position, key, clocks),
                "strong": key in positions.LEFT.values(),
            }
            for key in positions.ORDER[axis]
        ],
        "bar": bar(axis, position),
        "need_url": (need_url := ahead.need_url(position, clocks, only)),
        # What is missing opens what waits; what is left over, what is available.
        "gap_url": need_url or (movements_url(position, "cp-disponible", clocks) if position.gap_cents else ""),
        "position": position,
        "part": position.line is not None and position.line.parent_id is not None,
        "whole": position.whole,
    }


def total_label(position):
    """What a total adds up is said in its name: the fund is never in that of the grants."""
    if position.whole:
        return f"Ensemble {position.line.code}, parts régionales comprises"
    what = "subventions" if position.instrument == Source.Instrument.GRANT else "fonds"
    return f"Total {position.year}, {what}"


def movements_url(position, figure, clocks):
    if not position.amounts[figure]:
        return ""
    query = urlencode({"chiffre": figure, **clocks.query})
    query += "&ensemble=1" if position.whole else ""
    if position.line is None:
        query += "&instrument=fund" if position.instrument == Source.Instrument.FUND else ""
        return f"{reverse('funding:year', args=[position.year])}?{query}"
    return f"{reverse('funding:line', args=[position.line.public_id, position.year])}?{query}"


def bar(axis, position):
    """Parts of what is opened, as [(x, width, tone)] of 100."""
    opened, x, parts = position.amounts[f"{axis}-ouvert"], 0.0, []
    for key, tone in BARS[axis] if opened > 0 else ():
        width = 100 * position.amounts[key] / opened
        if width:
            parts.append((f"{x:.2f}", f"{width:.2f}", tone))
        x += width
    return parts


def chain(by_axis, clocks):
    """Announced, opened, reserved, committed, paid: the sentence of the page, over every year."""
    sums = {
        key: sum(one.total.amounts[key] for one in by_axis[axis]) for axis in TITLES for key in positions.ORDER[axis]
    }
    day = clocks.as_of or timezone.localdate()
    programme = Programme.objects.filter(pk__in=Line.objects.values("programme")).first()
    statement = Announcement.objects.in_force(programme, on=day) if programme else None
    path = reverse("funding:all_years")
    links = {key: f"{path}?{urlencode({'chiffre': key, **clocks.query})}" for _, key in CHAIN}
    return {"statement": statement, "sums": [(label, sums[key], links[key]) for label, key in CHAIN]}


CHAIN = (
    ("AE ouvertes", "ae-ouvert"),
    ("AE réservées", "ae-reserve"),
    ("AE engagées", "ae-engage"),
    ("Payé", "cp-paye"),
    ("AE gelées", "ae-gele"),
    ("AE restant à engager", "ae-restant"),
)


HEADS = [
    *((label, "text") for label in ("Nature", "Exercice", "Ligne", "Libellé", "Source", "Instrument", "Programme LOLF",
                                    "Action", "Région", "Chiffre")),
    ("Montant", "cents"),
]  # fmt: skip


def budget_rows(by_axis):
    """The two tables as one: a line, a year and a figure a row."""
    return [
        [axis.upper(), str(one.year), position.line.code, position.line.label, position.line.source.name,
         position.line.source.get_instrument_display(), position.line.lolf_programme, position.line.action,
         position.line.get_region_code_display(), positions.FIGURES[key].label, position.amounts[key]]
        for axis, years in by_axis.items()
        for one in years
        for position in one.positions
        for key in positions.ORDER[axis]
    ]  # fmt: skip


# --- The movements behind a figure -------------------------------------------------------------------------------


@require_GET
@permission_required(READ)
def line(request, public_id, fiscal_year):
    found = get_object_or_404(Line.objects.visible_to(request.user), public_id=public_id)
    return movements(request, fiscal_year, found)


@require_GET
@permission_required(READ)
def year(request, fiscal_year=None):
    """The movements of a figure on every line; None: of every fiscal year together."""
    return movements(request, fiscal_year, None)


def movements(request, fiscal_year, line):
    clocks = Clocks(request)
    key = request.GET.get("chiffre", "ae-ouvert")
    if key not in positions.FIGURES:
        raise Http404
    whole = "ensemble" in request.GET
    instrument = request.GET.get("instrument", Source.Instrument.GRANT)
    if instrument not in Source.Instrument:
        raise Http404
    asked = {"instrument": instrument, **({"ensemble": 1} if whole else {})}
    found = movements_of(
        request.user, figure=key, fiscal_year=fiscal_year, line=line, instrument=instrument, whole=whole,
        as_of=clocks.as_of, known_on=clocks.known_on,
    )  # fmt: skip
    if category := request.GET.get("categorie", ""):
        found = of_category(found, line, fiscal_year, category)
        asked["categorie"] = category
    listing = MovementList(request, found)
    axis = key.split("-")[0]
    context = {
        "listing": listing,
        "line": line,
        "imputation": imputation(line) if line else [],
        "instrument": instrument,
        "whole": whole,
        "may_open": line is not None and request.user.has_perm("funding.open_credits"),
        "fiscal_year": fiscal_year,
        "figure": positions.FIGURES[key],
        "axis": axis,
        "axis_title": TITLES[axis],
        "clocks": clocks,
        "tabs": [
            (
                positions.FIGURES[other],
                f"{request.path}?{urlencode({'chiffre': other, **asked, **clocks.query})}",
                other == key,
            )
            for other in (*positions.ORDER[positions.AE], *positions.ORDER[positions.CP])
            if other.startswith(axis)
        ],
        "budget_url": f"{reverse('funding:budget')}?{urlencode(clocks.query)}",
    }
    return listing.file() or render(request, "funding/movements.html", context)


# Of awards whose category is not known, in the address of their movements.
NO_CATEGORY = "non-connue"


def of_category(found, line, fiscal_year, category):
    """Those of the awards that draw on a line and year under a category of expense (62, 63, 64)."""
    draws = Draw.objects.filter(line=line, fiscal_year=fiscal_year) if line else Draw.objects.all()
    known = draws.filter(category="" if category == NO_CATEGORY else category).values("award")
    return found.filter(Q(from_account__award__in=known) | Q(to_account__award__in=known))


IMPUTATION = (
    ("Source", "source"),
    ("Programme LOLF", "lolf_programme"),
    ("Action", "action"),
    ("BOP et UO", "bop_uo"),
    ("Domaine fonctionnel", "functional_domain"),
    ("Activité", "activity"),
    ("Centre de coûts", "cost_centre"),
    ("Part de", "parent"),
    ("Région", "get_region_code_display"),
    ("Fléchée pour", "purpose"),
)


def imputation(line):
    """[(heading, value)] of what is known of a line's imputation."""
    found = [(heading, getattr(line, name)) for heading, name in IMPUTATION]
    return [(heading, text) for heading, value in found if (text := str(value() if callable(value) else value or ""))]
