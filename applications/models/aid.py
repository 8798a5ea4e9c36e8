"""State aid and commitments: what was received elsewhere, the single undertaking, the republican contract."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from applications.models.application import Application
from applications.models.project import SIREN, RowOfDossier


class DeclaredAid(RowOfDossier):
    """An aid received elsewhere in the last three years, as declared; it counts whole on the day it was granted."""

    class Regime(models.TextChoices):
        GENERAL = "de_minimis", "De minimis général"
        SIEG = "sieg_de_minimis", "De minimis SIEG"

    granted_on = models.DateField("attribuée le", null=True, blank=True)
    cents = models.BigIntegerField("montant (centimes)", null=True, blank=True)
    grantor = models.CharField("attribuée par", max_length=200, blank=True)
    regime = models.CharField("régime", max_length=16, choices=Regime, default=Regime.GENERAL)
    # Who received it: the applicant (empty), a partner, or a company of the same group.
    siren = models.CharField("SIREN de qui l’a reçue", max_length=9, blank=True)

    class Meta(RowOfDossier.Meta):
        verbose_name = "aide de minimis déclarée"
        verbose_name_plural = "aides de minimis déclarées"
        constraints = [
            *RowOfDossier.Meta.constraints,
            models.CheckConstraint(
                condition=Q(cents=None) | Q(cents__range=(0, 10_000_000_000)),
                name="declaredaid_amount_in_range",
                violation_error_message="Un montant va de 0 à 100 000 000 €.",
            ),
            models.CheckConstraint(
                condition=Q(siren="") | Q(siren__regex=SIREN),
                name="declaredaid_siren_digits",
                violation_error_message="Un SIREN a neuf chiffres.",
            ),
        ]

    def __str__(self):
        return f"{self.grantor}, {self.granted_on}"


class LinkedUndertaking(RowOfDossier):
    """Another member of the same single undertaking: control in law or in fact (Reg. (EU) 2023/2831 art. 2 § 2)."""

    siren = models.CharField("SIREN", max_length=9, blank=True)
    name = models.CharField("nom", max_length=200, blank=True)

    class Meta(RowOfDossier.Meta):
        verbose_name = "entreprise liée"
        verbose_name_plural = "entreprises liées"
        constraints = [
            *RowOfDossier.Meta.constraints,
            models.CheckConstraint(
                condition=Q(siren="") | Q(siren__regex=SIREN),
                name="linkedundertaking_siren_digits",
                violation_error_message="Un SIREN a neuf chiffres.",
            ),
        ]
        indexes = [models.Index(fields=["siren"], name="linkedundertaking_siren")]

    def __str__(self):
        return f"{self.name} ({self.siren})"


class RepublicanCommitment(models.Model):
    """The republican commitment contract was accepted for this dossier: by whom, when, which text. Append-only."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="commitments", verbose_name="dossier")
    text_version = models.CharField("version du texte", max_length=40)
    text_sha256 = models.CharField("empreinte du texte", max_length=64)
    accepted_at = models.DateTimeField("accepté le", default=timezone.now)
    accepted_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="accepté par")
    representative = models.CharField("au nom de", max_length=260, blank=True)

    class Meta:
        verbose_name = "contrat d’engagement républicain"
        verbose_name_plural = "contrats d’engagement républicain"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "text_version"],
                name="republican_contract_once",
                violation_error_message="Le contrat est déjà souscrit dans cette version.",
            )
        ]

    def __str__(self):
        return f"{self.application}, {self.text_version}"
