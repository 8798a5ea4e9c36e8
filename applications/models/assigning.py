"""What the assignment of a wave keeps beside the assignments: its calculations, and who is kept apart."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import PublicIdModel, User
from programme.models import Wave


class AssignmentRun(PublicIdModel):
    """One calculation of a wave's assignment: what it was asked, what it found. Only prices are added later."""

    wave = models.ForeignKey(Wave, models.PROTECT, related_name="+", verbose_name="vague")
    at = models.DateTimeField("le", default=timezone.now)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="par")
    seed = models.PositiveIntegerField("graine")
    # What was asked: names of `assignment_problem.Settings`.
    settings = models.JSONField("réglages", default=dict)
    # Points; null when no assignment keeps every rule.
    cost = models.IntegerField("coût (points)", null=True)
    milliseconds = models.PositiveIntegerField("durée (ms)", default=0)
    # What was found, in figures and sentences: see `proposing.findings`.
    findings = models.JSONField("constats", default=dict)

    class Meta:
        verbose_name = "calcul d’affectation"
        verbose_name_plural = "calculs d’affectation"
        ordering = ["-pk"]

    def __str__(self):
        return f"Affectation de {self.wave}, calcul du {timezone.localtime(self.at):%d/%m/%Y %H:%M}"


class KeptApart(PublicIdModel):
    """Two people who never review one dossier together (spouses, same office, quarrel); `first` has the lower key."""

    first = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="première personne")
    second = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="seconde personne")
    reason = models.CharField("motif", max_length=300)
    at = models.DateTimeField("depuis le", default=timezone.now)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="par")

    class Meta:
        verbose_name = "personnes tenues à part"
        verbose_name_plural = "personnes tenues à part"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["first", "second"],
                name="kept_apart_once",
                violation_error_message="Ces deux personnes sont déjà tenues à part.",
            ),
            models.CheckConstraint(
                condition=Q(first__lt=F("second")),
                name="kept_apart_two_people",
                violation_error_message="Choisissez deux personnes différentes.",
            ),
        ]

    def __str__(self):
        return f"{self.first} et {self.second} tenus à part"
