import secrets
import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import PublicIdModel
from documents import letter_bytes
from documents.facts import TEMPLATES
from documents.frozen import from_json
from documents.querysets import DocumentQuerySet, StoredFileQuerySet
from documents.unwritten import UnwrittenLetter
from documents.wording.models import WordingVersion

__all__ = ["UnwrittenLetter", "WordingVersion"]

# No 0 and O, 1, I and L, 5 and S, nor vowels that would make words: 26 signs, 12 of them, 56 bits.
CODE_ALPHABET = "2346789BCDFGHJKMNPQRTVWXYZ"
# A worker that says nothing for this long is taken for dead: about a thousand times one letter.
CLAIM_EXPIRES_AFTER = timedelta(minutes=2)
# A letter that fails (or kills its worker) this often waits for a person.
MAX_ATTEMPTS = 5


def new_verification_code():
    """An unguessable code that can be read aloud and typed: K7QM-4TXR-9WHD."""
    signs = "".join(secrets.choice(CODE_ALPHABET) for _ in range(12))
    return f"{signs[:4]}-{signs[4:8]}-{signs[8:]}"


class Document(PublicIdModel):
    """A letter that was asked for, and the outbox of the work to make it: the broker is only a hint.

    The row is created in the transaction of the act it proves. Everything it states is frozen from then on (the
    database refuses a change); its bytes come once, later, in `DocumentContent`.
    """

    class Kind(models.TextChoices):
        RECEIPT = "receipt", "Accusé de réception"
        PIECES_REQUEST = "pieces_request", "Demande de pièces"
        AWARD_LETTER = "award_letter", "Lettre d’attribution"
        WAITLIST_LETTER = "waitlist_letter", "Lettre de liste complémentaire"
        REFUSAL_LETTER = "refusal_letter", "Lettre de refus"
        DEFERRAL_LETTER = "deferral_letter", "Lettre d’ajournement"
        INADMISSIBILITY_LETTER = "inadmissibility_letter", "Lettre d’irrecevabilité"
        APPEAL_RECEIPT = "appeal_receipt", "Accusé de réception d’un recours"
        PANEL_MINUTES = "panel_minutes", "Procès-verbal du comité"
        PANEL_ADDENDUM = "panel_addendum", "Additif au procès-verbal du comité"
        AGREEMENT = "agreement", "Convention à signer"
        AMENDMENT = "amendment", "Avenant à signer"
        SIGNED_AGREEMENT = "signed_agreement", "Convention signée"
        SIGNED_AMENDMENT = "signed_amendment", "Avenant signé"
        HEARING_LETTER = "hearing_letter", "Lettre contradictoire"
        WITHDRAWAL_DECISION = "withdrawal_decision", "Décision de retrait"
        REPAYMENT_REQUEST = "repayment_request", "Demande de reversement"
        WITHDRAWAL_UNDONE = "withdrawal_undone", "Annulation d’un retrait"
        FORMAL_NOTICE = "formal_notice", "Mise en demeure"
        APPEAL_ANSWER = "appeal_answer", "Réponse à un recours"

    class Void(models.TextChoices):
        WITHDRAWN = "withdrawn", "Retirée"
        REPEALED = "repealed", "Abrogée"
        CORRECTED = "corrected", "Corrigée"

    kind = models.CharField("sorte", max_length=30, choices=Kind)
    subject_type = models.CharField("type d’objet", max_length=60)
    subject_id = models.BigIntegerField("clé de l’objet")
    facts = models.JSONField("faits figés")
    template = models.CharField("modèle", max_length=60)
    template_version = models.PositiveSmallIntegerField("version du modèle")
    # The staff's version that it is made from, None for the packaged one; what it says is frozen within the facts.
    wording = models.ForeignKey(
        WordingVersion, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="modèle écrit"
    )
    number = models.CharField("numéro", max_length=20, unique=True)
    verification_code = models.CharField("code de vérification", max_length=14, unique=True)
    created_at = models.DateTimeField("demandé le", default=timezone.now)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="demandé par"
    )
    claimed_at = models.DateTimeField("pris le", null=True)
    claimed_by = models.CharField("pris par", max_length=80, blank=True)
    attempts = models.PositiveSmallIntegerField("essais", default=0)
    last_error = models.TextField("dernière erreur", blank=True)
    # Neither a worker nor the sweep takes it until somebody resumes.
    paused_at = models.DateTimeField("suspendu le", null=True)
    rendered_at = models.DateTimeField("fabriqué le", null=True)
    sha256 = models.CharField("empreinte", max_length=64, blank=True, db_index=True)
    byte_size = models.PositiveIntegerField("taille", null=True)
    # Of the bytes before the seal: what the same facts always give.
    unsigned_sha256 = models.CharField("empreinte avant cachet", max_length=64, blank=True, default="")
    sealed_at = models.DateTimeField("scellé le", null=True)
    sealed_by = models.CharField("scellé par", max_length=200, blank=True, default="")
    seal_certificate_sha256 = models.CharField("certificat du cachet", max_length=64, blank=True, default="")
    released_at = models.DateTimeField("remis le", null=True)
    voided_on = models.DateField("sans effet depuis le", null=True)
    void_kind = models.CharField("comment", max_length=12, blank=True, choices=Void)
    voided_by_number = models.CharField("par la décision", max_length=20, blank=True)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = "document"
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["subject_type", "subject_id", "kind"],
                name="document_once_per_subject",
                violation_error_message="Ce document a déjà été demandé pour cet objet.",
            ),
            # A decision is told by one letter: it cannot grant and refuse.
            models.UniqueConstraint(
                fields=["subject_type", "subject_id"],
                condition=Q(kind__in=["award_letter", "waitlist_letter", "refusal_letter", "deferral_letter"]),
                name="document_one_answer_per_decision",
                violation_error_message="Cette décision a déjà un courrier d’une autre sorte.",
            ),
            models.CheckConstraint(
                condition=Q(rendered_at=None, sha256="", byte_size=None)
                | Q(rendered_at__isnull=False, byte_size__gt=0) & ~Q(sha256=""),
                name="document_rendered_with_hash",
                violation_error_message="Un document fabriqué a une date, une empreinte et une taille.",
            ),
            models.CheckConstraint(
                condition=Q(sealed_at=None, sealed_by="", seal_certificate_sha256="")
                | Q(sealed_at__isnull=False, rendered_at__isnull=False)
                & ~Q(sealed_by="")
                & ~Q(seal_certificate_sha256="")
                & ~Q(unsigned_sha256=""),
                name="document_seal_whole",
                violation_error_message="Un cachet a une date, un nom, un certificat, et porte sur un document fait.",
            ),
            models.CheckConstraint(
                condition=Q(voided_on=None, void_kind="") | Q(voided_on__isnull=False) & ~Q(void_kind=""),
                name="document_void_explained",
                violation_error_message="Dites comment et depuis quand ce document est sans effet.",
            ),
        ]
        indexes = [
            models.Index(fields=["claimed_at"], name="document_waiting", condition=Q(rendered_at=None)),
            models.Index(fields=["kind", "created_at"], name="document_kind"),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.number}"

    @property
    def is_ready(self):
        """Rendered and handed over: what the addressee may open."""
        return self.rendered_at is not None and self.released_at is not None

    @property
    def needs_person(self):
        """Every automatic attempt failed: somebody must look, then retry."""
        return self.rendered_at is None and self.attempts >= MAX_ATTEMPTS

    @property
    def file_name(self):
        return f"{self.number}.pdf"

    @property
    def letter(self):
        """The frozen facts, as the data class of the template."""
        return from_json(TEMPLATES[self.template].facts, self.facts["letter"])

    def public_summary(self):
        """(label, value) rows to compare with the paper."""
        return [("Numéro", self.number), *self.letter.public_summary()]


