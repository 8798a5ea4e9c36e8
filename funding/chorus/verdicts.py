"""What becomes of the rows of one payment request, and the words for it."""

from dataclasses import dataclass, field

from funding.chorus.reading import day_of
from funding.models import ChorusRow, Difference, Instalment, InstalmentPayee, RequestPart

K = Difference.Kind
APPLY, KNOWN, FOREIGN, DIFFERS, EXPLAINED = "apply", "known", "foreign", "differs", "explained"


@dataclass(frozen=True)
class Share:
    """What a payment request asks of one instalment for one payee; `part` is None while it is not written.

    Cents still to pay; `payee` is None for an instalment ordered before its payees were kept.
    """

    instalment: Instalment
    cents: int
    part: RequestPart | None = None
    payee: InstalmentPayee | None = None

    @property
    def organisation(self):
        return self.payee.organisation if self.payee else self.instalment.award.organisation

    @property
    def slot(self):
        """What is paid once: the payee of an instalment."""
        return self.instalment.pk, self.payee.pk if self.payee else None


@dataclass
class Verdict:
    """What becomes of the rows of one payment request.

    Args:
        subject: "dp:<number>", or "row:<identity>" where no number can be read.
        rows: those judged, the repeated and the known left out.
        outcome: APPLY, KNOWN, FOREIGN, DIFFERS or EXPLAINED.
        kind, sentence: of the difference.
        shares: what would be paid.
        learned: numbers that would be noted with it, in words.
        repeated: rows that say again what another says.
    """

    subject: str
    rows: list[ChorusRow]
    outcome: str = APPLY
    kind: str = ""
    sentence: str = ""
    shares: list[Share] = field(default_factory=list)
    learned: list[str] = field(default_factory=list)
    repeated: list[ChorusRow] = field(default_factory=list)

    @property
    def cents(self):
        return sum(row.cents or 0 for row in self.rows)

    @property
    def on(self):
        """Day at which the payment counts: that of its last row."""
        return max(day_of(row) for row in self.rows)

    @property
    def number(self):
        return self.subject.removeprefix("dp:") if self.subject.startswith("dp:") else ""

    @property
    def kind_label(self):
        return K(self.kind).label if self.kind else ""

    @property
    def label(self):
        """What it is about, for a list: the payee and the numbers."""
        first = (self.rows or self.repeated)[0]
        name = self.shares[0].instalment.award.fabrique.name if self.shares else first.payee or first.siret
        return f"DP {first.request or 'sans numéro'}, {name or 'bénéficiaire inconnu'}"[:200]

    @property
    def owed(self):
        """The shares that are still to pay."""
        return [share for share in self.shares if share.cents > 0]

    @property
    def instalment(self):
        return self.shares[0].instalment if self.shares else None

    @property
    def signature(self):
        """What the reader of the preview saw of it."""
        paid = [(*share.slot, share.cents) for share in self.shares]
        return [self.subject, self.outcome, self.kind, sorted(row.pk for row in self.rows), paid]


class Differs(Exception):
    """The rows disagree with the ledger."""

    def __init__(self, kind, sentence, shares=()):
        super().__init__(sentence)
        self.kind, self.sentence, self.shares = kind, sentence, list(shares)
