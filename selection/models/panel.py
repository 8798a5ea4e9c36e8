from django.db import models
from django.db.models import F, Q

from accounts.models import User, VersionedModel
from programme.models import Wave
from selection.models.meeting import PanelMeeting


class PanelSession(VersionedModel):
    """The day the panel gave its opinion on a wave (glossary 20); the authority decides, not the panel."""

    wave = models.OneToOneField(Wave, models.PROTECT, related_name="+", verbose_name="vague")
    held_on = models.DateField("réuni le")
    members_present = models.TextField("présents")
    waitlist_until = models.DateField("liste complémentaire valable jusqu’au")
    adopted_at = models.DateTimeField("proposition adoptée le", null=True, blank=True)
    adopted_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    # What the panel advised when it met out of the service, or where it is written; a meeting has its own votes.
    outside_opinions = models.CharField("avis rendus hors du service", max_length=300, blank=True)
    # The meeting that it sums up, when it was held in the service.
    meeting = models.ForeignKey(
        PanelMeeting, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="réunion"
    )

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
