"""What somebody typed and could not send, kept for her until she signs in again."""

from django.db import models
from django.utils import timezone

from accounts.models.base import PublicIdModel
from accounts.models.user import User


class KeptPost(PublicIdModel):
    """A form that arrived after the sign-in had ended: its fields, for its author alone, for a few days.

    `fields` is [[name, value], …] in the order of the form; files are named, never kept.
    """

    author = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="autrice ou auteur")
    path = models.CharField("adresse du formulaire", max_length=500)
    fields = models.JSONField("saisie")
    files = models.JSONField("fichiers à joindre de nouveau", default=list)
    fingerprint = models.CharField("empreinte", max_length=64)
    created_at = models.DateTimeField("gardée le", default=timezone.now, db_index=True)

    class Meta:
        verbose_name = "saisie gardée"
        verbose_name_plural = "saisies gardées"
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["author", "fingerprint"], name="keptpost_once")]

    def __str__(self):
        return f"{self.author}, {self.path}"
