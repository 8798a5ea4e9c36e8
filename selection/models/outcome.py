from django.db import models
from django.db.models import Q

from accounts.models import User, VersionedModel
from applications.models import Application
from funding.models import Award, Line
from programme.models import Wave


class Outcome(models.TextChoices):
    """What is prepared, and what nobody outside sees before the announcement."""

    PROPOSED = "proposed", "Proposé"
    WAITLIST = "waitlist", "Liste complémentaire"
    NOT_RETAINED = "not_retained", "Non proposé"
    DEFERRED = "deferred", "Ajourné"


class PreparedOutcome(VersionedModel):
    """The prepared outcome of one dossier, apart from the published one: reversible until the wave is signed."""

    application = models.OneToOneField(Application, models.PROTECT, related_name="+", verbose_name="dossier")
    wave = models.ForeignKey(Wave, models.PROTECT, related_name="+", verbose_name="vague")
    outcome = models.CharField("issue préparée", max_length=14, choices=Outcome)
    rank = models.PositiveSmallIntegerField("rang", null=True, blank=True)
    amount_cents = models.BigIntegerField("montant proposé (centimes)", null=True, blank=True)
    line = models.ForeignKey(Line, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="ligne")
    fiscal_year = models.PositiveSmallIntegerField("exercice des AE", null=True, blank=True)
    ground = models.TextField("motif", blank=True)
    departure_reason = models.CharField("motif de l’écart au classement", max_length=300, blank=True)
    # A deferral may name the wave to come back to, and what to improve until then.
    deferred_to = models.ForeignKey(
        Wave, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="reporté à"
    )
    improvements = models.TextField("ce qu’il faut améliorer", blank=True)
    award = models.ForeignKey(
        Award, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="réservation"
    )
    prepared_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="préparée par")
    prepared_at = models.DateTimeField("préparée le", auto_now=True)

    class Meta:
        verbose_name = "issue préparée"
        verbose_name_plural = "issues préparées"
        ordering = ["wave", "rank", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(outcome="proposed")
                | Q(amount_cents__gt=0, line__isnull=False, fiscal_year__isnull=False),
                name="outcome_proposed_has_amount",
                violation_error_message="Un dossier proposé a un montant et une ligne budgétaire.",
            ),
            models.CheckConstraint(
                condition=~Q(outcome__in=["not_retained", "deferred"]) | ~Q(ground=""),
                name="outcome_refusal_has_ground",
                violation_error_message="Donnez le motif : il figurera dans le courrier.",
            ),
            models.CheckConstraint(
                condition=Q(outcome="deferred") | Q(deferred_to__isnull=True, improvements=""),
                name="outcome_deferral_alone_names_a_wave",
                violation_error_message="Seul un dossier reporté nomme une vague.",
            ),
            models.CheckConstraint(
                condition=Q(award=None) | Q(outcome="proposed"), name="outcome_award_only_when_proposed"
            ),
        ]

    def __str__(self):
        return f"{self.application} : {self.get_outcome_display()}"
