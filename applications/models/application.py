from django.db import models
from django.db.models import Q
from django.utils import timezone
from django_fsm import FSMField, transition

from accounts.french import folded
from accounts.models import Organisation, PublicIdModel, StatefulModel, User
from applications.models.fabrique import Fabrique
from applications.querysets import ApplicationQuerySet
from programme.models import CallVersion, Segment, Wave

INSTRUCT = "applications.instruct"
PUBLISH_OUTCOME = "applications.publish_outcome"


class ApplicationState(models.TextChoices):
    DRAFT = "draft", "Brouillon"
    SUBMITTED = "submitted", "À contrôler"
    CORRECTION_REQUESTED = "correction_requested", "Pièces demandées"
    ADMISSIBLE = "admissible", "Recevable"
    INADMISSIBLE = "inadmissible", "Irrecevable"
    IN_REVIEW = "in_review", "En évaluation"
    REVIEWED = "reviewed", "Évalué"
    AWARDED = "awarded", "Attribué"
    WAITLISTED = "waitlisted", "Liste complémentaire"
    REFUSED = "refused", "Rejeté"
    DEFERRED = "deferred", "Ajourné"
    NOT_PROCEEDED = "not_proceeded", "Sans suite"
    WITHDRAWN = "withdrawn", "Désistement"


S = ApplicationState

# Glossary, part 2: the applicant never reads the staff's word.
APPLICANT_LABELS = {
    S.DRAFT: "À envoyer",
    S.SUBMITTED: "Envoyé",
    S.CORRECTION_REQUESTED: "À compléter",
    S.ADMISSIBLE: "Recevable",
    S.INADMISSIBLE: "Irrecevable",
    S.IN_REVIEW: "En cours d’examen",
    S.REVIEWED: "En cours d’examen",
    S.AWARDED: "Lauréat",
    S.WAITLISTED: "Liste complémentaire",
    S.REFUSED: "Non retenu",
    S.DEFERRED: "Reporté",
    S.NOT_PROCEEDED: "Sans suite",
    S.WITHDRAWN: "Vous vous êtes désisté",
}
# The applicant may change the content: before sending, and while something is asked for.
EDITABLE = (S.DRAFT, S.CORRECTION_REQUESTED)
UNDER_EXAMINATION = (S.SUBMITTED, S.CORRECTION_REQUESTED, S.ADMISSIBLE, S.IN_REVIEW, S.REVIEWED)


class DepositBasis(models.TextChoices):
    WINDOW = "window", "La fenêtre de dépôt"
    GRACE = "grace", "Le délai de grâce de l’appel"
    EXTENSION = "extension", "Un délai accordé à la structure"
    PAPER = "paper", "Le cachet de la poste"


