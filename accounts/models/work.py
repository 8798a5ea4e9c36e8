"""Rows that make work safe to repeat: jobs with progress, idempotency keys, mail to be sent."""

from django.db import models
from django.utils import timezone

from accounts.models.base import PublicIdModel
from accounts.models.user import User
from accounts.querysets import BouncedAddressQuerySet, JobQuerySet, OutboxQuerySet


class Job(PublicIdModel):
    """Long work with its progress; one active job a scope."""

    class Status(models.TextChoices):
        QUEUED = "queued", "En attente"
        RUNNING = "running", "En cours"
        DONE = "done", "Terminé"
        FAILED = "failed", "En erreur"

    kind = models.CharField("travail", max_length=60)
    scope = models.CharField("portée", max_length=120)
    status = models.CharField("état", max_length=10, choices=Status, default=Status.QUEUED)
    total = models.PositiveIntegerField("à faire", default=0)
    done = models.PositiveIntegerField("fait", default=0)
    errors = models.JSONField("erreurs", default=list)
    arguments = models.JSONField("paramètres", default=dict, blank=True)
    # Last sign of life of the worker: beyond a while without one, another worker takes the job over.
    beat_at = models.DateTimeField("dernier signe", null=True, blank=True)
    started_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="lancé par")
    created_at = models.DateTimeField("demandé le", default=timezone.now)
    ended_at = models.DateTimeField("terminé le", null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = "travail"
        verbose_name_plural = "travaux"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "scope"],
                condition=models.Q(status__in=["queued", "running"]),
                name="job_one_active_per_scope",
                violation_error_message="Ce travail est déjà en cours : attendez sa fin.",
            ),
            models.CheckConstraint(condition=models.Q(done__lte=models.F("total")), name="job_done_within_total"),
        ]

    def __str__(self):
        return f"{self.kind} {self.scope}"

    @property
    def is_active(self):
        return self.status in {self.Status.QUEUED, self.Status.RUNNING}


class JobRow(models.Model):
    """One object of a job: what was done to it is written with the deed itself, so that nothing is done twice."""

    class Status(models.TextChoices):
        WAITING = "waiting", "En attente"
        DONE = "done", "Fait"
        REFUSED = "refused", "Non fait"
        FAILED = "failed", "En erreur"

    job = models.ForeignKey(Job, models.PROTECT, related_name="rows", verbose_name="travail")
    subject_id = models.BigIntegerField("clé de l’objet")
    # The version on which the act was confirmed: an object that changed since is left alone. Null: whichever.
    version = models.PositiveIntegerField("version", null=True, blank=True)
    label = models.CharField("objet", max_length=300)
    url = models.CharField("adresse", max_length=300, blank=True)
    status = models.CharField("état", max_length=10, choices=Status, default=Status.WAITING)
    sentence = models.CharField("résultat", max_length=500, blank=True)

    class Meta:
        verbose_name = "ligne de travail"
        verbose_name_plural = "lignes de travail"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["job", "subject_id"], name="jobrow_once_per_job")]

    def __str__(self):
        return self.label


class IdempotencyKey(models.Model):
    """One row a POST: the second arrival of the same POST gets the first one's answer."""

    key = models.CharField("clé", max_length=64, unique=True)
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    fingerprint = models.CharField("empreinte", max_length=64)
    created_at = models.DateTimeField("reçue le", default=timezone.now, db_index=True)
    location = models.CharField("réponse", max_length=500, blank=True)

    class Meta:
        verbose_name = "clé d’envoi"
        verbose_name_plural = "clés d’envoi"

    def __str__(self):
        return self.key


class OutboxMessage(PublicIdModel):
    """Mail to send: the row is written with the act it tells of; the broker is only a hint.

    Its state is what its dates say (`accounts.delivery`): waiting, sent, tried again later, bounced, given up.
    """

    key = models.CharField("clé", max_length=200, unique=True)
    message_id = models.CharField("Message-ID", max_length=250, unique=True)
    recipient = models.EmailField("destinataire")
    subject = models.CharField("objet", max_length=250)
    body = models.TextField("texte")
    # What it tells of (`Event`): whether rights run from it. Empty: several things told together.
    event = models.CharField("sujet", max_length=20, blank=True)
    # What it is about: mails of one thread are shown together by whoever reads them.
    thread = models.CharField("fil", max_length=60, blank=True)
    created_at = models.DateTimeField("créé le", default=timezone.now)
    sent_at = models.DateTimeField("envoyé le", null=True, blank=True)
    claimed_at = models.DateTimeField("pris le", null=True, blank=True)
    attempts = models.PositiveSmallIntegerField("essais", default=0)
    next_try_at = models.DateTimeField("prochain essai", null=True, blank=True)
    last_error = models.CharField("dernière erreur", max_length=500, blank=True)
    # Refused for good: at once by the server, or later by a report sent back (RFC 3464).
    bounced_at = models.DateTimeField("revenu le", null=True, blank=True)

    objects = OutboxQuerySet.as_manager()

    class Meta:
        verbose_name = "courriel"
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["created_at"], name="outbox_unsent", condition=models.Q(sent_at=None)),
            models.Index(fields=["thread"], name="outbox_thread", condition=~models.Q(thread="")),
        ]

    def __str__(self):
        return f"{self.recipient} : {self.subject}"


class BouncedAddress(PublicIdModel):
    """An address that mail comes back from, until somebody says that it works again."""

    # As written, in lower case: two spellings are one mailbox.
    email = models.EmailField("adresse", unique=True)
    since = models.DateTimeField("depuis le", default=timezone.now)
    reason = models.CharField("raison", max_length=500)
    message = models.ForeignKey(
        OutboxMessage, models.PROTECT, related_name="+", verbose_name="dernier courriel revenu"
    )

    objects = BouncedAddressQuerySet.as_manager()

    class Meta:
        verbose_name = "adresse en défaut"
        verbose_name_plural = "adresses en défaut"
        ordering = ["email"]

    def __str__(self):
        return self.email
