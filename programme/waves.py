"""The calendar of a wave, its steps, and its amendments: every change of a date or of the capacity is traced."""

import datetime
from itertools import pairwise

from django.db import transaction
from django.utils import timezone

from accounts import french
from accounts.errors import Refusal
from accounts.models import JournalEntry
from accounts.permissions import require
from programme.models import Call, Wave, WaveAmendment
from programme.models.wave import STEER
from programme.openings import refuse_short_window, short_window

CALENDAR = ("instruction_until", "reviews_due_on", "panel_on", "announcement_on")
AMENDABLE = ("opens_at", "closes_at", "capacity", *CALENDAR)
# "Now", as a form gives it: the hour read when the page was opened, a few minutes before it is sent.
JUST_NOW = datetime.timedelta(minutes=10)


class BadCalendar(Refusal):
    title = "Ces dates ne vont pas ensemble"


def locked(wave, version=None):
    wave = Wave.objects.select_for_update(of=("self",)).get(pk=wave.pk)
    wave.expect_version(version)
    return wave


def plan_wave(*, call, by, number=None, **fields):
    """Add a wave to a call; on a published call it opens to deposit at its dates.

    Args:
        number: the next one when not given.
        fields: `opens_at`, `closes_at` (aware instants), `capacity`, `instruction_until`, `reviews_due_on`,
            `panel_on`, `announcement_on` (dates, Europe/Paris), `short_window_reason` (why the deposit is open for
            less than the call promises).

    Raises:
        NotAllowed: `by` may not steer waves.
        BadCalendar: the dates are not in order.
        Refusal: the call takes no more waves, or the window is shorter than it promises and nothing says why.
    """
    require(by, STEER)
    with transaction.atomic():
        call = Call.objects.select_for_update(of=("self",)).get(pk=call.pk)
        refuse_finished_call(call)
        wave = Wave(call=call, number=number or next_number(call), origin=call.origin, **fields)
        refuse_disorder(wave)
        refuse_short_window(wave)
        wave.save()
        JournalEntry.write(action="plan_wave", subject=wave, actor=by, details=written(fields))
        if call.state == Call.State.PUBLISHED and wave.has_window():
            wave.move("open_deposit", by=by)
    return wave


def next_number(call):
    return max((wave.number for wave in call.waves.all()), default=0) + 1


def refuse_finished_call(call):
    if not call.takes_waves:
        raise Refusal(f"L’appel est {call.get_state_display().lower()} : il ne reçoit plus de vague.")


def as_text(value):
    return value.isoformat() if hasattr(value, "isoformat") else "" if value is None else str(value)


def written(fields):
    return {name: as_text(value) for name, value in fields.items()}


def amend_wave(*, wave, by, reason, version=None, **changes):
    """Change dates or capacity, each with its row of `WaveAmendment`, and one entry of the journal.

    Args:
        reason: why, in words that the file keeps; compulsory.
        version: the version that the page was made from, if any.
        changes: new values, by name (`AMENDABLE`); what is equal to the present value is no change. A `closes_at` of
            the last ten minutes closes the deposit now; an earlier one is refused, since a dossier sent in time would
            become late.

    Raises:
        NotAllowed, StalePage: see `publish_call`.
        Refusal: no reason, nothing changed, or a step that is behind.
        BadCalendar: the dates would not be in order.
    """
    require(by, STEER)
    with transaction.atomic():
        wave = locked(wave, version)
        reason = asked_reason(reason)
        changes = effective(wave, changes)
        for name, value in changes.items():
            refuse_behind(wave, name)
            trace(wave, name, value, reason, by)
            setattr(wave, name, value)
        refuse_disorder(wave)
        explain_short_window(wave, changes, reason)
        wave.save()
        JournalEntry.write(
            action="amend_wave", subject=wave, actor=by, details={"reason": reason, "changes": written(changes)}
        )
    return wave


def explain_short_window(wave, changes, reason):
    """The reason of an amendment that shortens the deposit below the promise of the call is the reason of that."""
    if changes.keys() & {"opens_at", "closes_at"}:
        wave.short_window_reason = ""
        if short_window(wave, wave.call.version_in_force()) is not None:
            wave.short_window_reason = reason


def asked_reason(reason):
    reason = (reason or "").strip()
    if not reason:
        raise Refusal("Indiquez le motif de la modification : il sera conservé et montré.", field="reason")
    return reason[:300]


