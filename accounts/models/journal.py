from django.db import models
from django.utils import timezone

from accounts import request_id
from accounts.french import folded
from accounts.models.user import User
from accounts.querysets import JournalQuerySet


class JournalEntry(models.Model):
    """Who did what, when, on what. Append-only: the database refuses UPDATE, DELETE and TRUNCATE."""

    at = models.DateTimeField("le", default=timezone.now)
    actor = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="par")
    action = models.CharField("action", max_length=60)
    subject_type = models.CharField("objet", max_length=60)
    subject_id = models.BigIntegerField("clé de l’objet")
    subject_label = models.CharField("libellé", max_length=250)
    from_state = models.CharField("état avant", max_length=30, blank=True)
    to_state = models.CharField("état après", max_length=30, blank=True)
    details = models.JSONField("détail", default=dict)
    request_id = models.CharField("requête", max_length=32, default="-")
    # Actor and subject without accents or case, as they were named that day.
    search_text = models.CharField(max_length=500, editable=False, default="")

    objects = JournalQuerySet.as_manager()

    class Meta:
        verbose_name = "entrée du journal"
        verbose_name_plural = "journal"
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["-at", "-id"], name="journal_latest"),
            models.Index(fields=["actor", "-at"], name="journal_actor"),
            models.Index(fields=["subject_type", "subject_id", "at"], name="journal_subject"),
        ]

    def __str__(self):
        return f"{self.at:%Y-%m-%d %H:%M} {self.action} {self.subject_label}"

    @classmethod
    def write(cls, *, action, subject, actor, from_state="", to_state="", details=None):
        """Add one row, in the caller's transaction.

        Args:
            action: identifier of the act, e.g. "admit".
            subject: the saved model instance it is about.
            actor: the `User`, or None for the system.
            details: JSON-serialisable facts (amounts in cents, ISO dates).
        """
        return cls.objects.create(
            action=action,
            subject_type=subject._meta.label,
            subject_id=subject.pk,
            subject_label=str(subject)[:250],
            actor=actor,
            from_state=from_state or "",
            to_state=to_state or "",
            details=details or {},
            request_id=request_id.current(),
            search_text=folded(f"{subject} {actor or ''}")[:500],
        )
