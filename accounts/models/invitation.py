import datetime

from django.db import models
from django.utils import timezone

from accounts.models.base import PublicIdModel
from accounts.models.organisation import Membership, Organisation, right_in_words
from accounts.models.user import User

# Long enough for a holiday, short enough that a forgotten address opens nothing.
VALID_FOR = datetime.timedelta(days=30)


def a_month_from_now():
    return timezone.now() + VALID_FOR


class Invitation(PublicIdModel):
    """Somebody is asked to join a structure; whoever proves to own the address may accept."""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="invitations", verbose_name="structure"
    )
    email = models.EmailField("adresse électronique")
    role = models.CharField("droit", max_length=24, choices=Membership.Role)
    is_representative = models.BooleanField("représente légalement la structure", default=False)
    invited_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="invitée par")
    created_at = models.DateTimeField("envoyée le", default=timezone.now)
    # Sending it again starts its time afresh.
    sent_at = models.DateTimeField("envoyée la dernière fois le", default=timezone.now)
    sent_count = models.PositiveSmallIntegerField("nombre d’envois", default=1)
    expires_at = models.DateTimeField("expire le", default=a_month_from_now)
    accepted_at = models.DateTimeField("acceptée le", null=True, blank=True)
    cancelled_at = models.DateTimeField("annulée le", null=True, blank=True)

    class Meta:
        verbose_name = "invitation"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "email"],
                condition=models.Q(accepted_at=None, cancelled_at=None),
                name="invitation_one_open",
                violation_error_message="Cette personne est déjà invitée.",
            ),
            models.CheckConstraint(
                condition=models.Q(accepted_at=None) | models.Q(cancelled_at=None),
                name="invitation_one_ending",
                violation_error_message="Une invitation est acceptée ou annulée, pas les deux.",
            ),
        ]

    def __str__(self):
        return f"{self.email} : {self.organisation}"

    @property
    def is_expired(self):
        return self.expires_at <= timezone.now()

    @property
    def words(self):
        return right_in_words(self)