def effective(wave, changes):
    unknown = set(changes) - set(AMENDABLE)
    if unknown:
        raise ValueError(f"not amendable: {sorted(unknown)}")
    if "closes_at" in changes and changes["closes_at"] != wave.closes_at:
        changes = changes | {"closes_at": not_before_now(changes["closes_at"])}
    changes = {name: value for name, value in changes.items() if value != getattr(wave, name)}
    if not changes:
        raise Refusal("Rien ne change : les dates et la capacité sont déjà celles-ci.")
    return changes


def not_before_now(closes_at):
    now = timezone.now()
    if closes_at is None or closes_at < now - JUST_NOW:
        raise BadCalendar(
            "La clôture ne peut pas être dans le passé : des dossiers envoyés à temps deviendraient tardifs. "
            "Choisissez une heure à venir, ou l’heure qu’il est pour clore maintenant.",
            field="closes_at",
        )
    return max(closes_at, now)


def refuse_behind(wave, name):
    """A date changes until the step that it rules is over."""
    states = list(Wave.State)
    last = {"opens_at": Wave.State.COLLECTING, "closes_at": Wave.State.COLLECTING, "capacity": Wave.State.DELIBERATION}
    if states.index(wave.state) > states.index(last.get(name, Wave.State.DECIDED)):
        label = Wave._meta.get_field(name).verbose_name
        raise Refusal(
            f"« {label} » ne peut plus changer : la vague est « {wave.get_state_display()} ».",
            field=name,
        )


def trace(wave, name, value, reason, by):
    WaveAmendment.objects.create(
        wave=wave, field=name, old=as_text(getattr(wave, name)), new=as_text(value), reason=reason, amended_by=by
    )


def refuse_disorder(wave):
    """Opening, closing, instruction, reviews, panel and announcement follow one another."""
    if wave.opens_at and wave.closes_at and wave.closes_at <= wave.opens_at:
        raise BadCalendar("La clôture du dépôt vient après son ouverture : changez l’une des deux.", field="closes_at")
    if wave.capacity < 1:
        raise BadCalendar("La capacité est d’au moins un lauréat.", field="capacity")
    steps = [("closes_at", wave.closes_at and timezone.localtime(wave.closes_at).date())]
    steps = [step for step in [*steps, *((name, getattr(wave, name)) for name in CALENDAR)] if step[1]]
    for (earlier, before), (later, after) in pairwise(steps):
        if after < before:
            raise BadCalendar(disorder(earlier, before, later, after), field=later)


def disorder(earlier, before, later, after):
    names = {name: Wave._meta.get_field(name).verbose_name for name in (earlier, later)}
    return (
        f"« {names[later]} » ({french.long_date(after)}) tombe avant « {names[earlier]} » "
        f"({french.long_date(before)}) : changez aussi cette date."
    )


def exceed_capacity(*, wave, laureates, reason, by):
    """Record why a wave takes more laureates than its capacity; the caller checks the right to adopt.

    Raises:
        Refusal: more than the capacity, without a reason.
    """
    with transaction.atomic():
        wave = locked(wave)
        if laureates <= wave.capacity:
            return wave
        reason = (reason or "").strip()[:300]
        if not reason:
            raise Refusal(
                f"{laureates} lauréats pour une capacité de {wave.capacity} : indiquez le motif du dépassement.",
                field="reason",
            )
        trace(wave, "capacity_exceeded_reason", f"{laureates} lauréats", reason, by)
        wave.capacity_exceeded_reason = reason
        wave.save(update_fields=["capacity_exceeded_reason"])
        JournalEntry.write(
            action="exceed_capacity", subject=wave, actor=by, details={"laureates": laureates, "reason": reason}
        )
    return wave


def start_instruction(*, wave, by, version=None):
    """Deposits are over; officers check admissibility.

    Raises:
        Refusal: the window is still open.
        NotAllowed, StalePage: see `publish_call`.
    """
    require(by, STEER)
    with transaction.atomic():
        wave = locked(wave, version)
        if wave.state == Wave.State.COLLECTING and wave.accepts_until() > timezone.now():
            raise Refusal(
                f"Le dépôt est ouvert jusqu’au {french.deadline(wave.closes_at)} (heure de Paris) : attendez, "
                "ou avancez la clôture par une modification motivée."
            )
        wave.move("start_instruction", by=by)
    return wave


def step(transition_name):
    """A verb that only moves the wave one step on."""

    def verb(*, wave, by, version=None):
        with transaction.atomic():
            wave = locked(wave, version)
            wave.move(transition_name, by=by)
        return wave

    verb.__name__ = verb.__qualname__ = transition_name
    verb.__doc__ = f"Perform `{transition_name}` of the wave. Raises `NotAllowed` or `StalePage`."
    return verb


start_review = step("start_review")
start_deliberation = step("start_deliberation")
mark_decided = step("mark_decided")
mark_announced = step("mark_announced")
