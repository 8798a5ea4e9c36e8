"""The texts of an agreement: its model, each version from draft to force, who signed which text and how."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django_fsm import FSMField, transition

from accounts.models import PublicIdModel, StatefulModel, User
from documents.models import Document, StoredFile, WordingVersion
from funding.models.line import Line
from funding.models.payment import Agreement
from funding.querysets import AgreementVersionQuerySet, SignedCopyQuerySet
from programme.models import Call

MANAGE = "funding.manage_agreement"
OPEN_STATES = ("drafted", "sent", "signed_by_beneficiary", "signed_by_state")


class AgreementTemplate(PublicIdModel):
    """A model of the agreements of a call, written before the wordings of letters held them: it is written no more.

    It stands for its call until a wording of that call is published (`funding.conventions.wordings`).
    """

    call = models.ForeignKey(Call, models.PROTECT, related_name="+", verbose_name="appel")
    number = models.PositiveSmallIntegerField("version")
    # [{"code", "title", "body"}], in the order they are read; fields stand between braces: {montant}.
    clauses = models.JSONField("clauses")
    written_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="écrit par")
    written_at = models.DateTimeField("écrit le", default=timezone.now)

    class Meta:
        verbose_name = "modèle de convention"
        verbose_name_plural = "modèles de convention"
        ordering = ["call", "-number"]
        constraints = [models.UniqueConstraint(fields=["call", "number"], name="agreementtemplate_number_once")]

    def __str__(self):
        return f"Modèle de convention de {self.call}, version {self.number}"


class AgreementVersion(PublicIdModel, StatefulModel):
    """The first text of an agreement, or an amendment. Once sent, what it says is fixed (the database holds it)."""

    class Kind(models.TextChoices):
        INITIAL = "initial", "Convention"
        AMENDMENT = "amendment", "Avenant"

    class State(models.TextChoices):
        DRAFTED = "drafted", "En préparation"
        SENT = "sent", "Envoyé à la structure"
        SIGNED_BY_BENEFICIARY = "signed_by_beneficiary", "Signé par la structure"
        SIGNED_BY_STATE = "signed_by_state", "Signé par l’État"
        IN_FORCE = "in_force", "En vigueur"
        ABANDONED = "abandoned", "Abandonné"

    OPEN_STATES = OPEN_STATES

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="versions", verbose_name="convention")
    number = models.PositiveSmallIntegerField("version")
    kind = models.CharField("nature", max_length=10, choices=Kind)
    state = FSMField("état", default=State.DRAFTED, choices=State.choices, protected=True, max_length=24)
    template = models.ForeignKey(
        AgreementTemplate, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="modèle"
    )
    # The staff's version that it is written from, None for the packaged one; what is frozen of it when it is sent.
    wording = models.ForeignKey(
        WordingVersion, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="modèle écrit"
    )
    worded = models.JSONField("modèle figé", default=dict)
    # As the model has them, with their fields; filled in when the text is sent.
    clauses = models.JSONField("clauses", default=list)
    # Codes of the clauses that an officer has read again, ticked one by one.
    clauses_checked = models.JSONField("clauses relues", default=list)
    # Of an amendment: what stood and what is to stand, as `funding.conventions.snapshots` writes them.
    before = models.JSONField("avant", default=dict)
    after = models.JSONField("après", default=dict)
    reason = models.CharField("motif", max_length=500, blank=True)
    # More money: the line and AE year that give it. Reserved with the draft, committed with the State's signature.
    extra_line = models.ForeignKey(Line, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="ligne")
    extra_year = models.PositiveSmallIntegerField("exercice des AE", null=True, blank=True)
    extra_cents = models.BigIntegerField("montant ajouté (centimes)", default=0)
    # What was sent, whole, and its fingerprint: the one that both sides sign.
    facts = models.JSONField("texte figé", default=dict)
    text_sha256 = models.CharField("empreinte du texte", max_length=64, blank=True)
    document = models.ForeignKey(
        Document, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="texte à signer"
    )
    signed_document = models.ForeignKey(
        Document, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="exemplaire signé"
    )
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="préparé par")
    created_at = models.DateTimeField("préparé le", default=timezone.now)
    sent_on = models.DateField("envoyé le", null=True, blank=True)
    in_force_on = models.DateField("en vigueur le", null=True, blank=True)
    abandon_reason = models.CharField("motif de l’abandon", max_length=500, blank=True)

    objects = AgreementVersionQuerySet.as_manager()

    class Meta:
        verbose_name = "version de convention"
        verbose_name_plural = "versions de convention"
        ordering = ["agreement", "number"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "number"], name="agreementversion_number_once"),
            models.UniqueConstraint(
                fields=["agreement"],
                condition=Q(state__in=OPEN_STATES),
                name="agreementversion_one_open",
                violation_error_message="Un texte de cette convention est déjà en préparation ou en signature.",
            ),
            models.UniqueConstraint(
                fields=["agreement"],
                condition=Q(kind="initial") & ~Q(state="abandoned"),
                name="agreementversion_one_initial",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["drafted", "abandoned"]) | Q(sent_on__isnull=False) & ~Q(text_sha256=""),
                name="agreementversion_sent_is_frozen",
            ),
            models.CheckConstraint(
                condition=~Q(state="in_force") | Q(in_force_on__isnull=False, in_force_on__gte=F("sent_on")),
                name="agreementversion_in_force_has_date",
            ),
            models.CheckConstraint(
                condition=Q(kind="initial") | ~Q(reason=""),
                name="agreementversion_amendment_has_reason",
                violation_error_message="Un avenant dit son motif.",
            ),
            models.CheckConstraint(
                condition=Q(extra_cents=0, extra_line=None, extra_year=None)
                | Q(extra_cents__gt=0, extra_line__isnull=False, extra_year__isnull=False),
                name="agreementversion_extra_has_line",
            ),
        ]

    def __str__(self):
        if self.kind == self.Kind.INITIAL:
            return f"{self.agreement}, version {self.number}"
        return f"Avenant à la convention {self.agreement.number}, version {self.number}"

    @property
    def award(self):
        return self.agreement.award

    @property
    def is_amendment(self):
        return self.kind == self.Kind.AMENDMENT

    @property
    def is_open(self):
        return self.state in OPEN_STATES

    @transition(state, State.DRAFTED, State.SENT, permission=MANAGE)
    def send(self, *, by, on):
        self.sent_on = on

    @transition(state, State.SENT, State.SIGNED_BY_BENEFICIARY)
    def sign_for_beneficiary(self, *, by):
        """The structure's signature is on its row; who may give it is the verb's matter."""

    @transition(state, State.SIGNED_BY_BENEFICIARY, State.SIGNED_BY_STATE)
    def sign_for_state(self, *, by):
        """The State's signature is on its row, under a delegation."""

    @transition(state, State.SIGNED_BY_STATE, State.IN_FORCE)
    def come_into_force(self, *, by, on):
        self.in_force_on = on

    @transition(state, [State.DRAFTED, State.SENT, State.SIGNED_BY_BENEFICIARY], State.ABANDONED, permission=MANAGE)
    def abandon(self, *, by, reason):
        self.abandon_reason = reason


