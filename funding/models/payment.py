"""From the schedule of an award to the payment of an instalment."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django_fsm import FSMField, transition

from accounts.models import PublicIdModel, StatefulModel, User
from funding.models.award import Award
from funding.querysets import AgreementQuerySet, InstalmentQuerySet


class Schedule(models.Model):
    """A version of the payment schedule; the current one plans exactly the award. `planned_cents` kept by trigger."""

    class State(models.TextChoices):
        DRAFT = "draft", "En préparation"
        CURRENT = "current", "En vigueur"
        REPLACED = "replaced", "Remplacé"

    award = models.ForeignKey(Award, models.PROTECT, related_name="schedules", verbose_name="attribution")
    number = models.PositiveSmallIntegerField("version")
    state = models.CharField("état", max_length=10, choices=State, default=State.DRAFT)
    total_cents = models.BigIntegerField("montant (centimes)")
    # Owed or paid under the versions before, left as they are: an amendment plans the rest.
    kept_cents = models.BigIntegerField("déjà exigible ou payé (centimes)", default=0)
    planned_cents = models.BigIntegerField("planifié (centimes)", default=0, editable=False)
    # When we knew of it; null: before that was kept, so as old as its award.
    planned_at = models.DateTimeField("planifié le", null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "échéancier"
        ordering = ["award", "number"]
        constraints = [
            models.UniqueConstraint(fields=["award", "number"], name="schedule_number_once"),
            models.UniqueConstraint(fields=["award"], condition=Q(state="current"), name="schedule_one_current"),
            models.CheckConstraint(
                condition=~Q(state="current") | Q(planned_cents=F("total_cents") - F("kept_cents")),
                name="schedule_current_plans_all",
                violation_error_message="L’échéancier doit planifier exactement le montant attribué.",
            ),
        ]

    def __str__(self):
        return f"Échéancier {self.number} de {self.award}"


class ScheduleYear(models.Model):
    schedule = models.ForeignKey(Schedule, models.PROTECT, related_name="years", verbose_name="échéancier")
    year = models.PositiveSmallIntegerField("année")
    cap_cents = models.BigIntegerField("plafond (centimes)")
    kept_cents = models.BigIntegerField("déjà exigible ou payé (centimes)", default=0)
    planned_cents = models.BigIntegerField("planifié (centimes)", default=0, editable=False)

    class Meta:
        verbose_name = "année d’échéancier"
        verbose_name_plural = "années d’échéancier"
        ordering = ["schedule", "year"]
        constraints = [
            models.UniqueConstraint(fields=["schedule", "year"], name="scheduleyear_once"),
            models.CheckConstraint(
                condition=Q(planned_cents__gte=0, planned_cents__lte=F("cap_cents") - F("kept_cents")),
                name="scheduleyear_within_cap",
                violation_error_message="Le plafond annuel de l’appel est dépassé.",
            ),
        ]

    def __str__(self):
        return f"{self.schedule}, {self.year}"


class Agreement(PublicIdModel, StatefulModel):
    """Convention: compulsory for a private body above 23 000 € a year (L. 2000-321 art. 10, D. 2001-495)."""

    class State(models.TextChoices):
        DRAFTED = "drafted", "Préparée"
        SENT = "sent", "Envoyée"
        SIGNED_BY_BENEFICIARY = "signed_by_beneficiary", "Signée par la structure"
        SIGNED_BY_STATE = "signed_by_state", "Signée par l’État"
        IN_FORCE = "in_force", "En vigueur"
        CLOSED = "closed", "Close"

    award = models.OneToOneField(Award, models.PROTECT, related_name="agreement", verbose_name="attribution")
    # Null: those of the call.
    payment_days = models.PositiveSmallIntegerField("délai de paiement (jours)", null=True, blank=True)
    number = models.CharField("numéro", max_length=20, unique=True)
    state = FSMField("état", default=State.DRAFTED, choices=State.choices, protected=True, max_length=24)
    sent_on = models.DateField("envoyée le", null=True, blank=True)
    beneficiary_signed_on = models.DateField("signée par la structure le", null=True, blank=True)
    beneficiary_signatory = models.CharField("signataire de la structure", max_length=150, blank=True)
    state_signed_on = models.DateField("signée par l’État le", null=True, blank=True)
    state_signatory = models.CharField("signataire de l’État", max_length=150, blank=True)

    objects = AgreementQuerySet.as_manager()

    class Meta:
        verbose_name = "convention"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["in_force", "closed"])
                | Q(beneficiary_signed_on__isnull=False, state_signed_on__isnull=False),
                name="agreement_in_force_signed_by_both",
            ),
            models.CheckConstraint(
                condition=(Q(beneficiary_signed_on=None) | Q(beneficiary_signed_on__gte=F("sent_on")))
                & (Q(state_signed_on=None) | Q(state_signed_on__gte=F("beneficiary_signed_on"))),
                name="agreement_dates_ordered",
                violation_error_message="La convention est envoyée, puis signée par la structure, puis par l’État.",
            ),
        ]

    def __str__(self):
        return f"Convention {self.number}"

    def get_absolute_url(self):
        return reverse("funding:agreement", args=[self.public_id])

    @transition(state, State.DRAFTED, State.SENT, permission="funding.manage_agreement")
    def send(self, *, by, on):
        self.sent_on = on

    @transition(state, State.SENT, State.SIGNED_BY_BENEFICIARY)
    def record_beneficiary_signature(self, *, by, on, signatory):
        self.beneficiary_signed_on, self.beneficiary_signatory = on, signatory

    @transition(state, State.SIGNED_BY_BENEFICIARY, State.SIGNED_BY_STATE)
    def record_state_signature(self, *, by, on, signatory):
        self.state_signed_on, self.state_signatory = on, signatory

    @transition(state, State.SIGNED_BY_STATE, State.IN_FORCE)
    def come_into_force(self, *, by):
        """Both signatures are recorded."""

    @transition(state, [State.SENT, State.SIGNED_BY_BENEFICIARY], State.DRAFTED, permission="funding.manage_agreement")
    def recall(self, *, by):
        """The text is taken back to be corrected: who signed it has to sign the next one."""
        self.sent_on = self.beneficiary_signed_on = None
        self.beneficiary_signatory = ""

    @transition(state, State.IN_FORCE, State.CLOSED, permission="funding.manage_agreement")
    def close(self, *, by):
        """Everything is paid and reported."""

    @transition(state, State.CLOSED, State.IN_FORCE, permission="funding.decide_recovery")
    def reopen(self, *, by):
        """The withdrawal that closed it is undone."""


class Instalment(PublicIdModel, StatefulModel):
    """One scheduled payment with its condition (glossary 46, 47). Cents."""

    class State(models.TextChoices):
        PLANNED = "planned", "Planifiée"
        DUE = "due", "Exigible"
        CERTIFIED = "certified", "Service fait certifié"
        ORDERED = "ordered", "Mise en paiement"
        PAID = "paid", "Payée"
        WITHHELD = "withheld", "Retenue"
        CANCELLED = "cancelled", "Annulée"

    class Kind(models.TextChoices):
        ADVANCE = "advance", "Avance"
        INTERIM = "interim", "Acompte"
        BALANCE = "balance", "Solde"

    APPLICANT_LABELS = {
        State.PLANNED: "Prévu",
        State.DUE: "À verser",
        State.CERTIFIED: "Vérifié",
        State.ORDERED: "Transmis au comptable",
        State.PAID: "Versé",
        State.WITHHELD: "Retenu",
        State.CANCELLED: "Annulé",
    }

    schedule_year = models.ForeignKey(ScheduleYear, models.PROTECT, related_name="instalments", verbose_name="année")
    award = models.ForeignKey(Award, models.PROTECT, related_name="instalments", verbose_name="attribution")
    number = models.PositiveSmallIntegerField("numéro")
    kind = models.CharField("nature", max_length=8, choices=Kind)
    state = FSMField("état", default=State.PLANNED, choices=State.choices, protected=True, max_length=10)
    cents = models.BigIntegerField("montant (centimes)")
    condition = models.CharField("condition", max_length=250)
    expected_on = models.DateField("prévue le")
    # Each dated fact has its legal date; `…_at` is when we knew.
    due_on = models.DateField("exigible le", null=True, blank=True)
    due_at = models.DateTimeField("exigibilité connue le", null=True, blank=True)
    certified_on = models.DateField("service fait le", null=True, blank=True)
    certified_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    # Year of the CP it is ordered against; the comptable's date has to fall in it (LOLF art. 28).
    cp_year = models.PositiveSmallIntegerField("exercice des CP", null=True, blank=True)
    ordered_on = models.DateField("mise en paiement le", null=True, blank=True)
    ordered_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    paid_on = models.DateField("payée par le comptable le", null=True, blank=True)
    paid_recorded_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    # One DP may pay several instalments, several may pay one: what is applied once is the row of Chorus.
    chorus_reference = models.CharField(  # noqa: DJ001 (null: not paid yet)
        "référence Chorus (DP)", max_length=40, null=True, blank=True, db_index=True
    )
    # When we knew of the payment, and when the instalment left the schedule; null where it was not kept.
    paid_at = models.DateTimeField("paiement connu le", null=True, blank=True, editable=False)
    cancelled_at = models.DateTimeField("annulée le", null=True, blank=True, editable=False)
    # Last day to pay; a withholding pushes it back by as many days.
    pay_by = models.DateField("à payer avant le", null=True, blank=True)
    withheld_on = models.DateField("retenue le", null=True, blank=True)
    withheld_reason = models.CharField("motif de la retenue", max_length=500, blank=True)

    objects = InstalmentQuerySet.as_manager()

    class Meta:
        verbose_name = "échéance"
        ordering = ["award", "number"]
        constraints = [
            models.UniqueConstraint(fields=["schedule_year", "award", "number"], name="instalment_number_once"),
            models.CheckConstraint(condition=Q(cents__gt=0), name="instalment_positive"),
            models.CheckConstraint(
                condition=Q(ordered_by=None) | ~Q(certified_by=F("ordered_by")),
                name="instalment_certifier_does_not_order",
                violation_error_message="Qui certifie le service fait ne met pas en paiement.",
            ),
            models.CheckConstraint(
                condition=Q(paid_recorded_by=None)
                | (~Q(certified_by=F("paid_recorded_by")) & ~Q(ordered_by=F("paid_recorded_by"))),
                name="instalment_recorder_is_a_third",
                violation_error_message="Le paiement est noté par une troisième personne.",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["due", "certified", "ordered", "paid"]) | Q(due_on__isnull=False),
                name="instalment_due_has_date",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["certified", "ordered", "paid"])
                | Q(certified_on__isnull=False, certified_by__isnull=False),
                name="instalment_certified_has_author",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["ordered", "paid"])
                | Q(ordered_on__isnull=False, ordered_by__isnull=False, cp_year__isnull=False),
                name="instalment_ordered_has_author",
            ),
            models.CheckConstraint(
                condition=~Q(state="paid")
                | Q(paid_on__isnull=False, paid_recorded_by__isnull=False, chorus_reference__isnull=False),
                name="instalment_paid_has_reference",
            ),
            models.CheckConstraint(
                condition=(Q(certified_on=None) | Q(certified_on__gte=F("due_on")))
                & (Q(ordered_on=None) | Q(ordered_on__gte=F("certified_on")))
                & (Q(paid_on=None) | Q(paid_on__gte=F("ordered_on"))),
                name="instalment_dates_ordered",
                violation_error_message="Exigible, vérifiée, mise en paiement, payée : les dates suivent cet ordre.",
            ),
            models.CheckConstraint(
                condition=Q(chorus_reference=None) | ~Q(chorus_reference=""), name="instalment_reference_not_empty"
            ),
            models.CheckConstraint(
                condition=Q(withheld_on=None) | ~Q(withheld_reason=""), name="instalment_withheld_with_reason"
            ),
        ]
        indexes = [
            models.Index(fields=["state", "expected_on"], name="instalment_state_expected"),
            models.Index(fields=["state", "paid_on"], name="instalment_state_paid"),
        ]

    def __str__(self):
        return f"Échéance {self.number}, {self.award}"

    def get_absolute_url(self):
        return reverse("funding:instalment", args=[self.public_id])

    @transition(state, State.PLANNED, State.DUE)
    def become_due(self, *, by, on, at, pay_by=None):
        self.due_on, self.due_at, self.pay_by = on, at, pay_by

    @transition(state, State.DUE, State.CERTIFIED, permission="funding.pay")
    def certify(self, *, by, on):
        self.certified_on, self.certified_by = on, by

    @transition(state, State.CERTIFIED, State.ORDERED, permission="funding.pay")
    def order(self, *, by, on, cp_year):
        self.ordered_on, self.ordered_by, self.cp_year = on, by, cp_year

    @transition(state, State.ORDERED, State.CERTIFIED, permission="funding.pay")
    def cancel_order(self, *, by):
        """The comptable sent it back, or the year ended first: its CP are free again."""
        self.ordered_on = self.ordered_by = self.cp_year = None

    @transition(state, State.ORDERED, State.PAID, permission="funding.pay")
    def record_payment(self, *, by, on, chorus_reference):
        self.paid_on, self.paid_recorded_by, self.chorus_reference = on, by, chorus_reference
        self.paid_at = timezone.now()

    @transition(state, [State.PLANNED, State.DUE], State.WITHHELD, permission="funding.withhold")
    def withhold(self, *, by, on=None, reason=""):
        """A condition is not met; the money stays committed."""
        self.withheld_on, self.withheld_reason = on, reason

    @transition(state, State.WITHHELD, State.PLANNED, permission="funding.withhold")
    def resume(self, *, by):
        self.withheld_on, self.withheld_reason = None, ""

    @transition(state, State.WITHHELD, State.DUE, permission="funding.withhold")
    def resume_due(self, *, by, pay_by):
        """It was due before it was withheld: its clock goes on."""
        self.withheld_on, self.withheld_reason, self.pay_by = None, "", pay_by

    @transition(state, [State.PLANNED, State.WITHHELD], State.CANCELLED, permission="funding.plan")
    def cancel(self, *, by):
        """Replaced by an amendment, or decommitted."""
        self.cancelled_at = timezone.now()

    @transition(state, [State.DUE, State.CERTIFIED], State.CANCELLED, permission="funding.decide_recovery")
    def withdraw(self, *, by):
        """No longer owed: the decision that granted it is withdrawn."""
        self.cancelled_at = timezone.now()
