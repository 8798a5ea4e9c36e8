"""Money taken back: a decision withdrawn in proportion, money asked back, how it came back or did not."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django_fsm import FSMField, transition

from accounts.models import PublicIdModel, StatefulModel, User
from documents.models import Document
from funding.models.award import Award
from funding.models.hearing import CONDUCT, Hearing
from funding.models.payment import Instalment
from funding.querysets import RecoveryQuerySet, WithdrawalQuerySet

DECIDE = "funding.decide_recovery"
COLLECT = "funding.collect"
SETTLED = F("collected_cents") + F("waived_cents") + F("written_off_cents")


class Withdrawal(PublicIdModel, StatefulModel):
    """A decision withdrawn wholly or in proportion of what was not done, after a hearing (CRPA L242-2). Cents."""

    class State(models.TextChoices):
        HEARING = "hearing", "Phase contradictoire"
        DECIDED = "decided", "Retrait décidé"
        DROPPED = "dropped", "Abandonné"
        UNDONE = "undone", "Retrait annulé"

    award = models.ForeignKey(Award, models.PROTECT, related_name="withdrawals", verbose_name="attribution")
    hearing = models.OneToOneField(Hearing, models.PROTECT, related_name="withdrawal", verbose_name="procédure")
    state = FSMField("état", default=State.HEARING, choices=State.choices, protected=True, max_length=10)
    # What was to be done and what was, in one unit: spending in cents, days of opening, places.
    measure = models.CharField("ce qui est mesuré", max_length=150, blank=True)
    planned_units = models.BigIntegerField("prévu", null=True, blank=True)
    done_units = models.BigIntegerField("réalisé", null=True, blank=True)
    total_cents = models.BigIntegerField("montant de l’aide (centimes)", null=True, blank=True)
    kept_cents = models.BigIntegerField("montant maintenu (centimes)", null=True, blank=True)
    # What is withdrawn was not paid, and is cancelled, or was paid, and is asked back.
    cancelled_cents = models.BigIntegerField("versements annulés (centimes)", null=True, blank=True)
    recovered_cents = models.BigIntegerField("à reverser (centimes)", null=True, blank=True)
    released_cents = models.BigIntegerField("AE rendues (centimes)", null=True, blank=True)
    # The instalments as they stood: what is planned again if the withdrawal is undone.
    schedule_before = models.JSONField("échéancier d’avant", default=list, blank=True, editable=False)
    decided_on = models.DateField("décidé le", null=True, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    act = models.CharField("acte", max_length=150, blank=True)
    reason = models.CharField("motif", max_length=1000, blank=True)
    document = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")
    # The act that takes the withdrawal back: an upheld appeal, a judgment.
    undone_on = models.DateField("annulé le", null=True, blank=True)
    undone_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    undone_act = models.CharField("acte qui annule", max_length=150, blank=True)
    undone_reason = models.CharField("motif de l’annulation", max_length=1000, blank=True)
    undone_document = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")

    objects = WithdrawalQuerySet.as_manager()

    class Meta:
        verbose_name = "retrait d’une décision"
        verbose_name_plural = "retraits de décisions"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["award"],
                condition=Q(state="hearing"),
                name="withdrawal_one_at_a_time",
                violation_error_message="Un retrait est déjà en cours pour cette attribution.",
            ),
            models.CheckConstraint(
                condition=~Q(state="decided")
                | Q(
                    total_cents=F("kept_cents") + F("cancelled_cents") + F("recovered_cents"),
                    kept_cents__gte=0,
                    cancelled_cents__gte=0,
                    recovered_cents__gte=0,
                    released_cents__gte=0,
                    released_cents__lte=F("cancelled_cents"),
                    total_cents__gt=F("kept_cents"),
                ),
                name="withdrawal_keeps_the_sum",
            ),
            models.CheckConstraint(
                condition=~Q(state="decided")
                | Q(planned_units__gt=0, done_units__gte=0, done_units__lt=F("planned_units")),
                name="withdrawal_measured",
            ),
            models.CheckConstraint(
                condition=~Q(state="decided") | Q(decided_on__isnull=False) & ~Q(act="") & ~Q(reason=""),
                name="withdrawal_decided_by_an_act",
            ),
            models.CheckConstraint(condition=~Q(state="dropped") | ~Q(reason=""), name="withdrawal_dropped_says_why"),
            models.CheckConstraint(
                condition=~Q(state="undone")
                | Q(decided_on__isnull=False, undone_on__gte=F("decided_on"))
                & ~Q(undone_act="")
                & ~Q(undone_reason=""),
                name="withdrawal_undone_by_an_act",
                violation_error_message="Un retrait est annulé par un acte daté, après le retrait, avec son motif.",
            ),
        ]

    def __str__(self):
        return f"Retrait, {self.award.fabrique}"

    def get_absolute_url(self):
        return reverse("funding:withdrawal", args=[self.public_id])

    @property
    def withdrawn_cents(self):
        return None if self.kept_cents is None else self.total_cents - self.kept_cents

    @transition(state, State.HEARING, State.DECIDED, permission=DECIDE)
    def decide(self, *, by, on, act, reason):
        self.decided_on, self.decided_by, self.act, self.reason = on, by, act, reason

    @transition(state, State.HEARING, State.DROPPED, permission=CONDUCT)
    def drop(self, *, by, reason):
        """The observations convinced, or it was a mistake: the award stays as it is."""
        self.reason = reason

    @transition(state, State.DECIDED, State.UNDONE, permission=DECIDE)
    def undo(self, *, by, on, act, reason):
        """An act takes it back, after an upheld appeal: the award stands again as it did."""
        self.undone_on, self.undone_by, self.undone_act, self.undone_reason = on, by, act, reason


class Recovery(PublicIdModel, StatefulModel):
    """Money asked back (glossary 49). It never makes CP available again by itself. Cents."""

    class State(models.TextChoices):
        HEARING = "hearing", "Phase contradictoire"
        DECIDED = "decided", "Reversement décidé"
        ISSUED = "issued", "Titre émis"
        COLLECTED = "collected", "Recouvré"
        WAIVED = "waived", "Soldé par une remise gracieuse"
        WRITTEN_OFF = "written_off", "Admis en non-valeur"
        DROPPED = "dropped", "Abandonné"
        REFUNDING = "refunding", "À rembourser à la structure"
        REFUNDED = "refunded", "Remboursé à la structure"

    OPEN = (State.HEARING, State.DECIDED, State.ISSUED, State.REFUNDING)
    # Nothing is asked back any more.
    GONE = (State.DROPPED, State.REFUNDING, State.REFUNDED)
    APPLICANT_LABELS = {
        State.HEARING: "Vos observations sont attendues",
        State.DECIDED: "À rembourser : un titre de perception va vous être envoyé",
        State.ISSUED: "À rembourser au comptable",
        State.COLLECTED: "Remboursé",
        State.WAIVED: "Vous n’avez plus rien à rembourser",
        State.WRITTEN_OFF: "Le comptable ne demande plus ce remboursement",
        State.DROPPED: "Demande abandonnée : rien à rembourser",
        State.REFUNDING: "Demande annulée : le comptable va vous rendre ce que vous avez reversé",
        State.REFUNDED: "Demande annulée : ce que vous aviez reversé vous est rendu",
    }

    award = models.ForeignKey(Award, models.PROTECT, related_name="recoveries", verbose_name="attribution")
    hearing = models.OneToOneField(Hearing, models.PROTECT, related_name="recovery", verbose_name="procédure")
    # The paid part of a decision withdrawn; the hearing was the same.
    withdrawal = models.OneToOneField(
        Withdrawal, models.PROTECT, null=True, blank=True, related_name="recovery", verbose_name="retrait"
    )
    instalment = models.ForeignKey(
        Instalment, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="échéance"
    )
    state = FSMField("état", default=State.HEARING, choices=State.choices, protected=True, max_length=12)
    due_cents = models.BigIntegerField("à reverser (centimes)", null=True, blank=True)
    decided_on = models.DateField("décidé le", null=True, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    act = models.CharField("acte", max_length=150, blank=True)
    reason = models.CharField("motif", max_length=1000, blank=True)
    document = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")
    # *Titre de perception*: the accountant collects on it (GBCP art. 28).
    title_number = models.CharField("numéro du titre de perception", max_length=40, null=True, blank=True, unique=True)
    title_on = models.DateField("titre émis le", null=True, blank=True)
    issued_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    # Kept by the entries (trigger).
    collected_cents = models.BigIntegerField("recouvré (centimes)", default=0, editable=False)
    waived_cents = models.BigIntegerField("remis (centimes)", default=0, editable=False)
    written_off_cents = models.BigIntegerField("admis en non-valeur (centimes)", default=0, editable=False)
    # What came back and was given back to the structure, the title being cancelled.
    refunded_cents = models.BigIntegerField("remboursé à la structure (centimes)", default=0, editable=False)
    closed_on = models.DateField("soldé le", null=True, blank=True)

    objects = RecoveryQuerySet.as_manager()

    class Meta:
        verbose_name = "reversement"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["hearing", "dropped"])
                | Q(due_cents__gt=0, decided_on__isnull=False) & ~Q(act="") & ~Q(reason=""),
                name="recovery_decided_by_an_act",
            ),
            models.CheckConstraint(condition=~Q(state="dropped") | ~Q(reason=""), name="recovery_dropped_says_why"),
            models.CheckConstraint(
                condition=~Q(state__in=["issued", "collected", "waived", "written_off"])
                | Q(title_number__isnull=False, title_on__isnull=False, title_on__gte=F("decided_on"))
                & ~Q(title_number=""),
                name="recovery_issued_has_title",
                violation_error_message="Un titre de perception a son numéro et sa date, après la décision.",
            ),
            models.CheckConstraint(
                condition=Q(issued_by=None) | ~Q(issued_by=F("decided_by")),
                name="recovery_decider_does_not_issue",
                violation_error_message="Qui décide du reversement n’émet pas le titre.",
            ),
            models.CheckConstraint(
                condition=Q(collected_cents__gte=0, waived_cents__gte=0, written_off_cents__gte=0)
                & (Q(due_cents=None) | Q(due_cents__gte=SETTLED)),
                name="recovery_never_more_than_due",
                violation_error_message="Le reversement est déjà soldé pour ce montant.",
            ),
            models.CheckConstraint(
                condition=Q(refunded_cents__gte=0, refunded_cents__lte=F("collected_cents")),
                name="recovery_refunded_within_collected",
                violation_error_message="On ne rend pas plus que ce qui est revenu.",
            ),
            models.CheckConstraint(
                condition=~Q(state="refunded") | Q(refunded_cents=F("collected_cents"), closed_on__isnull=False),
                name="recovery_refunded_whole",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["collected", "waived", "written_off"])
                | Q(due_cents=SETTLED, closed_on__isnull=False),
                name="recovery_closed_is_settled",
            ),
        ]
        indexes = [models.Index(fields=["state"], name="recovery_state")]

    def __str__(self):
        return f"Reversement, {self.award.fabrique}"

    def get_absolute_url(self):
        return reverse("funding:recovery", args=[self.public_id])

    @property
    def settled_cents(self):
        return self.collected_cents + self.waived_cents + self.written_off_cents

    @property
    def left_cents(self):
        return (self.due_cents or 0) - self.settled_cents

    @property
    def to_refund_cents(self):
        """What came back on a title that was cancelled since, and is not given back yet."""
        return self.collected_cents - self.refunded_cents if self.state == self.State.REFUNDING else 0

    @transition(state, State.HEARING, State.DECIDED, permission=DECIDE)
    def decide(self, *, by, on, act, reason, due_cents):
        self.decided_on, self.decided_by, self.act, self.reason, self.due_cents = on, by, act, reason, due_cents

    @transition(state, [State.HEARING, State.DECIDED], State.DROPPED, permission=DECIDE)
    def drop(self, *, by, reason):
        """Nothing is asked back."""
        self.reason = reason

    @transition(
        state, [State.DECIDED, State.ISSUED, State.WAIVED, State.WRITTEN_OFF], State.DROPPED, permission=DECIDE
    )
    def fall(self, *, by, reason):
        """The withdrawal on which it rests is undone and nothing came back: the accountant cancels the title."""
        self.reason = reason

    @transition(
        state, [State.ISSUED, State.COLLECTED, State.WAIVED, State.WRITTEN_OFF], State.REFUNDING, permission=DECIDE
    )
    def owe_back(self, *, by, reason):
        """The withdrawal on which it rests is undone: what came back is owed to the structure."""
        self.reason, self.closed_on = reason, None

    @transition(state, State.REFUNDING, State.REFUNDED, permission=COLLECT)
    def close_refunded(self, *, by, on):
        """All that came back was given back."""
        self.closed_on = on

    @transition(state, State.DECIDED, State.ISSUED, permission=COLLECT)
    def issue(self, *, by, on, number):
        self.title_on, self.title_number, self.issued_by = on, number, by

    @transition(state, State.ISSUED, State.COLLECTED, permission=COLLECT)
    def close_collected(self, *, by, on):
        """The accountant received all of it."""
        self.closed_on = on

    @transition(state, State.ISSUED, State.WAIVED, permission=COLLECT)
    def close_waived(self, *, by, on):
        """What was not collected was waived (remise gracieuse)."""
        self.closed_on = on

    @transition(state, State.ISSUED, State.WRITTEN_OFF, permission=COLLECT)
    def close_written_off(self, *, by, on):
        """The accountant gave up what could not be collected (admission en non-valeur)."""
        self.closed_on = on


class RecoveryEntry(PublicIdModel):
    """What came back, or will not: one fact of the accountant, with its reference. Append-only."""

    class Kind(models.TextChoices):
        COLLECTED = "collected", "Encaissement"
        WAIVED = "waived", "Remise gracieuse"
        WRITTEN_OFF = "written_off", "Admission en non-valeur"
        # The title was cancelled after it was paid: the accountant gives back what came.
        REFUNDED = "refunded", "Remboursement à la structure"

    ON_THE_TITLE = (Kind.COLLECTED, Kind.WAIVED, Kind.WRITTEN_OFF)

    recovery = models.ForeignKey(Recovery, models.PROTECT, related_name="entries", verbose_name="reversement")
    kind = models.CharField("nature", max_length=12, choices=Kind)
    cents = models.BigIntegerField("montant (centimes)")
    on = models.DateField("date")
    reference = models.CharField("acte ou référence", max_length=150)
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="noté par")
    recorded_at = models.DateTimeField("noté le", default=timezone.now)

    class Meta:
        verbose_name = "fait de recouvrement"
        verbose_name_plural = "faits de recouvrement"
        ordering = ["on", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(cents__gt=0), name="recoveryentry_positive"),
            models.CheckConstraint(condition=~Q(reference=""), name="recoveryentry_has_reference"),
            models.UniqueConstraint(
                fields=["recovery", "kind", "reference"],
                name="recoveryentry_once",
                violation_error_message="Ce fait est déjà noté sous cette référence.",
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} du {self.on:%d/%m/%Y}"
