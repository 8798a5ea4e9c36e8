"""What was told of a wave before its announcement, to whom, and each time it was opened. Append-only."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import PublicIdModel, User
from programme.models import Wave


class EmbargoedList(PublicIdModel):
    """The laureates of a signed wave, told to one person before the announcement: frozen with who, to whom and why."""

    wave = models.ForeignKey(Wave, models.PROTECT, related_name="+", verbose_name="vague")
    recipient_name = models.CharField("destinataire", max_length=150)
    recipient_title = models.CharField("fonction", max_length=150)
    recipient_email = models.EmailField("adresse électronique")
    # Empty: the whole wave.
    region = models.CharField("région", max_length=60, blank=True)
    reason = models.CharField("motif de la communication", max_length=300)
    # As it was told that day: [{reference, place, commune, departement, organisation, cents}].
    rows = models.JSONField("liste communiquée")
    sha256 = models.CharField("empreinte de la liste", max_length=64)
    # Only the fingerprint of the secret that opens it is kept.
    secret_sha256 = models.CharField("empreinte du lien", max_length=64, unique=True)
    communicated_at = models.DateTimeField("communiquée le", default=timezone.now)
    communicated_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="communiquée par")

    class Meta:
        verbose_name = "liste sous embargo"
        verbose_name_plural = "listes sous embargo"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(reason="") & ~Q(recipient_name="") & ~Q(recipient_title=""),
                name="embargo_says_to_whom_and_why",
                violation_error_message="Dites à qui la liste est communiquée, et pourquoi.",
            )
        ]

    def __str__(self):
        return f"{self.wave}, {self.recipient_name}, {self.recipient_title}"


class EmbargoAccess(models.Model):
    """One thing that happened to an embargoed list: sent, opened by its link, downloaded, refused, closed."""

    class Kind(models.TextChoices):
        SENT = "sent", "Lien envoyé"
        OPENED = "opened", "Liste ouverte par le lien"
        DOWNLOADED = "downloaded", "Fichier téléchargé"
        REFUSED = "refused", "Ouverture refusée"
        CLOSED = "closed", "Lien fermé"

    embargoed_list = models.ForeignKey(EmbargoedList, models.PROTECT, related_name="accesses", verbose_name="liste")
    kind = models.CharField("acte", max_length=10, choices=Kind)
    at = models.DateTimeField("le", default=timezone.now)
    # Null: whoever holds the link.
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="par")
    note = models.CharField("précision", max_length=300, blank=True)

    class Meta:
        verbose_name = "accès à une liste sous embargo"
        verbose_name_plural = "accès aux listes sous embargo"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["embargoed_list"], condition=Q(kind="closed"), name="embargo_closed_once"),
            models.CheckConstraint(
                condition=Q(kind__in=["opened", "refused"]) | Q(by__isnull=False), name="embargo_act_has_author"
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}, {self.embargoed_list}"
