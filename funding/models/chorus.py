"""What Chorus says: files, their rows, and the numbers (EJ, DP) that tie them to awards and instalments."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django_fsm import FSMField, transition

from accounts.models import PublicIdModel, StatefulModel, User
from accounts.models.base import FoldedTextField
from documents.models import StoredFile
from funding.models.award import Award
from funding.models.payment import Instalment
from funding.models.sharing import InstalmentPayee
from funding.querysets import ChorusQuerySet, DifferenceQuerySet

IMPORT = "funding.import_chorus"


class LegalCommitment(PublicIdModel):
    """An EJ of Chorus. It may carry several awards; an award may have several."""

    number = models.CharField("numéro d’EJ", max_length=20, unique=True)
    awards = models.ManyToManyField(Award, through="CommitmentAward", related_name="commitments")
    recorded_at = models.DateTimeField("noté le", default=timezone.now)

    class Meta:
        verbose_name = "engagement juridique"
        verbose_name_plural = "engagements juridiques"
        ordering = ["number"]

    def __str__(self):
        return self.number


class CommitmentAward(models.Model):
    commitment = models.ForeignKey(LegalCommitment, models.PROTECT, related_name="links", verbose_name="EJ")
    award = models.ForeignKey(Award, models.PROTECT, related_name="commitment_links", verbose_name="attribution")
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="noté par")
    recorded_at = models.DateTimeField("noté le", default=timezone.now)

    class Meta:
        verbose_name = "attribution d’un EJ"
        verbose_name_plural = "attributions des EJ"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["commitment", "award"], name="commitmentaward_once")]

    def __str__(self):
        return f"{self.commitment}, {self.award}"


class PaymentExport(PublicIdModel):
    """A file of payment requests that was taken out, kept as it was."""

    number = models.CharField("numéro", max_length=20, unique=True)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="fait par")
    made_at = models.DateTimeField("fait le", default=timezone.now)
    row_count = models.PositiveIntegerField("lignes")
    cents = models.BigIntegerField("montant (centimes)")

    objects = ChorusQuerySet.as_manager()

    class Meta:
        verbose_name = "envoi de demandes de paiement"
        verbose_name_plural = "envois de demandes de paiement"
        ordering = ["-pk"]

    def __str__(self):
        return self.number

    def get_absolute_url(self):
        return reverse("funding:chorus_export", args=[self.public_id])


class PaymentRequest(PublicIdModel):
    """A payment request: taken out in a file, numbered by Chorus (DP). It may cover several instalments."""

    # Null until Chorus gives it.
    number = models.CharField("numéro de DP", max_length=20, null=True, blank=True, unique=True)
    export = models.ForeignKey(
        PaymentExport, models.PROTECT, null=True, blank=True, related_name="requests", verbose_name="envoi"
    )
    commitment = models.ForeignKey(
        LegalCommitment, models.PROTECT, null=True, blank=True, related_name="requests", verbose_name="EJ"
    )
    created_at = models.DateTimeField("créée le", default=timezone.now)
    numbered_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    numbered_at = models.DateTimeField("numéro noté le", null=True, blank=True)

    class Meta:
        verbose_name = "demande de paiement"
        verbose_name_plural = "demandes de paiement"
        ordering = ["-pk"]
        constraints = [models.CheckConstraint(condition=~Q(number=""), name="paymentrequest_number_not_empty")]

    def __str__(self):
        return self.number or "Demande sans numéro de DP"


class RequestPart(models.Model):
    """What a payment request asks of one instalment for one payee, on which account. Cents."""

    request = models.ForeignKey(PaymentRequest, models.PROTECT, related_name="parts", verbose_name="demande")
    instalment = models.ForeignKey(Instalment, models.PROTECT, related_name="request_parts", verbose_name="échéance")
    # Null for one of before each payee had its own.
    payee = models.ForeignKey(
        InstalmentPayee, models.PROTECT, null=True, blank=True, related_name="parts", verbose_name="destinataire"
    )
    cents = models.BigIntegerField("montant (centimes)")
    bank_account = models.ForeignKey(
        "funding.BankAccount", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="compte"
    )
    # False once the order is cancelled or the number corrected: the row stays as it was.
    live = models.BooleanField("en cours", default=True)

    class Meta:
        verbose_name = "part de demande"
        verbose_name_plural = "parts de demande"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["request", "instalment"], condition=Q(live=True, payee=None), name="requestpart_once"
            ),
            models.UniqueConstraint(
                fields=["request", "payee"], condition=Q(live=True), name="requestpart_once_per_payee"
            ),
            models.CheckConstraint(condition=Q(cents__gt=0), name="requestpart_positive"),
        ]

    def __str__(self):
        return f"{self.request}, {self.instalment}"

    @property
    def organisation(self):
        """Whose account it is paid on."""
        return self.payee.organisation if self.payee_id else self.instalment.award.organisation


class ChorusFile(PublicIdModel, StatefulModel):
    """An extract that was read, or rows that were typed. Nothing moves before it is confirmed."""

    class State(models.TextChoices):
        READ = "read", "À confirmer"
        CONFIRMED = "confirmed", "Confirmé"
        ABANDONED = "abandoned", "Abandonné"

    class Origin(models.TextChoices):
        EXTRACT = "extract", "Extrait de Chorus"
        TYPED = "typed", "Ligne saisie"

    state = FSMField("état", default=State.READ, choices=State.choices, protected=True, max_length=10)
    origin = models.CharField("origine", max_length=8, choices=Origin, default=Origin.EXTRACT)
    name = models.CharField("nom", max_length=150)
    stored_file = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="fichier"
    )
    # Of the content: the same extract under another name is the same.
    sha256 = models.CharField("empreinte", max_length=64)
    fiscal_year = models.PositiveSmallIntegerField("exercice")
    # The extract holds every payment of the year up to its last day: what is missing from it is a difference.
    whole_year = models.BooleanField("extrait complet de l’exercice", default=False)
    read_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="lu par")
    read_at = models.DateTimeField("lu le", default=timezone.now)
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField("confirmé le", null=True, blank=True)

    objects = ChorusQuerySet.as_manager()

    class Meta:
        verbose_name = "fichier Chorus"
        verbose_name_plural = "fichiers Chorus"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["sha256"],
                condition=~Q(state="abandoned"),
                name="chorusfile_once",
                violation_error_message="Ce fichier a déjà été lu.",
            ),
            models.CheckConstraint(
                condition=~Q(state="confirmed") | Q(confirmed_by__isnull=False, confirmed_at__isnull=False),
                name="chorusfile_confirmed_by",
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("funding:chorus_file", args=[self.public_id])

    @transition(state, State.READ, State.CONFIRMED, permission=IMPORT)
    def confirm(self, *, by, at):
        self.confirmed_by, self.confirmed_at = by, at

    @transition(state, State.READ, State.ABANDONED, permission=IMPORT)
    def abandon(self, *, by):
        """Nothing of it was applied."""


class ChorusRow(models.Model):
    """One line of a file, as it was read. What Chorus wrote never changes; only what we did of it does."""

    class Status(models.TextChoices):
        WAITING = "waiting", "En attente"
        APPLIED = "applied", "Appliquée"
        KNOWN = "known", "Déjà appliquée"
        REPLACED = "replaced", "Reprise par un extrait plus récent"
        FOREIGN = "foreign", "Hors du dispositif"
        SET_ASIDE = "set_aside", "Écartée avec un motif"

    file = models.ForeignKey(ChorusFile, models.PROTECT, related_name="rows", verbose_name="fichier")
    line = models.PositiveIntegerField("ligne")
    status = models.CharField("état", max_length=10, choices=Status, default=Status.WAITING)
    # Year, company, EJ and its item, DP and its item: the same payment line in any extract.
    identity = models.CharField("identité", max_length=120)
    commitment = models.CharField("N° EJ", max_length=20, blank=True)
    commitment_item = models.CharField("N° poste EJ", max_length=10, blank=True)
    request = models.CharField("N° DP", max_length=20, blank=True)
    request_item = models.CharField("N° poste DP", max_length=10, blank=True)
    company = models.CharField("société", max_length=20, blank=True)
    siret = models.CharField("SIRET", max_length=14, blank=True)
    payee = models.CharField("fournisseur payé", max_length=150, blank=True)
    fiscal_year = models.PositiveSmallIntegerField("exercice", null=True, blank=True)
    cents = models.BigIntegerField("montant payé (centimes)", null=True, blank=True)
    paid_on = models.DateField("payée le", null=True, blank=True)
    centre = models.CharField("centre financier", max_length=40, blank=True)
    domain = models.CharField("domaine fonctionnel", max_length=40, blank=True)
    # What could not be read, in words.
    unreadable = models.CharField("illisible", max_length=300, blank=True)

    class Meta:
        verbose_name = "ligne Chorus"
        verbose_name_plural = "lignes Chorus"
        ordering = ["file", "line"]
        constraints = [
            models.UniqueConstraint(fields=["file", "line"], name="chorusrow_line_once"),
            models.UniqueConstraint(
                fields=["identity"],
                condition=Q(status="applied"),
                name="chorusrow_applied_once",
                violation_error_message="Cette ligne de Chorus est déjà appliquée.",
            ),
            models.CheckConstraint(
                condition=~Q(status="applied") | (Q(cents__gt=0, paid_on__isnull=False) & ~Q(request="")),
                name="chorusrow_applied_is_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["request", "status"], name="chorusrow_request"),
            models.Index(fields=["identity"], name="chorusrow_identity"),
        ]

    def __str__(self):
        return f"{self.file}, ligne {self.line}"


class Allotment(models.Model):
    """What a row of Chorus pays of an instalment. Cents."""

    row = models.ForeignKey(ChorusRow, models.PROTECT, related_name="allotments", verbose_name="ligne")
    part = models.ForeignKey(RequestPart, models.PROTECT, related_name="allotments", verbose_name="part de demande")
    instalment = models.ForeignKey(Instalment, models.PROTECT, related_name="allotments", verbose_name="échéance")
    cents = models.BigIntegerField("montant (centimes)")

    class Meta:
        verbose_name = "rapprochement"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["row", "part"], name="allotment_once"),
            models.CheckConstraint(condition=Q(cents__gt=0), name="allotment_positive"),
        ]

    def __str__(self):
        return f"{self.row} → {self.instalment}"


class Difference(PublicIdModel, StatefulModel):
    """Where Chorus and the ledger disagree: explained with a reason, or corrected."""

    class State(models.TextChoices):
        OPEN = "open", "À traiter"
        EXPLAINED = "explained", "Expliqué"
        CORRECTED = "corrected", "Corrigé"

    class Kind(models.TextChoices):
        UNREADABLE = "unreadable", "Ligne illisible"
        WRONG_YEAR = "wrong_year", "Autre exercice"
        CLOSED_YEAR = "closed_year", "Exercice clos"
        NEGATIVE = "negative", "Montant négatif ou nul"
        CHANGED = "changed", "Ligne modifiée dans Chorus"
        UNKNOWN_COMMITMENT = "unknown_commitment", "EJ inconnu"
        OTHER_AWARD = "other_award", "EJ d’une autre attribution"
        UNKNOWN_REQUEST = "unknown_request", "DP à rattacher"
        OTHER_PAYEE = "other_payee", "Autre bénéficiaire"
        NOT_ORDERED = "not_ordered", "Pas mise en paiement ici"
        OVERPAID = "overpaid", "Payé plus que dû"
        PART_PAID = "part_paid", "Payé moins que demandé"
        WRONG_DATE = "wrong_date", "Date impossible"
        SAME_PERSON = "same_person", "Troisième personne nécessaire"
        REFUSED = "refused", "Refusé par le registre"
        MISSING = "missing", "Payé ici, absent de Chorus"

    # What differs: a payment request ("dp:…"), a row that names none ("row:…"), an instalment ("instalment:…").
    subject = models.CharField("objet", max_length=140)
    kind = models.CharField("nature", max_length=20, choices=Kind)
    state = FSMField("état", default=State.OPEN, choices=State.choices, protected=True, max_length=10)
    sentence = models.CharField("ce qui diffère", max_length=600)
    label = models.CharField("libellé", max_length=200)
    search_text = FoldedTextField(max_length=250, sources=["label"])
    cents = models.BigIntegerField("montant (centimes)", default=0)
    # The file that showed it last.
    file = models.ForeignKey(ChorusFile, models.PROTECT, related_name="differences", verbose_name="fichier")
    instalment = models.ForeignKey(
        Instalment, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="échéance"
    )
    found_at = models.DateTimeField("trouvé le", default=timezone.now)
    reason = models.CharField("explication", max_length=500, blank=True)
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField("traité le", null=True, blank=True)

    objects = DifferenceQuerySet.as_manager()

    class Meta:
        verbose_name = "écart"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["subject"], condition=Q(state="open"), name="difference_one_open"),
            models.CheckConstraint(
                condition=~Q(state="explained") | (~Q(reason="") & Q(closed_by__isnull=False)),
                name="difference_explained_with_reason",
                violation_error_message="Un écart se ferme avec une explication.",
            ),
            models.CheckConstraint(
                condition=Q(state="open") | Q(closed_at__isnull=False), name="difference_closed_has_date"
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}, {self.label}"

    def get_absolute_url(self):
        return reverse("funding:difference", args=[self.public_id])

    @transition(state, State.OPEN, State.EXPLAINED, permission=IMPORT)
    def explain(self, *, by, at, reason):
        self.closed_by, self.closed_at, self.reason = by, at, reason

    @transition(state, State.OPEN, State.CORRECTED, permission=IMPORT)
    def correct(self, *, by, at):
        self.closed_by, self.closed_at = by, at

    @transition(state, State.EXPLAINED, State.OPEN, permission=IMPORT)
    def reopen(self, *, by):
        self.closed_by = self.closed_at = None
        self.reason = ""
