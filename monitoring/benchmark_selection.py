"""The funding line of 500 dossiers: one edit answered as htmx asks for it, and a whole proposal with its prices."""

import itertools
import uuid
from contextlib import contextmanager

from django.utils import timezone

from applications.models import Application
from funding.budgets import open_credits
from funding.models import Line
from monitoring import benchmark_ranking as ranked
from selection.funding_line import read_line
from selection.models import Scenario
from selection.money import credit_key
from selection.proposals import Asked, propose
from selection.scenarios import create_scenario

# Enough for some sixty laureates on two lines: nobody's money, forgotten with the wave.
OPENED_CENTS = 450_000_000


@contextmanager
def shared_wave():
    """(wave, chair): a wave at its panel, with AE and CP opened for it; forgotten afterwards."""
    with ranked.scored_wave(ranked.RANKED, ranked.RANKED_BY) as (wave, chair):
        lines = list(Line.objects.filter(programme=wave.call.programme).order_by("code")[:2])
        today = timezone.localdate()
        for line, axis in itertools.product(lines, ("ae", "cp")):
            open_credits(
                axis=axis, line=line, fiscal_year=today.year, cents=OPENED_CENTS, effective_on=today,
                act="Mesure", by=None, key=f"mesure:{axis}:{line.pk}:{wave.pk}",
            )  # fmt: skip
        yield wave, chair


def edits(client, wave, chair):
    """A call that moves the dossier under the line to its other side, and back; the page as htmx asks for it."""
    scenario = create_scenario(wave=wave, name="Mesure", origin=Scenario.Origin.RANKING, by=chair)
    page = read_line(wave, reader=chair, scenario=scenario)
    row = next(row for row in page.rows if row.outcome == "waitlist")
    path = f"/pilotage/vagues/{wave.public_id}/ligne/?scenario={scenario.public_id}"
    credit = page.credits[0]
    asked = min(row.application.requested_cents, 15_000_000) // 100
    body = {
        "act": "save",
        f"{row.prefix}-amount": str(asked),
        f"{row.prefix}-credit": credit_key(credit.line, credit.fiscal_year),
    }
    outcomes = itertools.cycle(["proposed", "waitlist"])

    def prepare():
        body[f"{row.prefix}-outcome"] = next(outcomes)
        body["version"] = Scenario.objects.values_list("version", flat=True).get(pk=scenario.pk)
        body["idempotency_key"] = uuid.uuid4().hex

    def send():
        answer = client.post(path, body, headers={"HX-Request": "true"})
        if answer.status_code != 200:
            raise RuntimeError(f"{answer.status_code}: {answer.content[:500].decode(errors='replace')}")

    return prepare, send


def proposals(wave, chair):
    """A call that solves the portfolio under every kind of rule, with the price of each, and keeps it."""
    names = (f"Proposition {number}" for number in itertools.count(1))
    segments = Application.objects.filter(wave=wave).order_by().values_list("segment", flat=True).distinct()
    asked = Asked(
        most=wave.capacity,
        regional_minimum=1,
        count_earlier=False,
        quotas=dict.fromkeys(segments, (2, 20)),
        cp={timezone.localdate().year: OPENED_CENTS // 2},
        lowest_percent=80,
    )
    return lambda: propose(wave=wave, name=next(names), asked=asked, by=chair)
