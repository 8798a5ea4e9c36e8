"""The dates of a call as people read them: which wave takes dossiers, how long is left, what comes next."""

import datetime
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from accounts import french
from programme.models import Call, Wave

OVERSEAS = (
    ("en Guadeloupe et en Martinique", ZoneInfo("America/Martinique")),
    ("en Guyane", ZoneInfo("America/Cayenne")),
    ("à La Réunion", ZoneInfo("Indian/Reunion")),
    ("à Mayotte", ZoneInfo("Indian/Mayotte")),
)
# The steps that a reader of the call knows, with the state of the wave during which each is running.
STEPS = (
    ("Dépôt", Wave.State.COLLECTING),
    ("Instruction", Wave.State.INSTRUCTION),
    ("Évaluation", Wave.State.REVIEW),
    ("Comité", Wave.State.DELIBERATION),
    ("Annonce", Wave.State.DECIDED),
)
ORDER = list(Wave.State)


def open_wave(call, now):
    """The wave of the call that takes dossiers now, or None; reads `call.waves.all()`."""
    if call.state != Call.State.PUBLISHED:
        return None
    return next((wave for wave in call.waves.all() if wave.accepts_deposit(now)), None)


def coming_wave(call, now):
    """The next wave that will take dossiers, or None."""
    if call.state not in (Call.State.DRAFT, Call.State.PUBLISHED):
        return None
    coming = [wave for wave in call.waves.all() if wave.has_window() and wave.opens_at > now]
    return min(coming, key=lambda wave: wave.opens_at, default=None)


def latest_wave(call, now):
    """The wave whose calendar the reader wants first: open, coming, else the last one."""
    waves = list(call.waves.all())
    return open_wave(call, now) or coming_wave(call, now) or (waves[-1] if waves else None)


def days_left(at, now):
    """Whole days between today and the day of `at`, Paris; 0 is the last day."""
    return (timezone.localtime(at).date() - timezone.localtime(now).date()).days


def overseas_hours(at) -> str:
    """« 12 h en Guadeloupe et en Martinique, 20 h à La Réunion… »; the day is said when it is another one."""
    paris = timezone.localtime(at)
    return ", ".join(f"{local_hour(at.astimezone(zone), paris)} {place}" for place, zone in OVERSEAS)


def local_hour(local, paris):
    minutes = f"{french.NBSP}{local.minute:02d}" if local.minute else ""
    text = f"{local.hour}{french.NBSP}h{minutes}"
    return text if local.date() == paris.date() else f"{french.DAYS[local.weekday()]} {text}"


def wave_steps(wave, now):
    """The steps of a wave for `components/steps.html`."""
    running = running_state(wave, now)
    return [
        {"label": label, "date": step_date(wave, state), "note": "", "state": step_state(state, running)}
        for label, state in STEPS
    ]


def running_state(wave, now):
    """A window that is over is over, even before somebody starts the instruction; one to come is not running."""
    if wave.state == Wave.State.COLLECTING and wave.closes_at <= now:
        return Wave.State.INSTRUCTION
    if wave.state == Wave.State.COLLECTING and wave.opens_at > now:
        return Wave.State.PLANNED
    return wave.state


def step_state(state, running):
    if state == running:
        return "now"
    return "done" if ORDER.index(state) < ORDER.index(running) else "next"


def step_date(wave, state):
    if state == Wave.State.COLLECTING:
        return deposit_dates(wave)
    before, after = {
        Wave.State.INSTRUCTION: ("jusqu’au ", wave.instruction_until),
        Wave.State.REVIEW: ("avis attendus le ", wave.reviews_due_on),
        Wave.State.DELIBERATION: ("le ", wave.panel_on),
        Wave.State.DECIDED: ("le ", wave.announced_at or wave.announcement_on),
    }[state]
    return f"{before}{french.long_date(after)}" if after else "date à venir"


def deposit_dates(wave):
    if not wave.has_window():
        return "dates non connues"
    return f"du {french.long_date(wave.opens_at)} au {french.long_datetime(wave.closes_at)}"


def told(amendment):
    """One amendment as {label, old, new, reason, at, by}, its stored values in French."""
    return {
        "label": Wave._meta.get_field(amendment.field).verbose_name,
        "old": in_french(amendment.old),
        "new": in_french(amendment.new),
        "reason": amendment.reason,
        "at": amendment.amended_at,
        "by": amendment.amended_by,
        "wave": amendment.wave,
    }


def in_french(text):
    """Stored values are ISO instants, ISO dates, numbers or text."""
    if "T" in text and (instant := parsed(parse_datetime, text)):
        return french.long_datetime(instant)
    day = parsed(parse_date, text)
    return french.long_date(day) if day else text or "—"


def parsed(parse, text) -> datetime.date | None:
    try:
        return parse(text)
    except ValueError:
        return None
