"""An award that takes the place of another decision after the announcement, prepared by an officer.

A dossier of the waitlist is called when money or a place returns (glossary 22); a refusal falls once an appeal is
upheld (glossary 33): what each asks for is its `Way` (`late_ways`). The AE are reserved at once, by the ledger: two
dossiers never count on the last euro. Then whoever holds a delegation signs (`late_decisions.sign_late`): the award
takes the other's place when it is handed over.
"""

import datetime
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from accounts.errors import NotAllowed, Refusal, StalePage
from accounts.french import euros, plural
from accounts.models import Event, JournalEntry
from accounts.notify import notify_each
from accounts.permissions import require
from applications.models import Application
from funding import awards, schedules
from funding.models import Award
from programme.models import Wave
from programme.waves import exceed_capacity
from selection.delegations import signatories
from selection.late_ways import said, way_of
from selection.models import Decision
from selection.outcomes import bounds_of

PREPARE = "selection.prepare"
Act, State = Decision.Act, Decision.State
# Awards that take no place any more.
GONE = (
    Award.State.RELEASED, Award.State.RENOUNCED, Award.State.LAPSED, Award.State.WITHDRAWN, Award.State.TERMINATED,
)  # fmt: skip


@dataclass(frozen=True)
class Called:
    """What the letter of a late award is written from: as `PreparedOutcome`, without touching the panel's."""

    application: Application
    line: object
    fiscal_year: int
    award: Award
    amount_cents: int
    ground: str


def prepare_award(
    *, decision, line, fiscal_year, amount_cents, by, reason="", ground="", schedule=(), out_of_order_reason="",
    reason_if_over_capacity="", version=None,
):  # fmt: skip
    """Prepare the award that will replace a decision: reserve its AE now; it waits for its signature.

    Args:
        decision: a waitlist decision whose date lasts, or a refusal against which an appeal is upheld; handed over.
        line, fiscal_year: AE to draw on.
        amount_cents: the grant, at most what was asked.
        reason: for a waitlist, where the money or the place comes from ("renoncement de …"); kept with the posting.
        ground: what the letter says; wanted when the amount is less than was asked, and after an appeal.
        schedule: the `funding.schedules.Plan`s of its payments; none: those of the call, from the day of signature.
        out_of_order_reason: wanted when a dossier with a better place still waits.
        reason_if_over_capacity: wanted when the wave would have more laureates than its capacity.
        version: of the decision that the page showed.

    Returns:
        The prepared `Decision` (an award that replaces the other).

    Raises:
        InsufficientFunds: the line has less than that; nothing is reserved.
        NoLongerWaiting, NotUpheld: the decision may not be replaced any more, or not yet.
        Refusal: a reason is missing, or the amount or the schedule does not fit.
        StalePage: somebody prepared another decision meanwhile.
    """
    require(by, PREPARE)
    with transaction.atomic():
        # One at a time in a wave: the order of the list and its capacity are read under this lock.
        wave = Wave.objects.select_for_update(of=("self",), no_key=True).get(pk=decision.wave_id)
        replaced = lock_replaced(decision, by, version)
        way = way_of(replaced)
        way.refuse_silent(reason, ground)
        refuse_amount(replaced.application, amount_cents, ground)
        departure = way.departure(replaced, out_of_order_reason)
        count_in(wave, reason_if_over_capacity, by)
        act = way.founded_on(replaced, reason)
        award = reserve(replaced, line, fiscal_year, amount_cents, act, by)
        if schedule:
            schedules.refuse_wrong_plan(award, schedule)
        prepared = Decision.objects.create(
            application=replaced.application,
            wave=wave,
            act=Act.AWARD,
            award=award,
            amount_cents=amount_cents,
            ground=ground.strip(),
            schedule=written(schedule),
            departure_reason=departure,
            replaces=replaced,
        )
        details = {"amount_cents": amount_cents, "reason": reason or ground, "rank": replaced.rank, "act": act}
        JournalEntry.write(action=way.prepared, subject=replaced.application, actor=by, details=details)
        tell_signatories(prepared)
    return prepared


def lock_replaced(decision, by, version):
    """The decision to replace, locked, fit to be replaced today."""
    rows = Decision.objects.select_for_update(of=("self",)).select_related(
        "application__fabrique__organisation", "application__call_version", "application__organisation"
    )
    locked = rows.get(pk=decision.pk)
    if by is not None and not Application.objects.visible_to(by).filter(pk=locked.application_id).exists():
        raise NotAllowed
    way_of(locked).refuse_closed(locked)
    if locked.replacements.exclude(state=State.DROPPED).exists():
        raise StalePage(
            "Une autre décision est déjà préparée pour ce dossier : rien n’a été réservé une seconde fois."
        )
    locked.expect_version(version)
    return locked