class DocumentContent(models.Model):
    """The bytes, apart so that lists stay light. Append-only: the database refuses UPDATE, DELETE and TRUNCATE.

    Read by `documents.letter_bytes` alone: they are in the row, or in the store of files.
    """

    document = models.OneToOneField(Document, models.PROTECT, primary_key=True, related_name="content")
    data = models.BinaryField("contenu")
    place = models.CharField("place dans le dépôt", max_length=120, blank=True, default="")

    class Meta:
        verbose_name = "contenu de document"
        verbose_name_plural = "contenus de document"
        constraints = [
            models.CheckConstraint(
                condition=Q(place="") | Q(data=b""),
                name="document_content_one_place",
                violation_error_message="Les octets d’un document sont gardés en un seul endroit.",
            )
        ]

    def __str__(self):
        return f"{len(self.data)} octets"

    @property
    def pdf(self):
        """The bytes as they are now, wherever they are."""
        return letter_bytes.read(self)


class NumberCounter(models.Model):
    """The last number given in a series and a year: numbers have no gap because this row is locked, last."""

    name = models.CharField("série", max_length=10)
    year = models.PositiveSmallIntegerField("année")
    last = models.PositiveIntegerField("dernier numéro", default=0)

    class Meta:
        verbose_name = "compteur"
        constraints = [models.UniqueConstraint(fields=["name", "year"], name="counter_once")]

    def __str__(self):
        return f"{self.name}-{self.year}-{self.last:05d}"


def unguessable_path(instance, filename):
    """Where an upload is kept: nothing of the name that the sender gave."""
    key = uuid.uuid4().hex
    return f"uploads/{key[:2]}/{key}"


