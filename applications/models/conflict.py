"""Ties between people who judge and dossiers: what they declare, who is kept out and why, what the chair judged."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact
from django.utils import timezone

from accounts.models import PublicIdModel, User
from applications.models.application import Application
from programme.models import Commune

JUDGE_ALERTS = "applications.judge_alerts"


class TieKind(models.TextChoices):
    # They exclude.
    OWN_ORGANISATION = "own_organisation", "Sa propre structure"
    PARTNER = "partner", "Structure partenaire du projet"
    ADVISER = "adviser", "Conseil rémunéré"
    NETWORK = "network", "Réseau d’appui qui lit le dossier"
    ELECTED = "elected", "Élu·e du territoire"
    CO_FUNDER = "co_funder", "Cofinanceur du lieu"
    DECLARED = "declared", "Intérêt déclaré"
    # They alert: the chair judges.
    SAME_COMMUNE = "same_commune", "Même commune"
    SAME_DOMAIN = "same_domain", "Même domaine de messagerie"
    SUPPORT_LETTER = "support_letter", "Lettre de soutien"
    EARLIER_AWARD = "earlier_award", "Aide antérieure en commun"
    EARLIER_REVIEW = "earlier_review", "Évaluation antérieure"
    SAME_NAME = "same_name", "Même nom de famille"


ALERTING = (
    TieKind.SAME_COMMUNE,
    TieKind.SAME_DOMAIN,
    TieKind.SUPPORT_LETTER,
    TieKind.EARLIER_AWARD,
    TieKind.EARLIER_REVIEW,
    TieKind.SAME_NAME,
)


class Interest(PublicIdModel):
    """One line of a person's declaration of interests: a body, or a place, that she is tied to.

    Never rewritten: a line that was wrong is withdrawn, with its date, and the register keeps it.
    """

    class Kind(models.TextChoices):
        EMPLOYER = "employer", "Employeur, ou structure que je dirige"
        BOARD = "board", "Membre d’une instance (bureau, conseil d’administration)"
        ADVISER = "adviser", "Conseil rémunéré"
        FUNDER = "funder", "Organisme financeur pour lequel je décide ou j’instruis"
        ELECTED = "elected", "Mandat électif"
        FAMILY = "family", "Proche parent, associé·e ou dirigeant·e"
        OTHER = "other", "Autre lien"

    # Of a place, not of a body.
    OF_A_PLACE = (Kind.ELECTED,)

    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="personne")
    kind = models.CharField("nature du lien", max_length=10, choices=Kind)
    body = models.CharField("organisme", max_length=200, blank=True)
    siren = models.CharField("SIREN de l’organisme", max_length=9, blank=True)
    commune = models.ForeignKey(
        Commune, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="commune du mandat"
    )
    # A mandate wider than a commune.
    departement = models.CharField("département du mandat", max_length=3, blank=True)
    region = models.CharField("région du mandat", max_length=60, blank=True)
    note = models.CharField("précisions", max_length=500, blank=True)
    ended_on = models.DateField("terminé le", null=True, blank=True)
    declared_at = models.DateTimeField("déclaré le", default=timezone.now)
    declared_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="déclaré par")
    withdrawn_at = models.DateTimeField("retiré le", null=True, blank=True)
    withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="retiré par")
    withdrawal_reason = models.CharField("motif du retrait", max_length=300, blank=True)

    class Meta:
        verbose_name = "intérêt déclaré"
        verbose_name_plural = "intérêts déclarés"
        ordering = ["user", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(siren="") | Q(Exact(Length("siren"), 9)),
                name="interest_siren_nine_digits",
                violation_error_message="Un SIREN a neuf chiffres.",
            ),
            models.CheckConstraint(
                condition=~Q(body="", siren="", commune=None, departement="", region=""),
                name="interest_names_something",
                violation_error_message="Nommez l’organisme, ou le territoire du mandat.",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | ~Q(withdrawal_reason=""),
                name="interest_withdrawn_with_reason",
                violation_error_message="Dites pourquoi cette ligne est retirée.",
            ),
        ]

    def __str__(self):
        return f"{self.user} : {self.get_kind_display()}, {self.what}"

    @property
    def what(self):
        """The body, or the territory of the mandate."""
        return self.body or str(self.commune or "") or self.departement or self.region or f"SIREN {self.siren}"


class Recusal(PublicIdModel):
    """Somebody is kept out of a dossier: as a reviewer, in the panel and as staff. The register; never erased.

    What was found by mistake is lifted, with a reason; what a person declared herself is not.
    """

    class Origin(models.TextChoices):
        FOUND = "found", "Trouvé par le service"
        DECLARED = "declared", "Déclaré par la personne"
        CHAIR = "chair", "Décidé par la présidence"

    application = models.ForeignKey(Application, models.PROTECT, related_name="recusals", verbose_name="dossier")
    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="personne")
    kind = models.CharField("lien", max_length=16, choices=TieKind)
    text = models.CharField("en quoi", max_length=500)
    origin = models.CharField("origine", max_length=8, choices=Origin)
    at = models.DateTimeField("depuis le", default=timezone.now)
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="par")
    lifted_at = models.DateTimeField("levé le", null=True, blank=True)
    lifted_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="levé par"
    )
    lift_reason = models.CharField("motif de la levée", max_length=500, blank=True)

    class Meta:
        verbose_name = "déport"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "user", "kind"],
                condition=Q(lifted_at=None),
                name="recusal_once_in_force",
                violation_error_message="Ce déport est déjà inscrit.",
            ),
            models.CheckConstraint(
                condition=~Q(text=""),
                name="recusal_says_why",
                violation_error_message="Dites en quelques mots quel est le lien.",
            ),
            models.CheckConstraint(
                condition=Q(lifted_at=None) | ~Q(lift_reason=""),
                name="recusal_lifted_with_reason",
                violation_error_message="Dites pourquoi ce déport est levé.",
            ),
        ]
        indexes = [
            # What every list asks: is she kept out of this dossier?
            models.Index(fields=["user", "application"], name="recusal_in_force", condition=Q(lifted_at=None)),
        ]

    def __str__(self):
        return f"{self.user}, {self.application} : {self.get_kind_display()}"

    @property
    def is_her_word(self):
        """She wrote it herself: what another wrote down for her may be a mistake of hers."""
        return self.origin == self.Origin.DECLARED and self.by_id in (None, self.user_id)


class AlertJudgement(models.Model):
    """The chair looked at an alert: the tie is kept as it is, or the person leaves the dossier. Append-only.

    The latest on a pair and a kind is the one that holds.
    """

    class Verdict(models.TextChoices):
        KEPT = "kept", "La personne peut juger ce dossier"
        EXCLUDED = "excluded", "La personne quitte ce dossier"

    application = models.ForeignKey(Application, models.PROTECT, related_name="+", verbose_name="dossier")
    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="personne")
    kind = models.CharField("alerte", max_length=16, choices=[(kind.value, kind.label) for kind in ALERTING])
    text = models.CharField("en quoi", max_length=500)
    verdict = models.CharField("appréciation", max_length=8, choices=Verdict)
    reason = models.CharField("motif", max_length=500)
    judged_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="appréciée par")
    judged_at = models.DateTimeField("appréciée le", default=timezone.now)

    class Meta:
        verbose_name = "alerte appréciée"
        verbose_name_plural = "alertes appréciées"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="judgement_has_reason",
                violation_error_message="Donnez le motif de votre appréciation.",
            )
        ]
        indexes = [models.Index(fields=["application", "user", "kind"], name="judgement_of_pair")]

    def __str__(self):
        return f"{self.user}, {self.application} : {self.get_verdict_display()}"