def refuse_amount(application, cents, ground):
    bounds = bounds_of(application)
    if cents > application.requested_cents:
        raise Refusal(
            f"Le montant dépasse les {euros(application.requested_cents)} demandés. Réduisez-le.", field="amount_cents"
        )
    if cents < application.requested_cents and not ground.strip():
        raise Refusal("Dites pourquoi le montant demandé est réduit : la lettre le dira.", field="ground")
    if not bounds.min_cents <= cents <= bounds.max_cents:
        raise Refusal(
            f"{euros(cents)} sort des bornes de l’appel pour ce segment, de {euros(bounds.min_cents)} à "
            f"{euros(bounds.max_cents)}. Corrigez le montant.",
            field="amount_cents",
        )


def count_in(wave, reason, by):
    """One laureate more in the wave; above its capacity, the reason is kept."""
    try:
        exceed_capacity(wave=wave, laureates=laureates(wave) + 1, reason=reason, by=by)
    except Refusal as refusal:
        refusal.field = "reason_if_over_capacity"
        raise


def laureates(wave):
    """Awards of the wave that hold a place today."""
    return Award.objects.filter(wave=wave).exclude(state__in=GONE).count()


def reserve(replaced, line, fiscal_year, cents, act, by):
    application = replaced.application
    request = awards.Request(
        fabrique=application.fabrique,
        total_cents=cents,
        line=line,
        fiscal_year=fiscal_year,
        bounds=bounds_of(application),
        application=application,
    )
    [award] = awards.reserve(
        wave=replaced.wave,
        requests=[request],
        on=timezone.localdate(),
        act=act[:200],
        by=by,
        # One that was given up may be prepared again.
        key=f"promote:{replaced.pk}:{replaced.replacements.count()}",
    )
    return award


def tell_signatories(prepared):
    """Those whose delegation covers the award today."""
    wave, application = prepared.wave, prepared.application
    notify_each(
        Event.PROGRESS,
        recipients=signatories(
            wave.call.programme,
            Act.AWARD,
            timezone.localdate(),
            cents=prepared.amount_cents,
            places=[application.fabrique.commune],
        ),
        key=f"late-award:{prepared.pk}",
        url=f"/pilotage/vagues/{wave.public_id}/liste-complementaire/",
        subject=f"{application.reference} : une attribution à signer depuis l’annonce",
        body=(
            f"{plural(1, 'attribution')} de {euros(prepared.amount_cents)} est prête pour le dossier "
            f"{application.reference}. Les crédits sont réservés ; rien n’est notifié avant votre signature.\n"
        ),
    )


# --- Its schedule, until it is signed ----------------------------------------------------------------------------


def written(plans):
    """The `Plan`s as JSON data."""
    return [
        {"kind": p.kind, "year": p.year, "cents": p.cents, "condition": p.condition, "on": p.expected_on.isoformat()}
        for p in plans
    ]


def plans_of(decision):
    """The `Plan`s that were wanted when the award was prepared."""
    return [
        schedules.Plan(
            kind=row["kind"],
            year=row["year"],
            cents=row["cents"],
            condition=row["condition"],
            expected_on=datetime.date.fromisoformat(row["on"]),
        )
        for row in decision.schedule
    ]


# --- Given up ----------------------------------------------------------------------------------------------------


def drop_award(*, decision, reason, by, version=None):
    """Give up a late award that is not signed: its AE go back to their line, the other decision stands on.

    Args:
        decision: the prepared award; reason: kept in the journal and on the posting. `by` None: its date passed.

    Raises:
        StalePage: it is signed, or given up already.
    """
    require(by, PREPARE)
    reason = said(reason, "Donnez le motif : il est gardé dans l’historique.", "reason")
    with transaction.atomic():
        rows = Decision.objects.select_for_update(of=("self",)).select_related("award", "replaces", "application")
        prepared = rows.get(pk=decision.pk)
        if by is not None and not Application.objects.visible_to(by).filter(pk=prepared.application_id).exists():
            raise NotAllowed
        if prepared.act != Act.AWARD or prepared.replaces_id is None:
            raise Refusal("Seule une attribution préparée depuis l’annonce s’abandonne ainsi.")
        prepared.expect_version(version)
        prepared.move("drop", by=by)
        awards.release(
            awards=[prepared.award],
            on=timezone.localdate(),
            act=f"Attribution abandonnée avant signature, dossier {prepared.application.reference}",
            by=by,
            key=f"drop:{prepared.pk}",
            reason=reason[:300],
        )
        action = way_of(prepared.replaces).dropped
        JournalEntry.write(action=action, subject=prepared.application, actor=by, details={"reason": reason})
    return prepared
