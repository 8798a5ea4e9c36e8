"""From a figure to its rows, from a row to its movement, from a movement to its act."""

from django.db.models import F, Q
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.access import permission_required
from accounts.filters import parsed_day
from funding.endings.lists import RefundList
from funding.models import Allotment, Instalment, Line, Movement, Posting
from funding.outlook.refunds import needs_of, refunds, rows_of
from funding.outlook.remaining import remaining
from funding.outlook.slippage import DECILES, paid_day, slippage
from funding.views.agreements import uuids
from monitoring.models import READ
from monitoring.money import due_instalments
from monitoring.panels.paid import DUE_ONLY, DueList, PaidList, payments_learned
from monitoring.panels.rows import (
    FLOWS,
    NOWHERE,
    Addresses,
    FlowList,
    PostingList,
    WaitingList,
    by_instalment,
    flow_movements,
    grants_only,
    waiting_instalments,
)
from monitoring.panels.schedule import REFUNDS_ONLY
from monitoring.panels.waiting import AGES, age_of
from monitoring.scope import Scope
from programme.models import Segment


@permission_required(READ)
@require_safe
def movements(request):
    """The movements that make a figure of the board."""
    scope = scope_of(request)
    flow = FLOWS.get(request.GET.get("chiffre", "ae-ouvert"))
    if flow is None:
        raise Http404("Ce chiffre n’existe pas.")
    region, segment = request.GET.get("region"), request.GET.get("segment")
    found = flow_movements(
        request.user, flow, scope, year=asked_year(request), before=asked_year(request, "avant"),
        instrument=grants_only(request.GET.get("instrument", "")),
        region=region if flow.of_an_award else None, segment=segment if flow.of_an_award else None,
    )  # fmt: skip
    context = {
        "listing": FlowList(request, found),
        "scope": scope,
        "flow": flow,
        "narrowed": narrowed(request, region, segment),
        "board_url": Addresses(scope).at("monitoring:board"),
    }
    return context["listing"].file() or render(request, "monitoring/movements.html", context)


def scope_of(request):
    scope = Scope(request)
    if scope.programme is None:
        raise Http404("Aucun dispositif n’est enregistré.")
    return scope


def asked_year(request, key="exercice"):
    year = request.GET.get(key, "")
    return int(year) if year.isdecimal() and len(year) == 4 else None


def narrowed(request, region, segment):
    """What narrows the figure, in words."""
    words = []
    if year := asked_year(request):
        words.append(f"exercice {year}")
    if before := asked_year(request, "avant"):
        words.append(f"exercices avant {before}")
    if instrument := grants_only(request.GET.get("instrument", "")):
        words.append("subventions" if instrument == "grant" else "fonds d’investissement")
    if region is not None:
        words.append("région non connue" if region == NOWHERE else region)
    if segment in Segment.values:
        words.append(Segment(segment).label)
    return words


@permission_required(READ)
@require_safe
def waiting(request):
    """The instalments that were left to pay on a day."""
    scope = scope_of(request)
    if request.GET.get("nature") == REFUNDS_ONLY:
        return owed_back(request, scope)
    if request.GET.get("nature") == DUE_ONLY:
        return ever_due(request, scope)
    left = remaining(as_of=scope.clocks.as_of, known_on=scope.clocks.known_on, programme=scope.programme)
    parts = by_instalment(chosen(request, left.parts, scope))
    asked = {f"award__fabrique__{key}": request.GET[key] for key in ("region", "segment") if key in request.GET}
    place = {key: "" if value == NOWHERE else value for key, value in asked.items()}
    found, closed_cents = waiting_instalments(request.user, parts, **place)
    listing = WaitingList(request, found, parts=parts, scope=scope)
    context = {
        "listing": listing,
        "scope": scope,
        "closed_cents": closed_cents,
        "decile": asked_decile(request),
        "board_url": Addresses(scope).at("monitoring:board"),
        "back_cents": sum(one.cents for one in chosen(request, needs_of(left.refunds), scope)),
        "back_url": Addresses(scope).instalments(nature=REFUNDS_ONLY),
    }
    return listing.file() or render(request, "monitoring/waiting.html", context)


def ever_due(request, scope):
    """What was due on a day since the origin, paid or not: the step « Exigible » of the board."""
    every = due_instalments(scope.programme, scope.clocks)
    rows = Instalment.objects.visible_to(request.user).filter(pk__in=every.values("pk"))
    context = {
        "listing": DueList(request, rows, scope=scope), "scope": scope, "closed": every.count() - rows.count(),
        "board_url": Addresses(scope).at("monitoring:board"),
    }  # fmt: skip
    return context["listing"].file() or render(request, "monitoring/due.html", context)


