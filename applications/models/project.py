"""What every dossier says of its project beside the questions: kinds of place, sites, posts, consortium."""

from django.db import models
from django.db.models import Q

from accounts.models.base import FoldedTextField
from applications.models.application import Application
from applications.models.content import Attachment
from programme.models import Commune

SIREN = r"^\d{9}$"
WHOLE_SHARE = 10_000
"""The whole, in ten-thousandths: shares are integers, so that their sum is exact."""


class Project(models.Model):
    """One row a dossier, made when the first of these sections is saved."""

    class AidDeclaration(models.TextChoices):
        NONE = "none", "Aucune aide de minimis sur les trois dernières années"
        SOME = "some", "Les aides écrites ci-dessous, et aucune autre"

    class ContractExemption(models.TextChoices):
        PUBLIC_UTILITY = "public_utility", "Reconnue d’utilité publique : réputée y satisfaire"
        APPROVED = "approved", "Agréée par l’État (tronc commun d’agrément) : réputée y satisfaire"

    application = models.OneToOneField(Application, models.CASCADE, related_name="project", verbose_name="dossier")
    in_consortium = models.BooleanField("demande en consortium", default=False)
    lead_share = models.PositiveSmallIntegerField("part du chef de file (dix-millièmes)", null=True, blank=True)
    lead_role = models.CharField("rôle du chef de file", max_length=300, blank=True)
    plan_note = models.CharField("pour lire le plan", max_length=800, blank=True)
    nace_code = models.CharField("code APE", max_length=6, blank=True)
    aid_declaration = models.CharField(
        "aides de minimis reçues", max_length=8, choices=AidDeclaration, blank=True, default=""
    )
    contract_exemption = models.CharField(
        "contrat d’engagement républicain réputé souscrit", max_length=16, choices=ContractExemption, blank=True,
        default="",
    )  # fmt: skip

    class Meta:
        verbose_name = "projet"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(lead_share=None) | Q(lead_share__lte=WHOLE_SHARE),
                name="project_lead_share_in_range",
                violation_error_message="Une part va de 0 à 100 %.",
            )
        ]

    def __str__(self):
        return f"{self.application}, projet"


class PlaceKind(models.Model):
    """What the place is; it may be several things at once."""

    class Kind(models.TextChoices):
        COWORKING = "coworking", "Espace de travail partagé (coworking)"
        FABLAB = "fablab", "Fablab"
        MAKERSPACE = "makerspace", "Makerspace, atelier de fabrication"
        HACKERSPACE = "hackerspace", "Hackerspace"
        LIVING_LAB = "living_lab", "Living lab"
        CRAFT = "craft", "Atelier artisanal partagé"
        CULTURE = "culture", "Lieu culturel ou artistique"
        DIGITAL = "digital", "Lieu de médiation numérique"
        TRAINING = "training", "Lieu de formation"
        KITCHEN = "kitchen", "Café ou cuisine partagée"
        FARM = "farm", "Jardin ou ferme partagée"
        REUSE = "reuse", "Réemploi, recyclerie, atelier de réparation"
        SERVICES = "services", "Accueil de services publics"
        ITINERANT = "itinerant", "Lieu itinérant"
        OTHER = "other", "Autre"

    application = models.ForeignKey(Application, models.CASCADE, related_name="place_kinds", verbose_name="dossier")
    kind = models.CharField("type de lieu", max_length=12, choices=Kind)

    class Meta:
        verbose_name = "type de lieu"
        verbose_name_plural = "types de lieu"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["application", "kind"], name="place_kind_once")]

    def __str__(self):
        return self.get_kind_display()


