from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django_fsm import FSMField, transition

from accounts.models import Organisation, PublicIdModel, StatefulModel
from applications.models import Application, Fabrique
from funding.models.line import Line
from funding.querysets import AwardQuerySet
from programme.models import Origin, Wave

RESERVE = "funding.reserve"
COMMIT = "funding.commit"
STOP = "funding.stop_award"
GIVE_BACK = "funding.give_back"


class Award(PublicIdModel, StatefulModel):
    """Amount and schedule granted to one applicant for one place (glossary 28). Cents.

    The bounds are those of the call version and segment on the day of the reservation, copied.
    """

    class State(models.TextChoices):
        RESERVED = "reserved", "Réservée"
        COMMITTED = "committed", "Engagée"
        IN_FORCE = "in_force", "En cours"
        COMPLETED = "completed", "Achevée"
        RELEASED = "released", "Libérée"
        RENOUNCED = "renounced", "Renonciation"
        LAPSED = "lapsed", "Caduque"
        SUSPENDED = "suspended", "Suspendue"
        WITHDRAWN = "withdrawn", "Retirée"
        TERMINATED = "terminated", "Résiliée"

    wave = models.ForeignKey(Wave, models.PROTECT, related_name="+", verbose_name="vague")
    fabrique = models.ForeignKey(Fabrique, models.PROTECT, related_name="+", verbose_name="fabrique")
    # Null for a reconstruction: the source names the laureate, no dossier.
    application = models.ForeignKey(
        Application, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="dossier"
    )
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="bénéficiaire"
    )
    state = FSMField("état", default=State.RESERVED, choices=State.choices, protected=True, max_length=12)
    origin = models.CharField("origine", max_length=16, choices=Origin, default=Origin.REAL)
    total_cents = models.BigIntegerField("montant (centimes)")
    min_cents = models.BigIntegerField("minimum de l’appel (centimes)")
    max_cents = models.BigIntegerField("maximum de l’appel (centimes)")
    year_cap_cents = models.BigIntegerField("plafond annuel (centimes)")
    reserved_on = models.DateField("réservée le")
    committed_on = models.DateField("engagée le", null=True, blank=True)
    notified_on = models.DateField("notifiée le", null=True, blank=True)
    # What the decision granted, kept when an amendment first changes the amount; `total_cents` is what stands.
    initial_cents = models.BigIntegerField("montant de la décision (centimes)", null=True, blank=True)
    amendment_count = models.PositiveSmallIntegerField("avenants sur le montant", default=0)
    suspended_on = models.DateField("suspendue le", null=True, blank=True)
    terminated_on = models.DateField("résiliée le", null=True, blank=True)
    stop_reason = models.CharField("motif de la suspension ou de la résiliation", max_length=500, blank=True)
    # Given up by the structure, lapsed, or withdrawn: nothing of it stands any more.
    ended_on = models.DateField("finie le", null=True, blank=True)
    created_at = models.DateTimeField("créée le", default=timezone.now)

    objects = AwardQuerySet.as_manager()

    class Meta:
        verbose_name = "attribution"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(total_cents__lte=F("max_cents"), total_cents__gt=0)
                & (Q(total_cents__gte=F("min_cents")) | Q(amendment_count__gt=0)),
                name="award_within_bounds",
                violation_error_message="Le montant sort des bornes de l’appel.",
            ),
            models.CheckConstraint(
                condition=Q(application__isnull=False) | Q(origin="reconstruction"), name="award_has_dossier"
            ),
            models.UniqueConstraint(
                fields=["application"],
                condition=~Q(state="released"),
                name="award_one_live_per_dossier",
                violation_error_message="Ce dossier a déjà une attribution.",
            ),
            models.UniqueConstraint(
                fields=["fabrique", "wave"],
                condition=~Q(state="released"),
                name="award_one_live_per_place_and_wave",
                violation_error_message="Ce lieu a déjà une attribution dans cette vague.",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["committed", "in_force", "completed"]) | Q(committed_on__isnull=False),
                name="award_committed_has_date",
            ),
            models.CheckConstraint(
                condition=Q(amendment_count=0, initial_cents=None)
                | Q(amendment_count__gt=0, initial_cents__isnull=False),
                name="award_amended_keeps_its_decision",
            ),
            models.CheckConstraint(
                condition=~Q(state="suspended") | Q(suspended_on__isnull=False) & ~Q(stop_reason=""),
                name="award_suspended_has_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state="terminated") | Q(terminated_on__isnull=False) & ~Q(stop_reason=""),
                name="award_terminated_has_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["renounced", "lapsed", "withdrawn"])
                | Q(ended_on__isnull=False) & ~Q(stop_reason=""),
                name="award_ended_has_reason",
            ),
        ]
        indexes = [models.Index(fields=["state"], name="award_state")]

    def __str__(self):
        return f"Attribution à {self.fabrique}"

    @transition(state, State.RESERVED, State.RELEASED, permission=RESERVE)
    def release(self, *, by):
        """The reservation is undone; its AE are free again."""

    @transition(state, State.RESERVED, State.COMMITTED, permission=COMMIT)
    def commit(self, *, by, on):
        self.committed_on = on

    @transition(state, State.COMMITTED, State.IN_FORCE)
    def come_into_force(self, *, by):
        """Agreement signed by both, or none is needed and the act is notified."""

    @transition(state, State.IN_FORCE, State.COMPLETED)
    def complete(self, *, by):
        """Every instalment is paid."""

    @transition(state, State.IN_FORCE, State.SUSPENDED, permission=STOP)
    def suspend(self, *, by, on, reason):
        """Nothing more is owed nor paid until it is resumed; the money stays committed."""
        self.suspended_on, self.stop_reason = on, reason

    @transition(state, State.SUSPENDED, State.IN_FORCE, permission=STOP)
    def resume(self, *, by):
        self.suspended_on, self.stop_reason = None, ""

    @transition(state, [State.COMMITTED, State.IN_FORCE, State.SUSPENDED], State.TERMINATED, permission=STOP)
    def terminate(self, *, by, on, reason):
        """What is not owed yet never will be."""
        self.terminated_on, self.stop_reason = on, reason

    @transition(state, [State.COMMITTED, State.IN_FORCE, State.SUSPENDED], State.RENOUNCED, permission=GIVE_BACK)
    def renounce(self, *, by, on, reason):
        """The structure gives it up before anything was paid."""
        self.ended_on, self.stop_reason = on, reason

    @transition(state, [State.COMMITTED, State.IN_FORCE, State.SUSPENDED], State.LAPSED, permission=GIVE_BACK)
    def lapse(self, *, by, on, reason):
        """Not contracted, or not started, within the time that was set (glossary 36)."""
        self.ended_on, self.stop_reason = on, reason

    @transition(
        state,
        [State.COMMITTED, State.IN_FORCE, State.SUSPENDED, State.COMPLETED],
        State.WITHDRAWN,
        permission="funding.decide_recovery",
    )
    def withdraw(self, *, by, on, reason):
        """The whole of it, by a decision after a hearing; what was paid is asked back by a recovery."""
        self.ended_on, self.stop_reason = on, reason

    @transition(state, [State.WITHDRAWN, State.COMPLETED], State.IN_FORCE, permission="funding.decide_recovery")
    def reinstate(self, *, by):
        """The withdrawal is undone: what it cancelled is planned again."""
        self.ended_on, self.stop_reason = None, ""

    @transition(state, State.WITHDRAWN, State.COMMITTED, permission="funding.decide_recovery")
    def reinstate_committed(self, *, by):
        """The same, for one that was not in force yet when it was withdrawn."""
        self.ended_on, self.stop_reason = None, ""


