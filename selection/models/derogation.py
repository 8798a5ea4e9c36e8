from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import PublicIdModel, User
from applications.models import Application
from programme.models import Wave
from selection.models.decision import Decision
from selection.querysets import DerogationQuerySet


class Derogation(PublicIdModel):
    """A rule set aside in one case, with its reason: the auditor reads them all. Append-only."""

    class Rule(models.TextChoices):
        RANKING = "ranking", "Ordre du classement"
        WAITLIST_ORDER = "waitlist_order", "Ordre de la liste complémentaire"
        CAPACITY = "capacity", "Nombre de lauréats de la vague"
        DEADLINE = "deadline", "Date ou délai"
        ELIGIBILITY = "eligibility", "Condition de l’appel"
        AMOUNT = "amount", "Règle de montant"
        OTHER = "other", "Autre règle"

    wave = models.ForeignKey(Wave, models.PROTECT, related_name="+", verbose_name="vague")
    # Null: the wave itself.
    application = models.ForeignKey(
        Application, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="dossier"
    )
    decision = models.ForeignKey(
        Decision, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="décision"
    )
    rule = models.CharField("règle écartée", max_length=16, choices=Rule)
    reason = models.TextField("motif")
    # The text of the call or of the law that was set aside, and what allows it.
    basis = models.CharField("texte de référence", max_length=300, blank=True)
    decided_on = models.DateField("décidée le")
    recorded_at = models.DateTimeField("enregistrée le", default=timezone.now)
    recorded_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="enregistrée par"
    )

    objects = DerogationQuerySet.as_manager()

    class Meta:
        verbose_name = "dérogation"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="derogation_has_reason",
                violation_error_message="Donnez le motif de la dérogation.",
            ),
            models.UniqueConstraint(
                fields=["decision", "rule"],
                condition=Q(decision__isnull=False),
                name="derogation_once_a_decision_and_rule",
            ),
        ]

    def __str__(self):
        return f"{self.get_rule_display()}, {self.application or self.wave}"
