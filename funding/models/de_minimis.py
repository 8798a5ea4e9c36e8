from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import PublicIdModel, User
from applications.models import DeclaredAid
from funding.models.award import Award
from funding.querysets import DeMinimisQuerySet


class DeMinimisGrant(PublicIdModel):
    """What one beneficiary of an award is granted as de minimis aid: whole, on the day of the act. Cents.

    Made when the award is reserved, without a day: the act that is signed gives it one. A consortium gives one row a
    member that takes a share. Written by `funding.de_minimis` alone, never deleted: a released award counts no more.
    """

    Regime = DeclaredAid.Regime

    award = models.ForeignKey(Award, models.PROTECT, related_name="de_minimis", verbose_name="attribution")
    regime = models.CharField("régime", max_length=16, choices=Regime)
    # SIREN, or the identifier of the structure when it has none: what the single undertaking is found by.
    undertaking = models.CharField("entreprise", max_length=80, db_index=True)
    beneficiary = models.CharField("bénéficiaire", max_length=250)
    siret = models.CharField("SIRET", max_length=14, blank=True)
    nace_code = models.CharField("code APE", max_length=6, blank=True)
    cents = models.BigIntegerField("montant (centimes)")
    granted_on = models.DateField("attribuée le", null=True, blank=True, db_index=True)
    # What the undertaking had on that day before this aid, over three years: what the check rested on.
    before_cents = models.BigIntegerField("déjà reçu sur trois ans (centimes)")
    # 0: the decision; then the amendments that added to it.
    amendment = models.PositiveSmallIntegerField("avenant", default=0)
    recorded_at = models.DateTimeField("connue le", default=timezone.now)
    registered_on = models.DateField("inscrite au registre le", null=True, blank=True)
    registered_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="inscrite par"
    )

    objects = DeMinimisQuerySet.as_manager()

    class Meta:
        verbose_name = "aide de minimis attribuée"
        verbose_name_plural = "aides de minimis attribuées"
        ordering = ["granted_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["award", "undertaking", "amendment"], name="deminimis_once_per_beneficiary"
            ),
            models.CheckConstraint(
                condition=Q(cents__gt=0, before_cents__gte=0),
                name="deminimis_positive",
                violation_error_message="Une aide de minimis a un montant positif.",
            ),
            models.CheckConstraint(
                condition=Q(registered_on=None)
                | Q(granted_on__isnull=False, registered_on__gte=models.F("granted_on")),
                name="deminimis_registered_after_grant",
                violation_error_message="L’inscription au registre suit l’attribution.",
            ),
        ]

    def __str__(self):
        return f"{self.beneficiary}, {self.granted_on}"
