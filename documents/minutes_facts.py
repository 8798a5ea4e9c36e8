"""What the minutes of a panel state (CRPA R133-13): frozen as the meeting ends, from what was recorded during it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from accounts.french import long_date
from documents.facts import ACT, TEMPLATES, Service, Summary, Template


@dataclass(frozen=True, kw_only=True)
class Member:
    """Somebody called. `sat` in words: "présente de 14 h 05 à 16 h 30", "mandat à Yasmine Keller", "absente"."""

    name: str
    quality: str
    sat: str
    has_vote: bool = True


@dataclass(frozen=True, kw_only=True)
class Ballots:
    """One motion and who voted what. `result` in words."""

    text: str
    result: str
    count: str
    votes_for: str = ""
    votes_against: str = ""
    abstentions: str = ""


@dataclass(frozen=True, kw_only=True)
class Point:
    """One point of the agenda; `reference` of its dossier, "" for another subject."""

    position: int
    subject: str
    reference: str = ""
    hours: str = ""
    presided_by: str = ""
    recusals: tuple[str, ...] = ()
    scores: tuple[str, ...] = ()
    motions: tuple[Ballots, ...] = ()
    opinion: str = ""
    departure: str = ""
    notes: tuple[str, ...] = ()
    brief: bool = False
    """Not opened by itself: its opinion came with others, or none did."""


@dataclass(frozen=True, kw_only=True)
class Ranked:
    """One dossier of the ranking, in words; `between` is its rank interval."""

    rank: str
    place: str
    reference: str
    region: str
    segment: str
    mean: str
    adjusted: str
    between: str
    thresholds: str
    asked: str
    moderated: str = ""
    proposed: str = ""
    outcome: str = ""


@dataclass(frozen=True, kw_only=True)
class Interest:
    """One line of the register of interests and recusals."""

    reference: str
    name: str
    kind: str
    text: str
    since: str
    origin: str


@dataclass(frozen=True, kw_only=True)
class About:
    """A sentence about one dossier: a rule applied between equals, a departure."""

    reference: str
    text: str


@dataclass(frozen=True, kw_only=True)
class MinutesFacts:
    """Procès-verbal du comité.

    Attributes:
        held: False when the quorum was not there and nothing was deliberated.
        rules: the rules under which the panel sat, in words.
        adoption: what was adopted before the meeting ended, in words; empty when nothing was.
    """

    service: Service
    issued_on: dt.date
    call: str
    wave: str
    held: bool
    meets: str
    convened: str
    hours: str
    chair: str
    quorum: str
    rules: tuple[str, ...] = ()
    members: tuple[Member, ...] = ()
    points: tuple[Point, ...] = ()
    notes: tuple[str, ...] = ()
    ranking: tuple[Ranked, ...] = ()
    calibration: str = ""
    tie_rules: tuple[str, ...] = ()
    ties: tuple[About, ...] = ()
    adoption: tuple[str, ...] = ()
    departures: tuple[About, ...] = ()
    interests: tuple[Interest, ...] = ()

    @property
    def object_line(self) -> str:
        return f"Procès-verbal du comité, {self.call}, {self.wave}"

    @property
    def debated(self) -> tuple[Point, ...]:
        return tuple(point for point in self.points if not point.brief)

    @property
    def together(self) -> tuple[Point, ...]:
        """Points that were not opened by themselves."""
        return tuple(point for point in self.points if point.brief)

    def public_summary(self) -> Summary:
        """No name and no dossier: whoever verifies the paper has it in hand."""
        return [("Objet", self.object_line), ("Date", long_date(self.issued_on)), ("Séance", self.meets)]


TEMPLATES["panel_minutes"] = Template(
    path=ACT,
    version=2,
    facts=MinutesFacts,
    series="PV",
)
