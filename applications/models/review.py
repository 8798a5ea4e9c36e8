from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact
from django.utils import timezone
from django_fsm import FSMField, transition

from accounts.models import PublicIdModel, StatefulModel, User, VersionedModel
from applications.models.application import Application
from applications.models.assigning import AssignmentRun
from applications.models.content import Revision
from applications.querysets import AssignmentQuerySet, ReviewQuerySet
from programme.models import Commune, Criterion

ASSIGN = "applications.assign_reviewers"


def default_languages():
    return ["fr"]


class ReviewerProfile(VersionedModel):
    """What decides who may review what: for whom the person works, and how much she can take."""

    shown_when_stale = (
        "employer", "employer_siren", "region", "capacity", "fields", "regions", "languages", "commune",
        "unavailable_from", "unavailable_until",
    )  # fmt: skip
    user = models.OneToOneField(User, models.PROTECT, related_name="+", verbose_name="personne")
    employer = models.CharField("organisme", max_length=200, blank=True)
    employer_siren = models.CharField("SIREN de l’organisme", max_length=9, blank=True)
    region = models.CharField("région", max_length=60, blank=True)
    capacity = models.PositiveSmallIntegerField("dossiers au plus par vague", default=12)
    # Codes of `PlaceKind.Kind`: what she knows, so that a dossier may meet somebody of its trade.
    fields = models.JSONField("domaines", default=list, blank=True)
    # Names of regions, as communes have them: those she knows besides her own.
    regions = models.JSONField("régions connues", default=list, blank=True)
    # Codes of ISO 639-1.
    languages = models.JSONField("langues", default=default_languages, blank=True)
    # Where she lives or works: what the alert of the same commune is made of.
    commune = models.ForeignKey(
        Commune, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="commune"
    )
    # Both, or neither: no sheet is asked for that would be due in between.
    unavailable_from = models.DateField("indisponible du", null=True, blank=True)
    unavailable_until = models.DateField("indisponible jusqu’au", null=True, blank=True)

    class Meta:
        verbose_name = "profil d’évaluation"
        verbose_name_plural = "profils d’évaluation"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(employer_siren="") | Q(Exact(Length("employer_siren"), 9)),
                name="reviewerprofile_siren_nine_digits",
                violation_error_message="Un SIREN a neuf chiffres.",
            ),
            models.CheckConstraint(
                condition=Q(unavailable_from=None, unavailable_until=None)
                | Q(unavailable_from__lte=F("unavailable_until")),
                name="reviewerprofile_absence_has_two_days",
                violation_error_message="Donnez le premier et le dernier jour de l’absence, dans cet ordre.",
            ),
        ]

    def __str__(self):
        return str(self.user)

    def is_away(self, day):
        """Whether an absence covers a day (Europe/Paris)."""
        return bool(self.unavailable_from and day and self.unavailable_from <= day <= self.unavailable_until)


