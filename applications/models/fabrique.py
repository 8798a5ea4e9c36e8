from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Organisation, PublicIdModel, User, VersionedModel
from programme.models import Commune, Origin, Programme, Segment


class DepartementField(models.CharField):
    """The département of the row's commune, kept with the row by every way of writing: counts read no other table."""

    def pre_save(self, instance, add):
        instance.departement = instance.commune.departement if instance.commune else ""
        return instance.departement


class Fabrique(PublicIdModel, VersionedModel):
    """The real place, called a fabrique once selected (glossary 9). No state machine: its life is dated facts."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="+", verbose_name="dispositif")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="structure porteuse"
    )
    name = models.CharField("nom du lieu", max_length=600)
    sort_name = models.CharField("clé de tri", max_length=600, editable=False, db_index=True)
    commune = models.ForeignKey(Commune, models.PROTECT, null=True, related_name="+", verbose_name="commune")
    # The code as received, when it was a former or delegated commune's.
    commune_code_received = models.CharField("code commune reçu", max_length=5, blank=True)
    address = models.CharField("adresse du lieu", max_length=250, blank=True)
    region = models.CharField("région", max_length=60, blank=True, db_index=True)
    departement = DepartementField("département", max_length=3, blank=True, editable=False, default="")
    segment = models.CharField("segment", max_length=24, choices=Segment, default=Segment.UNKNOWN)
    origin = models.CharField("origine", max_length=16, choices=Origin, default=Origin.REAL)
    anct_id = models.CharField("identifiant ANCT", max_length=20, null=True, blank=True, unique=True)
    created_at = models.DateTimeField("créée le", default=timezone.now)

    class Meta:
        verbose_name = "fabrique"
        ordering = ["sort_name", "pk"]

    def __str__(self):
        return self.name


class ProgrammeOfPlace(models.ForeignKey):
    """The programme of the row's place, kept with the row by every way of writing: facts are counted without it."""

    def pre_save(self, instance, add):
        instance.programme_id = instance.fabrique.programme_id
        return instance.programme_id


class FabriqueFact(models.Model):
    """A dated fact of a place's life, with its evidence. Append-only; two clocks: true on, known since."""

    class Kind(models.TextChoices):
        SELECTED = "selected", "Sélectionnée"
        CONTRACTED = "contracted", "Conventionnée"
        OPENED = "opened", "Ouverte"
        CLOSED = "closed", "Fermée"
        LEFT = "left", "Sortie du dispositif"

    fabrique = models.ForeignKey(Fabrique, models.PROTECT, related_name="facts", verbose_name="fabrique")
    programme = ProgrammeOfPlace(
        Programme, models.PROTECT, editable=False, related_name="+", verbose_name="dispositif"
    )
    kind = models.CharField("fait", max_length=12, choices=Kind)
    effective_on = models.DateField("date du fait")
    booked_at = models.DateTimeField("connu le", default=timezone.now)
    evidence = models.CharField("preuve", max_length=300)
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="noté par")

    class Meta:
        verbose_name = "fait daté"
        ordering = ["fabrique", "effective_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["fabrique", "kind"],
                name="fabriquefact_once",
                violation_error_message="Ce fait est déjà noté pour ce lieu.",
            ),
            models.CheckConstraint(
                condition=~Q(evidence=""),
                name="fabriquefact_has_evidence",
                violation_error_message="Indiquez la preuve du fait (acte, visite, document).",
            ),
        ]
        indexes = [models.Index(fields=["kind", "effective_on"], name="fabriquefact_kind_date")]

    def __str__(self):
        return f"{self.fabrique} : {self.get_kind_display()} le {self.effective_on:%d/%m/%Y}"
