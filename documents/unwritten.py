"""A letter that should exist and could not be written: why, and when it was tried; the sweep then lets it rest."""

from datetime import timedelta

from django.db import models
from django.db.models import F
from django.utils import timezone

# A fact that is missing does not come in a minute: what could be written goes first.
PATIENCE = timedelta(hours=1)


class UnwrittenLetterQuerySet(models.QuerySet):
    def of(self, source, act):
        return self.filter(source=source, subject_type=act._meta.label, subject_id=act.pk)

    def tried_lately(self, source, now=None):
        """Keys of the acts of a source that are not tried again yet."""
        since = (now or timezone.now()) - PATIENCE
        return self.filter(source=source, tried_at__gt=since).values("subject_id")


class UnwrittenLetter(models.Model):
    """The last failure to ask for the letter of an act; gone as soon as its letter is asked for."""

    source = models.CharField("sorte", max_length=30)
    subject_type = models.CharField("type d’objet", max_length=60)
    subject_id = models.BigIntegerField("clé de l’objet")
    why = models.TextField("raison")
    tries = models.PositiveIntegerField("essais", default=0)
    tried_at = models.DateTimeField("essayé le", default=timezone.now)

    objects = UnwrittenLetterQuerySet.as_manager()

    class Meta:
        verbose_name = "courrier qui ne peut pas être écrit"
        verbose_name_plural = "courriers qui ne peuvent pas être écrits"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["source", "subject_type", "subject_id"], name="unwrittenletter_once")
        ]

    def __str__(self):
        return f"{self.source} {self.subject_id} : {self.why}"


def note(source, act, why):
    """Keep why the letter of an act could not be asked for, and that it was tried now."""
    key = {"source": source, "subject_type": act._meta.label, "subject_id": act.pk}
    now = timezone.now()
    UnwrittenLetter.objects.get_or_create(**key, defaults={"why": why, "tried_at": now})
    UnwrittenLetter.objects.filter(**key).update(why=why, tried_at=now, tries=F("tries") + 1)


def reasons(source, acts):
    """{key of an act: why its letter could not be written}, of one source."""
    rows = UnwrittenLetter.objects.filter(source=source, subject_id__in=[act.pk for act in acts])
    return dict(rows.values_list("subject_id", "why"))
