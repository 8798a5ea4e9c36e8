"""What the answer to an appeal and a formal notice state."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from documents.ending_facts import paragraphs
from documents.facts import TEMPLATES, WORDED, Letter, SignedLetter, Summary, Template, Titled
from documents.frozen import FactsError

UPHELD, PARTLY, REJECTED = "accueilli", "accueilli en partie", "rejeté"


@dataclass(frozen=True, kw_only=True)
class AppealAnswerFacts(SignedLetter):
    """Réponse à un recours gracieux ou hiérarchique: what became of it and why (CRPA L211-2, L411-2, L411-5).

    Attributes:
        kind: in words ("recours gracieux"); number: of the register; decision: what was contested, in words.
        outcome: one of the three words above.
        follow_up: what an upheld appeal leads to, in words, "" for a rejected one.
        silent_on: the day on which silence had refused it already; None when the answer came before.
        interrupts: it came in time to stop the delay before the court; reopens: this answer gives that delay again.
    """

    TITLE = "Réponse à un recours"
    kind: str
    number: str
    decision: str
    lodged_on: dt.date
    received_on: dt.date
    outcome: str
    grounds: tuple[Titled, ...]
    follow_up: str = ""
    silent_on: dt.date | None = None
    interrupts: bool
    reopens: bool

    def __post_init__(self):
        if self.outcome not in (UPHELD, PARTLY, REJECTED):
            raise FactsError(f"outcome : {UPHELD}, {PARTLY} ou {REJECTED}, pas {self.outcome!r}.")
        if not self.grounds:
            raise FactsError("grounds : une réponse à un recours est toujours motivée, au moins un motif est attendu.")

    def public_summary(self) -> Summary:
        return [*super().public_summary(), ("Recours", self.number), ("Réponse", f"recours {self.outcome}")]


@dataclass(frozen=True, kw_only=True)
class FormalNoticeFacts(Letter):
    """Mise en demeure: what the aid asks for and was not done, what to do, within how many days, and what follows.

    Attributes:
        ground: in words ("Compte rendu ou pièce non remis"); facts: what is found; asked: what is to be done.
        days: the time left, counted from the day the letter is notified.
    """

    TITLE = "Mise en demeure"
    ground: str
    facts: str
    asked: str
    days: int
    granted_cents: int
    paid_cents: int
    decided_on: dt.date

    def __post_init__(self):
        if not (paragraphs(self.facts) and paragraphs(self.asked)):
            raise FactsError("asked : une mise en demeure dit ce qui est constaté et ce qui est demandé.")

    @property
    def paragraphs(self) -> list[str]:
        return paragraphs(self.facts)

    @property
    def wanted(self) -> list[str]:
        return paragraphs(self.asked)

    def public_summary(self) -> Summary:
        return [*super().public_summary(), ("Délai", f"{self.days} jours à partir de la notification")]


TEMPLATES["appeal_answer"] = Template(path=WORDED, version=1, facts=AppealAnswerFacts, series="FT")
TEMPLATES["formal_notice"] = Template(path=WORDED, version=1, facts=FormalNoticeFacts, series="FT")
