"""The adversarial phase: what the service reproaches, until when the structure may answer, what she answers."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from accounts.models import Organisation, PublicIdModel, User
from accounts.models.base import VersionedModel
from documents.models import Document, StoredFile
from funding.models.award import Award
from funding.models.formal_notice import FormalNotice
from funding.querysets import HearingQuerySet, ObservationQuerySet

CONDUCT = "funding.conduct_hearing"


class Ground(models.TextChoices):
    """Why money is taken back."""

    UNSPENT = "unspent", "Argent non employé"
    BREACH = "breach", "Conditions de l’aide non tenues"
    DOUBLE = "double", "Payé deux fois, ou trop payé"
    INELIGIBLE = "ineligible", "Dépenses non retenues"
    OTHER = "other", "Autre motif"


class Hearing(PublicIdModel, VersionedModel):
    """Procédure contradictoire: nothing is taken back before the structure could answer (CRPA L121-1, L122-1)."""

    award = models.ForeignKey(Award, models.PROTECT, related_name="hearings", verbose_name="attribution")
    ground = models.CharField("motif", max_length=12, choices=Ground)
    facts = models.TextField("ce qui est constaté")
    # What the letter says could be taken back; the decision never asks for more.
    asked_cents = models.BigIntegerField("montant envisagé (centimes)")
    # When the service knew of the facts for certain: the prescription of what the State is owed runs from it.
    known_on = models.DateField("faits connus le")
    opened_on = models.DateField("lettre du")
    answer_by = models.DateField("réponse attendue jusqu’au")
    opened_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="ouverte par")
    opened_at = models.DateTimeField("ouverte le", default=timezone.now)
    # She said that she has nothing more to say: the decision need not wait for the last day.
    complete_at = models.DateTimeField("observations closes le", null=True, blank=True)
    complete_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    document = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")
    # The formal notice that was left without effect, if this follows one.
    notice = models.OneToOneField(
        FormalNotice, models.PROTECT, null=True, blank=True, related_name="hearing", verbose_name="mise en demeure"
    )
    # What its letter says, frozen with the act: enough to write it again.
    written = models.JSONField("ce que dit la lettre", default=dict, editable=False)

    objects = HearingQuerySet.as_manager()

    class Meta:
        verbose_name = "procédure contradictoire"
        verbose_name_plural = "procédures contradictoires"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(asked_cents__gt=0), name="hearing_asks_something"),
            models.CheckConstraint(
                condition=Q(known_on__lte=F("opened_on")) & Q(answer_by__gt=F("opened_on")),
                name="hearing_dates_ordered",
                violation_error_message="Les faits sont connus, la lettre part, puis le délai de réponse court.",
            ),
            models.CheckConstraint(condition=~Q(facts=""), name="hearing_says_why"),
        ]

    def __str__(self):
        return f"Procédure contradictoire, {self.award.fabrique}"


class Observation(PublicIdModel):
    """What the structure answers, in her words, with a paper if she has one."""

    hearing = models.ForeignKey(Hearing, models.PROTECT, related_name="observations", verbose_name="procédure")
    # A member of the consortium that was paid its own share and answers for it; null: the beneficiary.
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="partenaire"
    )
    # She who answers has nothing to add.
    ends = models.BooleanField("rien à ajouter", default=False)
    text = models.TextField("observations")
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="pièce")
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="par")
    at = models.DateTimeField("le", default=timezone.now)
    # Received after the last day: read all the same, the decision did not have to wait for it.
    is_late = models.BooleanField("hors délai", default=False)

    objects = ObservationQuerySet.as_manager()

    class Meta:
        verbose_name = "observation"
        ordering = ["at", "pk"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="observation_says_something")]

    def __str__(self):
        return f"Observations du {timezone.localdate(self.at):%d/%m/%Y}"

    def get_absolute_url(self):
        return reverse("funding:observation", args=[self.public_id])


class LetterOpening(models.Model):
    """The first opening of a letter of the end of an aid by its addressee: what notifies it (CRPA R112-20)."""

    document = models.OneToOneField(Document, models.PROTECT, related_name="+", verbose_name="courrier")
    hearing = models.ForeignKey(Hearing, models.PROTECT, related_name="openings", verbose_name="procédure")
    opened_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="ouvert par")
    opened_at = models.DateTimeField("ouvert le", default=timezone.now)
    notified_on = models.DateField("notifié le")

    class Meta:
        verbose_name = "ouverture d’un courrier"
        verbose_name_plural = "ouvertures de courriers"
        ordering = ["pk"]

    def __str__(self):
        return f"{self.document}, {self.notified_on:%d/%m/%Y}"
