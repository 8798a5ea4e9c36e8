"""The versions of the wordings: a draft is written, a published one never changes again (the database holds it)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django_fsm import FSMField, transition

from accounts.models import PublicIdModel, StatefulModel

WRITE = "documents.write_wording"
PUBLISH = "documents.publish_wording"


class WordingVersion(PublicIdModel, StatefulModel):
    """One version of the wording of one kind of letter in one scope.

    `scope` is "" for all letters, or a key that the floors above understand (`programme.letter_scopes`): this floor
    compares it and reads nothing in it.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "Brouillon"
        PUBLISHED = "published", "En vigueur"
        SUPERSEDED = "superseded", "Remplacée"
        ABANDONED = "abandoned", "Abandonnée"

    kind = models.CharField("sorte de courrier", max_length=30)
    scope = models.CharField("portée", max_length=120, blank=True)
    number = models.PositiveSmallIntegerField("version")
    state = FSMField("état", default=State.DRAFT, choices=State.choices, protected=True, max_length=12)
    blocks = models.JSONField("blocs", default=list)
    note = models.CharField("ce qui change", max_length=300, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="commencée par"
    )
    created_at = models.DateTimeField("commencée le", default=timezone.now)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="publiée par"
    )
    published_at = models.DateTimeField("publiée le", null=True, blank=True)
    ended_at = models.DateTimeField("remplacée le", null=True, blank=True)

    class Meta:
        verbose_name = "modèle de courrier"
        verbose_name_plural = "modèles de courriers"
        ordering = ["kind", "scope", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "scope", "number"], name="wording_number_once"),
            models.UniqueConstraint(
                fields=["kind", "scope"],
                condition=Q(state="draft"),
                name="wording_one_draft",
                violation_error_message="Un brouillon de ce modèle est déjà ouvert.",
            ),
            models.UniqueConstraint(
                fields=["kind", "scope"],
                condition=Q(state="published"),
                name="wording_one_in_force",
                violation_error_message="Une version de ce modèle est déjà en vigueur.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "abandoned"]) | Q(published_at__isnull=False),
                name="wording_published_has_date",
            ),
        ]

    def __str__(self):
        return f"Modèle de courrier « {self.kind} », version {self.number}"

    @property
    def is_draft(self):
        return self.state == self.State.DRAFT

    @transition(state, State.DRAFT, State.PUBLISHED, permission=PUBLISH)
    def publish(self, *, by):
        self.published_by, self.published_at = by, timezone.now()

    @transition(state, State.PUBLISHED, State.SUPERSEDED, permission=PUBLISH)
    def supersede(self, *, by):
        self.ended_at = timezone.now()

    @transition(state, State.DRAFT, State.ABANDONED, permission=WRITE)
    def abandon(self, *, by):
        """Its number is not used again."""
