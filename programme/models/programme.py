from django.db import models
from django.db.models import Q

from accounts.models import PublicIdModel
from programme.models.territory import Segment
from programme.querysets import AnnouncementQuerySet


class Origin(models.TextChoices):
    """Where a row comes from; what was not lived in this system says so on every page."""

    REAL = "real", "Réel"
    RECONSTRUCTION = "reconstruction", "Reconstruction"
    DEMONSTRATION = "demonstration", "Démonstration"


class Programme(PublicIdModel):
    """The public scheme ("Dispositif"), with its targets and calls; not the LOLF programme (glossary 1)."""

    name = models.CharField("nom", max_length=150)
    slug = models.SlugField("identifiant", unique=True)
    service_name = models.CharField("service", max_length=150)
    service_address = models.CharField("adresse du service", max_length=250)
    service_phone = models.CharField("téléphone du service", max_length=30)
    service_email = models.EmailField("courriel du service")
    # Printed in letters: where a decision is contested (CJA R312-1: the court of the deciding authority's seat).
    appeal_court = models.CharField("tribunal compétent", max_length=120, default="tribunal administratif de Paris")
    appeal_authority = models.CharField(
        "autorité du recours hiérarchique", max_length=120, default="le ministre chargé de la cohésion des territoires"
    )
    origin = models.CharField("origine", max_length=16, choices=Origin, default=Origin.REAL)

    class Meta:
        verbose_name = "dispositif"
        ordering = ["pk"]

    def __str__(self):
        return self.name


class Announcement(models.Model):
    """A dated, sourced public statement (glossary 2): opens no credit, is never added to another."""

    class Kind(models.TextChoices):
        MONEY = "money", "Argent"
        TARGET = "target", "Cible"
        MEASURE = "measure", "Mesure"
        CALENDAR = "calendar", "Calendrier"

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="announcements", verbose_name="dispositif")
    kind = models.CharField("nature", max_length=10, choices=Kind)
    stated_on = models.DateField("date")
    # Where the source gives a month or a year only: `stated_on` is then the last day it may have been said.
    date_note = models.CharField("précision de la date", max_length=150, blank=True)
    statement = models.TextField("énoncé")
    amount_cents = models.BigIntegerField("montant annoncé (centimes)", null=True, blank=True)
    grants_cents = models.BigIntegerField("dont subventions (centimes)", null=True, blank=True)
    fund_cents = models.BigIntegerField("dont fonds (centimes)", null=True, blank=True)
    source = models.CharField("source", max_length=300)
    supersedes = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="superseded_by")
    contradicts = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="contradicted_by")

    objects = AnnouncementQuerySet.as_manager()

    class Meta:
        verbose_name = "annonce"
        ordering = ["stated_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "kind", "stated_on", "source"], name="announcement_stated_once"
            ),
            models.CheckConstraint(
                condition=Q(amount_cents=None) | Q(amount_cents__gt=0),
                name="announcement_amount_positive",
                violation_error_message="Un montant annoncé est positif.",
            ),
        ]

    def __str__(self):
        return f"{self.stated_on:%d/%m/%Y} : {self.statement[:80]}"


class AnnouncementPart(models.Model):
    """What an announcement was said to be made of: who was to bring how much, in which year, as what."""

    class Owner(models.TextChoices):
        STATE = "state", "État"
        OTHER = "other", "Autre que l’État"

    class Instrument(models.TextChoices):
        GRANT = "grant", "Subventions"
        FUND = "fund", "Fonds d’investissement"

    announcement = models.ForeignKey(Announcement, models.PROTECT, related_name="parts", verbose_name="annonce")
    rank = models.PositiveSmallIntegerField("rang")
    label = models.CharField("part", max_length=150)
    owner = models.CharField("à qui est l’argent", max_length=6, choices=Owner)
    instrument = models.CharField("instrument", max_length=6, choices=Instrument)
    # Null when the statement names no year.
    year = models.PositiveSmallIntegerField("année", null=True, blank=True)
    amount_cents = models.BigIntegerField("montant annoncé (centimes)")

    class Meta:
        verbose_name = "part d’une annonce"
        verbose_name_plural = "parts des annonces"
        ordering = ["announcement", "rank"]
        constraints = [
            models.UniqueConstraint(fields=["announcement", "rank"], name="announcement_part_once"),
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="announcement_part_positive"),
        ]

    def __str__(self):
        return self.label


class Target(models.Model):
    """A number, a segment, a date and what is counted (glossary 3)."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="targets", verbose_name="dispositif")
    segment = models.CharField("segment", max_length=24, choices=Segment, blank=True)
    number = models.PositiveIntegerField("nombre")
    due_on = models.DateField("échéance")
    stated_on = models.DateField("énoncée le")
    definition = models.CharField("ce qui est compté", max_length=250)
    source = models.CharField("source", max_length=300)

    class Meta:
        verbose_name = "cible"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "segment", "stated_on"], name="target_stated_once"),
        ]

    def __str__(self):
        return f"{self.number} {self.get_segment_display() or 'fabriques'}"
