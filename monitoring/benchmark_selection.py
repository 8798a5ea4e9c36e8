"""The funding line of 500 dossiers: one edit answered as htmx asks for it, and a whole proposal with its prices."""

import itertools
import re
import uuid
from contextlib import contextmanager
from html.parser import HTMLParser
from urllib.parse import urlencode

from django.utils import timezone

from applications.models import Application
from funding.budgets import open_credits
from funding.models import Line
from monitoring import benchmark_ranking as ranked
from selection.funding_line import read_line
from selection.models import Scenario
from selection.proposals import Asked, propose
from selection.scenarios import create_scenario

# Enough for some sixty laureates on two lines: nobody's money, forgotten with the wave.
OPENED_CENTS = 450_000_000
# How a browser sends a form without files.
AS_TYPED = "application/x-www-form-urlencoded"


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


class Fields(HTMLParser):
    """{name: value} of the dossiers' fields on a page: what its form sends, whichever of them has changed."""

    def __init__(self, html):
        super().__init__()
        self.values, self.select = {}, ""
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        name = found.get("name") or ""
        if tag in ("input", "select") and re.match(r"d[0-9a-f]{32}-", name):
            self.values[name] = found.get("value", "")
        if tag == "select":
            self.select = name
        if tag == "option" and "selected" in found:
            self.values[self.select] = found["value"]


def edits(client, wave, chair):
    """A call that moves the dossier under the line to its other side, and back: all that the page sends, by htmx."""
    scenario = create_scenario(wave=wave, name="Mesure", origin=Scenario.Origin.RANKING, by=chair)
    page = read_line(wave, reader=chair, scenario=scenario)
    row = next(row for row in page.rows if row.outcome == "waitlist")
    path = f"/pilotage/vagues/{wave.public_id}/ligne/?scenario={scenario.public_id}"
    asked = min(row.application.requested_cents, 15_000_000) // 100
    outcomes = itertools.cycle(["proposed", "waitlist"])
    shown, body = {"html": client.get(path).content.decode()}, {}

    def prepare():
        body.clear()
        body.update(Fields(shown["html"]).values)
        body[f"{row.prefix}-amount"] = str(asked)
        body[f"{row.prefix}-outcome"] = next(outcomes)
        body["version"] = Scenario.objects.values_list("version", flat=True).get(pk=scenario.pk)
        body.update(act="save", idempotency_key=uuid.uuid4().hex)

    def send():
        answer = client.post(path, urlencode(body), content_type=AS_TYPED, headers={"HX-Request": "true"})
        shown["html"] = answer.content.decode()
        if answer.status_code != 200 or f'name="version" value="{body["version"] + 1}"' not in shown["html"]:
            raise RuntimeError(f"{answer.status_code}: {shown['html'][:500]}")

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
