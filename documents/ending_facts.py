"""What the letters of the end of an aid state: what is reproached, what is withdrawn, what is to be paid back."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from accounts.french import euros, long_date
from documents.facts import TEMPLATES, WORDED, Letter, SignedLetter, Summary, Template
from documents.frozen import FactsError


def paragraphs(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


@dataclass(frozen=True, kw_only=True)
class HearingFacts(Letter):
    """Lettre contradictoire (CRPA L121-1, L122-1): what could be decided, why, and until when one may answer.

    Attributes:
        considered: what the service considers, in words ("retirer votre aide, en tout ou en partie").
        amount_cents: what could be taken back or not paid.
    """

    TITLE = "Procédure contradictoire"
    considered: str
    ground: str
    facts: str
    amount_cents: int
    granted_cents: int
    paid_cents: int
    decided_on: dt.date
    answer_by: dt.date

    @property
    def paragraphs(self) -> list[str]:
        return paragraphs(self.facts)

    def public_summary(self) -> Summary:
        return [*super().public_summary(), ("Réponse attendue jusqu’au", long_date(self.answer_by))]


@dataclass(frozen=True, kw_only=True)
class WithdrawalFacts(SignedLetter):
    """Décision de retrait, in whole or in proportion of what was not done (CRPA L211-2, L242-2).

    Attributes:
        amount_cents: what is withdrawn; kept, cancelled and recovered make the rest of the sums.
        calculation: how the proportion was counted, in words.
        observations: what became of the observations of the structure, in words.
    """

    TITLE = "Retrait de la décision d’attribution"
    total_cents: int
    kept_cents: int
    amount_cents: int
    cancelled_cents: int
    recovered_cents: int
    granted_on: dt.date
    heard_from: dt.date
    calculation: str
    reason: str
    observations: str

    def __post_init__(self):
        parts = self.cancelled_cents + self.recovered_cents
        if self.total_cents != self.kept_cents + self.amount_cents or self.amount_cents != parts:
            raise FactsError(
                "amount_cents : ce qui est maintenu, annulé et à reverser ne fait pas le montant de l’aide."
            )

    @property
    def is_whole(self) -> bool:
        return self.kept_cents == 0

    @property
    def paragraphs(self) -> list[str]:
        return paragraphs(self.reason)

    def public_summary(self) -> Summary:
        return [*super().public_summary(), ("Montant retiré", euros(self.amount_cents))]


@dataclass(frozen=True, kw_only=True)
class RepaymentFacts(SignedLetter):
    """Demande de reversement: what is owed to the State and why; a title follows (GBCP art. 28)."""

    TITLE = "Demande de reversement"
    amount_cents: int
    paid_cents: int
    ground: str
    reason: str
    heard_from: dt.date
    observations: str
    withdrawal_number: str = ""
    """Number of the decision that withdraws the aid, when that is why."""

    @property
    def paragraphs(self) -> list[str]:
        return paragraphs(self.reason)

    def public_summary(self) -> Summary:
        return [*super().public_summary(), ("Montant à reverser", euros(self.amount_cents))]


@dataclass(frozen=True, kw_only=True)
class UndoneWithdrawalFacts(SignedLetter):
    """Annulation d’un retrait: what the structure gets back, by which act.

    Attributes:
        amount_cents: what was withdrawn, and no longer is: planned again, or no longer to be paid back.
    """

    TITLE = "Annulation du retrait d’une aide"
    amount_cents: int
    planned_cents: int
    dropped_cents: int
    withdrawn_on: dt.date
    withdrawal_number: str
    act: str
    act_on: dt.date
    reason: str

    def __post_init__(self):
        if self.amount_cents != self.planned_cents + self.dropped_cents:
            raise FactsError("amount_cents : ce qui est planifié de nouveau et ce qui n’est plus demandé en retour.")

    @property
    def paragraphs(self) -> list[str]:
        return paragraphs(self.reason)

    def public_summary(self) -> Summary:
        return [*super().public_summary(), ("Montant rendu", euros(self.amount_cents))]


TEMPLATES["withdrawal_undone"] = Template(path=WORDED, version=1, facts=UndoneWithdrawalFacts, series="FT")
TEMPLATES["hearing_letter"] = Template(path=WORDED, version=1, facts=HearingFacts, series="FT")
TEMPLATES["withdrawal_decision"] = Template(path=WORDED, version=1, facts=WithdrawalFacts, series="FT")
TEMPLATES["repayment_request"] = Template(path=WORDED, version=1, facts=RepaymentFacts, series="FT")