def owed_back(request, scope):
    """What was owed back to structures on a day."""
    clocks = scope.clocks
    found = refunds(as_of=clocks.as_of, known_on=clocks.known_on, programme=scope.programme)
    rows, closed_cents = rows_of(request.user, found)
    listing = RefundList(request, rows)
    context = {
        "listing": listing, "scope": scope, "closed_cents": closed_cents,
        "needs_url": Addresses(scope).at("monitoring:forecasts"),
    }  # fmt: skip
    return listing.file() or render(request, "monitoring/refunds.html", context)


def chosen(request, parts, scope):
    """The parts that the address asks for: a generation of AE, days at which they are expected, an age."""
    year, before, age = asked_year(request), asked_year(request, "avant"), request.GET.get("age", "")
    first, last = (parsed_day(request.GET.get(key, "")) for key in ("prevue_du", "prevue_au"))
    not_ordered, lines = request.GET.get("nature") == "sans-cp", asked_lines(request)
    if decile := asked_decile(request):
        parts = in_scenario(request, parts, decile, scope)
    return [
        part
        for part in parts
        if part_of(part, year, before)
        and (lines is None or part.line in lines)
        and (first is None or part.expected_on >= first)
        and (last is None or part.expected_on <= last)
        and (age not in AGES or age_of(part, scope.clocks.as_of) == age)
        and not (not_ordered and part.ordered)
    ]


def asked_lines(request):
    """Keys of the line that the address names, with its regional parts if it asks for them; None: every line."""
    key, whole = request.GET.get("ligne", ""), request.GET.get("ensemble", "")
    if not key and not whole:
        return None
    named = Line.objects.filter(public_id__in=uuids([key, whole]))
    scope = Q(pk__in=named) | Q(parent__in=named) if whole else Q(pk__in=named)
    return set(Line.objects.filter(scope).values_list("pk", flat=True))


def part_of(part, year, before):
    """Whether a part pays the AE asked for; what is owed back to structures pays none."""
    if year is None and before is None:
        return True
    ae_year = getattr(part, "ae_year", None)
    return ae_year is not None and (year is None or ae_year == year) and (before is None or ae_year < before)


def asked_decile(request):
    """The decile of the delays that the address asks for, or None."""
    asked = request.GET.get("scenario", "")
    return int(asked) if asked.isdecimal() and int(asked) in DECILES else None


def in_scenario(request, parts, decile, scope):
    """The parts that are paid in a period when every instalment slips by that decile of the delays learned."""
    clocks = scope.clocks
    learned = slippage(as_of=clocks.as_of, known_on=clocks.known_on, programme=scope.programme)
    if not learned.is_enough:
        return parts
    first, last = (parsed_day(request.GET.get(key, "")) for key in ("payee_du", "payee_au"))
    days = ((part, paid_day(part, learned, decile, clocks.as_of)) for part in parts)
    return [part for part, day in days if (first is None or day >= first) and (last is None or day <= last)]


@permission_required(READ)
@require_safe
def payments(request):
    """The payments that teach the delays of the forecasts."""
    scope = scope_of(request)
    rows, closed = payments_learned(request.user, scope)
    listing = PaidList(request, rows)
    needs_url = Addresses(scope).at("monitoring:forecast", "besoins-cp")
    context = {"listing": listing, "scope": scope, "closed": closed, "needs_url": needs_url}
    return listing.file() or render(request, "monitoring/payments.html", context)


@permission_required(READ)
@require_safe
def posting(request, public_id):
    """One act on money: both its dates, who, what it moved, and the text or the page that founds it."""
    found = get_object_or_404(
        Posting.objects.visible_to(request.user).select_related("actor", "act_file", "reverses"), public_id=public_id
    )
    rows = Movement.objects.visible_to(request.user).filter(posting=found).annotate(signed_cents=F("amount_cents"))
    listing = PostingList(request, rows)
    context = {"posting": found, "listing": listing, "sources": sources_of(request.user, found)}
    return listing.file() or render(request, "monitoring/posting.html", context)


def sources_of(user, posting):
    """[(words, address)] of what founds a posting beyond its recorded act: an instalment, the rows of Chorus."""
    if not posting.key.startswith("instalment:"):
        return []
    number = posting.key.split(":")[1]
    instalment = Instalment.objects.visible_to(user).filter(pk=number).first() if number.isdecimal() else None
    if instalment is None:
        return []
    found = [(f"Échéance {instalment.number}", reverse("funding:instalment", args=[instalment.public_id]))]
    if posting.kind == Posting.Kind.PAY:
        files = Allotment.objects.filter(instalment=instalment).order_by("row__file")
        found += [
            ("Relevé de Chorus", reverse("funding:chorus_file", args=[key]))
            for key in files.values_list("row__file__public_id", flat=True).distinct()
        ]
    return found
