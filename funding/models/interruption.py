"""What interrupts the four years after which the State no longer owes an instalment (loi 68-1250 art. 2)."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from accounts.models import PublicIdModel, User
from documents.models import StoredFile
from funding.models.payment import Instalment
from funding.querysets import InterruptionQuerySet


class Interruption(PublicIdModel):
    """One dated fact that interrupts it, with where it is read. Only the end of a court case is written later."""

    class Kind(models.TextChoices):
        REQUEST = "request", "Demande de paiement ou réclamation écrite"
        COURT = "court", "Recours devant une juridiction"
        ANSWER = "answer", "Communication écrite de l’administration"
        PAYMENT = "payment", "Moyen de règlement émis, même en partie"

    instalment = models.ForeignKey(Instalment, models.PROTECT, related_name="interruptions", verbose_name="échéance")
    kind = models.CharField("nature", max_length=8, choices=Kind)
    on = models.DateField("date")
    source = models.CharField("source", max_length=250)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="pièce")
    # A case in court interrupts until its judgment can no longer be contested.
    final_on = models.DateField("jugement définitif le", null=True, blank=True)
    # When it was written; null for one of before: as soon as the case was.
    final_at = models.DateTimeField("fin notée le", null=True, blank=True, editable=False)
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="noté par")
    recorded_at = models.DateTimeField("noté le", default=timezone.now)

    objects = InterruptionQuerySet.as_manager()

    class Meta:
        verbose_name = "interruption de la prescription"
        verbose_name_plural = "interruptions de la prescription"
        ordering = ["on", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(source=""), name="interruption_has_source"),
            models.CheckConstraint(
                condition=Q(final_on=None) | Q(kind="court", final_on__gte=F("on")),
                name="interruption_court_alone_ends",
                violation_error_message="Seul un recours devant une juridiction a un jugement, après lui.",
            ),
            models.UniqueConstraint(
                fields=["instalment", "kind", "on", "source"],
                name="interruption_once",
                violation_error_message="Ce fait est déjà noté.",
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}, {self.on:%d/%m/%Y}"

    def get_absolute_url(self):
        return reverse("funding:interruption_file", args=[self.instalment.public_id, self.public_id])

    @property
    def is_pending(self):
        return self.kind == self.Kind.COURT and self.final_on is None
