"""What moves the end of a deposit beside the calendar: time given to one structure, a measured outage."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import Organisation, PublicIdModel, User
from programme.models import Wave


class DepositExtension(PublicIdModel):
    """More time to send, given to one structure in one wave, with its reason. Append-only: the latest hour counts.

    On the structure, not on a dossier: the service never learns whether a draft exists.
    """

    wave = models.ForeignKey(Wave, models.PROTECT, related_name="+", verbose_name="vague")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="structure")
    until = models.DateTimeField("envoi possible jusqu’au")
    reason = models.CharField("motif", max_length=500)
    granted_at = models.DateTimeField("accordé le", default=timezone.now)
    granted_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="accordé par")

    class Meta:
        verbose_name = "délai accordé"
        verbose_name_plural = "délais accordés"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="extension_has_reason",
                violation_error_message="Indiquez le motif du délai.",
            ),
            models.CheckConstraint(
                condition=Q(until__gt=F("granted_at")),
                name="extension_gives_time",
                violation_error_message="Le délai accordé finit après le moment où il est donné.",
            ),
        ]
        indexes = [models.Index(fields=["wave", "organisation"], name="extension_wave_structure")]

    def __str__(self):
        return f"{self.wave}, {self.organisation}"


class Outage(PublicIdModel):
    """A measured breakdown of the service while a wave took dossiers: the window of all is longer. Append-only."""

    wave = models.ForeignKey(Wave, models.PROTECT, related_name="+", verbose_name="vague")
    started_at = models.DateTimeField("début de la panne")
    ended_at = models.DateTimeField("fin de la panne")
    source = models.CharField("mesurée par", max_length=300)
    closed_before = models.DateTimeField("clôture avant la panne")
    closes_at = models.DateTimeField("nouvelle clôture")
    recorded_at = models.DateTimeField("notée le", default=timezone.now)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="notée par")

    class Meta:
        verbose_name = "panne mesurée"
        verbose_name_plural = "pannes mesurées"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__gt=F("started_at")),
                name="outage_lasts",
                violation_error_message="La fin de la panne vient après son début.",
            ),
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("closed_before")),
                name="outage_gives_time_back",
                violation_error_message="La nouvelle clôture vient après l’ancienne.",
            ),
            models.CheckConstraint(
                condition=~Q(source=""),
                name="outage_is_measured",
                violation_error_message="Dites ce qui a mesuré la panne.",
            ),
        ]

    def __str__(self):
        return f"{self.wave}, panne du {self.started_at:%Y-%m-%d %H:%M}"
