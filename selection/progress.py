"""Where a wave stands: its critical path, what blocks it, what comes next."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone

from accounts.french import deadline, long_date, long_datetime, plural
from applications.evaluations.doors import but, closed_dossiers
from applications.models import Application, ApplicationState, Assignment
from programme.models import Wave
from selection.decisions import awards_without_agreement
from selection.models import PanelMeeting, PanelSession, PreparedOutcome
from selection.sending import Progress, announcement_block, progress_of

W, S = Wave.State, ApplicationState
ORDER = list(W)
TO_EXAMINE = (S.SUBMITTED, S.CORRECTION_REQUESTED)
# What counts as received: whatever was sent, wherever it went since.
NOT_SENT = (S.DRAFT,)


@dataclass
class Standing:
    """The numbers of one wave that its page shows, in a constant number of queries."""

    wave: Wave
    states: Counter
    missing_reviews: int
    session: PanelSession | None
    prepared: int
    letters: Progress
    waiting_agreements: int
    # Prepared, called or open; None when none is.
    meeting: PanelMeeting | None = None
    today: date = field(default_factory=timezone.localdate)

    @property
    def sent(self):
        return sum(count for state, count in self.states.items() if state not in NOT_SENT)

    @property
    def to_examine(self):
        return sum(self.states[state] for state in TO_EXAMINE)

    @property
    def in_review(self):
        return self.states[S.ADMISSIBLE] + self.states[S.IN_REVIEW]

    @property
    def reviewed(self):
        return self.states[S.REVIEWED]

    @property
    def is_adopted(self):
        return bool(self.session and self.session.is_adopted)

    @property
    def rows(self):
        """[(state, label, count)] of the dossiers that were sent, in the order of their life."""
        return [(s.value, s.label, self.states[s]) for s in S if self.states[s] and s not in NOT_SENT]


def standing_of(wave, *, reader=None):
    """The `Standing` of a wave.

    Args:
        reader: whoever reads it: the dossiers that are closed to her are counted nowhere. None: the service.
    """
    closed = closed_dossiers(reader)
    dossiers = but(Application.objects.filter(wave=wave), closed)
    counted = dossiers.order_by().values_list("state").annotate(n=Count("pk"))
    asked = Assignment.objects.expected().filter(application__wave=wave, application__state=S.IN_REVIEW)
    asked = but(asked, closed, "application")
    prepared = but(PreparedOutcome.objects.filter(wave=wave), closed, "application")
    return Standing(
        wave=wave,
        states=Counter(dict(counted)),
        missing_reviews=asked.exclude(state=Assignment.State.SUBMITTED).count(),
        session=PanelSession.objects.filter(wave=wave).first(),
        prepared=prepared.filter(application__state=S.REVIEWED).count(),
        letters=progress_of(wave, closed=closed),
        waiting_agreements=agreements_to_prepare(wave, closed) if wave.state == W.ANNOUNCED else 0,
        meeting=meeting_of(wave),
    )


def meeting_of(wave):
    if wave.state != W.DELIBERATION:
        return None
    return PanelMeeting.objects.filter(wave=wave, state__in=PanelMeeting.UNDER_WAY).first()


def agreements_to_prepare(wave, closed):
    return sum(award.application_id not in closed for award in awards_without_agreement(wave))


# --- The critical path -------------------------------------------------------------------------------------------


def critical_path(standing):
    """[{label, date, note, state}] for `components/steps.html`, one step a date of the wave."""
    wave = standing.wave
    steps = [
        (W.COLLECTING, "Dépôt", wave.closes_at, plural(standing.sent, "dossier reçu", "dossiers reçus")),
        (W.INSTRUCTION, "Recevabilité", wave.instruction_until, f"{standing.to_examine} à contrôler"),
        (W.REVIEW, "Évaluations", wave.reviews_due_on, reviews_note(standing)),
        (W.DELIBERATION, "Comité", panel_day(standing), panel_note(standing)),
        (W.DELIBERATION, "Signature", None, signature_note(standing)),
        (W.DECIDED, "Annonce", wave.announcement_on, announcement_note(standing)),
    ]
    return [step_of(standing, *step) for step in steps]


def step_of(standing, own, label, day, note):
    return {
        "label": label,
        "date": date_text(day),
        "note": note,
        "state": state_of(standing, own, label, as_day(day)),
    }


def state_of(standing, own, label, day):
    current, rank = ORDER.index(standing.wave.state), ORDER.index(own)
    if label == "Signature" and current == rank:
        return "now" if standing.is_adopted else "next"
    if label == "Comité" and current == rank and standing.is_adopted:
        return "done"
    if current > rank:
        return "done"
    if current < rank:
        return "next"
    return "blocked" if day and day < standing.today else "now"


def as_day(value):
    return timezone.localdate(value) if hasattr(value, "hour") else value


def date_text(value):
    if value is None:
        return ""
    return deadline(value) if hasattr(value, "hour") else long_date(value)


def reviews_note(standing):
    return plural(standing.missing_reviews, "évaluation manquante", "évaluations manquantes")


def panel_day(standing):
    """The meeting that is called tells more than the calendar."""
    return standing.meeting.meets_at if standing.meeting else standing.wave.panel_on


def panel_note(standing):
    if standing.is_adopted:
        return "proposition adoptée"
    return f"{standing.prepared} issues préparées sur {standing.reviewed}" if standing.reviewed else ""


def signature_note(standing):
    total = standing.letters.total
    return plural(total, "décision signée", "décisions signées") if total else ""


def announcement_note(standing):
    letters = standing.letters
    if not letters.total:
        return ""
    return f"{letters.rendered_text} sur {letters.total}"


# --- What comes next ---------------------------------------------------------------------------------------------


@dataclass
class NextStep:
    """The one next action of a wave.

    Attributes:
        verb: name of the step to post, "" when the action is another page.
        url: page that does it, for a step that is not posted from here.
        items: what it does, in sentences. blocked: why it waits, "" when it does not.
    """

    title: str
    button: str = ""
    verb: str = ""
    url: str = ""
    items: tuple[str, ...] = ()
    blocked: str = ""


def next_step(standing):
    return NEXT[standing.wave.state](standing)


def after_planned(standing):
    return NextStep(
        "Publier l’appel",
        "Ouvrir la page de l’appel",
        url=reverse("programme:manage_call", args=[standing.wave.call.slug]),
        items=("La vague s’ouvre au dépôt quand son appel est publié, à la date prévue",),
    )


def after_collecting(standing):
    closes = standing.wave.closes_at and standing.wave.accepts_until()
    open_ = closes is None or closes > timezone.now()
    return NextStep(
        "Commencer l’instruction",
        "Commencer l’instruction",
        "start_instruction",
        items=(f"{plural(standing.sent, 'dossier')} à contrôler", "Plus aucun dépôt n’est possible"),
        blocked=f"le dépôt est ouvert jusqu’au {deadline(closes)} (heure de Paris)." if open_ and closes else "",
    )


def after_instruction(standing):
    items = [f"{plural(standing.states[S.ADMISSIBLE], 'dossier')} à confier aux évaluateurs"]
    if standing.to_examine:
        items.append(f"{plural(standing.to_examine, 'dossier')} encore à contrôler : ils suivront")
    return NextStep("Passer à l’évaluation", "Passer à l’évaluation", "start_review", items=tuple(items))


def after_review(standing):
    items = [f"{plural(standing.reviewed, 'dossier')} au classement"]
    if waiting := standing.in_review + standing.to_examine:
        items.append(f"{plural(waiting, 'dossier')} sans évaluation complète : l’adoption les attendra")
    if standing.missing_reviews:
        items.append(reviews_note(standing))
    return NextStep("Réunir le comité", "Ouvrir la délibération", "start_deliberation", items=tuple(items))


def after_deliberation(standing):
    if standing.is_adopted:
        return NextStep(
            "Signer la vague",
            "Voir ce qui sera signé",
            url=reverse("selection:decisions", args=[standing.wave.public_id]),
            items=(f"Proposition adoptée le {long_date(standing.session.adopted_at)}",),
        )
    prepared = f"{standing.prepared} issues préparées sur {standing.reviewed}"
    if meeting := standing.meeting:
        called = f"Réunion {meeting.get_state_display().lower()}, {long_datetime(meeting.meets_at)}, {meeting.place}"
        return NextStep(
            "Réunir le comité",
            "Ouvrir la page de la réunion",
            url=reverse("selection:meeting", args=[meeting.public_id]),
            items=(called, prepared),
        )
    return NextStep(
        "Préparer les issues",
        "Ouvrir la table du comité",
        url=reverse("selection:panel", args=[standing.wave.public_id]),
        items=(prepared,),
    )


def after_decided(standing):
    return NextStep(
        "Annoncer la vague",
        "Voir les courriers et annoncer",
        url=reverse("selection:decisions", args=[standing.wave.public_id]),
        items=(announcement_note(standing),),
        blocked=announcement_block(standing.letters),
    )


def after_announced(standing):
    waiting = standing.waiting_agreements
    if not waiting:
        return NextStep(
            "La vague est annoncée",
            "Voir les décisions",
            url=reverse("selection:decisions", args=[standing.wave.public_id]),
        )
    return NextStep(
        "Préparer les conventions",
        "Préparer les conventions",
        "prepare_agreements",
        items=(
            f"{plural(waiting, 'convention')} à préparer, avec leur numéro et leur échéancier",
            "Rien n’est envoyé : chaque convention s’envoie depuis sa page",
        ),
    )


NEXT = {
    W.PLANNED: after_planned,
    W.COLLECTING: after_collecting,
    W.INSTRUCTION: after_instruction,
    W.REVIEW: after_review,
    W.DELIBERATION: after_deliberation,
    W.DECIDED: after_decided,
    W.ANNOUNCED: after_announced,
}
