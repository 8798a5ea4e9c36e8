from django.db import models


class Segment(models.TextChoices):
    """The territorial class that a target counts (glossary 6); "unknown" is an answer, never a guess."""

    QPV = "qpv", "Quartier prioritaire (QPV)"
    QPV_DIGITAL = "qpv_digital", "QPV, fabrique numérique"
    OUTSIDE_LARGE_CENTRES = "outside_large_centres", "Hors grands centres urbains"
    UNKNOWN = "unknown", "Non connu"


class Commune(models.Model):
    code = models.CharField("code officiel géographique", max_length=5, unique=True)
    name = models.CharField("nom", max_length=100)
    folded_name = models.CharField("nom sans accent", max_length=100, db_index=True)
    departement = models.CharField("département", max_length=3, db_index=True)
    departement_name = models.CharField("nom du département", max_length=60)
    region = models.CharField("région", max_length=60, db_index=True)
    population = models.PositiveIntegerField("population", null=True)
    epci_type = models.CharField("intercommunalité", max_length=10, blank=True)
    postal_codes = models.CharField("codes postaux", max_length=300, blank=True)

    class Meta:
        verbose_name = "commune"
        ordering = ["folded_name", "code"]

    def __str__(self):
        return f"{self.name} ({self.departement})"


class FormerCommune(models.Model):
    """A former, delegated or associated commune: its code resolves to today's commune."""

    code = models.CharField("ancien code", max_length=5, unique=True)
    commune = models.ForeignKey(Commune, models.PROTECT, related_name="former_codes", verbose_name="commune")

    class Meta:
        verbose_name = "ancienne commune"
        ordering = ["code"]

    def __str__(self):
        return f"{self.code} → {self.commune}"


class ZoningEdition(models.Model):
    """One dated map (QPV of 2024, density grid of a year): a commune absent from every edition is "not known"."""

    class Kind(models.TextChoices):
        QPV = "qpv", "Quartiers prioritaires de la politique de la ville"
        DENSITY = "density", "Grille communale de densité (INSEE, sept niveaux)"

    kind = models.CharField("zonage", max_length=10, choices=Kind)
    valid_from = models.DateField("en vigueur depuis le")
    source = models.CharField("source", max_length=250)
    # A list of quarters names only the communes that have one; a density grid names every commune.
    lists_every_commune = models.BooleanField("nomme toutes les communes", default=False)
    imported_at = models.DateTimeField("importé le", auto_now_add=True)

    class Meta:
        verbose_name = "édition de zonage"
        ordering = ["kind", "valid_from"]
        constraints = [models.UniqueConstraint(fields=["kind", "valid_from"], name="zoning_edition_once")]

    def __str__(self):
        return f"{self.get_kind_display()}, {self.valid_from:%d/%m/%Y}"


class Zoning(models.Model):
    """What one edition says of one commune: a density level, or one priority neighbourhood."""

    edition = models.ForeignKey(ZoningEdition, models.PROTECT, related_name="zonings", verbose_name="édition")
    commune = models.ForeignKey(Commune, models.PROTECT, related_name="zonings", verbose_name="commune")
    value = models.CharField("valeur", max_length=60)
    label = models.CharField("libellé", max_length=200, blank=True)

    class Meta:
        verbose_name = "zonage"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["edition", "commune", "value"], name="zoning_once")]

    def __str__(self):
        return f"{self.commune} : {self.value}"
