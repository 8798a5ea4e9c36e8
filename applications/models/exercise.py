"""The calibration exercise: worked examples that reviewers score before their dossiers (`evaluations.exercise`)."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import PublicIdModel, User, VersionedModel
from programme.models import CallVersion, Criterion


class WorkedExample(PublicIdModel, VersionedModel):
    """An invented or anonymous dossier with the scores that it deserves, and why; fixed once published."""

    call_version = models.ForeignKey(CallVersion, models.PROTECT, related_name="+", verbose_name="version d’appel")
    title = models.CharField("titre", max_length=120)
    text = models.TextField("ce que dit le dossier")
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="écrit par")
    created_at = models.DateTimeField("écrit le", default=timezone.now)
    published_at = models.DateTimeField("publié le", null=True, blank=True)
    withdrawn_at = models.DateTimeField("retiré le", null=True, blank=True)

    class Meta:
        verbose_name = "exemple de calibrage"
        verbose_name_plural = "exemples de calibrage"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["call_version", "title"],
                name="worked_example_title_once",
                violation_error_message="Un autre exemple de cet appel porte ce titre.",
            )
        ]

    def __str__(self):
        return self.title

    @property
    def is_open(self):
        return self.published_at is not None and self.withdrawn_at is None


class ReferenceScore(models.Model):
    """What an example deserves on one criterion, and why."""

    example = models.ForeignKey(WorkedExample, models.PROTECT, related_name="references", verbose_name="exemple")
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="+", verbose_name="critère")
    points = models.PositiveSmallIntegerField("points", null=True, blank=True)
    not_applicable = models.BooleanField("sans objet", default=False)
    reason = models.TextField("raison", blank=True)

    class Meta:
        verbose_name = "note de référence"
        verbose_name_plural = "notes de référence"
        ordering = ["criterion__position"]
        constraints = [
            models.UniqueConstraint(fields=["example", "criterion"], name="reference_score_once"),
            models.CheckConstraint(
                condition=Q(not_applicable=False) | Q(points=None), name="reference_not_applicable_no_points"
            ),
        ]

    def __str__(self):
        return f"{self.example}, {self.criterion} : {self.points}"


class ExerciseSheet(models.Model):
    """What a reviewer gave to an example; she saw the reference afterwards. Append-only, with its scores."""

    example = models.ForeignKey(WorkedExample, models.PROTECT, related_name="sheets", verbose_name="exemple")
    reviewer = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="évaluatrice ou évaluateur")
    given_at = models.DateTimeField("rendu le", default=timezone.now)

    class Meta:
        verbose_name = "réponse à un exemple"
        verbose_name_plural = "réponses aux exemples"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["example", "reviewer"], name="exercise_sheet_once")]

    def __str__(self):
        return f"{self.example}, {self.reviewer}"


class ExerciseScore(models.Model):
    sheet = models.ForeignKey(ExerciseSheet, models.PROTECT, related_name="scores", verbose_name="réponse")
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="+", verbose_name="critère")
    points = models.PositiveSmallIntegerField("points", null=True, blank=True)
    not_applicable = models.BooleanField("sans objet", default=False)
    reason = models.TextField("raison", blank=True)

    class Meta:
        verbose_name = "note d’exercice"
        verbose_name_plural = "notes d’exercice"
        ordering = ["criterion__position"]
        constraints = [
            models.UniqueConstraint(fields=["sheet", "criterion"], name="exercise_score_once"),
            models.CheckConstraint(
                condition=Q(not_applicable=False) | Q(points=None), name="exercise_not_applicable_no_points"
            ),
        ]

    def __str__(self):
        return f"{self.sheet}, {self.criterion} : {self.points}"
