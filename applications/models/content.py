from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import PublicIdModel, User
from applications.models.application import Application
from documents.models import StoredFile
from programme.models import Question


class SavedSection(models.Model):
    """When a section was last saved and by whom; its own version, so that two people may fill two sections at once."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="saved_sections", verbose_name="dossier")
    slug = models.SlugField("section")
    version = models.PositiveIntegerField("version", default=0)
    saved_at = models.DateTimeField("enregistrée le", default=timezone.now)
    saved_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="enregistrée par")
    # The page (key of its form) that saved last: what it sends next was written knowing that save, even when the
    # answer to it was lost on the way.
    page = models.CharField("page", max_length=64, blank=True)

    class Meta:
        verbose_name = "section enregistrée"
        verbose_name_plural = "sections enregistrées"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["application", "slug"], name="saved_section_once")]

    def __str__(self):
        return f"{self.application}, {self.slug}"


class Answer(models.Model):
    """What the dossier answers to a question; `applications.questions` says how each kind is written."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="answers", verbose_name="dossier")
    question = models.ForeignKey(Question, models.PROTECT, related_name="+", verbose_name="question")
    text = models.TextField("réponse", blank=True)
    # The text is what was typed and is no answer of its kind (yet): kept, refused at sending.
    as_typed = models.BooleanField("gardée telle que saisie", default=False)

    class Meta:
        verbose_name = "réponse"
        ordering = ["question__position", "pk"]
        constraints = [models.UniqueConstraint(fields=["application", "question"], name="answer_once")]

    def __str__(self):
        return f"{self.question} : {self.text[:40]}"


class BudgetEntry(models.Model):
    """One amount of the financing plan: an accounting line (60–69, 70–79, 86/87) in one year of the project."""

    class Side(models.TextChoices):
        EXPENSE = "expense", "Dépense"
        RESOURCE = "resource", "Ressource"
        REQUESTED = "requested", "Subvention demandée à cet appel"

    application = models.ForeignKey(Application, models.CASCADE, related_name="budget", verbose_name="dossier")
    side = models.CharField("sens", max_length=10, choices=Side)
    account = models.CharField("compte", max_length=20)
    year_rank = models.PositiveSmallIntegerField("année du projet")
    cents = models.BigIntegerField("montant (centimes)")

    class Meta:
        verbose_name = "ligne du plan de financement"
        ordering = ["side", "account", "year_rank"]
        constraints = [
            models.UniqueConstraint(fields=["application", "side", "account", "year_rank"], name="budget_cell_once"),
            models.CheckConstraint(
                condition=Q(cents__gte=0, cents__lte=10_000_000_000),
                name="budget_amount_in_range",
                violation_error_message="Un montant va de 0 à 100 000 000 €.",
            ),
            models.CheckConstraint(condition=Q(year_rank__gte=1, year_rank__lte=5), name="budget_year_in_range"),
        ]

    def __str__(self):
        return f"{self.get_side_display()} {self.account}, année {self.year_rank}"


class Attachment(PublicIdModel):
    class Kind(models.TextChoices):
        STATUTES = "statutes", "Statuts ou projet de statuts"
        OCCUPANCY = "occupancy", "Titre d’occupation du lieu"
        SUPPORT = "support", "Lettre de soutien"
        OTHER = "other", "Autre pièce"

    application = models.ForeignKey(Application, models.PROTECT, related_name="attachments", verbose_name="dossier")
    kind = models.CharField("nature", max_length=12, choices=Kind)
    # The question of the form that this file answers; None for a piece joined on the page of the pieces.
    question = models.ForeignKey(Question, models.PROTECT, null=True, blank=True, related_name="+")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name="fichier")
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="jointe par")
    added_at = models.DateTimeField("jointe le", default=timezone.now)
    # A piece of a sent dossier is never deleted: it is set aside, and the sent version keeps it.
    removed_at = models.DateTimeField("retirée le", null=True, blank=True)

    class Meta:
        verbose_name = "pièce jointe"
        verbose_name_plural = "pièces jointes"
        ordering = ["pk"]

    def __str__(self):
        return f"{self.get_kind_display()} : {self.file}"


class Revision(models.Model):
    """The dossier as it was sent, frozen; a review is bound to the revision it judged. Append-only."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="revisions", verbose_name="dossier")
    number = models.PositiveSmallIntegerField("version")
    content = models.JSONField("contenu")
    sha256 = models.CharField("empreinte", max_length=64)
    sent_at = models.DateTimeField("envoyée le")
    sent_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="envoyée par")
    # Not the applicant's: an officer corrected what was sent, for this reason. The version before is the original.
    staff_reason = models.CharField("motif de la correction par le service", max_length=500, blank=True)

    class Meta:
        verbose_name = "version envoyée"
        verbose_name_plural = "versions envoyées"
        ordering = ["application", "number"]
        constraints = [models.UniqueConstraint(fields=["application", "number"], name="revision_number_once")]

    def __str__(self):
        return f"{self.application}, version {self.number}"


class CorrectionRequest(models.Model):
    """Items asked for, with a deadline (glossary 13); only required pieces suspend the clock (CRPA L114-5)."""

    application = models.ForeignKey(
        Application, models.PROTECT, related_name="correction_requests", verbose_name="dossier"
    )
    items = models.TextField("ce qui est demandé")
    due_at = models.DateTimeField("à fournir avant le")
    # Required pieces; a request for better quality leaves the clock running.
    suspends_clock = models.BooleanField("pièces obligatoires : l’horloge s’arrête", default=True)
    requested_at = models.DateTimeField("demandé le", default=timezone.now)
    requested_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="demandé par")
    answered_at = models.DateTimeField("reçu le", null=True, blank=True)
    # Answered, or past its deadline and set aside by the service.
    closed_at = models.DateTimeField("close le", null=True, blank=True)

    class Meta:
        verbose_name = "demande de pièces"
        verbose_name_plural = "demandes de pièces"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["application"],
                condition=Q(closed_at=None),
                name="correction_one_open",
                violation_error_message="Une demande de pièces est déjà en cours pour ce dossier.",
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None) | Q(closed_at__isnull=False), name="correction_answered_is_closed"
            ),
            models.CheckConstraint(
                condition=~Q(items=""),
                name="correction_says_what",
                violation_error_message="Dites ce qui est demandé.",
            ),
        ]

    def __str__(self):
        return f"{self.application} : {self.items[:60]}"

    @property
    def lines(self):
        return [line.strip(" -•\t") for line in self.items.splitlines() if line.strip()]
