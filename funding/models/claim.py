"""What a beneficiary shows to be paid an instalment: what was spent, cost line by cost line, each with its paper."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django_fsm import FSMField, transition

from accounts.models import PublicIdModel, StatefulModel, User
from documents.models import StoredFile
from funding.models.payment import Instalment
from funding.querysets import ClaimQuerySet

JUDGE = "funding.judge_claim"


class Claim(PublicIdModel, StatefulModel):
    """The claim of one instalment; written by the structure, sent, returned with a reason or accepted."""

    class State(models.TextChoices):
        DRAFTED = "drafted", "En préparation"
        SENT = "sent", "À examiner"
        RETURNED = "returned", "À compléter"
        ACCEPTED = "accepted", "Acceptée"

    WRITABLE = (State.DRAFTED, State.RETURNED)

    instalment = models.OneToOneField(Instalment, models.PROTECT, related_name="claim", verbose_name="échéance")
    state = FSMField("état", default=State.DRAFTED, choices=State.choices, protected=True, max_length=10)
    period_from = models.DateField("dépenses du", null=True, blank=True)
    period_to = models.DateField("dépenses au", null=True, blank=True)
    note = models.TextField("ce qui a été fait", blank=True)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="commencée par")
    created_at = models.DateTimeField("commencée le", default=timezone.now)
    sent_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    sent_at = models.DateTimeField("envoyée le", null=True, blank=True)
    judged_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    judged_at = models.DateTimeField("examinée le", null=True, blank=True)
    reason = models.CharField("motif du retour", max_length=1000, blank=True)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        verbose_name = "demande de versement"
        verbose_name_plural = "demandes de versement"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(period_from=None) | Q(period_to=None) | Q(period_to__gte=F("period_from")),
                name="claim_period_ordered",
            ),
            models.CheckConstraint(
                condition=Q(state="drafted") | Q(sent_by__isnull=False, sent_at__isnull=False), name="claim_sent_by"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["returned", "accepted"]) | Q(judged_by__isnull=False, judged_at__isnull=False),
                name="claim_judged_by",
            ),
            models.CheckConstraint(condition=~Q(state="returned") | ~Q(reason=""), name="claim_returned_with_reason"),
            models.CheckConstraint(
                condition=Q(judged_by=None) | ~Q(judged_by=F("sent_by")), name="claim_sender_does_not_judge"
            ),
        ]

    def __str__(self):
        return f"Demande de versement, {self.instalment}"

    def get_absolute_url(self):
        return reverse("funding:claim", args=[self.public_id])

    @property
    def is_writable(self):
        return self.state in self.WRITABLE

    @transition(state, [State.DRAFTED, State.RETURNED], State.SENT)
    def send(self, *, by, at):
        self.sent_by, self.sent_at = by, at

    @transition(state, State.SENT, State.RETURNED, permission=JUDGE)
    def give_back(self, *, by, at, reason):
        self.judged_by, self.judged_at, self.reason = by, at, reason

    @transition(state, State.SENT, State.ACCEPTED, permission=JUDGE)
    def accept(self, *, by, at):
        self.judged_by, self.judged_at, self.reason = by, at, ""


class ClaimLine(PublicIdModel):
    """One expense, or several of one nature, with the paper that shows it. Cents."""

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="lines", verbose_name="demande")
    account = models.CharField("nature de la dépense", max_length=12)
    label = models.CharField("objet", max_length=150)
    cents = models.BigIntegerField("montant (centimes)")
    evidence = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="justificatif"
    )
    accepted_cents = models.BigIntegerField("montant retenu (centimes)", null=True, blank=True)
    remark = models.CharField("remarque du service", max_length=300, blank=True)

    class Meta:
        verbose_name = "ligne de demande"
        verbose_name_plural = "lignes de demande"
        ordering = ["claim", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(cents__gt=0), name="claimline_positive"),
            models.CheckConstraint(
                condition=Q(accepted_cents=None) | Q(accepted_cents__gte=0, accepted_cents__lte=F("cents")),
                name="claimline_accepted_within",
            ),
        ]

    def __str__(self):
        return self.label
