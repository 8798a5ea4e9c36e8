"""Paper that comes back signed: piles of scanned pages, and the scan that belongs to each document."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Job, PublicIdModel


def page_path(instance, filename):
    key = uuid.uuid4().hex
    return f"scans/{key[:2]}/{key}"


class ScanPile(PublicIdModel):
    """What came out of the scanner in one file."""

    stored_file = models.OneToOneField(
        "documents.StoredFile", models.PROTECT, related_name="pile", verbose_name="fichier"
    )
    page_count = models.PositiveIntegerField("nombre de pages")
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="déposée par"
    )
    uploaded_at = models.DateTimeField("déposée le", default=timezone.now)
    # Empty until the antivirus has found the file clean.
    job = models.ForeignKey(Job, models.PROTECT, null=True, related_name="+", verbose_name="travail")

    class Meta:
        verbose_name = "pile numérisée"
        verbose_name_plural = "piles numérisées"
        ordering = ["-uploaded_at", "-pk"]
        constraints = [models.CheckConstraint(condition=Q(page_count__gt=0), name="scan_pile_has_pages")]

    def __str__(self):
        return self.stored_file.name


class ScanPage(PublicIdModel):
    """One scanned page: which page of which document it is, or why nobody knows yet."""

    class Reading(models.TextChoices):
        FILED = "filed", "Classée"
        UNREAD = "unread", "Carré illisible"
        UNKNOWN = "unknown", "Code inconnu"
        DOUBLE = "double", "Déjà classée"
        BLANK = "blank", "Page blanche"
        ASIDE = "aside", "Mise de côté"

    pile = models.ForeignKey(ScanPile, models.PROTECT, related_name="pages", verbose_name="pile")
    number = models.PositiveIntegerField("page de la pile")
    reading = models.CharField("lecture", max_length=8, choices=Reading)
    document = models.ForeignKey(
        "documents.Document", models.PROTECT, null=True, related_name="scanned_pages", verbose_name="document"
    )
    page = models.PositiveSmallIntegerField("page du document", null=True)
    content = models.FileField("page", upload_to=page_path, max_length=120)
    picture = models.FileField("image", upload_to=page_path, max_length=120)
    filed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="classée par"
    )

    class Meta:
        verbose_name = "page numérisée"
        verbose_name_plural = "pages numérisées"
        ordering = ["pile", "number"]
        constraints = [
            models.UniqueConstraint(fields=["pile", "number"], name="scan_page_once_in_pile"),
            models.UniqueConstraint(
                fields=["document", "page"],
                condition=Q(reading="filed"),
                name="scan_page_filed_once",
                violation_error_message="Cette page du document est déjà classée.",
            ),
            models.CheckConstraint(
                condition=~Q(reading="filed") | Q(document__isnull=False, page__gt=0),
                name="scan_page_filed_somewhere",
                violation_error_message="Une page classée a un document et un numéro de page.",
            ),
        ]

    def __str__(self):
        return f"{self.pile}, page {self.number}"

    @property
    def waits(self):
        """Somebody must say where it goes, or that it goes nowhere."""
        return self.reading in (self.Reading.UNREAD, self.Reading.UNKNOWN, self.Reading.DOUBLE)


class SignedScan(models.Model):
    """The whole of a document as it was signed on paper: one PDF, made when its last page is filed."""

    document = models.OneToOneField(
        "documents.Document", models.PROTECT, primary_key=True, related_name="signed_scan", verbose_name="document"
    )
    stored_file = models.OneToOneField(
        "documents.StoredFile", models.PROTECT, related_name="+", verbose_name="fichier"
    )
    completed_at = models.DateTimeField("complet le", default=timezone.now)

    class Meta:
        verbose_name = "copie signée"
        verbose_name_plural = "copies signées"

    def __str__(self):
        return f"{self.document}, copie signée"
