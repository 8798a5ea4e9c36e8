"""What the service does with a dossier before it is judged: the checklist, what is asked for, likely duplicates."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import PublicIdModel, User
from applications.models.application import Application
from applications.models.content import CorrectionRequest, Revision


class ChecklistAnswer(models.Model):
    """What an officer found of one item of the checklist; a new row replaces the one before. Append-only.

    Completeness (all is there) and admissibility (the conditions of the call are met) are two questions (glossary
    14 and 15): each item belongs to one of them.
    """

    class Part(models.TextChoices):
        COMPLETENESS = "completeness", "Complétude"
        ADMISSIBILITY = "admissibility", "Recevabilité"

    class Verdict(models.TextChoices):
        MET = "met", "Remplie"
        NOT_MET = "not_met", "Non remplie"
        NOT_APPLICABLE = "not_applicable", "Sans objet"

    application = models.ForeignKey(Application, models.PROTECT, related_name="checklist", verbose_name="dossier")
    revision = models.ForeignKey(Revision, models.PROTECT, related_name="+", verbose_name="version examinée")
    part = models.CharField("partie", max_length=16, choices=Part)
    item = models.CharField("point", max_length=80)
    label = models.CharField("intitulé", max_length=250)
    number = models.PositiveSmallIntegerField("rang de la réponse")
    verdict = models.CharField("réponse", max_length=16, choices=Verdict)
    note = models.CharField("note", max_length=1000, blank=True)
    answered_at = models.DateTimeField("répondu le", default=timezone.now)
    answered_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="répondu par")

    class Meta:
        verbose_name = "réponse de la liste de contrôle"
        verbose_name_plural = "réponses de la liste de contrôle"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["application", "item", "number"], name="checklist_number_once"),
            models.CheckConstraint(
                condition=~Q(verdict="not_met") | ~Q(note=""),
                name="checklist_not_met_says_why",
                violation_error_message="Dites ce qui manque ou ce qui n’est pas rempli.",
            ),
        ]

    def __str__(self):
        return f"{self.application}, {self.label} : {self.get_verdict_display()}"


class CorrectionItem(PublicIdModel):
    """One thing asked for, on a section or on a kind of piece, and what the structure answers to it."""

    request = models.ForeignKey(CorrectionRequest, models.PROTECT, related_name="asked_items", verbose_name="demande")
    # Empty: the whole dossier.
    section = models.SlugField("section", max_length=80, blank=True)
    # Of the pieces: which kind.
    piece_kind = models.CharField("pièce", max_length=12, blank=True)
    title = models.CharField("sur quoi", max_length=250, blank=True)
    text = models.CharField("ce qui est demandé", max_length=1000)
    reply = models.CharField("réponse", max_length=2000, blank=True)
    replied_at = models.DateTimeField("répondu le", null=True, blank=True)
    replied_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="répondu par"
    )

    class Meta:
        verbose_name = "point demandé"
        verbose_name_plural = "points demandés"
        ordering = ["pk"]

    def __str__(self):
        return f"{self.title} : {self.text}" if self.title else self.text


class DuplicateHint(PublicIdModel):
    """Two dossiers that look like one, found when the later one was sent; a person may say that they are not."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="duplicates", verbose_name="dossier")
    other = models.ForeignKey(Application, models.PROTECT, related_name="duplicate_of", verbose_name="autre dossier")
    same_siren = models.BooleanField("même SIREN", default=False)
    same_place = models.BooleanField("même lieu", default=False)
    title_percent = models.PositiveSmallIntegerField("ressemblance des intitulés (%)", default=0)
    found_at = models.DateTimeField("trouvé le", default=timezone.now)
    dismissed_at = models.DateTimeField("écarté le", null=True, blank=True)
    dismissed_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="écarté par"
    )
    dismissed_reason = models.CharField("motif", max_length=500, blank=True)

    class Meta:
        verbose_name = "doublon possible"
        verbose_name_plural = "doublons possibles"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["application", "other"], name="duplicate_pair_once"),
            models.CheckConstraint(condition=~Q(application=F("other")), name="duplicate_is_another"),
            models.CheckConstraint(
                condition=Q(dismissed_at=None) | ~Q(dismissed_reason=""),
                name="duplicate_dismissed_says_why",
                violation_error_message="Dites pourquoi ce n’est pas un doublon.",
            ),
        ]

    def __str__(self):
        return f"{self.application} et {self.other}"
