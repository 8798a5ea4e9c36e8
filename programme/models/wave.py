import datetime

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django_fsm import FSMField, transition

from accounts.models import PublicIdModel, StatefulModel, User
from programme.models.call import Call
from programme.models.programme import Origin
from programme.querysets import WaveQuerySet

STEER = "programme.steer_wave"
DECIDE = "programme.decide_wave"


def window_is_over(wave):
    """No instruction of a wave while dossiers may still arrive, the call's grace included."""
    return wave.closes_at is not None and wave.accepts_until() <= timezone.now()


def window_is_open_again(wave):
    """A deposit reopens for a closing that is still to come."""
    return wave.has_window() and wave.closes_at > timezone.now()


def is_reconstruction(wave):
    """Only a wave that was lived elsewhere may be recorded as announced without its steps."""
    return wave.origin == Origin.RECONSTRUCTION


class Wave(PublicIdModel, StatefulModel):
    """One pass of a call: deposit, instruction, panel and announcement are separate dates (glossary 5)."""

    shown_when_stale = (
        "opens_at", "closes_at", "capacity", "instruction_until", "reviews_due_on", "panel_on", "announcement_on",
    )  # fmt: skip

    class State(models.TextChoices):
        PLANNED = "planned", "Prévue"
        COLLECTING = "collecting", "Ouverte au dépôt"
        INSTRUCTION = "instruction", "En instruction"
        REVIEW = "review", "En évaluation"
        DELIBERATION = "deliberation", "En comité"
        DECIDED = "decided", "Décidée"
        ANNOUNCED = "announced", "Annoncée"

    call = models.ForeignKey(Call, models.PROTECT, related_name="waves", verbose_name="appel")
    number = models.PositiveSmallIntegerField("numéro")
    state = FSMField("état", default=State.PLANNED, choices=State.choices, protected=True, max_length=20)
    origin = models.CharField("origine", max_length=16, choices=Origin, default=Origin.REAL)
    # Null for reconstructed waves: the source gives no deposit window.
    opens_at = models.DateTimeField("ouverture du dépôt", null=True, blank=True)
    closes_at = models.DateTimeField("clôture du dépôt", null=True, blank=True)
    capacity = models.PositiveSmallIntegerField("lauréats au plus", default=30)
    capacity_exceeded_reason = models.CharField("motif du dépassement", max_length=300, blank=True)
    # Why the deposit is open for less than the call promises (`CallVersion.minimum_opening_days`).
    short_window_reason = models.CharField("motif de la durée courte", max_length=300, blank=True)
    instruction_until = models.DateField("fin de l’instruction", null=True, blank=True)
    reviews_due_on = models.DateField("évaluations attendues le", null=True, blank=True)
    panel_on = models.DateField("comité le", null=True, blank=True)
    announcement_on = models.DateField("annonce le", null=True, blank=True)
    announced_at = models.DateTimeField("annoncée le", null=True, editable=False)

    objects = WaveQuerySet.as_manager()

    class Meta:
        verbose_name = "vague"
        ordering = ["call", "number"]
        constraints = [
            models.UniqueConstraint(fields=["call", "number"], name="wave_number_once"),
            models.CheckConstraint(
                condition=Q(opens_at=None) | Q(closes_at=None) | Q(closes_at__gt=F("opens_at")),
                name="wave_window_ordered",
                violation_error_message="La clôture du dépôt vient après son ouverture.",
            ),
        ]

    def __str__(self):
        return f"Vague {self.number}"

    def has_window(self):
        return self.opens_at is not None and self.closes_at is not None

    def accepts_deposit(self, at):
        """Judged by the server's clock at arrival, never by a scheduler: `opens_at` included, `closes_at` excluded."""
        return self.state == self.State.COLLECTING and self.has_window() and self.opens_at <= at < self.closes_at

    def grace(self):
        """How long after the closing a dossier is still taken: the rule of the call in force, in words in the call."""
        version = self.call.version_in_force()
        return datetime.timedelta(minutes=version.grace_minutes if version else 0)

    def accepts_until(self):
        """The instant from which nothing is taken any more, `grace` included; wants a window."""
        return self.closes_at + self.grace()

    @transition(state, State.PLANNED, State.COLLECTING, permission=STEER)
    def open_deposit(self, *, by):
        """The window is published; its dates alone say whether a dossier is in time."""

    @transition(state, State.COLLECTING, State.INSTRUCTION, conditions=[window_is_over], permission=STEER)
    def start_instruction(self, *, by):
        """Deposits are closed; officers check admissibility."""

    @transition(state, State.INSTRUCTION, State.COLLECTING, conditions=[window_is_open_again], permission=STEER)
    def reopen_deposit(self, *, by):
        """A measured outage was recorded after the instruction had started: the window is given back to all."""

    @transition(state, State.INSTRUCTION, State.REVIEW, permission=STEER)
    def start_review(self, *, by):
        """Admissible dossiers are handed to reviewers."""

    @transition(state, State.REVIEW, State.DELIBERATION, permission=STEER)
    def start_deliberation(self, *, by):
        """The panel may rank."""

    @transition(state, State.DELIBERATION, State.DECIDED, permission=DECIDE)
    def mark_decided(self, *, by):
        """Every decision of the wave is signed."""

    @transition(state, State.PLANNED, State.ANNOUNCED, conditions=[is_reconstruction], permission=DECIDE)
    def record_past_announcement(self, *, by, announced_at):
        self.announced_at = announced_at

    @transition(state, State.DECIDED, State.ANNOUNCED, permission=DECIDE)
    def mark_announced(self, *, by):
        self.announced_at = timezone.now()


class WaveAmendment(models.Model):
    """A traced change of a wave's calendar or capacity. Append-only."""

    wave = models.ForeignKey(Wave, models.PROTECT, related_name="amendments", verbose_name="vague")
    field = models.CharField("champ", max_length=30)
    old = models.CharField("avant", max_length=60, blank=True)
    new = models.CharField("après", max_length=60, blank=True)
    reason = models.CharField("motif", max_length=300)
    amended_at = models.DateTimeField("le", default=timezone.now)
    amended_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="par")

    class Meta:
        verbose_name = "modification de vague"
        ordering = ["-pk"]

    def __str__(self):
        return f"{self.wave} : {self.field}"
