from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import PublicIdModel, User
from programme.models.call import Call


class Invitation(PublicIdModel):
    """Who was told of a call, when, by which channel: what shows afterwards that it was open to all. Append-only."""

    class Audience(models.TextChoices):
        NETWORK = "network", "Réseau d’appui"
        TOWN_HALL = "town_hall", "Mairie ou intercommunalité"
        STATE = "state", "Service de l’État"
        STRUCTURE = "structure", "Structure ou collectif"
        PRESS = "press", "Presse"
        ALL = "all", "Tout public"

    class Channel(models.TextChoices):
        MAIL = "mail", "Courriel"
        MAILING = "mailing", "Liste de diffusion"
        POST = "post", "Courrier"
        PHONE = "phone", "Téléphone"
        MEETING = "meeting", "Réunion"
        WEB = "web", "Publication en ligne"

    call = models.ForeignKey(Call, models.PROTECT, related_name="invitations", verbose_name="appel")
    audience = models.CharField("public", max_length=12, choices=Audience)
    told = models.CharField("qui a été prévenu", max_length=300)
    count = models.PositiveIntegerField("nombre de destinataires", null=True, blank=True)
    channel = models.CharField("par quel moyen", max_length=10, choices=Channel)
    told_on = models.DateField("prévenu le")
    note = models.CharField("précisions", max_length=500, blank=True)
    recorded_at = models.DateTimeField("noté le", default=timezone.now)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="noté par")

    class Meta:
        verbose_name = "invitation"
        verbose_name_plural = "invitations"
        ordering = ["-told_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(told=""), name="invitation_names_who", violation_error_message="Dites qui a été prévenu."
            )
        ]

    def __str__(self):
        return f"{self.told}, le {self.told_on:%Y-%m-%d}"