class SignedCopy(PublicIdModel, StatefulModel):
    """A copy that the structure signed and sent back; an officer looks at it before it counts as a signature."""

    class State(models.TextChoices):
        RECEIVED = "received", "À vérifier"
        ACCEPTED = "accepted", "Acceptée"
        RETURNED = "returned", "À refaire"

    agreement_version = models.ForeignKey(
        AgreementVersion, models.PROTECT, related_name="copies", verbose_name="texte signé"
    )
    state = FSMField("état", default=State.RECEIVED, choices=State.choices, protected=True, max_length=10)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name="fichier")
    signed_on = models.DateField("signée le")
    signatory = models.CharField("signataire", max_length=150)
    capacity = models.CharField("qualité", max_length=100)
    uploaded_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="envoyée par")
    uploaded_at = models.DateTimeField("envoyée le", default=timezone.now)
    checked_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    checked_at = models.DateTimeField("vérifiée le", null=True, blank=True)
    return_reason = models.CharField("ce qu’il faut refaire", max_length=500, blank=True)

    objects = SignedCopyQuerySet.as_manager()

    class Meta:
        verbose_name = "copie signée"
        verbose_name_plural = "copies signées"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["agreement_version"],
                condition=Q(state="received"),
                name="signedcopy_one_waiting",
                violation_error_message="Une copie signée attend déjà la vérification du service.",
            ),
            models.CheckConstraint(
                condition=Q(state="received", checked_by=None) | ~Q(state="received") & Q(checked_by__isnull=False),
                name="signedcopy_checked_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state="returned") | ~Q(return_reason=""), name="signedcopy_returned_with_reason"
            ),
        ]

    def __str__(self):
        return f"Copie signée de {self.agreement_version}"

    @transition(state, State.RECEIVED, State.ACCEPTED, permission=MANAGE)
    def accept(self, *, by):
        self.checked_by, self.checked_at = by, timezone.now()

    @transition(state, State.RECEIVED, State.RETURNED, permission=MANAGE)
    def send_back(self, *, by, reason):
        self.checked_by, self.checked_at, self.return_reason = by, timezone.now(), reason


