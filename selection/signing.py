"""What a signatory is about to sign, in numbers, and whether it fits the money and the delegation."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from django.utils import timezone

from accounts.errors import Refusal
from accounts.french import euros, plural
from accounts.models import User
from applications.evaluations.doors import but, closed_dossiers
from documents.models import Document
from funding.models import Draw
from programme.models import Wave
from selection.decisions import ACT_OF_OUTCOME, TIED, adopted_session, prepared_outcomes, refuse_changed_since
from selection.delegations import covering, uncovered_sentence
from selection.foreseen import Foreseen, foresee, likely_signatory
from selection.letters import KIND_OF_ACT
from selection.models import Decision, Outcome, SignatureDelegation

Act = Decision.Act
NUMBERED = {
    Act.AWARD: ("lauréat", "lauréats"),
    Act.WAITLIST: ("inscription en liste complémentaire", "inscriptions en liste complémentaire"),
    Act.REFUSAL: ("rejet motivé", "rejets motivés"),
    Act.DEFERRAL: ("ajournement", "ajournements"),
}
TONES = {Act.AWARD: "success", Act.WAITLIST: "info"}


@dataclass
class Line:
    """One act of the wave: to be signed (`decision` is None) or signed."""

    application: object
    act: str
    cents: int
    ground: str
    rank: int | None = None
    delegation: SignatureDelegation | None = None
    decision: Decision | None = None
    letter: Document | None = None
    # What its letter would be, before the signature.
    foreseen: Foreseen | None = None

    @property
    def act_label(self):
        return Act(self.act).label

    @property
    def tone(self):
        return TONES.get(Act(self.act), "")


@dataclass
class Signature:
    """The page of decisions of one wave for one reader."""

    wave: Wave
    lines: list[Line]
    by_credit: dict = field(default_factory=dict)
    blocked: str = ""
    signatory: User | None = None
    # Of the letters as they are shown: what is signed is what was read.
    digest: str = ""

    @property
    def incomplete(self):
        """Lines whose letter could not be made."""
        return [line for line in self.lines if line.foreseen and not line.foreseen.can_be_made]

    @property
    def awards(self):
        return [line for line in self.lines if line.act == Act.AWARD]

    @property
    def total_cents(self):
        return sum(line.cents for line in self.awards)

    @property
    def counts(self):
        """[(label, count)] by act, awards first."""
        counted = Counter(line.act for line in self.lines)
        return [(plural(counted[act], *NUMBERED[act]), counted[act]) for act in Act if counted[act]]

    @property
    def kinds(self):
        """The letters in numbers, by kind."""
        counted = Counter(KIND_OF_ACT[Act(line.act)] for line in self.lines)
        return ", ".join(f"{kind.label.lower()} {count}" for kind, count in counted.items())

    @property
    def items(self):
        """Consequences of signing, in numbers."""
        where = ", ".join(f"{euros(cents)} sur {line.label} {year}" for (line, year), cents in self.by_credit.items())
        yield ", ".join(label for label, _ in self.counts)
        committed = sum(self.by_credit.values())
        if self.awards and committed < self.total_cents:
            yield f"{euros(committed)} engagés, le reste des {euros(self.total_cents)} année par année : {where}"
        elif self.awards:
            yield f"{euros(self.total_cents)} engagés en totalité : {where}"
        yield f"{plural(len(self.lines), 'courrier')} numérotés et mis en fabrication, un par décision : {self.kinds}"
        yield "Rien n’est visible des candidats avant l’annonce"


def to_sign(wave, *, reader):
    """What would be signed now: the adopted proposal, each act with the delegation that covers it.

    What is closed to the reader is left out; she may not sign the wave then.
    """
    everything, closed = prepared_outcomes(wave), closed_dossiers(reader)
    prepared = [outcome for outcome in everything if outcome.application_id not in closed]
    signatory = likely_signatory(wave, reader)
    delegations = list(
        SignatureDelegation.objects.in_force(
            holder=signatory, programme=wave.call.programme, on=timezone.localdate()
        ).select_related("holder")
    )
    lines = [line_of(outcome, delegations) for outcome in prepared]
    covered = {line.application.pk: line.delegation for line in lines}
    preview = foresee(wave, prepared, covered, signatory)
    for line in lines:
        line.foreseen = preview.letters.get(line.application.pk)
    by_credit, parts = defaultdict(int), first_parts(prepared)
    for outcome in prepared:
        if outcome.outcome == Outcome.PROPOSED:
            by_credit[outcome.line, outcome.fiscal_year] += parts.get(outcome.award_id, outcome.amount_cents)
    why = blocked(wave, everything, lines, delegations, reader) or incomplete_sentence(preview)
    return Signature(wave, lines, dict(by_credit), why, signatory, preview.digest)


def incomplete_sentence(preview):
    count = len(preview.incomplete)
    return (
        f"{plural(count, 'courrier ne peut pas être fait', 'courriers ne peuvent pas être faits')} : complétez ce qui "
        "manque, dans la liste."
        if count
        else ""
    )


def first_parts(prepared):
    """{award: cents that signing commits}: the whole, or the first year where the call commits year by year."""
    reserved = [outcome.award_id for outcome in prepared if outcome.award_id]
    return dict(Draw.objects.filter(award__in=reserved).values_list("award_id", "cents"))


def line_of(prepared, delegations):
    act, cents = ACT_OF_OUTCOME[prepared.outcome], prepared.amount_cents or 0
    return Line(
        application=prepared.application,
        act=act,
        cents=cents,
        ground=prepared.ground,
        rank=prepared.rank if act == Act.WAITLIST else None,
        delegation=covering(
            delegations, act=act, cents=cents, on=timezone.localdate(), place=prepared.application.fabrique.commune
        ),
    )


def blocked(wave, prepared, lines, delegations, reader):
    """Why `reader` cannot sign now; "" when she can."""
    try:
        adopted_session(wave)
        refuse_changed_since(wave, prepared)
    except Refusal as refusal:
        return refusal.message
    if not reader.has_perm("selection.sign"):
        return "seule une personne du rôle Décision, avec une délégation en vigueur, signe."
    if len(lines) < len(prepared):
        return TIED
    uncovered = next((line for line in lines if line.delegation is None), None)
    if uncovered is None:
        return ""
    today, place = timezone.localdate(), uncovered.application.fabrique.commune
    return uncovered_sentence(reader, wave.call.programme, delegations, uncovered.act, uncovered.cents, today, place)


def signed(wave, *, reader):
    """What was signed, with its letters, but what is closed to the reader; two queries, and those that say it."""
    decisions = list(
        but(Decision.objects.filter(wave=wave, signed_at__isnull=False), closed_dossiers(reader), "application")
        .select_related("application__fabrique__commune", "application__organisation", "signed_by", "delegation")
        .order_by("pk")
    )
    letters = {
        letter.subject_id: letter
        for letter in Document.objects.filter(
            subject_type=Decision._meta.label, subject_id__in=[decision.pk for decision in decisions]
        )
    }
    lines = [
        Line(
            application=decision.application,
            act=decision.act,
            cents=decision.amount_cents,
            ground=decision.ground,
            rank=decision.rank,
            delegation=decision.delegation,
            decision=decision,
            letter=letters.get(decision.pk),
        )
        for decision in decisions
    ]
    return Signature(wave, lines)
