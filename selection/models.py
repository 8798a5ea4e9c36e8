from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django_fsm import FSMField, transition

from accounts.models import PublicIdModel, StatefulModel, User, VersionedModel
from applications.models import Application
from funding.models import Award, Line
from programme.models import Programme, Wave
from selection.querysets import DecisionQuerySet, DelegationQuerySet

SIGN = "selection.sign"


class Outcome(models.TextChoices):
    """What is prepared, and what nobody outside sees before the announcement."""

    PROPOSED = "proposed", "Proposé"
    WAITLIST = "waitlist", "Liste complémentaire"
    NOT_RETAINED = "not_retained", "Non proposé"
    DEFERRED = "deferred", "Ajourné"


class PanelSession(VersionedModel):
    """The day the panel gave its opinion on a wave (glossary 20); the authority decides, not the panel."""

    wave = models.OneToOneField(Wave, models.PROTECT, related_name="+", verbose_name="vague")
    held_on = models.DateField("réuni le")
    members_present = models.TextField("présents")
    waitlist_until = models.DateField("liste complémentaire valable jusqu’au")
    adopted_at = models.DateTimeField("proposition adoptée le", null=True, blank=True)
    adopted_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = "séance du comité"
        verbose_name_plural = "séances du comité"
        ordering = ["-held_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(waitlist_until__gte=F("held_on")),
                name="panel_waitlist_ends_after",
                violation_error_message="La liste complémentaire finit après la réunion du comité.",
            ),
            models.CheckConstraint(
                condition=Q(adopted_at=None) | Q(adopted_by__isnull=False), name="panel_adopted_has_author"
            ),
        ]

    def __str__(self):
        return f"Comité du {self.held_on:%d/%m/%Y}"

    @property
    def is_adopted(self):
        return self.adopted_at is not None


class PreparedOutcome(VersionedModel):
    """The prepared outcome of one dossier, apart from the published one: reversible until the wave is signed."""

    application = models.OneToOneField(Application, models.PROTECT, related_name="+", verbose_name="dossier")
    wave = models.ForeignKey(Wave, models.PROTECT, related_name="+", verbose_name="vague")
    outcome = models.CharField("issue préparée", max_length=14, choices=Outcome)
    rank = models.PositiveSmallIntegerField("rang", null=True, blank=True)
    amount_cents = models.BigIntegerField("montant proposé (centimes)", null=True, blank=True)
    line = models.ForeignKey(Line, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="ligne")
    fiscal_year = models.PositiveSmallIntegerField("exercice des AE", null=True, blank=True)
    ground = models.TextField("motif", blank=True)
    departure_reason = models.CharField("motif de l’écart au classement", max_length=300, blank=True)
    award = models.ForeignKey(
        Award, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="réservation"
    )
    prepared_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="préparée par")
    prepared_at = models.DateTimeField("préparée le", auto_now=True)

    class Meta:
        verbose_name = "issue préparée"
        verbose_name_plural = "issues préparées"
        ordering = ["wave", "rank", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(outcome="proposed")
                | Q(amount_cents__gt=0, line__isnull=False, fiscal_year__isnull=False),
                name="outcome_proposed_has_amount",
                violation_error_message="Un dossier proposé a un montant et une ligne budgétaire.",
            ),
            models.CheckConstraint(
                condition=~Q(outcome__in=["not_retained", "deferred"]) | ~Q(ground=""),
                name="outcome_refusal_has_ground",
                violation_error_message="Donnez le motif : il figurera dans le courrier.",
            ),
            models.CheckConstraint(
                condition=Q(award=None) | Q(outcome="proposed"), name="outcome_award_only_when_proposed"
            ),
        ]

    def __str__(self):
        return f"{self.application} : {self.get_outcome_display()}"


