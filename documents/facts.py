"""What each letter states: the facts that a caller freezes when it asks for a document.

Facts are plain data, kept as JSON on the row: amounts in cents, dates as ISO, instants with their offset. A missing
or ill-typed fact is refused when the document is asked for, never when it is rendered. Wording belongs to the
templates; what is free text here (reasons, grounds, conditions) was written or approved by the service.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import ClassVar

from accounts.french import NBSP, euros, long_date, long_datetime
from documents.amounts import in_words
from documents.frozen import FactsError

Summary = list[tuple[str, str]]
COURT_MONTHS = 2
PREVIEW = "Aperçu"
"""In the place of a number, on what is no letter yet."""


@dataclass(frozen=True, kw_only=True)
class Service:
    """Who writes: designation, postal address, telephone and e-mail (CRPA R112-11-1)."""

    name: str
    address_lines: tuple[str, ...]
    phone: str
    email: str
    city: str
    officer: str = ""
    """Agent in charge, name and quality (CRPA L111-2): "Hélène Martin, instructrice"."""


@dataclass(frozen=True, kw_only=True)
class Addressee:
    """Who is written to. `salutation` is used as it is: "Madame la Présidente", "Madame, Monsieur"."""

    organisation: str
    address_lines: tuple[str, ...]
    person: str = ""
    salutation: str = "Madame, Monsieur"


@dataclass(frozen=True, kw_only=True)
class Signature:
    """Who signs, as what, and by which delegation (CRPA L212-1)."""

    name: str
    capacity_lines: tuple[str, ...]
    signed_at: dt.datetime
    delegation_on: dt.date | None = None
    delegation_published_on: dt.date | None = None
    delegation_act: str = ""
    """The published act that delegates, when its dates are not kept apart."""


@dataclass(frozen=True, kw_only=True)
class Appeal:
    """Where a decision is contested; the time limits are the template's words (CJA R421-1, R421-7).

    Attributes:
        court: without its article ("tribunal administratif de Paris").
        hierarchical_authority: with it ("le ministre chargé de la cohésion des territoires").
    """

    court: str
    hierarchical_authority: str
    notified_electronically: bool = True
    distance_months: int | None = None
    """What distance adds before the court, for this addressee; None: not known, the letter gives the rule."""

    @property
    def court_months(self) -> str:
        """ "trois mois": how long this addressee has to go to court."""
        return f"{in_words(COURT_MONTHS + (self.distance_months or 0))} mois"


@dataclass(frozen=True, kw_only=True)
class Dossier:
    """The request that the letter answers. `call` is its name alone ("Fabriques de territoire"), `wave` "vague 11"."""

    reference: str
    call: str
    wave: str
    place: str
    commune: str
    received_on: dt.date

    @property
    def of_call(self) -> str:
        return f"appel «{NBSP}{self.call}{NBSP}», {self.wave}"


@dataclass(frozen=True, kw_only=True)
class Titled:
    """A short title and its explanation: a ground, a condition, a step, an attached piece."""

    title: str
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class Instalment:
    """One planned payment. `expected` is a month or a range in words ("juillet 2027")."""

    year: int
    kind: str
    condition: str
    expected: str
    amount_cents: int


@dataclass(frozen=True, kw_only=True)
class Letter:
    """What the letters have in common."""

    TITLE: ClassVar[str]
    service: Service
    addressee: Addressee
    dossier: Dossier
    issued_on: dt.date

    @property
    def object_line(self) -> str:
        return f"{self.TITLE}, {self.dossier.of_call}"

    def public_summary(self) -> Summary:
        """What the verification page shows, to be compared with the paper: nothing that the paper does not say."""
        place = f"{self.dossier.place}, {self.dossier.commune}"
        rows = [("Objet", self.object_line), ("Dossier", self.dossier.reference)]
        return [
            *rows,
            ("Structure", self.addressee.organisation),
            ("Lieu", place),
            ("Date", long_date(self.issued_on)),
        ]


@dataclass(frozen=True, kw_only=True)
class SignedLetter(Letter):
    signature: Signature
    appeal: Appeal

    def public_summary(self) -> Summary:
        capacity = " ".join(self.signature.capacity_lines).rstrip(",")
        return [
            *super().public_summary(),
            ("Signature", f"{self.signature.name}, {capacity[:1].lower()}{capacity[1:]}"),
        ]


@dataclass(frozen=True, kw_only=True)
class ReceiptFacts(Letter):
    """Accusé de réception électronique (CRPA L112-3, L112-11, R112-11-1; silence: L231-4 3°)."""

    TITLE = "Accusé de réception"
    received_at: dt.datetime
    received_local: str = ""
    """The hour overseas, in words, when the place is not on Paris time: "7 h 42, heure de Cayenne"."""
    postmarked_on: dt.date | None = None
    """For a request on paper: the hour of its arrival is then not known, its day is."""
    silence_is_refusal_on: dt.date
    requested_cents: int
    requested_years: str
    pieces: tuple[Titled, ...] = ()
    in_time_by: str = ""
    """What made it in time when it came after the closing: the grace of the call, more time given."""
    missing: tuple[Titled, ...] = ()
    """What is missing (`title`) and by when it must come (`text`), CRPA L114-5."""
    steps: tuple[Titled, ...] = ()
    appeal: Appeal
    sender: str = ""

    @property
    def received_words(self) -> str:
        return long_date(self.received_at) if self.postmarked_on else long_datetime(self.received_at)

    def public_summary(self) -> Summary:
        received = ("Reçu le", self.received_words)
        return [*super().public_summary(), received, ("Montant demandé", euros(self.requested_cents))]


@dataclass(frozen=True, kw_only=True)
class PiecesRequestFacts(Letter):
    """Demande de pièces ou de précisions (CRPA L114-5): what is asked for, until when, what it does to the clock.

    Attributes:
        due_words: the deadline in words, with its hour.
        suspends: the pieces are required: the clock of the implied refusal stands still meanwhile.
    """

    TITLE = "Demande de pièces"
    items: tuple[Titled, ...]
    due_words: str
    suspends: bool
    silence_is_refusal_on: dt.date | None = None

    def __post_init__(self):
        if not self.items:
            raise FactsError("items : une demande dit ce qui est demandé.")

    def public_summary(self) -> Summary:
        return [*super().public_summary(), ("À fournir avant", self.due_words)]


@dataclass(frozen=True, kw_only=True)
class AppealReceiptFacts(Letter):
    """Accusé de réception d’un recours gracieux ou hiérarchique (CRPA L112-3, R112-5; silence: L231-4 2°, L411-7).

    Attributes:
        kind: in words ("recours gracieux"); number: of the register.
        decision: what is contested, in words.
        interrupts: it came in time to stop the delay before the court (CRPA L411-2).
    """

    TITLE = "Accusé de réception d’un recours"
    kind: str
    number: str
    decision: str
    authority: str
    lodged_on: dt.date
    received_on: dt.date
    silence_is_refusal_on: dt.date
    interrupts: bool
    appeal: Appeal

    def public_summary(self) -> Summary:
        return [*super().public_summary(), ("Recours", self.number), ("Reçu le", long_date(self.received_on))]


@dataclass(frozen=True, kw_only=True)
class AwardFacts(SignedLetter):
    """Attribution: what is granted, paid when and on which condition, and what the holder undertakes."""

    TITLE = "Attribution d’une subvention"
    amount_cents: int
    requested_cents: int
    first_year: int
    last_year: int
    duration: str
    """In words: "sur trois ans"."""
    reasons: str
    reduction_reason: str = ""
    instalments: tuple[Instalment, ...]
    commitment_year: int
    committed_cents: int | None = None
    """What the act commits, where the call commits year by year; None when it commits the whole."""
    imputation: str
    aid_regime: str = ""
    available_on: dt.date | None = None
    sign_before: dt.date | None = None
    agreement_sent_before: dt.date | None = None
    dossier_version_on: dt.date
    republican_contract_on: dt.date | None = None
    """When the contrat d’engagement républicain was accepted; None for a holder that it does not bind."""
    label: str = ""
    label_from: dt.date | None = None
    label_until: dt.date | None = None
    conditions: tuple[Titled, ...] = ()
    """Further conditions of this award, in the order they are to be read."""

    def __post_init__(self):
        planned = sum(i.amount_cents for i in self.instalments)
        if planned != self.amount_cents:
            raise FactsError(
                f"instalments : leur somme ({euros(planned)}) n’est pas le montant ({euros(self.amount_cents)})."
            )

    @property
    def years(self) -> list[dict]:
        """Instalments grouped by year, with the total of each."""
        by_year: dict[int, list[Instalment]] = {}
        for instalment in sorted(self.instalments, key=lambda i: i.year):
            by_year.setdefault(instalment.year, []).append(instalment)
        return [
            {"year": year, "instalments": rows, "total_cents": sum(i.amount_cents for i in rows)}
            for year, rows in by_year.items()
        ]

    @property
    def payments_sentence(self) -> str:
        """ "50 000 € en 2027, 48 000 € en 2028"."""
        return ", ".join(f"{euros(y['total_cents'])} en{NBSP}{y['year']}" for y in self.years)

    def public_summary(self) -> Summary:
        return [*super().public_summary(), ("Montant", f"{euros(self.amount_cents)} {self.duration}")]


@dataclass(frozen=True, kw_only=True)
class WaitlistFacts(SignedLetter):
    """Liste complémentaire: rank, end of validity, what happens meanwhile (glossary 22)."""

    TITLE = "Inscription sur liste complémentaire"
    rank: int
    valid_until: dt.date
    requested_cents: int
    reasons: str
    available_on: dt.date | None = None
    dossier_version_on: dt.date | None = None

    def public_summary(self) -> Summary:
        rank = ("Rang", f"{self.rank}, valable jusqu’au {long_date(self.valid_until)}")
        return [*super().public_summary(), rank]


@dataclass(frozen=True, kw_only=True)
class RefusalFacts(SignedLetter):
    """Refusal with its grounds: by our own policy for a refusal on merit, by law for an inadmissible request."""

    TITLE = "Candidature non retenue"
    grounds: tuple[Titled, ...]
    inadmissible: bool = False
    advice: str = ""
    next_step: str = ""
    available_on: dt.date | None = None

    def __post_init__(self):
        if not self.grounds:
            raise FactsError("grounds : un refus est toujours motivé, au moins un motif est attendu.")

    @property
    def object_line(self) -> str:
        title = "Candidature irrecevable" if self.inadmissible else self.TITLE
        return f"{title}, {self.dossier.of_call}"


@dataclass(frozen=True, kw_only=True)
class DeferralFacts(SignedLetter):
    """Put back to a later wave, with what to improve: neither an award nor a refusal (glossary 23)."""

    TITLE = "Examen de votre candidature reporté"
    grounds: tuple[Titled, ...]
    deferred_to: str = ""
    """The wave to come back to, when one is named: "vague 12"."""
    improvements: tuple[Titled, ...] = ()
    next_step: str = ""
    available_on: dt.date | None = None

    def __post_init__(self):
        if not self.grounds:
            raise FactsError("grounds : un report est toujours motivé, au moins un motif est attendu.")


@dataclass(frozen=True, kw_only=True)
class Imprint:
    """What the system itself prints on every page."""

    number: str
    code: str
    verify_url: str
    """With the code: what the QR code opens."""
    verify_address: str
    """Without: what a person types."""
    specimen: bool = False

    @property
    def is_preview(self) -> bool:
        return self.number == PREVIEW


@dataclass(frozen=True, kw_only=True)
class Template:
    """How a kind of document is made. `series` names its number series: "FT" gives FT-2027-00147."""

    path: str
    version: int
    facts: type
    series: str


WORDED = "documents/letters/worded.html"
ACT = "documents/letters/act.html"
"""Of what is addressed to nobody: minutes, agreements."""
TEMPLATES = {
    "receipt": Template(path=WORDED, version=2, facts=ReceiptFacts, series="AR"),
    "pieces_request": Template(path=WORDED, version=1, facts=PiecesRequestFacts, series="AR"),
    "award_letter": Template(path=WORDED, version=1, facts=AwardFacts, series="FT"),
    "waitlist_letter": Template(path=WORDED, version=1, facts=WaitlistFacts, series="FT"),
    "refusal_letter": Template(path=WORDED, version=1, facts=RefusalFacts, series="FT"),
    "appeal_receipt": Template(path=WORDED, version=1, facts=AppealReceiptFacts, series="AR"),
    "deferral_letter": Template(path=WORDED, version=2, facts=DeferralFacts, series="FT"),
    "inadmissibility_letter": Template(path=WORDED, version=1, facts=RefusalFacts, series="FT"),
}
