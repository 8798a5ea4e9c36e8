from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact
from django.utils import timezone
from django_fsm import FSMField, transition

from accounts.models import PublicIdModel, StatefulModel, User, VersionedModel
from applications.models.application import Application
from applications.models.content import Revision
from applications.querysets import AssignmentQuerySet, ReviewQuerySet
from programme.models import Criterion

ASSIGN = "applications.assign_reviewers"


class ReviewerProfile(VersionedModel):
    """What decides who may review what: for whom the person works, and how much she can take."""

    shown_when_stale = ("employer", "employer_siren", "region", "capacity")
    user = models.OneToOneField(User, models.PROTECT, related_name="+", verbose_name="personne")
    employer = models.CharField("organisme", max_length=200, blank=True)
    employer_siren = models.CharField("SIREN de l’organisme", max_length=9, blank=True)
    region = models.CharField("région", max_length=60, blank=True)
    capacity = models.PositiveSmallIntegerField("dossiers au plus par vague", default=12)

    class Meta:
        verbose_name = "profil d’évaluation"
        verbose_name_plural = "profils d’évaluation"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(employer_siren="") | Q(Exact(Length("employer_siren"), 9)),
                name="reviewerprofile_siren_nine_digits",
                violation_error_message="Un SIREN a neuf chiffres.",
            )
        ]

    def __str__(self):
        return str(self.user)


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

    assignment = models.OneToOneField(Assignment, models.PROTECT, related_name="review", verbose_name="affectation")
    revision = models.ForeignKey(Revision, models.PROTECT, related_name="+", verbose_name="version évaluée")
    comment = models.TextField("avis d’ensemble", blank=True)
    # Weighted mean of the criteria, out of 100, in hundredths of a point; set when the sheet is given.
    score_hundredths = models.PositiveIntegerField("note (centièmes)", null=True, blank=True)
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
                condition=Q(submitted_at=None, score_hundredths=None)
                | Q(submitted_at__isnull=False, score_hundredths__isnull=False),
                name="review_given_has_score",
                violation_error_message="Une évaluation rendue a une note, une évaluation en cours n’en a pas.",
            ),
        ]

    def __str__(self):
        return f"Évaluation de {self.assignment}"


class ReviewScore(models.Model):
    review = models.ForeignKey(Review, models.PROTECT, related_name="scores", verbose_name="évaluation")
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="+", verbose_name="critère")
    points = models.PositiveSmallIntegerField("points", null=True, blank=True)
    reason = models.TextField("motif", blank=True)

    class Meta:
        verbose_name = "note"
        ordering = ["criterion__position"]
        constraints = [models.UniqueConstraint(fields=["review", "criterion"], name="score_once")]

    def __str__(self):
        return f"{self.criterion} : {self.points}"