class SignatureDelegation(PublicIdModel):
    """Who may sign what, up to how much, from when to when, by which published act (glossary 30)."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="+", verbose_name="dispositif")
    holder = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="délégataire")
    acts = models.JSONField("actes couverts", default=list, help_text="parmi : award, waitlist, refusal")
    ceiling_cents = models.BigIntegerField("plafond par acte (centimes)")
    starts_on = models.DateField("du")
    ends_on = models.DateField("au")
    published_act = models.CharField("acte de délégation publié", max_length=250)
    # Printed above the name: "Pour la ministre et par délégation," then the function, a line each.
    formula = models.CharField("formule de signature", max_length=250)

    objects = DelegationQuerySet.as_manager()

    class Meta:
        verbose_name = "délégation de signature"
        verbose_name_plural = "délégations de signature"
        ordering = ["-starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on"), ceiling_cents__gt=0),
                name="delegation_coherent",
                violation_error_message="La délégation finit après avoir commencé et son plafond est positif.",
            )
        ]

    def __str__(self):
        return f"{self.holder}, {self.published_act}"

    def covers(self, *, act, cents, on):
        """True when this delegation covers the act, the amount (cents) and the day (Europe/Paris)."""
        return act in self.acts and cents <= self.ceiling_cents and self.starts_on <= on <= self.ends_on


class Decision(PublicIdModel, StatefulModel):
    """The signed act on one dossier (glossary 29): never edited; ended by a counter-decision."""

    class State(models.TextChoices):
        PREPARED = "prepared", "Préparée"
        SIGNED = "signed", "Signée"
        ISSUED = "issued", "Mise à disposition"
        NOTIFIED = "notified", "Notifiée"
        WITHDRAWN = "withdrawn", "Retirée"
        REPEALED = "repealed", "Abrogée"
        CORRECTED = "corrected", "Rectifiée"

    class Act(models.TextChoices):
        AWARD = "award", "Attribution"
        WAITLIST = "waitlist", "Liste complémentaire"
        REFUSAL = "refusal", "Rejet"
        DEFERRAL = "deferral", "Ajournement"

    application = models.ForeignKey(Application, models.PROTECT, related_name="+", verbose_name="dossier")
    wave = models.ForeignKey(Wave, models.PROTECT, related_name="+", verbose_name="vague")
    act = models.CharField("acte", max_length=10, choices=Act)
    state = FSMField("état", default=State.PREPARED, choices=State.choices, protected=True, max_length=10)
    award = models.ForeignKey(Award, models.PROTECT, null=True, blank=True, related_name="+")
    amount_cents = models.BigIntegerField("montant (centimes)", default=0)
    ground = models.TextField("motif", blank=True)
    rank = models.PositiveSmallIntegerField("rang", null=True, blank=True)
    valid_until = models.DateField("valable jusqu’au", null=True, blank=True)
    delegation = models.ForeignKey(
        SignatureDelegation, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="délégation"
    )
    signed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    signed_at = models.DateTimeField("signée le", null=True, blank=True)
    issued_at = models.DateTimeField("mise à disposition le", null=True, blank=True)
    # CRPA R112-17 to R112-20: first opening, else fifteen days after it was made available.
    notified_on = models.DateField("notifiée le", null=True, blank=True)
    created_at = models.DateTimeField("préparée le", default=timezone.now)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        verbose_name = "décision"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "wave"],
                condition=~Q(state__in=["withdrawn", "repealed", "corrected"]),
                name="decision_one_standing",
                violation_error_message="Une décision existe déjà pour ce dossier.",
            ),
            models.CheckConstraint(
                condition=Q(state="prepared")
                | Q(signed_by__isnull=False, signed_at__isnull=False, delegation__isnull=False),
                name="decision_signed_has_signatory",
            ),
            models.CheckConstraint(
                condition=~Q(act="award") | Q(award__isnull=False, amount_cents__gt=0), name="decision_award_has_money"
            ),
            models.CheckConstraint(
                condition=~Q(act__in=["refusal", "deferral"]) | ~Q(ground=""), name="decision_refusal_has_ground"
            ),
        ]
        indexes = [models.Index(fields=["wave", "act"], name="decision_wave_act")]

    def __str__(self):
        return f"{self.get_act_display()}, {self.application}"

    @transition(state, State.PREPARED, State.SIGNED, permission=SIGN)
    def sign(self, *, by, at, delegation):
        self.signed_by, self.signed_at, self.delegation = by, at, delegation

    @transition(state, State.SIGNED, State.ISSUED, permission=SIGN)
    def issue(self, *, by, at):
        self.issued_at = at

    @transition(state, State.ISSUED, State.NOTIFIED)
    def notify(self, *, by, on):
        self.notified_on = on
