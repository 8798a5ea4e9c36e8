"""How the grant of a consortium is shared, and who is paid each share of an instalment."""

from django.db import models
from django.db.models import Q

from accounts.models import Organisation
from applications.models import WHOLE_SHARE
from applications.shares import percent
from funding.models.award import Award


class Sharing(models.Model):
    """A version of the shares of an award; those in force make the whole. `planned` is kept by trigger."""

    class State(models.TextChoices):
        DRAFT = "draft", "En préparation"
        CURRENT = "current", "En vigueur"
        REPLACED = "replaced", "Remplacée"

    award = models.ForeignKey(Award, models.PROTECT, related_name="sharings", verbose_name="attribution")
    number = models.PositiveSmallIntegerField("version")
    state = models.CharField("état", max_length=10, choices=State, default=State.DRAFT)
    planned = models.PositiveIntegerField("réparti (dix-millièmes)", default=0, editable=False)

    class Meta:
        verbose_name = "répartition"
        ordering = ["award", "number"]
        constraints = [
            models.UniqueConstraint(fields=["award", "number"], name="sharing_number_once"),
            models.UniqueConstraint(fields=["award"], condition=Q(state="current"), name="sharing_one_current"),
            models.CheckConstraint(
                condition=~Q(state="current") | Q(planned=WHOLE_SHARE),
                name="sharing_current_is_whole",
                violation_error_message="Les parts d’un consortium font 100 %.",
            ),
        ]

    def __str__(self):
        return f"Répartition {self.number} de {self.award}"


class Share(models.Model):
    """What one member of the consortium gets, and who is paid for it."""

    class Payee(models.TextChoices):
        LEAD = "lead", "Le chef de file, qui reverse"
        MEMBER = "member", "La structure elle-même"

    sharing = models.ForeignKey(Sharing, models.PROTECT, related_name="shares", verbose_name="répartition")
    position = models.PositiveSmallIntegerField("rang")
    name = models.CharField("structure", max_length=250)
    siret = models.CharField("SIRET", max_length=14, blank=True)
    # Whose bank account is paid, when the member is paid itself.
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="structure connue"
    )
    ten_thousandths = models.PositiveIntegerField("part (dix-millièmes)")
    payee = models.CharField("qui reçoit l’argent", max_length=8, choices=Payee, default=Payee.LEAD)

    class Meta:
        verbose_name = "part"
        ordering = ["sharing", "position"]
        constraints = [
            models.UniqueConstraint(fields=["sharing", "position"], name="share_position_once"),
            models.CheckConstraint(
                condition=Q(ten_thousandths__gt=0, ten_thousandths__lte=WHOLE_SHARE), name="share_is_a_part"
            ),
            models.CheckConstraint(
                condition=~Q(payee="member") | Q(organisation__isnull=False),
                name="share_paid_member_is_known",
                violation_error_message="Une structure payée directement a une fiche dans le service.",
            ),
        ]

    def __str__(self):
        return f"{self.name}, {self.sharing}"

    @property
    def percent(self):
        return percent(self.ten_thousandths)


class InstalmentPayee(models.Model):
    """Who receives an instalment that is ordered, and how much: one row for a structure alone. Cents.

    Written with the order, from the shares of that day, and fixed from then on: `live` until the order is cancelled.
    The database orders nothing whose payees do not make the whole of it.
    """

    instalment = models.ForeignKey("funding.Instalment", models.PROTECT, related_name="payees")
    # Null for an award whose beneficiary is not known.
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="structure payée"
    )
    cents = models.BigIntegerField("montant (centimes)")
    # Names of the members whose shares it receives; empty for a structure alone.
    members = models.JSONField("membres", default=list, blank=True)
    live = models.BooleanField("en cours", default=True)

    class Meta:
        verbose_name = "destinataire d’une échéance"
        verbose_name_plural = "destinataires des échéances"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(cents__gt=0), name="instalmentpayee_positive"),
            models.UniqueConstraint(
                fields=["instalment", "organisation"], condition=Q(live=True), name="instalmentpayee_once"
            ),
        ]

    def __str__(self):
        return str(self.organisation or "Bénéficiaire non connu")

    @property
    def member_names(self):
        return ", ".join(self.members)
