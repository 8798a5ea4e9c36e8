from django.db import models
from django.utils import timezone

from accounts.models import PublicIdModel, User, VersionedModel
from applications.models.application import Application
from documents.models import StoredFile


class Message(PublicIdModel):
    """One message of a dossier's thread, from the structure or from the service. Append-only."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="messages", verbose_name="dossier")
    sender = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="écrit par")
    from_service = models.BooleanField("écrit par le service")
    body = models.TextField("message")
    sent_at = models.DateTimeField("envoyé le", default=timezone.now)

    class Meta:
        verbose_name = "message"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(body=""), name="message_says", violation_error_message="Écrivez un message."
            )
        ]

    def __str__(self):
        return f"{self.application} : {self.body[:60]}"


class MessageFile(PublicIdModel):
    """A file joined to a message."""

    message = models.ForeignKey(Message, models.PROTECT, related_name="files", verbose_name="message")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name="fichier")

    class Meta:
        verbose_name = "fichier joint à un message"
        verbose_name_plural = "fichiers joints à un message"
        ordering = ["pk"]

    def __str__(self):
        return str(self.file)


class MessageTemplate(PublicIdModel, VersionedModel):
    """Words that the service uses again: « {numero} », « {lieu} » and « {structure} » become the dossier's."""

    title = models.CharField("titre", max_length=100, unique=True)
    body = models.TextField("texte")

    class Meta:
        verbose_name = "modèle de message"
        verbose_name_plural = "modèles de message"
        ordering = ["title"]

    def __str__(self):
        return self.title