class Assignment(PublicIdModel, StatefulModel):
    """One dossier on one reviewer's desk."""

    class State(models.TextChoices):
        PROPOSED = "proposed", "Proposée"
        ACCEPTED = "accepted", "Acceptée"
        DECLINED = "declined", "Refusée"
        RECUSED = "recused", "Déport"
        SUBMITTED = "submitted", "Rendue"
        REOPENED = "reopened", "Rouverte"
        LAPSED = "lapsed", "Caduque"

    # States in which the sheet still counts among those expected or given.
    ACTIVE = (State.PROPOSED, State.ACCEPTED, State.SUBMITTED, State.REOPENED)
    # States in which the reviewer may open the dossier: asked about her ties, she declared none.
    OPEN = (State.ACCEPTED, State.SUBMITTED, State.REOPENED)
    # States in which she may write on the sheet.
    WRITING = (State.ACCEPTED, State.REOPENED)
    # States in which the sheet is still to come.
    PENDING = (State.PROPOSED, State.ACCEPTED, State.REOPENED)

    application = models.ForeignKey(Application, models.PROTECT, related_name="assignments", verbose_name="dossier")
    reviewer = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="évaluatrice ou évaluateur")
    state = FSMField("état", default=State.PROPOSED, choices=State.choices, protected=True, max_length=12)
    due_on = models.DateField("attendue le", null=True, blank=True)
    assigned_at = models.DateTimeField("confiée le", default=timezone.now)
    assigned_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="confiée par")
    closed_at = models.DateTimeField("rendue ou close le", null=True, blank=True)
    # The calculation that chose it; null: chosen by hand.
    run = models.ForeignKey(
        AssignmentRun, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="calcul"
    )
    # Kept when the wave is calculated again. What is chosen by hand is locked.
    locked = models.BooleanField("verrouillée", default=False)
    # Why this person, in French sentences, as it was known when she was chosen.
    reasons = models.JSONField("raisons", default=list, blank=True)
    # Told to the reviewer: what the clock of her answer runs from. Nothing before the dossier is sent.
    asked_at = models.DateTimeField("demandée le", null=True, blank=True)
    reminded_at = models.DateTimeField("rappelée le", null=True, blank=True)
    reminders = models.PositiveSmallIntegerField("rappels", default=0)
    # Asked instead of somebody who stayed silent.
    replaces = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="à la place de"
    )

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = "évaluation confiée"
        verbose_name_plural = "évaluations confiées"
        ordering = ["due_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "reviewer"],
                name="assignment_once",
                violation_error_message="Ce dossier est déjà confié à cette personne.",
            )
        ]
        indexes = [
            models.Index(fields=["reviewer", "state"], name="assignment_reviewer_state"),
            models.Index(fields=["state", "due_on"], name="assignment_state_due"),
        ]

    def __str__(self):
        return f"{self.application} → {self.reviewer}"

    @property
    def desk_label(self):
        """The state in the reviewer's words."""
        return DESK_LABELS[self.state]

    @transition(state, State.PROPOSED, State.ACCEPTED)
    def accept(self, *, by):
        """No interest was declared: the dossier opens."""

    @transition(state, State.PROPOSED, State.DECLINED)
    def decline(self, *, by):
        self.closed_at = timezone.now()

    @transition(state, [State.PROPOSED, State.ACCEPTED, State.REOPENED], State.RECUSED)
    def recuse(self, *, by):
        self.closed_at = timezone.now()

    @transition(state, [State.ACCEPTED, State.REOPENED], State.SUBMITTED)
    def give(self, *, by):
        self.closed_at = timezone.now()

    @transition(state, State.SUBMITTED, State.REOPENED, permission=ASSIGN)
    def send_back(self, *, by):
        self.closed_at = None

    @transition(state, [State.PROPOSED, State.ACCEPTED, State.REOPENED], State.LAPSED, permission=ASSIGN)
    def take_back(self, *, by):
        self.closed_at = timezone.now()

    @transition(state, [State.PROPOSED, State.ACCEPTED, State.REOPENED], State.LAPSED)
    def lapse(self, *, by):
        """No answer, or no sheet, in time: the clock takes it off her desk."""
        self.closed_at = timezone.now()

    @transition(state, [State.LAPSED, State.DECLINED], State.PROPOSED, permission=ASSIGN)
    def propose_again(self, *, by):
        """Taken back by mistake, or the reviewer has changed her mind; never after a recusal."""
        self.closed_at = None


DESK_LABELS = {
    Assignment.State.PROPOSED: "Réponse attendue",
    Assignment.State.ACCEPTED: "À évaluer",
    Assignment.State.DECLINED: "Refusée",
    Assignment.State.RECUSED: "Écartée pour un lien",
    Assignment.State.SUBMITTED: "Rendue",
    Assignment.State.REOPENED: "À reprendre",
    Assignment.State.LAPSED: "Retirée",
}


class InterestDeclaration(models.Model):
    """What the reviewer declared before the dossier opened (glossary 19). Append-only."""

    assignment = models.ForeignKey(
        Assignment, models.PROTECT, related_name="declarations", verbose_name="évaluation confiée"
    )
    has_interest = models.BooleanField("intérêt déclaré")
    nature = models.CharField("nature du lien", max_length=500, blank=True)
    declared_at = models.DateTimeField("déclaré le", default=timezone.now)

    class Meta:
        verbose_name = "déclaration d’intérêts"
        verbose_name_plural = "déclarations d’intérêts"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(has_interest=False) | ~Q(nature=""),
                name="declaration_interest_has_nature",
                violation_error_message="Dites en quelques mots quel est le lien.",
            )
        ]

    def __str__(self):
        return f"{self.assignment} : {'intérêt' if self.has_interest else 'aucun intérêt'}"


