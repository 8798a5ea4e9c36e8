from django.db import models
from django.utils import timezone

from accounts.models import PublicIdModel, User
from selection.models.meeting import PanelMeeting


class MinutesAddendum(PublicIdModel):
    """What was decided on the wave after its meeting ended: a dated document beside the minutes, which stay."""

    class About(models.TextChoices):
        ADOPTION = "adoption", "Adoption de la proposition"
        UNDONE = "undone", "Annulation de l’adoption"

    meeting = models.ForeignKey(PanelMeeting, models.PROTECT, related_name="addenda", verbose_name="réunion")
    about = models.CharField("objet", max_length=8, choices=About)
    reason = models.CharField("motif", max_length=300, blank=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="par")
    at = models.DateTimeField("à", default=timezone.now)
    # What its document says, frozen with the act: enough to write it again.
    written = models.JSONField("ce qu’il dit", default=dict, editable=False)

    class Meta:
        verbose_name = "additif au procès-verbal"
        verbose_name_plural = "additifs au procès-verbal"
        ordering = ["pk"]

    def __str__(self):
        return f"{self.get_about_display()}, {self.meeting}"
