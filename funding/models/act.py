"""The act that founds a posting: what it is, its number, its day, its text. Fixed once written."""

from django.db import models

from accounts.models import PublicIdModel
from accounts.models.base import FoldedTextField
from documents.models import StoredFile
from programme.models import Origin


class Act(PublicIdModel):
    """A law, decree, arrêté, delegation or letter that moves credits; one act may found several postings."""

    class Kind(models.TextChoices):
        FINANCE_ACT = "finance_act", "Loi de finances"
        DECREE = "decree", "Décret"
        ORDER = "order", "Arrêté"
        DELEGATION = "delegation", "Délégation de crédits"
        DECISION = "decision", "Décision"
        AGREEMENT = "agreement", "Convention"
        LETTER = "letter", "Lettre d’engagement"
        STATEMENT = "statement", "Relevé ou état comptable"
        OTHER = "other", "Autre document"

    kind = models.CharField("nature", max_length=12, choices=Kind)
    number = models.CharField("numéro", max_length=60)
    dated_on = models.DateField("date")
    title = models.CharField("intitulé", max_length=200, blank=True)
    # The signed text, when we hold it; it may come after the posting, and never changes once there.
    file = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="fichier"
    )
    url = models.URLField("adresse publique", max_length=300, blank=True)
    search_text = FoldedTextField(max_length=300, sources=["number", "title"], db_index=True)
    origin = models.CharField("origine", max_length=16, choices=Origin, default=Origin.REAL)

    class Meta:
        verbose_name = "acte"
        ordering = ["-dated_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "number", "dated_on"],
                name="act_recorded_once",
                violation_error_message="Cet acte est déjà enregistré.",
            ),
            models.CheckConstraint(
                condition=~models.Q(number=""),
                name="act_has_number",
                violation_error_message="Donnez le numéro de l’acte.",
            ),
        ]

    def __str__(self):
        name = f"{self.get_kind_display()} n° {self.number} du {self.dated_on:%d/%m/%Y}"
        return f"{name}, {self.title}" if self.title else name
