"""Where money stands in the budget: who brings it, and its imputation. Years live on the accounts of a line."""

from django.db import models
from django.db.models import F, Q

from accounts.models import PublicIdModel
from funding.querysets import LineQuerySet
from programme.models import Origin, Programme


class Source(models.Model):
    """Who brings the money. Grants and financial instruments are never mixed in a total (glossary 37)."""

    class Instrument(models.TextChoices):
        GRANT = "grant", "Subventions"
        FUND = "fund", "Fonds (parts, prêts, avances remboursables)"

    class Owner(models.TextChoices):
        STATE = "state", "Crédits de l’État"
        # Paid to the State by somebody else, and attached by arrêté: credits of the State, for the giver's purpose.
        CONTRIBUTION = "contribution", "Fonds de concours"
        # Never an AE nor a CP: pledged, received, used.
        OUTSIDE = "outside", "Argent d’un tiers"

    name = models.CharField("source de financement", max_length=150, unique=True)
    instrument = models.CharField("instrument", max_length=8, choices=Instrument, default=Instrument.GRANT)
    owner = models.CharField("à qui est l’argent", max_length=12, choices=Owner, default=Owner.STATE)

    class Meta:
        verbose_name = "source de financement"
        verbose_name_plural = "sources de financement"
        ordering = ["pk"]

    def __str__(self):
        return self.name


class Region(models.TextChoices):
    """INSEE codes; the labels are those of `Commune.region`."""

    GUADELOUPE = "01", "Guadeloupe"
    MARTINIQUE = "02", "Martinique"
    GUYANE = "03", "Guyane"
    LA_REUNION = "04", "La Réunion"
    MAYOTTE = "06", "Mayotte"
    ILE_DE_FRANCE = "11", "Île-de-France"
    CENTRE_VAL_DE_LOIRE = "24", "Centre-Val de Loire"
    BOURGOGNE_FRANCHE_COMTE = "27", "Bourgogne-Franche-Comté"
    NORMANDIE = "28", "Normandie"
    HAUTS_DE_FRANCE = "32", "Hauts-de-France"
    GRAND_EST = "44", "Grand Est"
    PAYS_DE_LA_LOIRE = "52", "Pays de la Loire"
    BRETAGNE = "53", "Bretagne"
    NOUVELLE_AQUITAINE = "75", "Nouvelle-Aquitaine"
    OCCITANIE = "76", "Occitanie"
    AUVERGNE_RHONE_ALPES = "84", "Auvergne-Rhône-Alpes"
    PROVENCE = "93", "Provence-Alpes-Côte d'Azur"
    CORSE = "94", "Corse"
    SAINT_PIERRE = "975", "Saint-Pierre-et-Miquelon"
    SAINT_BARTHELEMY = "977", "Saint-Barthélemy"
    SAINT_MARTIN = "978", "Saint-Martin"
    WALLIS = "986", "Wallis et Futuna"
    POLYNESIE = "987", "Polynésie française"
    NOUVELLE_CALEDONIE = "988", "Nouvelle-Calédonie"


class Line(PublicIdModel):
    """Budget line: source × imputation (LOLF programme, action, BOP/UO…). Years live on its accounts."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="+", verbose_name="dispositif")
    source = models.ForeignKey(Source, models.PROTECT, related_name="lines", verbose_name="source")
    code = models.CharField("ligne", max_length=40)
    label = models.CharField("libellé", max_length=150)
    lolf_programme = models.CharField("programme LOLF", max_length=10, blank=True)
    action = models.CharField("action", max_length=10, blank=True)
    bop_uo = models.CharField("BOP-UO", max_length=40, blank=True)
    functional_domain = models.CharField("domaine fonctionnel", max_length=40, blank=True)
    activity = models.CharField("activité", max_length=40, blank=True)
    cost_centre = models.CharField("centre de coûts", max_length=40, blank=True)
    # A regional part: what the whole has delegated to it. The ledger moves it from one to the other.
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="parts", verbose_name="ligne nationale"
    )
    region_code = models.CharField("région", max_length=3, choices=Region, blank=True)
    # What the giver wants done with it (LOLF art. 17 II); also the purpose of money that is not the State's.
    purpose = models.CharField("intention de la partie versante", max_length=250, blank=True)
    origin = models.CharField("origine", max_length=16, choices=Origin, default=Origin.REAL)

    objects = LineQuerySet.as_manager()

    class Meta:
        verbose_name = "ligne budgétaire"
        verbose_name_plural = "lignes budgétaires"
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "code"], name="line_code_once"),
            models.UniqueConstraint(
                fields=["parent", "region_code"],
                condition=Q(parent__isnull=False),
                name="line_one_part_per_region",
                violation_error_message="Cette ligne a déjà une part dans cette région.",
            ),
            models.CheckConstraint(
                condition=Q(parent=None, region_code="") | Q(parent__isnull=False) & ~Q(region_code=""),
                name="line_part_has_region",
                violation_error_message="Une part régionale a sa ligne nationale et sa région.",
            ),
            models.CheckConstraint(
                condition=Q(parent=None) | ~Q(parent=F("pk")),
                name="line_is_not_its_own_part",
            ),
        ]

    def __str__(self):
        return self.label
