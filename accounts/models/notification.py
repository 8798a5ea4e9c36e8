from django.db import models
from django.utils import timezone

from accounts.models.base import PublicIdModel
from accounts.models.user import User
from accounts.models.work import OutboxMessage


class Event(models.TextChoices):
    """What a person may be told of; each has its own preference, but those that the law or safety asks for."""

    ACCOUNT = "account", "Mon compte : adresse, mot de passe, invitations"
    RECEIPT = "receipt", "Envoi d’un dossier et suites données à sa réception"
    REQUEST = "request", "Pièces ou précisions demandées"
    PROGRESS = "progress", "Avancement d’un dossier : recevabilité, évaluation"
    DECISION = "decision", "Décision sur un dossier"
    DEADLINE = "deadline", "Dates de dépôt ou formulaire qui changent"
    MESSAGE = "message", "Messages échangés sur un dossier"
    TEAM = "team", "Ma structure : rôles, parties confiées, signatures"
    REVIEW = "review", "Évaluations confiées ou rouvertes"
    FILE = "file", "Pièce écartée par l’antivirus"
    PAYMENT = "payment", "Convention et versements"
    PANEL = "panel", "Comité : convocations et procès-verbaux"
    MAIL = "mail", "Courriels importants qui reviennent"
    PUBLIC_QUESTION = "public_question", "Questions du public"


# Rights run from these: they are always mailed, at once, each on its own.
ALWAYS_MAILED = frozenset({Event.ACCOUNT, Event.RECEIPT, Event.REQUEST, Event.DECISION, Event.DEADLINE, Event.PANEL})


class Delivery(models.TextChoices):
    NOW = "now", "Courriel tout de suite"
    DIGEST = "digest", "Dans le résumé du matin"
    HERE = "here", "Ici seulement"


class Notification(PublicIdModel):
    """Something a person is told, in the service and, as she prefers, by mail."""

    user = models.ForeignKey(User, models.PROTECT, related_name="notifications", verbose_name="personne")
    key = models.CharField("clé", max_length=200, unique=True)
    event = models.CharField("sujet", max_length=20, choices=Event)
    subject = models.CharField("objet", max_length=250)
    body = models.TextField("texte")
    url = models.CharField("adresse", max_length=300, blank=True)
    created_at = models.DateTimeField("reçue le", default=timezone.now)
    read_at = models.DateTimeField("lue le", null=True, blank=True)
    delivery = models.CharField("envoi", max_length=6, choices=Delivery, default=Delivery.NOW)
    # Told together with the others of one act on many objects, when that act is over.
    group = models.CharField("groupe", max_length=80, blank=True)
    mail = models.ForeignKey(
        OutboxMessage, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="courriel"
    )

    class Meta:
        verbose_name = "notification"
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["url"], name="notification_url"),
            models.Index(fields=["user"], name="notification_unread", condition=models.Q(read_at=None)),
            models.Index(fields=["delivery", "group"], name="notification_unmailed", condition=models.Q(mail=None)),
        ]

    def __str__(self):
        return f"{self.user} : {self.subject}"


class NotificationPreference(models.Model):
    """How one person wants to be told of one kind of event; none: at once."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name="personne")
    event = models.CharField("sujet", max_length=20, choices=Event)
    delivery = models.CharField("envoi", max_length=6, choices=Delivery)

    class Meta:
        verbose_name = "préférence de notification"
        verbose_name_plural = "préférences de notification"
        constraints = [
            models.UniqueConstraint(fields=["user", "event"], name="notificationpreference_once"),
            models.CheckConstraint(
                condition=~models.Q(event__in=sorted(ALWAYS_MAILED)),
                name="notificationpreference_not_legal",
                violation_error_message="Ces courriels portent des droits : ils sont toujours envoyés.",
            ),
        ]

    def __str__(self):
        return f"{self.user} : {self.event}, {self.delivery}"
