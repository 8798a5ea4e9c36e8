"""Invented money, through the ledger's own verbs: credits opened, awards committed, first instalments paid."""

import datetime

from django.utils import timezone

from funding import awards, budgets
from funding.models import Line, Source
from programme.models import Origin, SegmentBounds

MARGIN_CENTS = 100_000_000


def create_line(programme):
    source, _ = Source.objects.get_or_create(name="État, budget général")
    return Line.objects.create(
        programme=programme,
        source=source,
        code="P112-12",
        label="P112-12, tiers-lieux (données inventées)",
        lolf_programme="112",
        action="12",
        origin=Origin.DEMONSTRATION,
    )


def fund_wave(wave, dossiers, line, pool):
    """Open what the wave needs and a margin, then reserve and commit its laureates on the announcement day."""
    day = min(wave.announcement_on, timezone.localdate())
    bounds = {b.segment: b for b in SegmentBounds.objects.filter(version__call=wave.call)}
    requests = [awards.Request(d.fabrique, amount(d, bounds), line, day.year, bounds[d.segment], d) for d in dossiers]
    need = sum(request.total_cents for request in requests)
    open_year(line, day.year, need + MARGIN_CENTS, wave)
    act = f"Décision inventée de la vague {wave.number}"
    key = f"generated:{wave.public_id}"
    reserved = awards.reserve(
        wave=wave, requests=requests, on=day, act=act, by=None, key=f"{key}:reserve", origin=Origin.DEMONSTRATION
    )
    awards.commit(awards=reserved, on=day, act=act, by=None, key=f"{key}:commit")
    return reserved


def amount(dossier, bounds):
    limits = bounds[dossier.segment]
    return min(max(dossier.requested_cents, limits.min_cents), limits.max_cents)


def open_year(line, year, cents, wave):
    for axis in ("ae", "cp"):
        budgets.open_credits(
            axis=axis,
            line=line,
            fiscal_year=year,
            cents=cents,
            effective_on=datetime.date(year, 1, 1),
            act=f"Ouverture inventée {year}",
            by=None,
            key=f"generated:{wave.public_id}:{axis}",
        )