class Application(PublicIdModel, StatefulModel):
    """The request and its pieces (glossary 10): one applicant, one place, one wave."""

    State = ApplicationState

    wave = models.ForeignKey(Wave, models.PROTECT, related_name="+", verbose_name="vague")
    call_version = models.ForeignKey(CallVersion, models.PROTECT, related_name="+", verbose_name="version d’appel")
    # A draft follows the call: the version it was written on before, until its people say they have read what changed.
    moved_from = models.ForeignKey(
        CallVersion, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="version d’avant"
    )
    moved_at = models.DateTimeField("passé à la nouvelle version le", null=True, blank=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="structure")
    fabrique = models.ForeignKey(Fabrique, models.PROTECT, related_name="applications", verbose_name="lieu")
    state = FSMField("état", default=S.DRAFT, choices=S.choices, protected=True, max_length=24, db_index=True)
    reference = models.CharField("numéro", max_length=20, null=True, blank=True, unique=True)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="commencé par")
    created_at = models.DateTimeField("commencé le", default=timezone.now)
    saved_at = models.DateTimeField("contenu enregistré le", default=timezone.now)
    declared_segment = models.CharField("segment demandé", max_length=24, choices=Segment, default=Segment.UNKNOWN)

    # Frozen at submission.
    segment = models.CharField("segment", max_length=24, choices=Segment, default=Segment.UNKNOWN, db_index=True)
    zoning = models.JSONField("zonage au dépôt", default=dict)
    requested_cents = models.BigIntegerField("montant demandé (centimes)", default=0)
    submitted_at = models.DateTimeField("envoyé le", null=True, blank=True, db_index=True)
    submitted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="envoyé par")
    # CRPA L231-4 3°: silence on a financial request is a refusal after two months; L114-5 suspends the clock.
    implied_rejection_on = models.DateField("silence valant refus le", null=True, blank=True)
    clock_suspended_on = models.DateField("horloge suspendue depuis le", null=True, blank=True)
    # A fact, not a state: the examination goes on, and an award stays possible.
    implied_rejection_noted_at = models.DateTimeField("rejet implicite constaté le", null=True, blank=True)
    # What made the sending in time: the window, the grace of the call, or more time given to this structure.
    deposit_basis = models.CharField(
        "envoyé dans les temps par", max_length=10, choices=DepositBasis, default=DepositBasis.WINDOW
    )
    # On paper, the postmark says whether it is in time (CRPA L112-1); silence runs from the day it was received.
    postmarked_on = models.DateField("cachet de la poste du", null=True, blank=True)
    # The request that this one takes up again, in a later wave.
    previous = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="later", verbose_name="dossier précédent"
    )

    officer = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="suivi par"
    )
    examined_at = models.DateTimeField("recevabilité examinée le", null=True, blank=True)
    examined_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="examiné par")
    # Codes of `grounds.InadmissibilityGround`, for counting; the words that were sent stand below.
    inadmissibility_grounds = models.JSONField("motifs d’irrecevabilité (liste)", default=list, blank=True)
    inadmissibility_ground = models.TextField("motif d’irrecevabilité", blank=True)
    published_at = models.DateTimeField("issue publiée le", null=True, blank=True)
    outcome_ground = models.TextField("motif publié", blank=True)
    waitlisted_until = models.DateField("liste complémentaire jusqu’au", null=True, blank=True)
    waitlist_rank = models.PositiveSmallIntegerField("rang en liste complémentaire", null=True, blank=True)

    search_text = models.CharField("texte de recherche", max_length=1200, blank=True, editable=False)
    sort_name = models.CharField("clé de tri", max_length=600, blank=True, editable=False, db_index=True)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = "dossier"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["wave", "fabrique"],
                condition=~Q(state="withdrawn"),
                name="application_once_per_place_and_wave",
                violation_error_message="Ce lieu a déjà un dossier dans cette vague.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "withdrawn"])
                | (Q(submitted_at__isnull=False) & Q(reference__isnull=False)),
                name="application_sent_has_receipt",
            ),
            models.CheckConstraint(condition=Q(requested_cents__gte=0), name="application_requested_not_negative"),
            models.CheckConstraint(
                condition=~Q(state="inadmissible") | ~Q(inadmissibility_ground=""),
                name="application_inadmissible_has_ground",
                violation_error_message="Indiquez le motif d’irrecevabilité.",
            ),
            models.CheckConstraint(
                condition=~Q(deposit_basis="paper") | Q(postmarked_on__isnull=False),
                name="application_paper_has_postmark",
                violation_error_message="Indiquez la date du cachet de la poste.",
            ),
        ]
        indexes = [
            models.Index(fields=["wave", "state"], name="application_wave_state"),
            models.Index(fields=["requested_cents"], name="application_requested"),
            # What the sweep looks for, at every pass: silence that became a refusal and is not noted yet.
            models.Index(
                fields=["implied_rejection_on"],
                name="application_silence",
                condition=Q(implied_rejection_noted_at=None, submitted_at__isnull=False, clock_suspended_on=None),
            ),
        ]

    def __str__(self):
        return f"{self.reference or 'Brouillon'}, {self.fabrique.name}"

    @property
    def applicant_label(self):
        return APPLICANT_LABELS[self.state]

    @property
    def is_editable(self):
        return self.state in EDITABLE

    def index(self):
        """Set what lists sort by and search in, from the number, the place, the structure and the commune."""
        place, commune = self.fabrique, self.fabrique.commune
        where = f"{commune.name} {commune.departement} {commune.departement_name}" if commune else ""
        words = f"{self.reference or ''} {place.name} {self.organisation.name} {where} {place.region}"
        self.search_text, self.sort_name = folded(words)[:1200], folded(place.name)[:600]

    # --- The life of a dossier, in its order -------------------------------------------------------------------

    @transition(state, S.DRAFT, S.SUBMITTED)
    def submit(self, *, by, at):
        self.submitted_at, self.submitted_by = at, by

    @transition(state, S.SUBMITTED, S.CORRECTION_REQUESTED, permission=INSTRUCT)
    def request_correction(self, *, by, on):
        """`on`: the day from which the clock stops, None for a request that does not stop it (CRPA L114-5)."""
        self.clock_suspended_on = on

    @transition(state, S.CORRECTION_REQUESTED, S.SUBMITTED)
    def answer_correction(self, *, by):
        self.clock_suspended_on = None

    @transition(state, S.CORRECTION_REQUESTED, S.SUBMITTED, permission=INSTRUCT)
    def close_correction(self, *, by):
        """Nothing came before the deadline: the dossier is examined as it was sent."""
        self.clock_suspended_on = None

    @transition(state, S.SUBMITTED, S.ADMISSIBLE, permission=INSTRUCT)
    def admit(self, *, by):
        self.examined_at, self.examined_by = timezone.now(), by

    @transition(state, [S.SUBMITTED, S.CORRECTION_REQUESTED], S.INADMISSIBLE, permission=INSTRUCT)
    def reject_as_inadmissible(self, *, by, ground, grounds=()):
        self.examined_at, self.examined_by = timezone.now(), by
        self.inadmissibility_ground, self.inadmissibility_grounds = ground, list(grounds)

    @transition(state, S.ADMISSIBLE, S.IN_REVIEW, permission=INSTRUCT)
    def send_to_review(self, *, by):
        """Reviewers are assigned."""

    @transition(state, S.IN_REVIEW, S.REVIEWED)
    def complete_review(self, *, by):
        """Every expected review is in."""

    @transition(state, S.REVIEWED, S.IN_REVIEW, permission=INSTRUCT)
    def reopen_review(self, *, by):
        """A review was sent back to its author, or one more is asked for."""

    @transition(state, [S.REVIEWED, S.WAITLISTED], S.AWARDED, permission=PUBLISH_OUTCOME)
    def award(self, *, by, at):
        self.published_at, self.waitlisted_until = at, None

    @transition(state, S.REFUSED, S.AWARDED, permission=PUBLISH_OUTCOME)
    def award_after_appeal(self, *, by, at):
        """An appeal against the refusal was upheld: an award, signed, takes its place."""
        self.published_at, self.outcome_ground = at, ""

    @transition(state, S.REVIEWED, S.WAITLISTED, permission=PUBLISH_OUTCOME)
    def waitlist(self, *, by, at, until, rank):
        self.published_at, self.waitlisted_until, self.waitlist_rank = at, until, rank

    @transition(state, [S.REVIEWED, S.WAITLISTED], S.REFUSED, permission=PUBLISH_OUTCOME)
    def refuse(self, *, by, at, ground):
        self.published_at, self.outcome_ground, self.waitlisted_until = at, ground, None

    @transition(state, S.REVIEWED, S.DEFERRED, permission=PUBLISH_OUTCOME)
    def defer(self, *, by, at, ground):
        self.published_at, self.outcome_ground = at, ground

    @transition(state, list(UNDER_EXAMINATION), S.NOT_PROCEEDED, permission=PUBLISH_OUTCOME)
    def end_without_decision(self, *, by, at, ground):
        self.published_at, self.outcome_ground = at, ground

    @transition(state, [S.DRAFT, *UNDER_EXAMINATION, S.WAITLISTED], S.WITHDRAWN)
    def withdraw(self, *, by):
        """The applicant gives up ("désistement"); never the administration's act."""
