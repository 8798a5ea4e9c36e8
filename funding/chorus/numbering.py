"""The numbers of Chorus: which EJ carries which awards, which DP pays which instalments. Many to many, both ways."""

from django.db import transaction
from django.db.models import Sum
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
    LegalCommitment,
    PaymentRequest,
    RequestPart,
)
from funding.models.chorus import IMPORT

SHORTEST = 4


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


def record_request(*, number, instalments, by):
    """Note that a DP pays instalments, each for what no other DP pays of it.

    Args:
        number: of the DP, as typed.
        instalments: `Instalment`s that are ordered.
        by: a finance officer.

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
        request = link_request(number, [(one, None) for one in locked], by)
    return request


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
        asked: [(locked `Instalment`, cents or None for the rest of it)].
    """
    waiting = unnumbered(asked)
    request = PaymentRequest.objects.filter(number=number).first()
    if request is None:
        request = same_as_exported(waiting, asked) or PaymentRequest()
        request.number, request.numbered_by, request.numbered_at = number, by, timezone.now()
        request.save()
    accounts = {}
    for part in waiting:
        accounts[part.instalment_id] = part.bank_account
        if part.request_id != request.pk:
            part.live = False
            part.save(update_fields=["live"])
    for instalment, cents in asked:
        write_part(request, instalment, cents, accounts.get(instalment.pk))
        details = {"number": number}
        JournalEntry.write(action="record_dp", subject=instalment, actor=by, details=details)
    return request


def unnumbered(asked):
    return list(
        RequestPart.objects.select_related("request", "bank_account").filter(
            live=True, request__number=None, instalment__in=[instalment.pk for instalment, _ in asked]
        )
    )


def same_as_exported(waiting, asked):
    """The exported request that asks exactly these instalments, if there is one."""
    requests = {part.request for part in waiting}
    if len(requests) != 1 or {part.instalment_id for part in waiting} != {one.pk for one, _ in asked}:
        return None
    request = requests.pop()
    return request if request.parts.filter(live=True).count() == len(waiting) else None


def write_part(request, instalment, cents, bank_account):
    if RequestPart.objects.filter(request=request, instalment=instalment, live=True).exists():
        return
    taken = RequestPart.objects.filter(instalment=instalment, live=True).aggregate(total=Sum("cents"))["total"] or 0
    rest = instalment.cents - taken
    if rest <= 0 or (cents or 0) > rest:
        raise Refusal(
            f"L’échéance {instalment.number} de {euros(instalment.cents)} est déjà demandée en entier par une autre "
            "demande de paiement : retirez d’abord l’autre numéro de DP.",
            field="number",
        )
    RequestPart.objects.create(request=request, instalment=instalment, cents=cents or rest, bank_account=bank_account)


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
