"""Awards on the ledger: reserve when the panel's proposal is adopted, commit in full when the act is signed."""

from dataclasses import dataclass

from django.db import transaction

from accounts.errors import Refusal
from accounts.french import euros
from accounts.permissions import require
from applications.models import Application, Fabrique
from funding.ledger import Leg, Slot, post
from funding.models import Award, Draw, Kind, Line, Posting
from programme.models import Origin, SegmentBounds, Wave


@dataclass(frozen=True)
class Request:
    """What one laureate is to receive.

    Args:
        fabrique: the place.
        total_cents: the whole grant.
        line: budget line it draws on.
        fiscal_year: AE year it draws on.
        bounds: the call version's bounds for the segment, copied onto the award.
        application: the dossier; None only for a reconstruction.
    """

    fabrique: Fabrique
    total_cents: int
    line: Line
    fiscal_year: int
    bounds: SegmentBounds
    application: Application | None = None


def reserve(*, wave: Wave, requests: list[Request], on, act, by, key, origin=Origin.REAL):
    """Reserve AE for all of `requests`, or for none: one posting.

    Args:
        on: Paris date of the adoption.
        act: what founds it (minutes of the panel).
        by: who adopts, or None for the system.
        key: idempotency key of the posting.

    Returns:
        The new `Award`s, in the order of `requests`.

    Raises:
        InsufficientFunds: the line has less than is asked; nothing is reserved.
        Refusal: an amount leaves the bounds of the call.
    """
    require(by, "funding.reserve")
    with transaction.atomic():
        awards = [_create_award(wave, request, on, origin) for request in requests]
        legs = [
            Leg(
                Slot(Kind.AE_OPENED, request.line.pk, request.fiscal_year),
                Slot(Kind.AE_RESERVED, request.line.pk, request.fiscal_year, award.pk),
                request.total_cents,
            )
            for request, award in zip(requests, awards, strict=True)
        ]
        post(key=key, kind=Posting.Kind.RESERVE, effective_on=on, actor=by, act=act, legs=legs)
    return awards


def _create_award(wave, request, on, origin):
    refuse_out_of_bounds(request)
    award = Award.objects.create(
        wave=wave,
        fabrique=request.fabrique,
        application=request.application,
        organisation=request.fabrique.organisation,
        origin=origin,
        total_cents=request.total_cents,
        min_cents=request.bounds.min_cents,
        max_cents=request.bounds.max_cents,
        year_cap_cents=request.bounds.year_cap_cents,
        reserved_on=on,
    )
    Draw.objects.create(award=award, line=request.line, fiscal_year=request.fiscal_year, cents=request.total_cents)
    return award


def refuse_out_of_bounds(request):
    low, high = request.bounds.min_cents, request.bounds.max_cents
    if not low <= request.total_cents <= high:
        raise Refusal(
            f"{request.fabrique} : {euros(request.total_cents)} sort des bornes de l’appel, "
            f"de {euros(low)} à {euros(high)}. Corrigez le montant proposé.",
            field="amount",
        )


def release(*, awards, on, act, by, key, reason=""):
    """Put the reservations of `awards` back on their lines: one posting (a panel day is reversible).

    Raises:
        StalePage: one of them is no longer a reservation.
    """
    require(by, "funding.reserve")
    with transaction.atomic():
        locked = lock(awards)
        legs = [
            Leg(
                Slot(Kind.AE_RESERVED, draw.line_id, draw.fiscal_year, draw.award_id),
                Slot(Kind.AE_OPENED, draw.line_id, draw.fiscal_year),
                draw.cents,
            )
            for draw in draws_of(locked)
        ]
        for award in locked:
            award.move("release", by=by)
        post(key=key, kind=Posting.Kind.RELEASE, effective_on=on, actor=by, act=act, reason=reason, legs=legs)


def commit(*, awards, on, act, by, key):
    """Commit the reservations of `awards` in full (LOLF art. 8; RRCBE part 4 §1.8): one posting.

    Args:
        on: Paris date of the signed act.
        act: its number or title.

    Raises:
        StalePage: one of them is no longer a reservation.
    """
    require(by, "funding.commit")
    with transaction.atomic():
        locked = lock(awards)
        legs = [
            Leg(
                Slot(Kind.AE_RESERVED, draw.line_id, draw.fiscal_year, draw.award_id),
                Slot(Kind.AE_COMMITTED, draw.line_id, draw.fiscal_year, draw.award_id),
                draw.cents,
            )
            for draw in draws_of(locked)
        ]
        for award in locked:
            award.move("commit", by=by, on=on)
        post(key=key, kind=Posting.Kind.COMMIT, effective_on=on, actor=by, act=act, legs=legs)


def mark_notified(*, award, on):
    """Note the day the award's act reached its addressee; the first day stays."""
    with transaction.atomic():
        award = Award.objects.select_for_update().get(pk=award.pk)
        if award.notified_on is None:
            award.notified_on = on
            award.save(update_fields=["notified_on"])
    return award


def lock(awards):
    return list(
        Award.objects.select_for_update(of=("self",))
        .select_related("fabrique")
        .filter(pk__in=[award.pk for award in awards])
        .order_by("pk")
    )


def draws_of(awards):
    return list(Draw.objects.filter(award__in=awards).order_by("award_id", "pk"))