class Category(models.TextChoices):
    """Intervention spending by who receives it (LOLF art. 5, title 6)."""

    FIRMS = "62", "62, transferts aux entreprises"
    LOCAL_AUTHORITIES = "63", "63, transferts aux collectivités territoriales"
    OTHERS = "64", "64, transferts aux autres collectivités"


class Draw(models.Model):
    """What an award takes from one line and AE year; an award may draw on several."""

    award = models.ForeignKey(Award, models.PROTECT, related_name="draws", verbose_name="attribution")
    line = models.ForeignKey(Line, models.PROTECT, related_name="+", verbose_name="ligne")
    fiscal_year = models.PositiveSmallIntegerField("exercice des AE")
    cents = models.BigIntegerField("montant (centimes)")
    # An amendment may draw again on a line and year: the draws are used in the order they were made.
    rank = models.PositiveSmallIntegerField("rang", default=1)
    # Category of title 6, from the legal form on that day (LOLF art. 5); empty when the beneficiary is not known.
    category = models.CharField("catégorie", max_length=2, choices=Category, blank=True)

    class Meta:
        verbose_name = "tirage"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["award", "line", "fiscal_year", "rank"], name="draw_once"),
            models.CheckConstraint(condition=Q(cents__gt=0), name="draw_positive"),
        ]

    def __str__(self):
        return f"{self.line} {self.fiscal_year}"
