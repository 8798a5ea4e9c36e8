"""What comes with an appeal and after it: the files that it joins, and what is still owed once it is upheld."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import PublicIdModel, User, VersionedModel
from documents.models import StoredFile
from selection.models.appeal import Appeal
from selection.models.decision import Decision


class AppealPiece(PublicIdModel):
    """A file joined to an appeal; append-only."""

    appeal = models.ForeignKey(Appeal, models.PROTECT, related_name="pieces", verbose_name="recours")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name="fichier")

    class Meta:
        verbose_name = "pièce d’un recours"
        verbose_name_plural = "pièces d’un recours"
        ordering = ["pk"]

    def __str__(self):
        return str(self.file)


class AppealFollowUp(PublicIdModel, VersionedModel):
    """What an upheld appeal still asks for: what, by whom, before when; open until somebody says what was done."""

    class What(models.TextChoices):
        EXAMINE = "examine", "Nouvel examen du dossier"
        DECIDE = "decide", "Retrait de la décision, et nouvelle décision"
        CORRECT = "correct", "Décision rectifiée"
        OTHER = "other", "Autre suite"

    appeal = models.ForeignKey(Appeal, models.PROTECT, related_name="follow_ups", verbose_name="recours")
    what = models.CharField("suite", max_length=8, choices=What)
    note = models.CharField("précision", max_length=500, blank=True)
    owner = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="confiée à")
    due_on = models.DateField("à faire avant le")
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="demandée par")
    created_at = models.DateTimeField("demandée le", default=timezone.now)
    done_on = models.DateField("faite le", null=True, blank=True)
    done_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="close par"
    )
    done_note = models.TextField("ce qui a été fait", blank=True)
    # The act that came out of it, when there is one.
    decision = models.ForeignKey(
        Decision, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="décision qui en est sortie"
    )

    class Meta:
        verbose_name = "suite d’un recours"
        verbose_name_plural = "suites d’un recours"
        ordering = ["due_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(done_on=None, done_note="", done_by=None)
                | (Q(done_on__isnull=False, done_by__isnull=False) & ~Q(done_note="")),
                name="follow_up_done_says_what",
                violation_error_message="Dites ce qui a été fait.",
            ),
        ]
        indexes = [
            models.Index(fields=["due_on"], name="follow_up_due", condition=Q(done_on__isnull=True)),
        ]

    def __str__(self):
        return f"{self.get_what_display()}, {self.appeal}"

    @property
    def is_open(self):
        return self.done_on is None
