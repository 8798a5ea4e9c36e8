"""The account a structure is paid on: proposed by it, verified by one person, approved by another."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django_fsm import FSMField, transition

from accounts.french import NBSP
from accounts.models import Organisation, PublicIdModel, StatefulModel, User
from documents.models import StoredFile
from funding.querysets import BankAccountQuerySet

VERIFY = "funding.verify_bank_account"


class BankAccount(PublicIdModel, StatefulModel):
    """Bank details of a structure. What was typed never changes: other details are another row.

    `usable_from` is the end of the cooling-off; `usable_until` is set when a later account takes over.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", "À vérifier"
        VERIFIED = "verified", "À approuver"
        ACTIVE = "active", "Approuvé"
        REFUSED = "refused", "Refusé"
        REPLACED = "replaced", "Remplacé"

    PENDING = (State.PROPOSED, State.VERIFIED)

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="structure")
    state = FSMField("état", default=State.PROPOSED, choices=State.choices, protected=True, max_length=10)
    iban = models.CharField("IBAN", max_length=34)
    bic = models.CharField("BIC", max_length=11)
    holder = models.CharField("titulaire du compte", max_length=150)
    rib = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name="relevé d’identité bancaire")
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="proposé par")
    proposed_at = models.DateTimeField("proposé le", default=timezone.now)
    checked_how = models.CharField("comment c’est vérifié", max_length=500, blank=True)
    verified_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    verified_at = models.DateTimeField("vérifié le", null=True, blank=True)
    approved_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    approved_at = models.DateTimeField("approuvé le", null=True, blank=True)
    cooling_days = models.PositiveSmallIntegerField("délai de sûreté (jours)", null=True, blank=True)
    usable_from = models.DateField("utilisable à partir du", null=True, blank=True)
    usable_until = models.DateField("utilisable jusqu’au", null=True, blank=True)
    refused_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    refusal_reason = models.CharField("motif du refus", max_length=500, blank=True)

    objects = BankAccountQuerySet.as_manager()

    class Meta:
        verbose_name = "compte bancaire"
        verbose_name_plural = "comptes bancaires"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"],
                condition=Q(state__in=["proposed", "verified"]),
                name="bankaccount_one_pending",
                violation_error_message="Un compte de cette structure attend déjà sa vérification.",
            ),
            models.UniqueConstraint(
                fields=["organisation"],
                condition=Q(state="active", usable_until=None),
                name="bankaccount_one_open",
            ),
            models.CheckConstraint(
                condition=Q(verified_by=None) | ~Q(verified_by=F("proposed_by")),
                name="bankaccount_proposer_does_not_verify",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | (~Q(approved_by=F("verified_by")) & ~Q(approved_by=F("proposed_by"))),
                name="bankaccount_second_person_approves",
                violation_error_message="Qui vérifie un compte bancaire ne l’approuve pas.",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["verified", "active", "replaced"])
                | (Q(verified_by__isnull=False, verified_at__isnull=False) & ~Q(checked_how="")),
                name="bankaccount_verified_how",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["active", "replaced"])
                | Q(approved_by__isnull=False, approved_at__isnull=False, usable_from__isnull=False),
                name="bankaccount_active_is_approved",
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(refusal_reason=""), name="bankaccount_refusal_has_reason"
            ),
        ]

    def __str__(self):
        return f"Compte {self.masked} de {self.organisation}"

    def get_absolute_url(self):
        return reverse("funding:bank_account", args=[self.public_id])

    @property
    def masked(self):
        """What anybody who may know of the account reads of it."""
        return f"{self.iban[:4]} •••• {self.iban[-4:]}"

    @property
    def shown_iban(self):
        """The whole of it by groups of four, for those who pay."""
        return NBSP.join(self.iban[at : at + 4] for at in range(0, len(self.iban), 4))

    @transition(state, State.PROPOSED, State.VERIFIED, permission=VERIFY)
    def verify(self, *, by, at, checked_how):
        self.verified_by, self.verified_at, self.checked_how = by, at, checked_how

    @transition(state, State.VERIFIED, State.ACTIVE, permission=VERIFY)
    def approve(self, *, by, at, cooling_days, usable_from):
        self.approved_by, self.approved_at = by, at
        self.cooling_days, self.usable_from = cooling_days, usable_from

    @transition(state, [State.PROPOSED, State.VERIFIED, State.ACTIVE], State.REFUSED, permission=VERIFY)
    def refuse(self, *, by, reason):
        self.refused_by, self.refusal_reason = by, reason

    @transition(state, State.ACTIVE, State.REPLACED)
    def be_replaced(self, *, by):
        """A later account is in use."""