class AgreementSignature(models.Model):
    """One side's signature of one text: who, as what, when, how, and the fingerprint of what was signed."""

    class Side(models.TextChoices):
        BENEFICIARY = "beneficiary", "La structure"
        STATE = "state", "L’État"

    class Means(models.TextChoices):
        ELECTRONIC = "electronic", "En ligne"
        COPY = "copy", "Sur un exemplaire téléversé"
        PAPER = "paper", "Sur papier, noté par le service"

    agreement_version = models.ForeignKey(
        AgreementVersion, models.PROTECT, related_name="signatures", verbose_name="texte"
    )
    side = models.CharField("partie", max_length=12, choices=Side)
    means = models.CharField("moyen", max_length=12, choices=Means)
    signed_on = models.DateField("signée le")
    recorded_at = models.DateTimeField("enregistrée le", default=timezone.now)
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="enregistrée par")
    # The account that signed, for an electronic signature and for whoever signs by delegation.
    signatory = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    name = models.CharField("signataire", max_length=250)
    statement = models.TextField("déclaration", blank=True)
    text_sha256 = models.CharField("empreinte du texte signé", max_length=64)
    copy = models.ForeignKey(SignedCopy, models.PROTECT, null=True, blank=True, related_name="+")
    # The published act that delegates the State's signature, and the lines printed above the name.
    delegation = models.CharField("délégation", max_length=250, blank=True)
    formula = models.CharField("formule", max_length=250, blank=True)

    class Meta:
        verbose_name = "signature de convention"
        verbose_name_plural = "signatures de convention"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["agreement_version", "side"], name="agreementsignature_once_a_side"),
            models.CheckConstraint(condition=~Q(name=""), name="agreementsignature_has_name"),
            models.CheckConstraint(
                condition=~Q(means="electronic") | Q(signatory__isnull=False) & ~Q(statement="") & ~Q(text_sha256=""),
                name="agreementsignature_electronic_is_whole",
            ),
            models.CheckConstraint(
                condition=~Q(means="copy") | Q(copy__isnull=False), name="agreementsignature_copy_is_kept"
            ),
            models.CheckConstraint(
                condition=~Q(side="state") | Q(signatory__isnull=False) & ~Q(delegation=""),
                name="agreementsignature_state_is_delegated",
                violation_error_message="L’État signe par une personne qui a délégation.",
            ),
        ]

    def __str__(self):
        return f"{self.get_side_display()}, {self.name}, {self.agreement_version}"
