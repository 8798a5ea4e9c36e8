"""The closing of a year, the commitments asleep, what is left to pay."""

import datetime
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import permission_required
from accounts.errors import NotAllowed
from accounts.forms import attempt, status_of
from accounts.french import NBSP, euros, plural
from funding.endings import dormant as sleeping
from funding.endings.closing import SECTIONS
from funding.endings.closing_lists import DormantList
from funding.endings.forms import DormantForm
from funding.endings.remaining import remaining_by_year, total
from funding.files import file_links, table_file
from funding.forms import FIRST_YEAR
from funding.models import Award, ClosedYear
from funding.models.award import GIVE_BACK
from funding.outlook.refunds import refunds
from funding.then import Then
from funding.views.agreements import uuids
from funding.views.budget import READ, Clocks
from funding.views.endings import key_of

SHOWN = 5


@require_GET
@permission_required(READ)
def closing(request, year):
    """Every list of the closing of a year, with its first rows, its total and what settles it."""
    refuse_far(year)
    clocks = Clocks(request)
    then = Then(clocks.as_of, clocks.known_on)
    sections = [
        {"section": one, "listing": one.page(request, year, then), "action": one.action(year) if one.action else None}
        for one in SECTIONS.values()
    ]
    context = {
        "year": year, "sections": sections, "shown": SHOWN, "clocks": clocks, "then": then,
        "query": urlencode(clocks.query),
        "days_left": (datetime.date(year, 12, 31) - then.day).days,
        "closed": closed_then(year, then),
        "years": [year - 1, year + 1] if year < timezone.localdate().year else [year - 1],
        "may_close": then.is_now and request.user.has_perm("funding.open_credits"),
    }  # fmt: skip
    return render(request, "funding/closing.html", context)


def closed_then(year, then):
    """The closing of a year, when it was taken and known on that day; None before."""
    rows = ClosedYear.objects.filter(year=year).select_related("act")
    if not then.is_now:
        rows = rows.filter(act__dated_on__lte=then.day, closed_at__lt=then.known_until)
    return rows.first()


@require_GET
@permission_required(READ)
def closing_list(request, year, slug):
    """One list of the closing, whole: sorted, searched, exported."""
    refuse_far(year)
    section = SECTIONS.get(slug)
    if section is None:
        raise Http404
    clocks = Clocks(request)
    listing = section.page(request, year, Then(clocks.as_of, clocks.known_on))
    context = {
        "year": year, "clocks": clocks, "query": urlencode(clocks.query), "section": section, "listing": listing,
        "action": section.action(year) if section.action else None,
    }  # fmt: skip
    return listing.file() or render(request, "funding/closing_list.html", context)


def refuse_far(year):
    if not FIRST_YEAR <= year <= timezone.localdate().year:
        raise Http404("Cet exercice n’est pas commencé, ou n’a jamais eu de crédits.")


# --- Commitments asleep ----------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(READ)
def dormant(request):
    """The commitments asleep; chosen, they are given back in one act."""
    months = asked_months(request)
    found = sleeping.dormants(Award.objects.visible_to(request.user), months=months)
    listing = DormantList(request, found, year=timezone.localdate().year)
    if request.method == "GET" and (file := listing.file()):
        return file
    may_release = request.user.has_perm(GIVE_BACK)
    form = DormantForm(request.POST or None) if may_release else None
    if request.method == "POST":
        if not may_release:
            raise NotAllowed
        if attempt(form, lambda data: released(request, found, data)):
            count, cents = form.result
            messages.success(request, f"{plural(count, 'engagement')}{NBSP}: {euros(cents)} d’AE rendus par cet acte.")
            return redirect("funding:dormant")
    context = {
        "listing": listing, "form": form, "months": months, "choices": sleeping.CHOICES,
        "since": sleeping.since(months) if months else None, "chosen": set(request.POST.getlist("award")),
    }  # fmt: skip
    return render(request, "funding/dormant.html", context, status=status_of(form) if form else 200)


def asked_months(request):
    """The months that the reader chose; None: what the call of each award says."""
    text = request.GET.get("mois", "")
    return int(text) if text.isdecimal() and int(text) in sleeping.CHOICES else None


def released(request, found, data):
    """Only those of the list: one that woke up since, or that is closed to the reader, is not in it."""
    chosen = list(found.filter(public_id__in=uuids(request.POST.getlist("award"))))
    return sleeping.release_dormant(awards=chosen, by=request.user, key=key_of(request), **data)


# --- What is left to pay ---------------------------------------------------------------------------------------------


HEADS = [
    ("Année des AE", "code"), ("Engagé", "cents"), ("Rendu", "cents"), ("Payé", "cents"), ("Reste à payer", "cents"),
]  # fmt: skip


@require_GET
@permission_required(READ)
def remaining(request):
    """Restes à payer by year of the AE, on any day; each figure opens its movements."""
    clocks = Clocks(request)
    rows = remaining_by_year(as_of=clocks.as_of, known_on=clocks.known_on)
    found = refunds(as_of=clocks.as_of, known_on=clocks.known_on)
    whole, owed = total(rows), sum(one.cents for one in found)
    context = {
        "clocks": clocks, "rows": [(row, cells_of(row, clocks, row.year)) for row in rows],
        "total": cells_of(whole, clocks), "files": file_links(**clocks.query), "owed": owed,
        "on_credits": sum(one.on_credits for one in found), "everything": whole.remaining_cents + owed,
        "owed_url": owed_url(clocks),
    }  # fmt: skip
    return table_file(request, "restes-a-payer", HEADS, lambda: file_rows(rows, whole, owed)) or render(
        request, "funding/remaining.html", context
    )


def owed_url(clocks):
    year = min(clocks.day, timezone.localdate()).year
    return f"{reverse('funding:closing_list', args=[year, 'remboursements'])}?{urlencode(clocks.query)}"


def file_rows(rows, whole, owed):
    """The rows of the page: each year, then what is owed back on no AE, then everything."""
    lines = [values_of(row) for row in rows]
    if owed:
        lines.append(["Remboursements dus", None, None, None, owed])
        lines.append(["Total", *values_of(whole)[1:4], whole.remaining_cents + owed])
    return lines


def cells_of(row, clocks, year=None):
    """[(heading, cents, address of the movements that make them)] of a year of AE, or of all of them."""
    path = reverse("funding:year", args=[year]) if year else reverse("funding:all_years")
    asked = (
        {"chiffre": "ae-engage", "nature": "commit"},
        {"chiffre": "ae-engage", "nature": ["decommit", "lapse", "recycle"]},
        {"chiffre": "ae-liquide"},
        {"chiffre": "ae-a-payer"},
    )
    return [
        (heading, cents, f"{path}?{urlencode(which | clocks.query, doseq=True)}")
        for (heading, _), cents, which in zip(HEADS[1:], values_of(row)[1:], asked, strict=True)
    ]


def values_of(row):
    return [row.year, row.committed_cents, row.given_back_cents, row.paid_cents, row.remaining_cents]
