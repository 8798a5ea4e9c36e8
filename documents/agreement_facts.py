"""What an agreement and its amendments state: frozen when it is sent, the same when it is signed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from accounts.french import NBSP, euros, long_date
from documents.facts import ACT, TEMPLATES, Dossier, Instalment, Service, Summary, Template
from documents.frozen import FactsError


@dataclass(frozen=True, kw_only=True)
class Party:
    """One side: who it is, by whom it is represented."""

    name: str
    represented_by: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ClauseText:
    """A clause with its fields filled in; `text` may have several paragraphs, one a line."""

    title: str
    text: str

    @property
    def paragraphs(self) -> list[str]:
        return [line.strip() for line in self.text.splitlines() if line.strip()]


@dataclass(frozen=True, kw_only=True)
class ShareText:
    """A member of the consortium, its share in words and who is paid."""

    name: str
    share: str
    payee: str


@dataclass(frozen=True, kw_only=True)
class ChangeText:
    """What an amendment replaces: the words before, the words after."""

    subject: str
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class SignatureText:
    """One side's signature, as the signed copy shows it."""

    side: str
    name: str
    means: str
    signed_on: dt.date
    formula_lines: tuple[str, ...] = ()
    delegation: str = ""
    statement: str = ""


@dataclass(frozen=True, kw_only=True)
class AgreementFacts:
    """Convention, or avenant when it replaces something (L. 2000-321 art. 10).

    Attributes:
        agreement_number: of the agreement, the same for its amendments; `version` counts its texts.
        amount_cents: what the award grants once this text is in force.
        payment_delay, imputation, decided_on: what its clauses may say; empty in a text frozen with its clauses alone.
        text_sha256: of the text that was signed; empty on the copy to sign.
    """

    service: Service
    dossier: Dossier
    issued_on: dt.date
    agreement_number: str
    version: int
    beneficiary: Party
    state: Party
    amount_cents: int
    decided: str
    clauses: tuple[ClauseText, ...] = ()
    instalments: tuple[Instalment, ...] = ()
    shares: tuple[ShareText, ...] = ()
    reason: str = ""
    changes: tuple[ChangeText, ...] = ()
    effects: tuple[str, ...] = ()
    signatures: tuple[SignatureText, ...] = ()
    text_sha256: str = ""
    payment_delay: str = ""
    imputation: str = ""
    decided_on: dt.date | None = None

    def __post_init__(self):
        if sum(one.amount_cents for one in self.instalments) != self.amount_cents:
            raise FactsError("instalments : leur somme n’est pas le montant de la convention.")

    @property
    def is_amendment(self) -> bool:
        return bool(self.changes)

    @property
    def title(self) -> str:
        return "Avenant à la convention" if self.is_amendment else "Convention"

    @property
    def object_line(self) -> str:
        return f"{self.title} {self.agreement_number}, {self.dossier.of_call}"

    @property
    def years(self) -> dict[int, int]:
        """Cents of the schedule by year, in order."""
        found: dict[int, int] = {}
        for one in self.instalments:
            found[one.year] = found.get(one.year, 0) + one.amount_cents
        return dict(sorted(found.items()))

    @property
    def payments_sentence(self) -> str:
        return ", ".join(f"{euros(cents)} en{NBSP}{year}" for year, cents in self.years.items())

    def public_summary(self) -> Summary:
        rows = [
            ("Objet", self.object_line),
            ("Structure", self.beneficiary.name),
            ("Lieu", f"{self.dossier.place}, {self.dossier.commune}"),
            ("Montant", euros(self.amount_cents)),
            ("Date", long_date(self.issued_on)),
        ]
        return [*rows, *((f"Signature, {one.side}", one.name) for one in self.signatures)]


for kind in ("agreement", "amendment", "signed_agreement", "signed_amendment"):
    TEMPLATES[kind] = Template(
        path=ACT,
        version=2,
        facts=AgreementFacts,
        series="CV",
    )
