"""Who does what on a dossier: sections entrusted to colleagues, the signature, the networks let in."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Organisation, PublicIdModel, User
from applications.models.application import Application


class SectionAssignee(models.Model):
    """One section of a dossier entrusted to a colleague; it keeps nobody else from writing there."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="assignees", verbose_name="dossier")
    slug = models.SlugField("section")
    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="confiée à")
    assigned_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="confiée par")
    assigned_at = models.DateTimeField("confiée le", default=timezone.now)

    class Meta:
        verbose_name = "section confiée"
        verbose_name_plural = "sections confiées"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["application", "slug"], name="section_entrusted_once")]

    def __str__(self):
        return f"{self.application}, {self.slug} : {self.user}"


class SignOffRequest(models.Model):
    """The legal representative is asked to read and sign; closed when she has, or when the dossier is sent."""

    application = models.ForeignKey(
        Application, models.CASCADE, related_name="sign_off_requests", verbose_name="dossier"
    )
    asked_of = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="demandée à")
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="demandée par")
    asked_at = models.DateTimeField("demandée le", default=timezone.now)
    closed_at = models.DateTimeField("close le", null=True, blank=True)

    class Meta:
        verbose_name = "demande de signature"
        verbose_name_plural = "demandes de signature"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "asked_of"], condition=Q(closed_at=None), name="sign_off_asked_once"
            )
        ]

    def __str__(self):
        return f"{self.application} : {self.asked_of}"


class SignOff(models.Model):
    """The legal representative agrees to exactly this content. Append-only: it holds as long as the content does."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="sign_offs", verbose_name="dossier")
    signed_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="signé par")
    signed_at = models.DateTimeField("signé le", default=timezone.now)
    content = models.JSONField("contenu signé")
    sha256 = models.CharField("empreinte", max_length=64)

    class Meta:
        verbose_name = "signature de la représentation légale"
        verbose_name_plural = "signatures de la représentation légale"
        ordering = ["pk"]

    def __str__(self):
        return f"{self.application}, signé par {self.signed_by}"


class NetworkConsent(PublicIdModel):
    """The applicant lets the people of a support network read one dossier; dated, taken back at will, never erased."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="consents", verbose_name="dossier")
    network = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="réseau d’appui")
    given_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="donné par")
    given_at = models.DateTimeField("donné le", default=timezone.now)
    revoked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="repris par")
    revoked_at = models.DateTimeField("repris le", null=True, blank=True)

    class Meta:
        verbose_name = "accès donné à un réseau"
        verbose_name_plural = "accès donnés à des réseaux"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "network"],
                condition=Q(revoked_at=None),
                name="consent_one_in_force",
                violation_error_message="Ce réseau lit déjà ce dossier.",
            )
        ]

    def __str__(self):
        return f"{self.application} : {self.network}"
