from django.db import models
from django.db.models import Q
from django.utils import timezone
from django_fsm import FSMField, transition

from accounts.models import PublicIdModel, StatefulModel, User
from applications.models import Application
from funding.models import Award
from programme.models import Wave
from selection.models.delegation import SignatureDelegation
from selection.querysets import DecisionQuerySet

SIGN = "selection.sign"


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
        # Prepared, and never signed: what it would have decided did not happen.
        DROPPED = "dropped", "Abandonnée"

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
    # The decision that this one takes the place of, the day it is handed over: both stand until then.
    replaces = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="replacements", verbose_name="remplace"
    )
    # Why it is called before a dossier with a better place on the waitlist.
    departure_reason = models.CharField("motif de l’écart à l’ordre de la liste", max_length=300, blank=True)
    # The payments asked for with an award that is prepared after the announcement; empty: those of the call.
    schedule = models.JSONField("échéancier voulu", default=list, blank=True)
    # A deferral names the wave to come back to, and what to improve until then (glossary 23).
    deferred_to = models.ForeignKey(
        Wave, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="reporté à"
    )
    improvements = models.TextField("ce qu’il faut améliorer", blank=True)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        verbose_name = "décision"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "wave"],
                condition=Q(replaces=None) & ~Q(state__in=["withdrawn", "repealed", "corrected", "dropped"]),
                name="decision_one_standing",
                violation_error_message="Une décision existe déjà pour ce dossier.",
            ),
            models.UniqueConstraint(
                fields=["replaces"],
                condition=~Q(state="dropped"),
                name="decision_replaced_once",
                violation_error_message="Une autre décision prend déjà la place de celle-ci.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["prepared", "dropped"])
                | Q(signed_by__isnull=False, signed_at__isnull=False, delegation__isnull=False),
                name="decision_signed_has_signatory",
            ),
            models.CheckConstraint(
                condition=~Q(act="award") | Q(award__isnull=False, amount_cents__gt=0), name="decision_award_has_money"
            ),
            models.CheckConstraint(
                condition=~Q(act__in=["refusal", "deferral"]) | ~Q(ground=""), name="decision_refusal_has_ground"
            ),
            models.CheckConstraint(
                condition=Q(act="deferral") | Q(deferred_to__isnull=True, improvements=""),
                name="decision_deferral_alone_names_a_wave",
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

    @transition(state, State.PREPARED, State.DROPPED)
    def drop(self, *, by):
        """It will not be signed: its reason is in the journal."""

    @transition(state, [State.ISSUED, State.NOTIFIED], State.REPEALED, permission=SIGN)
    def repeal(self, *, by):
        """Its successor is handed over: it ends for the future (CRPA L243-1)."""

    @transition(state, [State.ISSUED, State.NOTIFIED], State.WITHDRAWN)
    def withdraw(self, *, by):
        """Another decision takes it back whole, after a hearing (CRPA L242-2)."""

    @transition(state, State.WITHDRAWN, State.ISSUED)
    def stand_again(self, *, by):
        """What withdrew it is undone, before it was notified."""

    @transition(state, State.WITHDRAWN, State.NOTIFIED)
    def stand_again_notified(self, *, by):
        """What withdrew it is undone: it stands, notified as it was."""
