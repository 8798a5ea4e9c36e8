from django.db import models
from django.urls import reverse

from accounts.models.base import PublicIdModel, VersionedModel
from accounts.models.user import User
from accounts.querysets import OrganisationQuerySet


class LegalForm(models.TextChoices):
    ASSOCIATION = "association", "Association"
    ASSOCIATION_FORMING = "association_forming", "Association en cours de création"
    SCIC = "scic", "SCIC"
    SCOP = "scop", "SCOP"
    COMPANY = "company", "Société commerciale (SAS, SARL, SA…)"
    SOLE_TRADER = "sole_trader", "Entreprise individuelle"
    MUTUAL = "mutual", "Mutuelle"
    FOUNDATION = "foundation", "Fondation ou fonds de dotation"
    LOCAL_AUTHORITY = "local_authority", "Collectivité ou groupement"
    PUBLIC_BODY = "public_body", "Établissement public"
    OTHER = "other", "Autre personne morale"


class Organisation(PublicIdModel, VersionedModel):
    """The legal person that asks, signs, is paid and reports (glossary 8)."""

    name = models.CharField("nom de la structure", max_length=250)
    legal_form = models.CharField("forme juridique", max_length=24, choices=LegalForm)
    # Null when the structure is still being formed: a call setting allows it until the award.
    siret = models.CharField("SIRET", max_length=14, null=True, blank=True, unique=True)
    address = models.CharField("adresse du siège", max_length=250, blank=True)
    postal_code = models.CharField("code postal", max_length=5, blank=True)
    city = models.CharField("ville", max_length=100, blank=True)
    representative_name = models.CharField("représentante ou représentant légal", max_length=150, blank=True)
    representative_title = models.CharField("qualité", max_length=100, blank=True)
    created_at = models.DateTimeField("créée le", auto_now_add=True)
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
            )
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("accounts:organisation", args=[self.public_id])

    @property
    def siren(self):
        return self.siret[:9] if self.siret else None


class Membership(models.Model):
    class Role(models.TextChoices):
        OWNER = "owner", "Responsable"
        EDITOR = "editor", "Rédaction"
        READER = "reader", "Lecture"
        LEGAL_REPRESENTATIVE = "legal_representative", "Représentation légale"

    user = models.ForeignKey(User, models.PROTECT, related_name="memberships", verbose_name="personne")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="memberships", verbose_name="structure"
    )
    role = models.CharField("droit", max_length=24, choices=Role)
    created_at = models.DateTimeField("depuis le", auto_now_add=True)

    WRITERS = (Role.OWNER, Role.EDITOR, Role.LEGAL_REPRESENTATIVE)

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
