"""The numbers of Chorus: which EJ carries which awards, which DP pays which instalments. Many to many, both ways."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q, Sum
from django.utils import timezone

from accounts.errors import Refusal
from accounts.french import euros
from accounts.models import JournalEntry
from accounts.permissions import require
from funding.chorus import cells
from funding.models import (
    Allotment,
    Award,
    ChorusRow,
    CommitmentAward,
    Instalment,
    InstalmentPayee,
    LegalCommitment,
    PaymentRequest,
    RequestPart,
)
from funding.models.chorus import IMPORT

SHORTEST = 4


@dataclass(frozen=True)
class Asked:
    """What a payment request is to ask: of a locked instalment, for a payee, in cents (None: the rest of it)."""

    instalment: Instalment
    payee: InstalmentPayee | None
    cents: int | None = None

    @property
    def slot(self):
        return self.instalment.pk, self.payee.pk if self.payee else None

    @property
    def due_cents(self):
        return (self.payee or self.instalment).cents


def clean_number(typed, what, field="number"):
    """The number as Chorus rows are read: no space, capitals, no leading zero.

    Raises:
        Refusal: it is not a number of Chorus; tied to `field`.
    """
    try:
        number = cells.code(typed, 20)
    except cells.Unreadable:
        number = ""
    if len(number) < SHORTEST:
        raise Refusal(
            f"Saisissez le numéro {what} tel qu’il est dans Chorus : {SHORTEST} à 20 chiffres ou lettres.",
            field=field,
        )
    return number


def record_commitment(*, award, number, by):
    """Note that an EJ carries an award; it may carry others.

    Args:
        award: a committed `Award`.
        number: of the EJ, as typed.
        by: a finance officer.

    Raises:
        Refusal: not a number, or the award commits nothing.
    """
    require(by, IMPORT)
    number = clean_number(number, "d’EJ")
    with transaction.atomic():
        award = lock_awards([award.pk])[0]
        if award.committed_on is None:
            raise Refusal(
                "Cette attribution n’est pas encore engagée : notez l’EJ une fois la décision signée.", field="number"
            )
        link_commitment(award, number, by)
    return award


def link_commitment(award, number, by):
    commitment, _ = LegalCommitment.objects.get_or_create(number=number)
    _, created = CommitmentAward.objects.get_or_create(
        commitment=commitment, award=award, defaults={"recorded_by": by}
    )
    if created:
        JournalEntry.write(action="record_ej", subject=award, actor=by, details={"number": number})
    return commitment


def forget_commitment(*, award, number, by):
    """Undo a number that was noted on the wrong award.

    Raises:
        Refusal: a payment was applied under it.
    """
    require(by, IMPORT)
    number = clean_number(number, "d’EJ")
    with transaction.atomic():
        award = lock_awards([award.pk])[0]
        paid = ChorusRow.objects.filter(
            status=ChorusRow.Status.APPLIED, commitment=number, allotments__instalment__award=award
        )
        if paid.exists():
            raise Refusal(f"Un paiement est déjà appliqué sous l’EJ {number} : il reste noté sur cette attribution.")
        gone, _ = CommitmentAward.objects.filter(award=award, commitment__number=number).delete()
        if gone:
            JournalEntry.write(action="forget_ej", subject=award, actor=by, details={"number": number})


def record_request(*, number, instalments, by, payees=None):
    """Note that a DP pays instalments, each for what no other DP pays of it.

    Args:
        number: of the DP, as typed.
        instalments: `Instalment`s that are ordered.
        by: a finance officer.
        payees: keys of the `InstalmentPayee`s that it pays; None: all that no other DP pays.

    Returns:
        The `PaymentRequest`.

    Raises:
        Refusal: not a number, an instalment not ordered or wholly paid by other requests.
    """
    require(by, IMPORT)
    number = clean_number(number, "de DP")
    with transaction.atomic():
        lock_awards(sorted({one.award_id for one in instalments}))
        locked = list(
            Instalment.objects.select_for_update(of=("self",))
            .filter(pk__in=[one.pk for one in instalments])
            .order_by("pk")
        )
        refuse_not_ordered(locked)
        request = link_request(number, [asked for one in locked for asked in asked_of(one, payees)], by)
    return request


def asked_of(instalment, chosen):
    """What a DP may ask of an instalment: for the payees chosen, else for those that no numbered DP pays."""
    found = list(instalment.payees.filter(live=True).order_by("pk"))
    if chosen:
        found = [one for one in found if one.pk in chosen]
    numbered = RequestPart.objects.filter(live=True, request__number__isnull=False, payee__in=found)
    paid = set(numbered.values_list("payee", flat=True))
    left = [one for one in found if one.pk not in paid] or found
    return [Asked(instalment, one) for one in left or [None]]


def refuse_not_ordered(instalments):
    for one in instalments:
        if one.state != Instalment.State.ORDERED:
            raise Refusal(
                f"L’échéance {one.number} est « {one.get_state_display().lower()} » : son numéro de DP se note entre "
                "sa mise en paiement et son paiement.",
                field="number",
            )


def link_request(number, asked, by):
    """The request of this number with its parts; what an export asked without a number is taken over.

    Args:
        number: clean.
        asked: `Asked`s, their instalments locked.
    """
    waiting = unnumbered(asked)
    request = PaymentRequest.objects.filter(number=number).first()
    if request is None:
        request = same_as_exported(waiting, asked) or PaymentRequest()
        request.number, request.numbered_by, request.numbered_at = number, by, timezone.now()
        request.save()
    accounts = {}
    for part in waiting:
        accounts[slot_of(part)] = part.bank_account
        if part.request_id != request.pk:
            part.live = False
            part.save(update_fields=["live"])
    for one in asked:
        write_part(request, one, accounts.get(one.slot))
        details = {"number": number}
        JournalEntry.write(action="record_dp", subject=one.instalment, actor=by, details=details)
    return request


def slot_of(part):
    return part.instalment_id, part.payee_id


def unnumbered(asked):
    whole = [one.instalment.pk for one in asked if one.payee is None]
    mine = Q(payee__in=[one.payee.pk for one in asked if one.payee]) | Q(payee=None, instalment__in=whole)
    parts = RequestPart.objects.filter(mine, live=True, request__number=None)
    return list(parts.select_related("request", "bank_account"))


def same_as_exported(waiting, asked):
    """The exported request that asks exactly this, if there is one."""
    requests = {part.request for part in waiting}
    if len(requests) != 1 or {slot_of(part) for part in waiting} != {one.slot for one in asked}:
        return None
    request = requests.pop()
    return request if request.parts.filter(live=True).count() == len(waiting) else None


def write_part(request, asked, bank_account):
    live = RequestPart.objects.filter(instalment=asked.instalment, payee=asked.payee, live=True)
    if live.filter(request=request).exists():
        return
    rest = asked.due_cents - (live.aggregate(total=Sum("cents"))["total"] or 0)
    if rest <= 0 or (asked.cents or 0) > rest:
        raise Refusal(
            f"L’échéance {asked.instalment.number} de {euros(asked.due_cents)} est déjà demandée en entier par une "
            "autre demande de paiement : retirez d’abord l’autre numéro de DP.",
            field="number",
        )
    RequestPart.objects.create(
        request=request, instalment=asked.instalment, payee=asked.payee, cents=asked.cents or rest,
        bank_account=bank_account,
    )  # fmt: skip


def forget_request(*, part, by):
    """Undo a DP that was noted on the wrong instalment.

    Raises:
        Refusal: a payment was applied under it.
    """
    require(by, IMPORT)
    with transaction.atomic():
        lock_awards([part.instalment.award_id])
        part = RequestPart.objects.select_for_update(of=("self",)).select_related("request").get(pk=part.pk)
        if Allotment.objects.filter(part=part).exists():
            raise Refusal(f"Un paiement est déjà appliqué sous la DP {part.request} : elle reste notée.")
        part.live = False
        part.save(update_fields=["live"])
        details = {"number": part.request.number or ""}
        JournalEntry.write(action="forget_dp", subject=part.instalment, actor=by, details=details)
    return part


def lock_awards(keys):
    """In key order, as every verb that pays."""
    return list(Award.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=keys).order_by("pk"))
