from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django_fsm import FSMField, transition

from accounts.models import LegalForm, PublicIdModel, StatefulModel, User
from programme.models.edited import EditedRow
from programme.models.programme import Origin, Programme
from programme.models.territory import Segment
from programme.querysets import PUBLIC_CALL_STATES, CallQuerySet

PUBLISH = "programme.publish_call"
EDIT = "programme.edit_call"


def has_published_version_content(call):
    """A call cannot be published without a form, criteria and bounds; the past is recorded as it is known."""
    version = call.versions.last()
    return bool(version and (call.origin == Origin.RECONSTRUCTION or version.is_complete()))


class Call(PublicIdModel, StatefulModel):
    """The published act that fixes who may ask, for how much, on which criteria, until when (glossary 4)."""

    class State(models.TextChoices):
        DRAFT = "draft", "Brouillon"
        PUBLISHED = "published", "Publié"
        CLOSED = "closed", "Clos"
        ARCHIVED = "archived", "Archivé"
        CANCELLED = "cancelled", "Retiré"

    class Kind(models.TextChoices):
        AMI = "ami", "Appel à manifestation d’intérêt"
        AAP = "aap", "Appel à projets"

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="calls", verbose_name="dispositif")
    slug = models.SlugField("identifiant", unique=True)
    title = models.CharField("titre", max_length=150)
    kind = models.CharField("nature", max_length=5, choices=Kind, default=Kind.AMI)
    state = FSMField("état", default=State.DRAFT, choices=State.choices, protected=True, max_length=20)
    origin = models.CharField("origine", max_length=16, choices=Origin, default=Origin.REAL)
    published_at = models.DateTimeField("publié le", null=True, editable=False)
    published_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")
    cloned_from = models.ForeignKey(
        "self", models.PROTECT, null=True, editable=False, related_name="clones", verbose_name="copie de"
    )

    objects = CallQuerySet.as_manager()

    class Meta:
        verbose_name = "appel"
        ordering = ["-pk"]

    def __str__(self):
        return self.title

    @property
    def is_public(self):
        return self.state in PUBLIC_CALL_STATES

    @property
    def takes_waves(self):
        return self.state in (self.State.DRAFT, self.State.PUBLISHED)

    @property
    def origin_note(self):
        return "" if self.origin == Origin.REAL else self.get_origin_display()

    @property
    def staff_path(self):
        return reverse("programme:manage_call", args=[self.slug])

    def version_in_force(self):
        """The version that was published last, else the draft; among `versions.all()`, so a prefetch serves it."""
        versions = sorted(self.versions.all(), key=lambda version: version.number)
        frozen = [version for version in versions if version.frozen_at]
        return next(reversed(frozen or versions), None)

    def draft_version(self):
        """The version being prepared, if any; among `versions.all()`, so a prefetch serves it."""
        return next((version for version in self.versions.all() if not version.frozen_at), None)

    @transition(state, State.DRAFT, State.PUBLISHED, conditions=[has_published_version_content], permission=PUBLISH)
    def publish(self, *, by):
        self.published_at, self.published_by = timezone.now(), by

    @transition(state, State.PUBLISHED, State.CLOSED, permission=PUBLISH)
    def close(self, *, by):
        """No further deposit; dossiers in flight go on."""

    @transition(state, State.CLOSED, State.ARCHIVED, permission=PUBLISH)
    def archive(self, *, by):
        """Kept to be read."""

    @transition(state, [State.DRAFT, State.PUBLISHED], State.CANCELLED, permission=PUBLISH)
    def cancel(self, *, by):
        """The call is withdrawn: its dossiers end without a decision on merit."""


