from django.db import models
from django.urls import reverse
from django.utils import timezone

from accounts.models.base import FoldedTextField, PublicIdModel, VersionedModel
from accounts.models.user import User
from accounts.querysets import OrganisationQuerySet


class LegalForm(models.TextChoices):
    ASSOCIATION = "association", "Association"
    ASSOCIATION_FORMING = "association_forming", "Association en cours de création"
    SCIC = "scic", "SCIC"
    SCOP = "scop", "SCOP"
    SCE = "sce", "Société coopérative européenne (SCE)"
    SAS = "sas", "SAS"
    COMPANY = "company", "Autre société commerciale (SARL, SA…)"
    SOLE_TRADER = "sole_trader", "Entreprise individuelle"
    MUTUAL = "mutual", "Mutuelle"
    FOUNDATION = "foundation", "Fondation"
    ENDOWMENT_FUND = "endowment_fund", "Fonds de dotation"
    LOCAL_AUTHORITY = "local_authority", "Collectivité ou groupement de collectivités"
    PUBLIC_BODY = "public_body", "Établissement public"
    GROUPING = "grouping", "Groupement (GIP, GIE)"
    EEA_BODY = "eea_body", "Structure d’un autre pays de l’EEE, sans SIRET"
    OTHER = "other", "Autre personne morale"


# They subscribe to the republican commitment contract before any grant (L. 2000-321 art. 10-1).
UNDER_REPUBLICAN_CONTRACT = frozenset({LegalForm.ASSOCIATION, LegalForm.ASSOCIATION_FORMING, LegalForm.FOUNDATION})


class Organisation(PublicIdModel, VersionedModel):
    """The legal person that asks, signs, is paid and reports (glossary 8); or a network that helps those who do."""

    class Kind(models.TextChoices):
        APPLICANT = "applicant", "Structure porteuse"
        NETWORK = "network", "Réseau d’appui"

    shown_when_stale = (
        "name", "legal_form", "siret", "address", "postal_code", "city", "representative_name", "representative_title",
    )  # fmt: skip
    # Set by the service: an applicant gives a network access by its name, so the name must be true.
    kind = models.CharField("nature", max_length=12, choices=Kind, default=Kind.APPLICANT)
    name = models.CharField("nom de la structure", max_length=250)
    legal_form = models.CharField("forme juridique", max_length=24, choices=LegalForm)
    # Null when the structure is still being formed: a call setting allows it until the award.
    siret = models.CharField("SIRET", max_length=14, null=True, blank=True, unique=True)
    # A body of another country of the European Economic Area: its register and number there, in place of a SIRET.
    foreign_id = models.CharField("numéro dans le registre de son pays", max_length=60, blank=True)
    country = models.CharField("pays du siège", max_length=60, blank=True)
    address = models.CharField("adresse du siège", max_length=250, blank=True)
    postal_code = models.CharField("code postal", max_length=5, blank=True)
    city = models.CharField("ville", max_length=100, blank=True)
    email = models.EmailField("adresse électronique", blank=True)
    phone = models.CharField("téléphone", max_length=30, blank=True)
    representative_name = models.CharField("représentante ou représentant légal", max_length=150, blank=True)
    representative_title = models.CharField("qualité", max_length=100, blank=True)
    created_at = models.DateTimeField("créée le", auto_now_add=True)
    search_text = FoldedTextField(max_length=400, sources=["name", "city", "digits"], db_index=True)
    # What a tie known by the name alone is looked for in: « Region » is « Région ».
    folded_name = FoldedTextField(max_length=500, sources=["name"])
    members = models.ManyToManyField(User, through="Membership", related_name="organisations")

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = "structure"
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(siret=None) | models.Q(siret__gt=""),
                name="organisation_siret_not_empty",
                violation_error_message="Laissez le SIRET vide ou saisissez ses 14 chiffres.",
            ),
            models.CheckConstraint(
                condition=models.Q(foreign_id="") | models.Q(siret=None),
                name="organisation_one_register",
                violation_error_message="Donnez un SIRET, ou un numéro de registre étranger, pas les deux.",
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("accounts:organisation", args=[self.public_id])

    @property
    def digits(self):
        """The SIRET, or nothing: what a search may name."""
        return self.siret or ""

    @property
    def siren(self):
        return self.siret[:9] if self.siret else None

    @property
    def is_network(self):
        return self.kind == self.Kind.NETWORK


class Membership(models.Model):
    """What a person may do for a structure; being its legal representative is beside, and goes with any right."""

    class Role(models.TextChoices):
        OWNER = "owner", "Responsable"
        EDITOR = "editor", "Rédaction"
        READER = "reader", "Lecture"

    user = models.ForeignKey(User, models.PROTECT, related_name="memberships", verbose_name="personne")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="memberships", verbose_name="structure"
    )
    role = models.CharField("droit", max_length=24, choices=Role)
    # Signs for the structure: the sign-off of a dossier is hers.
    is_representative = models.BooleanField("représente légalement la structure", default=False)
    created_at = models.DateTimeField("depuis le", auto_now_add=True)

    WRITERS = (Role.OWNER, Role.EDITOR)

    class Meta:
        verbose_name = "membre"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organisation"],
                name="membership_once",
                violation_error_message="Cette personne est déjà membre de la structure.",
            )
        ]

    def __str__(self):
        return f"{self.user}, {self.organisation}"

    @property
    def words(self):
        return right_in_words(self)

    @property
    def writes(self):
        return self.role in self.WRITERS


def right_in_words(held):
    """« Rédaction, représentation légale »: of a membership, or of an invitation to become one."""
    beside = ", représentation légale" if held.is_representative else ""
    return f"{held.get_role_display()}{beside}"


class JoinRequest(PublicIdModel):
    """Somebody asks to be let into a structure that is already known; a responsible person answers."""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="join_requests", verbose_name="structure"
    )
    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="personne")
    message = models.CharField("message", max_length=500, blank=True)
    asked_at = models.DateTimeField("demandé le", default=timezone.now)
    answered_at = models.DateTimeField("répondu le", null=True, blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="répondu par")
    accepted = models.BooleanField("acceptée", default=False)

    class Meta:
        verbose_name = "demande pour rejoindre une structure"
        verbose_name_plural = "demandes pour rejoindre une structure"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "user"],
                condition=models.Q(answered_at=None),
                name="joinrequest_one_open",
                violation_error_message="Votre demande est déjà envoyée.",
            ),
            models.CheckConstraint(
                condition=models.Q(accepted=False) | models.Q(answered_at__isnull=False),
                name="joinrequest_accepted_is_answered",
            ),
        ]

    def __str__(self):
        return f"{self.user} : {self.organisation}"
