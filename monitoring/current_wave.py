"""The wave that the team is on: its critical path with dates and counts, in three queries."""

from collections import Counter
from dataclasses import dataclass

from django.db.models import Case, Count, IntegerField, OuterRef, Q, Subquery, Sum, Value, When
from django.utils import timezone

from accounts.french import long_date, plural
from applications.evaluations.doors import but
from applications.models import UNDER_EXAMINATION, Application, ApplicationState, Assignment
from monitoring.prepared import prepared
from programme.models import Wave
from selection.models import PanelSession, PreparedOutcome
from selection.progress import Standing, critical_path, next_step
from selection.sending import Progress, progress_of

W, S = Wave.State, ApplicationState
# The wave that asks most of the team: the furthest one not announced yet, then the last announced.
INTEREST = (W.DECIDED, W.DELIBERATION, W.REVIEW, W.INSTRUCTION, W.COLLECTING, W.PLANNED, W.ANNOUNCED)
SHORT_MONTHS = (
    "janv.", "févr.", "mars", "avril", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.",
)  # fmt: skip
WAVE_COLUMNS = (
    "id", "public_id", "number", "state", "origin", "opens_at", "closes_at", "capacity", "instruction_until",
    "reviews_due_on", "panel_on", "announcement_on", "announced_at",
)  # fmt: skip
COLUMNS = (*WAVE_COLUMNS, "call__title", "missing_reviews", "prepared", "adopted_at", "silent_on")
NO_LETTER = Progress(total=0, rendered=0, failed=0, running=0, waiting=0, released=0)


@dataclass(frozen=True)
class CurrentWave:
    """What the board shows of one wave."""

    wave: Wave
    call_title: str
    steps: list
    asked_cents: int
    silence: str
    action: str
    blocked: str


def current_wave(programme, *, closed=()):
    """The `CurrentWave` of a programme, or None before it has any.

    Args:
        closed: keys of the dossiers that are closed to the reader: counted nowhere.
    """
    found = waves_by_interest.build(programme, closed) if closed else waves_by_interest(programme)
    if not found:
        return None
    facts = dict(zip(COLUMNS, found[0], strict=True))
    wave = Wave(**{name: facts[name] for name in WAVE_COLUMNS})
    rows = states_of.build(wave, closed) if closed else states_of(wave)
    standing = Standing(
        wave=wave,
        states=Counter({state: n for state, n, _ in rows}),
        missing_reviews=facts["missing_reviews"] or 0,
        session=PanelSession(wave=wave, adopted_at=facts["adopted_at"]) if facts["adopted_at"] else None,
        prepared=facts["prepared"] or 0,
        letters=progress_of(wave, closed=closed) if wave.state == W.DECIDED else NO_LETTER,
        waiting_agreements=0,
    )
    step = next_step(standing)
    return CurrentWave(
        wave=wave,
        call_title=facts["call__title"],
        steps=[{**step, "date": short_date(wave, step)} for step in lived(standing)],
        asked_cents=sum(cents or 0 for state, _, cents in rows if state not in (S.DRAFT, S.WITHDRAWN)),
        silence=silence_of(wave, facts["silent_on"]),
        action=step.title,
        blocked=step.blocked,
    )


def lived(standing):
    """A wave of the past that was recorded without its dossiers has only its announcement to show."""
    steps = critical_path(standing)
    return steps if standing.sent or standing.wave.state != W.ANNOUNCED else steps[-1:]


DATES = {
    "Dépôt": "closes_at",
    "Recevabilité": "instruction_until",
    "Évaluations": "reviews_due_on",
    "Comité": "panel_on",
    "Annonce": "announcement_on",
}


def short_date(wave, step):
    """« 16 juil. »: the column is narrow, and the page of the wave gives the hour."""
    day = getattr(wave, DATES.get(step["label"], ""), None)
    if day is None:
        return ""
    day = timezone.localtime(day) if hasattr(day, "hour") else day
    return f"{day.day}\u00a0{SHORT_MONTHS[day.month - 1]}"


@prepared
def states_of(wave, closed=()):
    """[(state, dossiers, cents asked for)]."""
    rows = but(Application.objects.filter(wave=wave), closed).order_by().values_list("state")
    return rows.annotate(n=Count("pk"), cents=Sum("requested_cents"))


@prepared
def waves_by_interest(programme, closed=()):
    """The current wave with, in the same query, what its steps count."""
    interest = Case(*(When(state=state, then=Value(rank)) for rank, state in enumerate(INTEREST)))
    waves = Wave.objects.filter(call__programme=programme).annotate(
        missing_reviews=counted(
            but(Assignment.objects.expected().exclude(state=Assignment.State.SUBMITTED), closed, "application"),
            "application__wave", application__state=S.IN_REVIEW,
        ),
        prepared=counted(
            but(PreparedOutcome.objects.all(), closed, "application"), "wave", application__state=S.REVIEWED
        ),
        adopted_at=Subquery(PanelSession.objects.filter(wave=OuterRef("pk")).values("adopted_at")[:1]),
        silent_on=Subquery(
            but(Application.objects.all(), closed).filter(
                wave=OuterRef("pk"), state__in=UNDER_EXAMINATION, clock_suspended_on=None,
            ).order_by("implied_rejection_on").values("implied_rejection_on")[:1]
        ),
    )  # fmt: skip
    return waves.order_by(interest, "-announcement_on", "-pk").values_list(*COLUMNS)[:1]


def counted(rows, path, **conditions):
    per_wave = rows.filter(Q(**{path: OuterRef("pk")}), **conditions).order_by().values(path)
    return Subquery(per_wave.annotate(n=Count("pk")).values("n"), output_field=IntegerField())


def silence_of(wave, silent_on):
    """How much room is left before silence becomes a refusal."""
    if silent_on is None or wave.state == W.ANNOUNCED:
        return ""
    if wave.announcement_on is None:
        return f"Le silence vaudra refus à partir du {long_date(silent_on)}."
    margin = (silent_on - max(wave.announcement_on, timezone.localdate())).days
    if margin >= 0:
        return f"Marge entre l’annonce et le premier rejet implicite : {plural(margin, 'jour')}."
    late = plural(-margin, "jour")
    return f"L’annonce prévue tombe {late} après le premier rejet implicite ({long_date(silent_on)})."