class CallVersion(EditedRow):
    """The text, form, criteria and bounds of a call at one publication; frozen once `frozen_at` is set."""

    class CommitmentAct(models.TextChoices):
        DECISION = "decision", "La décision signée (arrêté)"
        AGREEMENT = "agreement", "La convention signée par les deux parties"

    class CommitmentExtent(models.TextChoices):
        FULL = "full", "En totalité, sur les AE d’une année"
        YEARLY = "yearly", "Année par année, sur les AE de chacune"

    class PublicBodyAct(models.TextChoices):
        DECISION = "decision", "L’arrêté suffit"
        AGREEMENT = "agreement", "Une convention, comme pour les autres"

    class StateAid(models.TextChoices):
        NOT_AID = "not_aid", "Aucune : ce n’est pas une aide d’État"
        DE_MINIMIS = "de_minimis", "Aide de minimis (règlement (UE) 2023/2831)"
        SIEG_DE_MINIMIS = "sieg_de_minimis", "Aide de minimis SIEG (règlement (UE) 2023/2832)"
        EXEMPTED = "exempted", "Régime exempté de notification"

    call = models.ForeignKey(Call, models.PROTECT, related_name="versions", verbose_name="appel")
    number = models.PositiveSmallIntegerField("version")
    frozen_at = models.DateTimeField("figée le", null=True, blank=True)
    summary = models.TextField("résumé")
    eligibility = models.TextField("qui peut répondre", blank=True)
    years = models.PositiveSmallIntegerField("durée en années", default=3)
    siret_required_to_submit = models.BooleanField("SIRET exigé dès l’envoi", default=False)
    reviews_per_application = models.PositiveSmallIntegerField("évaluations par dossier", default=2)
    silence_months = models.PositiveSmallIntegerField("silence valant refus (mois)", default=2)
    commitment_act = models.CharField(
        "acte qui engage", max_length=10, choices=CommitmentAct, default=CommitmentAct.DECISION
    )
    # A grant of a known duration is committed in full; one renewed each year, by its part (RRCBE part 4 §1.8).
    commitment_extent = models.CharField(
        "étendue de l’engagement", max_length=8, choices=CommitmentExtent, default=CommitmentExtent.FULL
    )
    # Of a private body above 23 000 € a year, the law asks for one whatever this says (L. 2000-321 art. 10).
    agreement_required = models.BooleanField("convention nécessaire", default=True)
    public_body_act = models.CharField(
        "acte pour une personne publique", max_length=10, choices=PublicBodyAct, default=PublicBodyAct.AGREEMENT
    )
    payment_days = models.PositiveSmallIntegerField("délai de paiement (jours)", default=60)
    claim_required = models.BooleanField("acomptes et solde versés sur demande justifiée", default=False)
    bank_details_required = models.BooleanField("compte bancaire vérifié avant toute mise en paiement", default=False)
    bank_cooling_days = models.PositiveSmallIntegerField("délai de sûreté d’un nouveau compte (jours)", default=5)
    # A schedule pays something every year: two years without a movement are a payment missed and another one late.
    dormant_months = models.PositiveSmallIntegerField("engagement dormant après (mois)", default=24)
    grace_minutes = models.PositiveSmallIntegerField("délai de grâce après la clôture (minutes)", default=0)
    closing_rule = models.TextField("règle de clôture", blank=True)
    minimum_opening_days = models.PositiveSmallIntegerField("durée minimale d’ouverture (jours)", default=0)
    state_aid_basis = models.CharField("base d’aide d’État", max_length=16, choices=StateAid, default=StateAid.NOT_AID)
    republican_contract_required = models.BooleanField("contrat d’engagement républicain demandé", default=False)
    sign_off_required = models.BooleanField("accord de la personne qui représente la structure", default=False)
    partners_allowed = models.BooleanField("partenaires (consortium) permis", default=True)
    state_share_max_percent = models.PositiveSmallIntegerField("part de l’État au plus (%)", null=True, blank=True)
    # Values of `accounts.models.LegalForm`; empty: every form may answer.
    eligible_legal_forms = models.JSONField("formes juridiques admises", default=list, blank=True)
    # Out of 100, in hundredths of a point: a dossier whose mean is below does not pass. None: no threshold.
    threshold_hundredths = models.PositiveIntegerField("note à atteindre (centièmes)", null=True, blank=True)
    # Reviewers score the worked examples of this version before their dossiers.
    exercise_required = models.BooleanField("exercice de calibrage demandé", default=False)
    self_test_note = models.TextField("mot d’accueil du test d’éligibilité", blank=True)
    # Codes of `programme.tie_break.TieBreak`, in the order in which they separate equals; empty: equals stay equal.
    tie_break = models.JSONField("règles de départage", default=list, blank=True)
    # How the panel sits, `programme.panel_rules`; by default as the law says (CRPA R133-8 to R133-11).
    panel_notice_days = models.PositiveSmallIntegerField("convocation du comité (jours)", default=5)
    panel_quorum_percent = models.PositiveSmallIntegerField("quorum du comité (%)", default=50)
    panel_second_call_free = models.BooleanField("seconde convocation du comité sans quorum", default=True)
    panel_casting_vote = models.BooleanField("voix prépondérante de qui préside le comité", default=True)
    panel_rules_basis = models.CharField("texte des règles du comité", max_length=300, blank=True)
    change_note = models.TextField("ce qui change", blank=True)

    class Meta:
        verbose_name = "version d’appel"
        ordering = ["call", "number"]
        constraints = [
            models.UniqueConstraint(fields=["call", "number"], name="callversion_number_once"),
            models.UniqueConstraint(
                fields=["call"],
                condition=Q(frozen_at=None),
                name="callversion_one_draft",
                violation_error_message="Une version de cet appel est déjà en préparation.",
            ),
            models.CheckConstraint(
                condition=Q(state_share_max_percent=None) | Q(state_share_max_percent__range=(1, 100)),
                name="callversion_state_share",
                violation_error_message="La part de l’État est un pourcentage, de 1 à 100.",
            ),
            models.CheckConstraint(
                condition=Q(threshold_hundredths=None) | Q(threshold_hundredths__range=(1, 10_000)),
                name="callversion_threshold",
                violation_error_message="La note à atteindre est sur 100.",
            ),
            models.CheckConstraint(
                condition=Q(panel_notice_days__range=(1, 60), panel_quorum_percent__range=(1, 100)),
                name="callversion_panel_rules",
                violation_error_message="Le comité est convoqué de 1 à 60 jours avant, avec un quorum de 1 à 100 %.",
            ),
        ]

    def __str__(self):
        return f"{self.call}, version {self.number}"

    def amount_range(self):
        """(least, most, most in a year) over the segments, in cents; reads `bounds.all()`. None without bounds."""
        bounds = list(self.bounds.all())
        if not bounds:
            return None
        most = max(bound.max_cents for bound in bounds)
        return min(bound.min_cents for bound in bounds), most, max(bound.year_cap_cents for bound in bounds)

    @property
    def eligible_form_labels(self):
        return [str(label) for value, label in LegalForm.choices if value in self.eligible_legal_forms]

    @property
    def threshold_label(self):
        """The score to reach out of 100, in French; "" without a threshold."""
        if self.threshold_hundredths is None:
            return ""
        whole, rest = divmod(self.threshold_hundredths, 100)
        return f"{whole},{rest:02d}".rstrip("0") if rest else str(whole)

    def erase(self):
        """Delete a draft with its parts; the database refuses it for a published version."""
        for criterion in self.criteria.all():
            criterion.levels.all().delete()
        for section in self.sections.all():
            section.questions.all().delete()
        for parts in (self.criteria, self.sections, self.bounds):
            parts.all().delete()
        self.delete()

    def is_complete(self):
        return self.bounds.exists() and self.criteria.exists() and self.sections.exists()


