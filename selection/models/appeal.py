from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django_fsm import FSMField, transition

from accounts.models import PublicIdModel, StatefulModel, User
from selection.models.decision import Decision
from selection.models.delegation import SignatureDelegation
from selection.querysets import AppealQuerySet

FOLLOW_APPEALS = "selection.follow_appeals"
ANSWER_APPEAL = "selection.answer_appeal"


class Appeal(PublicIdModel, StatefulModel):
    """A decision contested (glossary 33): before its author, her superior, the court, or in mediation.

    What was sent, when and by whom is fixed by the database; only its life moves.
    """

    class Kind(models.TextChoices):
        GRACIOUS = "gracious", "Recours gracieux"
        HIERARCHICAL = "hierarchical", "Recours hiérarchique"
        LITIGATION = "litigation", "Recours contentieux"
        MEDIATION = "mediation", "Médiation"

    class State(models.TextChoices):
        LODGED = "lodged", "Reçu"
        EXAMINED = "examined", "En cours d’examen"
        UPHELD = "upheld", "Accueilli"
        PARTLY_UPHELD = "partly_upheld", "Accueilli en partie"
        REJECTED = "rejected", "Rejeté"
        SILENT = "silent", "Rejeté par le silence"
        ENDED = "ended", "Terminé sans décision"
        WITHDRAWN = "withdrawn", "Désistement"

    class Channel(models.TextChoices):
        ONLINE = "online", "Dans le service"
        POST = "post", "Courrier"
        EMAIL = "email", "Courriel"
        COURT = "court", "Greffe ou Télérecours"
        AGREEMENT = "agreement", "Accord des parties"

    # CRPA L410-1: addressed to the administration; silence answers them after two months (L231-4 2°, L411-7).
    ADMINISTRATIVE = (Kind.GRACIOUS, Kind.HIERARCHICAL)
    OPEN = (State.LODGED, State.EXAMINED)
    # A late express answer is still possible after the silence.
    ANSWERABLE = (State.LODGED, State.EXAMINED, State.SILENT)

    decision = models.ForeignKey(Decision, models.PROTECT, related_name="appeals", verbose_name="décision contestée")
    kind = models.CharField("voie", max_length=12, choices=Kind)
    state = FSMField("état", default=State.LODGED, choices=State.choices, protected=True, max_length=14)
    number = models.CharField("numéro", max_length=20, unique=True)
    channel = models.CharField("reçu par", max_length=10, choices=Channel)
    # Posted or registered: what makes it in time. Received: what starts the silence (CRPA L112-1; L231-4).
    lodged_on = models.DateField("formé le")
    received_on = models.DateField("reçu le")
    authority = models.CharField("adressé à", max_length=200)
    grounds = models.TextField("ce que dit le recours")
    # The number that the court gave.
    court_number = models.CharField("numéro du greffe", max_length=40, blank=True)
    lodged_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="formé par"
    )
    recorded_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="enregistré par"
    )
    recorded_at = models.DateTimeField("enregistré le", default=timezone.now)
    silence_on = models.DateField("silence valant rejet le", null=True, blank=True)
    concluded_on = models.DateField("issue le", null=True, blank=True)
    # The day on which the answer reached whoever contests: a new delay runs from it.
    answer_notified_on = models.DateField("réponse notifiée le", null=True, blank=True)
    conclusion = models.TextField("ce qui a été décidé", blank=True)
    # Of an answer signed here: under which delegation, at which instant. An answer written elsewhere has neither.
    delegation = models.ForeignKey(
        SignatureDelegation, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="délégation"
    )
    signed_at = models.DateTimeField("réponse signée le", null=True, blank=True)
    concluded_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="issue enregistrée par"
    )

    objects = AppealQuerySet.as_manager()

    class Meta:
        verbose_name = "recours"
        verbose_name_plural = "recours"
        ordering = ["-lodged_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["decision", "kind"],
                condition=Q(state__in=["lodged", "examined"]),
                name="appeal_one_open_of_a_kind",
                violation_error_message="Un recours de cette sorte est déjà en cours sur cette décision.",
            ),
            models.CheckConstraint(
                condition=Q(received_on__gte=F("lodged_on")),
                name="appeal_received_after_lodged",
                violation_error_message="Le recours est reçu le jour où il est formé, ou après.",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["gracious", "hierarchical"], silence_on__isnull=False)
                | Q(kind__in=["litigation", "mediation"], silence_on__isnull=True),
                name="appeal_silence_of_the_administration",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["lodged", "examined"], concluded_on__isnull=True)
                | (Q(concluded_on__isnull=False) & ~Q(state__in=["lodged", "examined"])),
                name="appeal_concluded_has_day",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["upheld", "partly_upheld", "rejected", "ended"])
                | (~Q(conclusion="") & Q(concluded_by__isnull=False)),
                name="appeal_answered_has_words",
                violation_error_message="Dites ce qui a été décidé, et qui l’enregistre.",
            ),
            models.CheckConstraint(
                condition=Q(signed_at=None, delegation=None)
                | Q(
                    signed_at__isnull=False,
                    delegation__isnull=False,
                    kind__in=["gracious", "hierarchical"],
                    state__in=["upheld", "partly_upheld", "rejected"],
                ),
                name="appeal_answer_signed_by_delegation",
                violation_error_message="Une réponse se signe sous une délégation, une fois le recours jugé.",
            ),
            models.CheckConstraint(
                condition=Q(lodged_by__isnull=False) | Q(recorded_by__isnull=False), name="appeal_has_author"
            ),
        ]
        indexes = [
            models.Index(fields=["silence_on"], name="appeal_silence", condition=Q(state__in=["lodged", "examined"]))
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.number}"

    @property
    def is_administrative(self):
        return self.kind in self.ADMINISTRATIVE

    @property
    def is_open(self):
        return self.state in self.OPEN

    @property
    def is_answerable(self):
        return self.state in self.OPEN or (self.state == self.State.SILENT and self.is_administrative)

    @transition(state, State.LODGED, State.EXAMINED, permission=FOLLOW_APPEALS)
    def examine(self, *, by):
        """Somebody of the service reads it."""

    @transition(state, list(ANSWERABLE), State.UPHELD)
    def uphold(self, *, by, on, conclusion):
        self._conclude(by, on, conclusion)

    @transition(state, list(ANSWERABLE), State.PARTLY_UPHELD)
    def partly_uphold(self, *, by, on, conclusion):
        self._conclude(by, on, conclusion)

    @transition(state, list(ANSWERABLE), State.REJECTED)
    def reject(self, *, by, on, conclusion):
        self._conclude(by, on, conclusion)

    @transition(state, list(OPEN), State.ENDED)
    def end(self, *, by, on, conclusion):
        """A mediation that ends, or a court that does not judge."""
        self._conclude(by, on, conclusion)

    @transition(state, list(OPEN), State.SILENT)
    def note_silence(self, *, by):
        """Two months without an answer: a refusal is born; nobody wrote it (CRPA L231-4 2°)."""
        self.concluded_on = self.silence_on

    @transition(state, list(OPEN), State.WITHDRAWN)
    def withdraw(self, *, by, on):
        self.concluded_on, self.concluded_by = on, by

    def _conclude(self, by, on, conclusion):
        self.concluded_on, self.concluded_by, self.conclusion = on, by, conclusion