class Review(PublicIdModel, VersionedModel):
    """A reviewer's sheet, bound to the revision it judged."""

    class Confidence(models.IntegerChoices):
        LOW = 1, "Faible : je connais mal ce domaine"
        MEDIUM = 2, "Moyenne"
        HIGH = 3, "Forte : c’est mon domaine"

    assignment = models.OneToOneField(Assignment, models.PROTECT, related_name="review", verbose_name="affectation")
    revision = models.ForeignKey(Revision, models.PROTECT, related_name="+", verbose_name="version évaluée")
    comment = models.TextField("avis d’ensemble", blank=True)
    # Weighted mean of the criteria, out of 100, in hundredths of a point; set when the sheet is given.
    score_hundredths = models.PositiveIntegerField("note (centièmes)", null=True, blank=True)
    confidence = models.PositiveSmallIntegerField("confiance", null=True, blank=True, choices=Confidence)
    # The reviewer gives her sheet without a score, for this reason; it counts as given, in no mean.
    abstention = models.CharField("motif d’abstention", max_length=500, blank=True)
    # What `ReviewDraft` was kept last, and how many characters stand written: what decides when to keep the next.
    draft_kept_at = models.DateTimeField("dernière version gardée le", null=True, blank=True)
    length = models.PositiveIntegerField("signes écrits", default=0)
    updated_at = models.DateTimeField("modifiée le", auto_now=True)
    submitted_at = models.DateTimeField("rendue le", null=True, blank=True)
    # The page (key of its form) that saved last, as for `SavedSection`.
    page = models.CharField("page", max_length=64, blank=True)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        verbose_name = "évaluation"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(score_hundredths=None) | Q(score_hundredths__lte=10_000), name="review_score_in_range"
            ),
            models.CheckConstraint(
                condition=Q(submitted_at=None, score_hundredths=None, abstention="")
                | Q(submitted_at__isnull=False, score_hundredths__isnull=False, abstention="")
                | (Q(submitted_at__isnull=False, score_hundredths=None) & ~Q(abstention="")),
                name="review_given_has_score",
                violation_error_message=(
                    "Une évaluation rendue a une note, ou le motif d’une abstention ; en cours, elle n’en a pas."
                ),
            ),
            models.CheckConstraint(
                condition=Q(confidence=None) | Q(confidence__range=(1, 3)), name="review_confidence_in_range"
            ),
        ]

    def __str__(self):
        return f"Évaluation de {self.assignment}"


class ReviewScore(models.Model):
    review = models.ForeignKey(Review, models.PROTECT, related_name="scores", verbose_name="évaluation")
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="+", verbose_name="critère")
    points = models.PositiveSmallIntegerField("points", null=True, blank=True)
    not_applicable = models.BooleanField("sans objet", default=False)
    reason = models.TextField("motif", blank=True)

    class Meta:
        verbose_name = "note"
        ordering = ["criterion__position"]
        constraints = [
            models.UniqueConstraint(fields=["review", "criterion"], name="score_once"),
            models.CheckConstraint(
                condition=Q(not_applicable=False) | Q(points=None),
                name="score_not_applicable_no_points",
                violation_error_message="Un critère sans objet n’a pas de points.",
            ),
        ]

    def __str__(self):
        return f"{self.criterion} : {self.points}"


class ReviewDraft(models.Model):
    """A sheet as it stood at one moment, kept so that its author can come back to it. Append-only."""

    class Why(models.TextChoices):
        WRITING = "writing", "En cours d’écriture"
        SHORTENED = "shortened", "Avant un effacement"
        GIVEN = "given", "Rendue"
        RESTORED = "restored", "Avant un retour en arrière"
        IMPORTED = "imported", "Avant la reprise d’un tableur"

    review = models.ForeignKey(Review, models.PROTECT, related_name="drafts", verbose_name="évaluation")
    number = models.PositiveSmallIntegerField("version")
    why = models.CharField("gardée", max_length=10, choices=Why)
    revision = models.ForeignKey(Revision, models.PROTECT, related_name="+", verbose_name="version évaluée")
    # {name of a field of the sheet: its text}, as `applications.evaluations.texts` writes them.
    content = models.JSONField("contenu")
    kept_at = models.DateTimeField("gardée le", default=timezone.now)

    class Meta:
        verbose_name = "version d’une évaluation"
        verbose_name_plural = "versions d’une évaluation"
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["review", "number"], name="review_draft_number_once")]

    def __str__(self):
        return f"{self.review}, version {self.number}"
