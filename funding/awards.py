"""Awards on the ledger: reserve when the panel's proposal is adopted, commit in full when the act is signed."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q

from accounts.errors import Refusal
from accounts.french import euros
from accounts.models import JournalEntry
from accounts.permissions import require
from applications.models import Application, Fabrique
from funding import de_minimis
from funding.envelopes.endowment import refuse_uncovered, refuse_uncovered_awards
from funding.envelopes.imputation import category_of, refuse_wrong_lines
from funding.instalments import agreement_of, make_first_due, missing_before_due
from funding.ledger import KeyReused, Leg, Slot, is_known, post
from funding.models import Award, Draw, Kind, Line, Movement, Posting, Schedule
from funding.schedules import default_plan, parts_of, plan
from programme.models import CallVersion, Origin, SegmentBounds, Wave


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
        CeilingPassed: a de minimis aid does not fit under the ceiling of a single undertaking; nothing is reserved.
    """
    require(by, "funding.reserve")
    with transaction.atomic():
        # One adoption of a wave at a time: a twin finds the posting of the first.
        Wave.objects.select_for_update(of=("self",), no_key=True).get(pk=wave.pk)
        parts = first_parts(requests)
        if is_known(key):
            awards = _awards_of(key, requests)
        else:
            refuse_second_award(wave, requests)
            refuse_wrong_lines(requests)
            refuse_uncovered([(request.fabrique.organisation, request.total_cents) for request in requests])
            awards = [
                _create_award(wave, request, cents, on, origin) for request, cents in zip(requests, parts, strict=True)
            ]
            de_minimis.hold(awards, on)
        legs = [
            Leg(
                Slot(Kind.AE_OPENED, request.line.pk, request.fiscal_year),
                Slot(Kind.AE_RESERVED, request.line.pk, request.fiscal_year, award.pk),
                cents,
            )
            for request, award, cents in zip(requests, awards, parts, strict=True)
        ]
        post(key=key, kind=Posting.Kind.RESERVE, effective_on=on, actor=by, act=act, legs=legs)
    return awards


def _awards_of(key, requests):
    """The awards that a known posting reserved, in the order of `requests`."""
    reserved = Movement.objects.filter(posting__key=key).values("to_account__award")
    by_place = {award.fabrique_id: award for award in Award.objects.filter(pk__in=reserved)}
    if {request.fabrique.pk for request in requests} != set(by_place):
        raise KeyReused(
            "Cette adoption a déjà été enregistrée avec d’autres dossiers : rien n’a été écrit. "
            "Ouvrez la proposition adoptée avant de recommencer."
        )
    return [by_place[request.fabrique.pk] for request in requests]


def refuse_second_award(wave, requests):
    """A dossier, and a place in a wave, hold one award at a time; the database says the same."""
    dossiers = [request.application.pk for request in requests if request.application]
    same = Q(application__in=dossiers) | Q(wave=wave, fabrique__in=[request.fabrique.pk for request in requests])
    known = Award.objects.filter(same).exclude(state=Award.State.RELEASED).select_related("fabrique").first()
    if known is not None:
        raise Refusal(
            f"{known.fabrique} a déjà une attribution dans cette vague, de {euros(known.total_cents)} : "
            "libérez-la avant d’en proposer une autre."
        )


def first_parts(requests):
    """What each act commits at once, in cents: the whole, or the first year's part where the call commits by year."""
    dossiers = [request.application.pk for request in requests if request.application]
    yearly = CallVersion.objects.filter(commitment_extent=CallVersion.CommitmentExtent.YEARLY)
    years = dict(
        Application.objects.filter(pk__in=dossiers, call_version__in=yearly).values_list("pk", "call_version__years")
    )
    return [
        first_part(request, years.get(request.application.pk if request.application else None)) for request in requests
    ]


