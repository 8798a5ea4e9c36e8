"""What a dated addendum to the minutes of a panel states: a proposal adopted, or undone, after the meeting ended."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from accounts.french import long_date
from documents.facts import ACT, TEMPLATES, Service, Summary, Template
from documents.minutes_facts import About


@dataclass(frozen=True, kw_only=True)
class Settled:
    """One dossier of the proposal: what the panel advised and what was adopted, in words."""

    rank: str
    place: str
    reference: str
    score: str
    opinion: str
    outcome: str
    amount: str = ""


@dataclass(frozen=True, kw_only=True)
class AddendumFacts:
    """Additif au procès-verbal du comité.

    Attributes:
        minutes: number of the minutes, and the day of the meeting, in words.
        what: what happened, a sentence a line.
        settled: the dossiers of the proposal; empty when an adoption is undone.
        departures: what leaves the ranking or the opinion, with its reason.
    """

    service: Service
    issued_on: dt.date
    call: str
    wave: str
    minutes: str
    title: str
    what: tuple[str, ...]
    settled: tuple[Settled, ...] = ()
    departures: tuple[About, ...] = ()

    @property
    def object_line(self) -> str:
        return f"Additif au procès-verbal du comité, {self.call}, {self.wave}"

    def public_summary(self) -> Summary:
        """No name and no dossier: whoever verifies the paper has it in hand."""
        return [("Objet", self.object_line), ("Date", long_date(self.issued_on)), ("Complète", self.minutes)]


TEMPLATES["panel_addendum"] = Template(
    path=ACT,
    version=2,
    facts=AddendumFacts,
    series="PV",
)
