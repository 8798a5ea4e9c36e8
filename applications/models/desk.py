from django.db import models
from django.utils import timezone

from accounts.models import User


class RegionRule(models.Model):
    """Who follows the dossiers of a region: applied when a dossier arrives, and in bulk on request."""

    region = models.CharField("région", max_length=60, unique=True)
    officer = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="suivi par")
    set_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="décidé par")
    set_at = models.DateTimeField("décidé le", default=timezone.now)

    class Meta:
        verbose_name = "règle de répartition"
        verbose_name_plural = "règles de répartition"
        ordering = ["region"]

    def __str__(self):
        return f"{self.region} : {self.officer}"