class RowOfDossier(models.Model):
    """One line of a list that the applicant fills in; an unfinished line is kept, and told before sending."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="%(class)ss", verbose_name="dossier")
    position = models.PositiveSmallIntegerField("ordre")

    class Meta:
        abstract = True
        ordering = ["application", "position"]
        constraints = [
            models.UniqueConstraint(fields=["application", "position"], name="%(class)s_position_once"),
            models.CheckConstraint(condition=Q(position__range=(1, 30)), name="%(class)s_position_in_range"),
        ]


class Site(RowOfDossier):
    """Where the project happens. The first is the place of the dossier, whose name and address it does not repeat."""

    class Occupancy(models.TextChoices):
        OWNED = "owned", "Propriété"
        LEASE = "lease", "Bail commercial ou professionnel"
        LONG_LEASE = "long_lease", "Bail emphytéotique ou à construction"
        MADE_AVAILABLE = "made_available", "Mise à disposition gratuite ou à prix réduit"
        PRECARIOUS = "precarious", "Occupation temporaire ou précaire"
        NONE = "none", "Pas encore de titre"

    class Provider(models.TextChoices):
        LOCAL_AUTHORITY = "local_authority", "Une collectivité ou un groupement"
        PUBLIC_BODY = "public_body", "Un autre organisme public"
        PRIVATE = "private", "Une personne privée"

    name = models.CharField("nom", max_length=200, blank=True)
    commune = models.ForeignKey(
        Commune, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="commune"
    )
    address = models.CharField("adresse", max_length=250, blank=True)
    surface_m2 = models.PositiveIntegerField("surface utile (m²)", null=True, blank=True)
    occupancy = models.CharField("titre d’occupation", max_length=16, choices=Occupancy, blank=True)
    provider_kind = models.CharField("mis à disposition par", max_length=16, choices=Provider, blank=True)
    provider = models.CharField("nom de qui met à disposition", max_length=200, blank=True)
    title_ends_on = models.DateField("fin du titre", null=True, blank=True)
    # What a rent would cost: an in-kind contribution, accounts 861 and 871 of the plan.
    yearly_value_cents = models.BigIntegerField("valeur locative annuelle (centimes)", default=0)

    class Meta(RowOfDossier.Meta):
        verbose_name = "site"
        constraints = [
            *RowOfDossier.Meta.constraints,
            models.CheckConstraint(
                condition=Q(yearly_value_cents__range=(0, 10_000_000_000)),
                name="site_value_in_range",
                violation_error_message="Une valeur locative va de 0 à 100 000 000 €.",
            ),
            models.CheckConstraint(
                condition=Q(yearly_value_cents=0) | Q(occupancy="made_available"),
                name="site_value_of_what_is_lent",
                violation_error_message="Seul un local mis à disposition a une valeur à porter au plan.",
            ),
        ]

    def __str__(self):
        return self.name or f"Site {self.position}"


class Post(RowOfDossier):
    """A post of animation: how much time, under which contract, with which qualification."""

    class Contract(models.TextChoices):
        PERMANENT = "permanent", "CDI"
        FIXED_TERM = "fixed_term", "CDD"
        APPRENTICE = "apprentice", "Apprentissage ou professionnalisation"
        ASSISTED = "assisted", "Emploi aidé (adulte-relais, parcours emploi compétences…)"
        CIVIL_SERVANT = "civil_servant", "Agent public mis à disposition ou détaché"
        FREELANCE = "freelance", "Prestation d’une personne indépendante"
        UNDECIDED = "undecided", "Pas encore décidé"

    title = models.CharField("intitulé du poste", max_length=120, blank=True)
    fte_hundredths = models.PositiveSmallIntegerField("temps de travail (centièmes d’ETP)", null=True, blank=True)
    contract = models.CharField("contrat", max_length=16, choices=Contract, blank=True)
    qualification = models.CharField("qualification", max_length=300, blank=True)
    starts_on = models.DateField("arrivée, réelle ou prévue", null=True, blank=True)

    class Meta(RowOfDossier.Meta):
        verbose_name = "poste d’animation"
        verbose_name_plural = "postes d’animation"
        constraints = [
            *RowOfDossier.Meta.constraints,
            models.CheckConstraint(
                condition=Q(fte_hundredths=None) | Q(fte_hundredths__range=(1, 2_000)),
                name="post_time_in_range",
                violation_error_message="Un poste compte de 0,01 à 20 équivalents temps plein.",
            ),
        ]

    def __str__(self):
        return self.title or f"Poste {self.position}"


class Partner(RowOfDossier):
    """A partner of the lead, with its share of the grant in ten-thousandths."""

    name = models.CharField("nom", max_length=250, blank=True)
    siret = models.CharField("SIRET", max_length=14, blank=True)
    # A body of another country of the EEA has no SIRET.
    foreign_id = models.CharField("pays et numéro de registre", max_length=80, blank=True)
    folded_name = FoldedTextField(max_length=500, sources=["name"])
    role = models.CharField("ce que fait ce partenaire", max_length=300, blank=True)
    share = models.PositiveSmallIntegerField("part de l’aide (dix-millièmes)", null=True, blank=True)

    class Meta(RowOfDossier.Meta):
        verbose_name = "partenaire"
        constraints = [
            *RowOfDossier.Meta.constraints,
            models.UniqueConstraint(
                fields=["application", "siret"],
                condition=~Q(siret=""),
                name="partner_once",
                violation_error_message="Ce partenaire est déjà dans le consortium.",
            ),
            models.CheckConstraint(
                condition=Q(share=None) | Q(share__lte=WHOLE_SHARE),
                name="partner_share_in_range",
                violation_error_message="Une part va de 0 à 100 %.",
            ),
            models.CheckConstraint(
                condition=Q(siret="") | Q(siret__regex=r"^\d{14}$"),
                name="partner_siret_digits",
                violation_error_message="Un SIRET a 14 chiffres.",
            ),
        ]

    def __str__(self):
        return self.name or f"Partenaire {self.position}"


class CoFunding(models.Model):
    """Where one line of resources stands: who gives it, promised or obtained, and the paper that shows it."""

    class Status(models.TextChoices):
        EXPECTED = "expected", "Envisagée"
        REQUESTED = "requested", "Demandée"
        PROMISED = "promised", "Promise"
        OBTAINED = "obtained", "Obtenue"

    application = models.ForeignKey(Application, models.CASCADE, related_name="cofunding", verbose_name="dossier")
    account = models.CharField("ligne", max_length=20)
    funder = models.CharField("cofinanceur", max_length=200, blank=True)
    folded_funder = FoldedTextField(max_length=400, sources=["funder"])
    status = models.CharField("où en est-elle", max_length=10, choices=Status, blank=True)
    evidence = models.ForeignKey(
        Attachment, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="pièce qui le montre"
    )

    class Meta:
        verbose_name = "cofinancement"
        ordering = ["application", "account"]
        constraints = [
            models.UniqueConstraint(fields=["application", "account"], name="cofunding_once"),
            models.CheckConstraint(condition=~Q(funder="", status="", evidence=None), name="cofunding_says_something"),
        ]

    def __str__(self):
        return f"{self.funder or self.account} : {self.get_status_display()}"