class SegmentBounds(models.Model):
    """How much may be asked, by segment; copied onto the award at reservation. Cents."""

    version = models.ForeignKey(CallVersion, models.PROTECT, related_name="bounds", verbose_name="version")
    segment = models.CharField("segment", max_length=24, choices=Segment)
    min_cents = models.BigIntegerField("minimum (centimes)")
    max_cents = models.BigIntegerField("maximum (centimes)")
    year_cap_cents = models.BigIntegerField("plafond annuel (centimes)")

    class Meta:
        verbose_name = "bornes par segment"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["version", "segment"], name="bounds_once_per_segment"),
            models.CheckConstraint(
                condition=Q(min_cents__gte=0, max_cents__gte=F("min_cents"), year_cap_cents__lte=F("max_cents")),
                name="bounds_ordered",
                violation_error_message="Le minimum ne dépasse pas le maximum, ni le plafond annuel le maximum.",
            ),
        ]

    def __str__(self):
        return f"{self.version}, {self.get_segment_display()}"


class Criterion(EditedRow):
    version = models.ForeignKey(CallVersion, models.PROTECT, related_name="criteria", verbose_name="version")
    position = models.PositiveSmallIntegerField("ordre")
    label = models.CharField("critère", max_length=120)
    description = models.TextField("ce qui est regardé", blank=True)
    weight = models.PositiveSmallIntegerField("poids")
    # A dossier whose mean on this criterion is below does not pass. None: no threshold.
    threshold_points = models.PositiveSmallIntegerField("points à atteindre", null=True, blank=True)
    # A reviewer may answer that the criterion does not apply: it leaves the mean, it never counts as zero.
    may_not_apply = models.BooleanField("peut être sans objet", default=False)

    class Meta:
        verbose_name = "critère"
        verbose_name_plural = "critères"
        ordering = ["version", "position"]
        constraints = [
            models.UniqueConstraint(fields=["version", "position"], name="criterion_position_once"),
            models.CheckConstraint(condition=Q(weight__gt=0), name="criterion_weight_positive"),
        ]

    def __str__(self):
        return self.label


class CriterionLevel(models.Model):
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="levels", verbose_name="critère")
    points = models.PositiveSmallIntegerField("points")
    label = models.CharField("niveau", max_length=60)
    description = models.CharField("description", max_length=250)

    class Meta:
        verbose_name = "niveau"
        verbose_name_plural = "niveaux"
        ordering = ["criterion", "points"]
        constraints = [models.UniqueConstraint(fields=["criterion", "points"], name="level_points_once")]

    def __str__(self):
        return f"{self.points} : {self.label}"
