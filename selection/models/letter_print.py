"""Many letters in one PDF, to be printed: put together by a worker, kept for a while."""

import uuid

from django.db import models
from django.urls import reverse
from django.utils import timezone

from accounts.models import Job, PublicIdModel


def print_path(instance, filename):
    key = uuid.uuid4().hex
    return f"prints/{key[:2]}/{key}"


class LetterPrint(PublicIdModel):
    """What was asked for, how far it is (its job), and the file while it is kept."""

    # Keys of the letters, by number, as the list was when it was asked for.
    letters = models.JSONField("courriers")
    recto_verso = models.BooleanField("recto verso", default=False)
    name = models.CharField("nom du fichier", max_length=80)
    # Who asked, when, and how far it is.
    job = models.OneToOneField(Job, models.PROTECT, related_name="+", verbose_name="travail")
    asked_at = models.DateTimeField("demandé le", default=timezone.now)
    file = models.FileField("fichier", upload_to=print_path, max_length=120, blank=True)
    pages = models.PositiveIntegerField("pages", default=0)
    byte_size = models.PositiveBigIntegerField("octets", default=0)
    sha256 = models.CharField("empreinte SHA-256", max_length=64, blank=True)
    made_at = models.DateTimeField("fait le", null=True)
    removed_at = models.DateTimeField("retiré le", null=True)

    class Meta:
        verbose_name = "courriers à imprimer"
        verbose_name_plural = "courriers à imprimer"
        ordering = ["-pk"]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("selection:letter_print", args=[self.public_id])

    @property
    def is_kept(self):
        return self.made_at is not None and self.removed_at is None


class LetterPrintPart(models.Model):
    """Some of the letters, put together by one row of the job; gone once the whole is made."""

    whole = models.ForeignKey(LetterPrint, models.CASCADE, related_name="parts", verbose_name="ensemble")
    first = models.PositiveIntegerField("premier courrier")
    file = models.FileField("fichier", upload_to=print_path, max_length=120)

    class Meta:
        verbose_name = "partie de courriers à imprimer"
        verbose_name_plural = "parties de courriers à imprimer"
        ordering = ["whole", "first"]
        constraints = [models.UniqueConstraint(fields=["whole", "first"], name="letter_print_part_once")]

    def __str__(self):
        return f"{self.whole}, à partir de {self.first}"
