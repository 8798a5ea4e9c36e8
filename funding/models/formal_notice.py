"""A formal notice: what a beneficiary must do, within what time, before anything is withdrawn or asked back."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django_fsm import FSMField, transition

from accounts.models import PublicIdModel, StatefulModel, User
from documents.models import Document, StoredFile
from funding.models.award import Award
from funding.querysets import FormalNoticeQuerySet

CONDUCT = "funding.conduct_hearing"


class FormalNotice(PublicIdModel, StatefulModel):
    """Mise en demeure: the structure does what her aid asks of her, within a time that runs from the notification.

    It decides nothing. What follows, once its time is past, is a hearing (`Hearing.notice`).
    """

    class State(models.TextChoices):
        SENT = "sent", "Envoyée"
        MET = "met", "Satisfaite"
        DROPPED = "dropped", "Abandonnée"
        FOLLOWED = "followed", "Suivie d’une procédure"

    class Ground(models.TextChoices):
        REPORT = "report", "Compte rendu ou pièce non remis"
        OPENING = "opening", "Lieu non ouvert"
        CONDITIONS = "conditions", "Conditions de l’aide non tenues"
        OTHER = "other", "Autre manquement"

    OPEN = (State.SENT,)

    award = models.ForeignKey(Award, models.PROTECT, related_name="formal_notices", verbose_name="attribution")
    state = FSMField("état", default=State.SENT, choices=State.choices, protected=True, max_length=10)
    ground = models.CharField("manquement", max_length=12, choices=Ground)
    facts = models.TextField("ce qui est constaté")
    asked = models.TextField("ce qui est demandé")
    days = models.PositiveSmallIntegerField("délai en jours")
    opened_on = models.DateField("lettre du")
    opened_at = models.DateTimeField("ouverte le", default=timezone.now)
    opened_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="envoyée par")
    # The last day to do it: the days of the letter from its notification, None before it.
    due_on = models.DateField("à faire au plus tard le", null=True, blank=True)
    reply = models.TextField("réponse de la structure", blank=True)
    reply_file = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="pièce jointe"
    )
    replied_at = models.DateTimeField("répondue le", null=True, blank=True)
    replied_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    ended_on = models.DateField("close le", null=True, blank=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    end_note = models.CharField("comment elle finit", max_length=1000, blank=True)
    document = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")
    # What its letter says, frozen with the act: enough to write it again.
    written = models.JSONField("ce que dit la lettre", default=dict, editable=False)

    objects = FormalNoticeQuerySet.as_manager()

    class Meta:
        verbose_name = "mise en demeure"
        verbose_name_plural = "mises en demeure"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["award", "ground"],
                condition=Q(state="sent"),
                name="formalnotice_one_of_a_ground",
                violation_error_message="Une mise en demeure pour ce manquement est déjà en cours.",
            ),
            models.CheckConstraint(condition=~Q(facts="") & ~Q(asked=""), name="formalnotice_says_what"),
            models.CheckConstraint(
                condition=Q(days__gte=15), name="formalnotice_leaves_time",
                violation_error_message="Une mise en demeure laisse au moins quinze jours.",
            ),
            models.CheckConstraint(
                condition=Q(due_on=None) | Q(due_on__gt=F("opened_on")), name="formalnotice_due_after_letter"
            ),
            models.CheckConstraint(
                condition=Q(replied_at=None, reply="") | (Q(replied_at__isnull=False) & ~Q(reply="")),
                name="formalnotice_reply_says_something",
            ),
            models.CheckConstraint(
                condition=Q(state="sent", ended_on=None) | (Q(ended_on__isnull=False) & ~Q(state="sent")),
                name="formalnotice_ended_has_day",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["met", "dropped"]) | ~Q(end_note=""),
                name="formalnotice_end_says_why",
                violation_error_message="Dites ce qui a été fait, ou pourquoi elle est abandonnée.",
            ),
            # What follows it comes after its time (`due_on` is known by then).
            models.CheckConstraint(
                condition=~Q(state="followed") | Q(due_on__isnull=False, due_on__lt=F("ended_on")),
                name="formalnotice_followed_after_its_time",
                violation_error_message="Le délai de la mise en demeure n’est pas passé.",
            ),
        ]  # fmt: skip

    def __str__(self):
        return f"Mise en demeure, {self.award.fabrique}"

    def get_absolute_url(self):
        return reverse("funding:formal_notice", args=[self.public_id])

    @property
    def is_open(self):
        return self.state == self.State.SENT

    def is_over(self, on):
        """True once the time that it left is past: never before it is notified."""
        return self.due_on is not None and on > self.due_on

    @transition(state, State.SENT, State.MET, permission=CONDUCT)
    def meet(self, *, by, on, note):
        """The structure did what was asked."""
        self._end(by, on, note)

    @transition(state, State.SENT, State.DROPPED, permission=CONDUCT)
    def drop(self, *, by, on, note):
        self._end(by, on, note)

    @transition(state, State.SENT, State.FOLLOWED, permission=CONDUCT)
    def follow(self, *, by, on):
        """Its time is past and nothing was done: an adversarial phase is opened."""
        self._end(by, on, "")

    def _end(self, by, on, note):
        self.ended_on, self.ended_by, self.end_note = on, by, note
