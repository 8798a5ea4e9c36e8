"""Apply the rows of one payment request: note its numbers, tie rows to instalments, record the payments."""

from django.db import transaction
from django.utils import timezone

from accounts.errors import NotAllowed, Refusal, StalePage
from accounts.french import euros, plural
from accounts.permissions import require
from funding import instalments
from funding.chorus.judging import judge
from funding.chorus.numbering import Asked, link_commitment, link_request, lock_awards
from funding.chorus.reading import day_of
from funding.chorus.verdicts import APPLY, DIFFERS, K
from funding.models import (
    Allotment,
    Award,
    ChorusFile,
    ChorusRow,
    Difference,
    Instalment,
    LegalCommitment,
    RequestPart,
)
from funding.models.chorus import IMPORT

Status = ChorusRow.Status


def waiting_rows(number):
    """Rows of one payment request that wait, oldest first."""
    return list(
        ChorusRow.objects.select_related("file")
        .filter(request=number, status=Status.WAITING, file__state=ChorusFile.State.CONFIRMED)
        .order_by("file", "line")
    )


def apply(*, number, by):
    """Apply what waits of a payment request, or note why it cannot be.

    Args:
        number: of the DP.
        by: a finance officer who neither certified nor ordered.

    Returns:
        (True when everything of it is applied, the sentence that says what became of it).
    """
    require(by, IMPORT)
    with transaction.atomic():
        rows = waiting_rows(number)
        if not rows:
            return True, "Déjà appliqué : rien n’est payé deux fois."
        lock_awards(sorted(awards_of(judge(rows, by=by)[0])))
        # Whoever came first did it while we waited for the lock.
        rows = [row for row in waiting_rows(number) if locked(row)]
        if not rows:
            return True, "Déjà appliqué : rien n’est payé deux fois."
        return settle(judge(rows, by=by)[0], rows[-1].file, by)


def awards_of(verdict):
    return {share.instalment.award_id for share in verdict.shares}


def locked(row):
    mine = ChorusRow.objects.select_for_update(of=("self",)).filter(pk=row.pk, status=Status.WAITING)
    return mine.first() is not None


def settle(verdict, file, by):
    if verdict.outcome == DIFFERS:
        note(verdict, file, by)
        return False, f"Écart à traiter. {verdict.sentence}"
    if verdict.outcome != APPLY:
        mark(verdict.rows + verdict.repeated, Status.KNOWN)
        correct(verdict.subject, by)
        return True, "Déjà appliqué : rien n’est payé deux fois."
    try:
        with transaction.atomic():
            paid = write(verdict, by)
    except (NotAllowed, StalePage):
        raise
    except Refusal as refusal:
        verdict.kind, verdict.sentence = K.REFUSED, refusal.message
        note(verdict, file, by)
        return False, f"Écart à traiter. {refusal.message}"
    correct(verdict.subject, by)
    return True, told(verdict, paid)


def told(verdict, paid):
    if not paid:
        return f"{euros(verdict.cents)} notés ; l’échéance sera payée avec le reste."
    return f"{plural(len(paid), 'échéance payée', 'échéances payées')}, {euros(sum(one.cents for one in paid))}."


def write(verdict, by):
    """Numbers, ties, rows, then payments; gives the instalments paid."""
    awards = Award.objects.in_bulk(awards_of(verdict))
    for row in verdict.rows:
        for award in awards.values():
            if len(awards) == 1 or not award.commitments.exists():
                link_commitment(award, row.commitment, by)
    parts = parts_of(verdict, by)
    Allotment.objects.bulk_create(list(allotments(verdict.rows, parts)))
    mark(verdict.rows, Status.APPLIED)
    mark(verdict.repeated, Status.KNOWN)
    return [paid for instalment in instalments_of(parts) if (paid := pay(instalment, by))]


def parts_of(verdict, by):
    """[(RequestPart, cents to pay)]: those known, or those of the request that these rows reveal."""
    if all(share.part for share in verdict.shares):
        return [(share.part, share.cents) for share in verdict.owed]
    asked = [Asked(share.instalment, share.payee, share.cents) for share in verdict.shares]
    request = link_request(verdict.number, asked, by)
    live = RequestPart.objects.filter(request=request, live=True).order_by("pk")
    live = live.select_related("instalment__award__organisation", "payee__organisation")
    return [(part, part.cents) for part in live]


def allotments(rows, parts):
    """Each cent of the rows goes to one part, those of its payee, then of the award of its EJ, first; equal sums."""
    left = {part.pk: cents for part, cents in parts}
    links = LegalCommitment.objects.filter(number__in={row.commitment for row in rows})
    named = set(links.values_list("number", "links__award"))

    def distance(row, part):
        other_payee = part.organisation is None or part.organisation.siret != row.siret
        return other_payee, (row.commitment, part.instalment.award_id) not in named

    # A row that names no payee takes what the others leave.
    for row in sorted(rows, key=lambda one: not one.siret):
        rest = row.cents
        for part, _ in sorted(parts, key=lambda one, row=row: distance(row, one[0])):
            if taken := min(rest, left[part.pk]):
                yield Allotment(row=row, part=part, instalment=part.instalment, cents=taken)
                left[part.pk] -= taken
                rest -= taken


def instalments_of(parts):
    return list({part.instalment_id: part.instalment for part, _ in parts}.values())


def pay(instalment, by):
    """Record the payment once rows pay the whole of it; None while some of it is missing."""
    ties = list(Allotment.objects.filter(instalment=instalment).select_related("row"))
    if sum(tie.cents for tie in ties) != instalment.cents:
        return None
    numbers = list(dict.fromkeys(tie.row.request for tie in ties))
    parts = [(day_of(tie.row), tie.cents) for tie in ties]
    return instalments.record_payment(
        instalment=Instalment.objects.get(pk=instalment.pk), by=by, on=max(day for day, _ in parts), parts=parts,
        chorus_reference=reference_of(numbers),
    )  # fmt: skip


def reference_of(numbers):
    """The payment requests of an instalment, as many as the reference holds."""
    joined = "/".join(numbers)
    return joined if len(joined) <= 40 else numbers[0]


def mark(rows, status):
    ChorusRow.objects.filter(pk__in=[row.pk for row in rows], status=Status.WAITING).update(status=status)


# --- Differences -----------------------------------------------------------------------------------------------------


def note(verdict, file, by):
    """Open the difference of a verdict, or bring the open one up to date."""
    return note_difference(
        verdict.subject, kind=verdict.kind, sentence=verdict.sentence[:600], label=verdict.label,
        cents=verdict.cents, file=file, instalment=verdict.instalment,
    )  # fmt: skip


def note_difference(subject, **fields):
    known = Difference.objects.filter(subject=subject, state=Difference.State.OPEN).first()
    if known is None:
        return Difference.objects.create(subject=subject, **fields)
    if any(getattr(known, name) != value for name, value in fields.items()):
        for name, value in fields.items():
            setattr(known, name, value)
        known.save()
    return known


def correct(subject, by):
    """What differed no longer does."""
    for one in Difference.objects.filter(subject=subject, state=Difference.State.OPEN):
        one.move("correct", by=by, at=timezone.now())
