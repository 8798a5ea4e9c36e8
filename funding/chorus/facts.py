"""What the judgement of Chorus rows needs to know, read in a number of queries that does not grow with the rows."""

from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import OuterRef, Prefetch, Q, Subquery

from applications.evaluations.doors import kept_out
from funding.chorus.verdicts import Share
from funding.models import (
    Allotment,
    Award,
    ChorusFile,
    ChorusRow,
    ClosedYear,
    Difference,
    Instalment,
    InstalmentPayee,
    LegalCommitment,
    PaymentRequest,
    RequestPart,
)

Status = ChorusRow.Status


@dataclass
class Facts:
    """Args:
    applied: {identity: row applied}.
    applied_of: {DP: rows applied}.
    waiting: {DP: rows of confirmed files that wait}.
    requests: {DP: PaymentRequest, with `live_parts`}.
    commitments: {EJ: keys of its awards}.
    numbered_awards: keys of the awards that have an EJ.
    by_award: {award key: `Share`s of instalments ordered, of payees without a numbered payment request}.
    others_by_award: {award key: instalments that are not ordered yet}.
    by_siret: {SIRET: keys of awards that pay it}.
    awards: {award key: Award}.
    allotted: {RequestPart key: cents}.
    first_years: {Instalment key: year in which the first part of it was paid, or None}.
    closed: years that are closed.
    tied: keys of the awards of dossiers with which whoever would confirm has a tie.
    explained: {subject: kind and sentence that were explained}.
    """

    applied: dict = field(default_factory=dict)
    applied_of: dict = field(default_factory=lambda: defaultdict(list))
    waiting: dict = field(default_factory=lambda: defaultdict(list))
    requests: dict = field(default_factory=dict)
    commitments: dict = field(default_factory=lambda: defaultdict(set))
    numbered_awards: set = field(default_factory=set)
    by_award: dict = field(default_factory=lambda: defaultdict(list))
    others_by_award: dict = field(default_factory=lambda: defaultdict(list))
    by_siret: dict = field(default_factory=lambda: defaultdict(set))
    awards: dict = field(default_factory=dict)
    allotted: dict = field(default_factory=lambda: defaultdict(int))
    first_years: dict = field(default_factory=dict)
    closed: set = field(default_factory=set)
    tied: set = field(default_factory=set)
    explained: dict = field(default_factory=dict)

    def knows(self, row):
        """One of its numbers, or its payee, is of this scheme."""
        return bool(
            row.request in self.requests
            or row.commitment in self.commitments
            or self.by_siret.get(row.siret)
            or row.identity in self.applied
        )


def facts_of(rows, by=None):
    """The `Facts` for these rows, as `by` would confirm them."""
    facts = Facts(closed=set(ClosedYear.objects.values_list("year", flat=True)))
    numbers = {row.request for row in rows} - {""}
    read_rows(facts, rows, numbers)
    read_requests(facts, numbers)
    read_awards(facts, rows)
    if by is not None:
        tied = Award.objects.filter(kept_out(by, "application"), pk__in=facts.awards)
        facts.tied = set(tied.values_list("pk", flat=True))
    subjects = {f"dp:{number}" for number in numbers} | {f"row:{row.identity}" for row in rows}
    closed = Difference.objects.filter(subject__in=subjects, state=Difference.State.EXPLAINED).order_by("pk")
    facts.explained = {one.subject: one for one in closed}
    return facts


def read_rows(facts, rows, numbers):
    identities = {row.identity for row in rows}
    known = ChorusRow.objects.select_related("file")
    for row in known.filter(Q(identity__in=identities) | Q(request__in=numbers), status=Status.APPLIED):
        facts.applied[row.identity] = row
        facts.applied_of[row.request].append(row)
    waiting = known.filter(request__in=numbers, status=Status.WAITING, file__state=ChorusFile.State.CONFIRMED)
    for row in waiting.order_by("file", "line"):
        facts.waiting[row.request].append(row)


def read_requests(facts, numbers):
    parts = RequestPart.objects.filter(live=True).select_related(
        "instalment__schedule_year", "instalment__award__organisation", "instalment__award__fabrique",
        "instalment__award__application__call_version", "payee__organisation",
    ).annotate(first_year=first_year("instalment")).order_by("pk")  # fmt: skip
    found = PaymentRequest.objects.filter(number__in=numbers).prefetch_related(
        Prefetch("parts", queryset=parts, to_attr="live_parts")
    )
    facts.requests = {request.number: request for request in found}
    parts = [part for request in facts.requests.values() for part in request.live_parts]
    facts.first_years |= {part.instalment_id: part.first_year for part in parts}
    for part, cents in Allotment.objects.filter(part__in=[one.pk for one in parts]).values_list("part", "cents"):
        facts.allotted[part] += cents


def first_year(path):
    """The year in which the first part of an instalment was paid, None before: the rest may come the year after."""
    ties = Allotment.objects.filter(instalment=OuterRef(path)).order_by("row__fiscal_year")
    return Subquery(ties.values("row__fiscal_year")[:1])


def read_awards(facts, rows):
    """Awards that these rows may be about: by their EJ, by their payee, by their payment request."""
    links = LegalCommitment.objects.filter(number__in={row.commitment for row in rows} - {""})
    for number, award in links.values_list("number", "links__award"):
        facts.commitments[number] |= {award} - {None}
    of_requests = {part.instalment.award_id for one in facts.requests.values() for part in one.live_parts}
    sirets = {row.siret for row in rows} - {""}
    by_number = set().union(*facts.commitments.values()) | of_requests
    members = InstalmentPayee.objects.filter(live=True, organisation__siret__in=sirets)
    paid_to = list(members.values_list("organisation__siret", "instalment__award"))
    for siret, award in paid_to:
        facts.by_siret[siret].add(award)
    named = Q(pk__in=by_number | {award for _, award in paid_to})
    awards = Award.objects.filter(named | Q(organisation__siret__in=sirets, committed_on__isnull=False))
    for award in awards.select_related("organisation", "fabrique"):
        facts.awards[award.pk] = award
        if award.organisation and award.organisation.siret:
            facts.by_siret[award.organisation.siret].add(award.pk)
    have = LegalCommitment.objects.filter(links__award__in=facts.awards).values_list("links__award", flat=True)
    facts.numbered_awards = set(have)
    read_candidates(facts)


def read_candidates(facts):
    """What may still be paid, and is in no numbered payment request."""
    numbered = RequestPart.objects.filter(live=True, request__number__isnull=False)
    taken = set(numbered.filter(instalment__award__in=facts.awards).values_list("instalment", "payee"))
    live = InstalmentPayee.objects.filter(live=True).select_related("organisation").order_by("pk")
    found = (
        Instalment.objects.live()
        .filter(award__in=facts.awards, state__in=["due", "certified", "ordered"])
        .select_related("schedule_year", "award__organisation", "award__fabrique", "award__application__call_version")
        .prefetch_related(Prefetch("payees", queryset=live, to_attr="live_payees"))
        .annotate(first_year=first_year("pk"))
        .order_by("award", "number")
    )
    for instalment in found:
        facts.first_years[instalment.pk] = instalment.first_year
        if instalment.state != Instalment.State.ORDERED:
            facts.others_by_award[instalment.award_id].append(instalment)
            continue
        shares = [Share(instalment, (one or instalment).cents, payee=one) for one in instalment.live_payees or [None]]
        facts.by_award[instalment.award_id] += [share for share in shares if share.slot not in taken]