class StoredFile(PublicIdModel):
    """A file that somebody sent. Its type is what its bytes say, never what its name or the browser claims.

    Written by `documents.uploads`, `documents.scanning` and `documents.previews` alone. The row is the outbox of both
    works: a worker claims it, the sweep takes what no worker took.
    """

    class Scan(models.TextChoices):
        PENDING = "pending", "Analyse en cours"
        CLEAN = "clean", "Sain"
        INFECTED = "infected", "Infecté"
        UNAVAILABLE = "unavailable", "Analyse impossible"
        NOT_SCANNED = "not_scanned", "Non analysé"

    class Preview(models.TextChoices):
        NONE = "none", "Sans aperçu"
        PENDING = "pending", "Aperçu en préparation"
        READY = "ready", "Aperçu prêt"
        FAILED = "failed", "Aperçu impossible"

    file = models.FileField("fichier", upload_to=unguessable_path, max_length=120)
    name = models.CharField("nom d’origine", max_length=150)
    content_type = models.CharField("type de contenu", max_length=100)
    byte_size = models.PositiveIntegerField("taille")
    sha256 = models.CharField("empreinte", max_length=64)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="envoyé par"
    )
    uploaded_at = models.DateTimeField("envoyé le", default=timezone.now)
    scan_state = models.CharField("analyse", max_length=12, choices=Scan, default=Scan.NOT_SCANNED)
    scanned_at = models.DateTimeField("analysé le", null=True)
    # The name of the virus, or why the scanner could not tell.
    scan_note = models.CharField("résultat de l’analyse", max_length=200, blank=True)
    scan_claimed_at = models.DateTimeField("pris pour analyse le", null=True)
    scan_attempts = models.PositiveIntegerField("essais d’analyse", default=0)
    preview_state = models.CharField("aperçu", max_length=12, choices=Preview, default=Preview.PENDING)
    preview_claimed_at = models.DateTimeField("pris pour aperçu le", null=True)
    preview_attempts = models.PositiveSmallIntegerField("essais d’aperçu", default=0)
    page_count = models.PositiveIntegerField("nombre de pages", null=True)

    class Meta:
        verbose_name = "fichier reçu"
        verbose_name_plural = "fichiers reçus"
        ordering = ["-uploaded_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(byte_size__gt=0),
                name="stored_file_not_empty",
                violation_error_message="Ce fichier est vide.",
            )
        ]
        indexes = [
            models.Index(
                fields=["scan_claimed_at"],
                name="stored_file_to_scan",
                condition=Q(scan_state__in=["pending", "unavailable", "not_scanned"]),
            ),
            models.Index(
                fields=["preview_claimed_at"], name="stored_file_to_draw", condition=Q(preview_state="pending")
            ),
        ]

    objects = StoredFileQuerySet.as_manager()

    def __str__(self):
        return self.name

    @property
    def is_open(self):
        """May be read by whoever may read its dossier: clean, or scanning is declared off."""
        if self.scan_state == self.Scan.INFECTED:
            return False
        return self.scan_state == self.Scan.CLEAN or not settings.CLAMD_URL

    @property
    def is_infected(self):
        return self.scan_state == self.Scan.INFECTED

    @property
    def has_pictures(self):
        return self.is_open and self.preview_state == self.Preview.READY

    @property
    def is_being_prepared(self):
        """Something about it will change by itself soon."""
        waits_for_scan = not self.is_open and self.scan_state in (self.Scan.PENDING, self.Scan.NOT_SCANNED)
        return waits_for_scan or (self.is_open and self.preview_state == self.Preview.PENDING)

    @property
    def scan_words(self):
        """What the antivirus said of it, for a list of pieces; nothing when there is nothing to say."""
        if self.is_infected:
            return "Fichier infecté, mis à l’écart : personne ne peut l’ouvrir"
        if self.is_open:
            return ""
        if self.scan_state == self.Scan.UNAVAILABLE:
            return "L’antivirus ne répond pas : le fichier est gardé, l’analyse sera refaite"
        return "Analyse antivirus en cours"


def picture_path(instance, filename):
    key = uuid.uuid4().hex
    return f"previews/{key[:2]}/{key}"


class PagePicture(models.Model):
    """One page of a file as a picture that a browser can show without danger; number 0 is the thumbnail."""

    THUMBNAIL = 0

    stored_file = models.ForeignKey(StoredFile, models.CASCADE, related_name="pictures", verbose_name="fichier")
    number = models.PositiveSmallIntegerField("page")
    picture = models.FileField("image", upload_to=picture_path, max_length=120)
    width = models.PositiveSmallIntegerField("largeur")
    height = models.PositiveSmallIntegerField("hauteur")
    # Of a PDF that has some: for whoever does not see pictures.
    text = models.TextField("texte", blank=True)

    class Meta:
        verbose_name = "page en image"
        verbose_name_plural = "pages en image"
        ordering = ["stored_file", "number"]
        constraints = [models.UniqueConstraint(fields=["stored_file", "number"], name="page_picture_once")]

    def __str__(self):
        return f"{self.stored_file}, page {self.number}"


# Models of this application, each subject in its own module.
from documents.formal import ElectronicConsent, FormalNotification  # noqa: E402
from documents.scan_models import ScanPage, ScanPile, SignedScan  # noqa: E402

__all__ = [
    "Document",
    "DocumentContent",
    "ElectronicConsent",
    "FormalNotification",
    "NumberCounter",
    "PagePicture",
    "ScanPage",
    "ScanPile",
    "SignedScan",
    "StoredFile",
]
