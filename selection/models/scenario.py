from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.models import PublicIdModel, User, VersionedModel
from applications.models import Application
from funding.models import Line
from programme.models import Wave
from selection.models.outcome import Outcome
from selection.querysets import ScenarioQuerySet


class Scenario(PublicIdModel, VersionedModel):
    """One way to share the money of a wave among its dossiers: a draft that reserves nothing until it is adopted."""

    class Origin(models.TextChoices):
        RANKING = "ranking", "Classement seul"
        PREPARED = "prepared", "Issues préparées"
        COPY = "copy", "Copie"
        PROPOSAL = "proposal", "Proposition calculée"

    wave = models.ForeignKey(Wave, models.PROTECT, related_name="+", verbose_name="vague")
    name = models.CharField("nom", max_length=60)
    origin = models.CharField("tiré de", max_length=10, choices=Origin)
    # What the calculation was asked, and what it says of each constraint; empty for a scenario made by hand.
    asked = models.JSONField("contraintes", default=dict, blank=True)
    findings = models.JSONField("constats", default=dict, blank=True)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="créé par")
    created_at = models.DateTimeField("créé le", default=timezone.now)
    # The instant of the adoption of the proposal that it became; another one once that adoption is undone.
    adopted_at = models.DateTimeField("adopté le", null=True, blank=True)

    objects = ScenarioQuerySet.as_manager()
    # The lines that an edit has just written.
    changed: tuple = ()

    class Meta:
        verbose_name = "scénario"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                "wave",
                Lower("name"),
                name="scenario_name_once_per_wave",
                violation_error_message="Un scénario de cette vague porte déjà ce nom.",
            ),
        ]

    def __str__(self):
        return self.name


class ScenarioLine(models.Model):
    """What a scenario gives one dossier."""

    scenario = models.ForeignKey(Scenario, models.PROTECT, related_name="lines", verbose_name="scénario")
    application = models.ForeignKey(Application, models.PROTECT, related_name="+", verbose_name="dossier")
    outcome = models.CharField("issue", max_length=14, choices=Outcome)
    amount_cents = models.BigIntegerField("montant (centimes)", null=True, blank=True)
    line = models.ForeignKey(Line, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="ligne")
    fiscal_year = models.PositiveSmallIntegerField("exercice des AE", null=True, blank=True)
    reason = models.CharField("pourquoi", max_length=300, blank=True)
    # The last change by hand; empty while the line is as it was drawn up.
    edited_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="modifiée par"
    )
    edited_at = models.DateTimeField("modifiée le", null=True, blank=True)

    class Meta:
        verbose_name = "ligne de scénario"
        verbose_name_plural = "lignes de scénario"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["scenario", "application"], name="scenario_line_once_per_dossier"),
            models.CheckConstraint(
                condition=~Q(outcome="proposed")
                | Q(amount_cents__gt=0, line__isnull=False, fiscal_year__isnull=False),
                name="scenario_proposed_has_amount",
                violation_error_message="Un dossier proposé a un montant et une ligne budgétaire.",
            ),
        ]

    # A scenario holds no reservation: `selection.money` counts all of its amounts as still to be taken.
    award_id = None

    def __str__(self):
        return f"{self.application} : {self.get_outcome_display()}"

    @property
    def is_funded(self):
        return self.outcome == Outcome.PROPOSED

    @property
    def money(self):
        """(cents, line id, fiscal year) of a funded dossier; Nones otherwise."""
        return (self.amount_cents, self.line_id, self.fiscal_year) if self.is_funded else (None, None, None)