def first_part(request, years):
    """The largest of equal parts over `years`, as `schedules.default_plan` makes them; the whole without years."""
    if not years:
        return request.total_cents
    return -(-request.total_cents // parts_of(request.total_cents, years, request.bounds.year_cap_cents))


def _create_award(wave, request, cents, on, origin):
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
    Draw.objects.create(
        award=award, line=request.line, fiscal_year=request.fiscal_year, cents=cents,
        category=category_of(award.organisation),
    )  # fmt: skip
    return award


def refuse_out_of_bounds(request):
    low, high = request.bounds.min_cents, request.bounds.max_cents
    if not low <= request.total_cents <= high:
        raise Refusal(
            f"{request.fabrique} : {euros(request.total_cents)} sort des bornes de l’appel, "
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
        legs = legs_of(locked, Kind.AE_RESERVED, Kind.AE_OPENED)
        if not is_known(key):
            for award in locked:
                award.move("release", by=by)
        post(key=key, kind=Posting.Kind.RELEASE, effective_on=on, actor=by, act=act, reason=reason, legs=legs)


def commit(*, awards, on, act, by, key):
    """Commit the reservations of `awards` in full (LOLF art. 8; RRCBE part 4 §1.8): one posting.

    Each award gets its payment schedule, except a reconstruction, whose source names none.

    Args:
        on: Paris date of the signed act.
        act: its number or title.

    Raises:
        StalePage: one of them is no longer a reservation.
    """
    require(by, "funding.commit")
    _commit(awards, on=on, act=act, by=by, mover=by, key=key)


def commit_by_agreement(*, award, on, number, by):
    """Commit one award where the call says that the agreement commits: its signatories decided, `by` records it."""
    _commit([award], on=on, act=f"Convention {number}", by=by, mover=None, key=f"agreement:{number}:commit")
    award.refresh_from_db()


def _commit(awards, *, on, act, by, mover, key):
    with transaction.atomic():
        locked = lock(awards)
        if not is_known(key):
            refuse_uncovered_awards(locked)
            de_minimis.grant(locked, on)
            for award in locked:
                award.move("commit", by=mover, on=on)
        legs = legs_of(locked, Kind.AE_RESERVED, Kind.AE_COMMITTED)
        post(key=key, kind=Posting.Kind.COMMIT, effective_on=on, actor=by, act=act, legs=legs)
        plan_missing(locked, on, by)


def plan_missing(awards, on, by):
    planned = set(Schedule.objects.filter(award__in=awards, state="current").values_list("award_id", flat=True))
    for award in awards:
        if award.pk not in planned and award.origin != Origin.RECONSTRUCTION:
            plan(award=award, instalments=default_plan(award, on), by=by)


def mark_notified(*, award, on):
    """Note the day the award's act reached its addressee; the first day stays."""
    with transaction.atomic():
        award = Award.objects.select_for_update(of=("self",), no_key=True).get(pk=award.pk)
        if award.notified_on is None:
            award.notified_on = on
            award.save(update_fields=["notified_on"])
            record(award, "notify_award", None, {"on": on.isoformat()})
            enter_into_force(award=award, by=None)
    return award


def enter_into_force(*, award, by):
    """Once the act is notified and the agreement, where one is needed, signed by both: the first instalment is due.

    Args:
        award: a locked `Award`; nothing happens while something is missing.
    """
    if award.state != Award.State.COMMITTED or missing_before_due(award):
        return
    award.move("come_into_force", by=by)
    agreement = agreement_of(award)
    signed_on = agreement.state_signed_on if agreement else award.notified_on
    make_first_due(award=award, on=max(award.notified_on, signed_on), by=by)


def record(award, action, by, details):
    JournalEntry.write(action=action, subject=award, actor=by, details=details)


def lock(awards):
    return list(
        Award.objects.select_for_update(of=("self",))
        .select_related("fabrique")
        .filter(pk__in=[award.pk for award in awards])
        .order_by("pk")
    )


def legs_of(awards, origin, destination):
    """One leg a draw of `awards`, from kind to kind; the accounts of a line itself carry no award."""

    def slot(kind, draw):
        award_id = None if kind == Kind.AE_OPENED else draw.award_id
        return Slot(kind, draw.line_id, draw.fiscal_year, award_id)

    draws = Draw.objects.filter(award__in=awards).order_by("award_id", "pk")
    return [Leg(slot(origin, draw), slot(destination, draw), draw.cents) for draw in draws]
