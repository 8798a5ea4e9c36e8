"""How people come into the pool of reviewers: asked by a letter with a link, terms accepted on a date."""

import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import PublicIdModel, User, VersionedModel
from programme.models import Wave

VALID_FOR = datetime.timedelta(days=21)


def three_weeks_from_now():
    return timezone.now() + VALID_FOR


class ReviewerInvitation(PublicIdModel, VersionedModel):
    """Somebody is asked to review. The link answers, yes or no, without an account; it is the key, so it is secret."""

    class Answer(models.TextChoices):
        NONE = "", "Sans réponse"
        ACCEPTED = "accepted", "Acceptée"
        DECLINED = "declined", "Refusée"
        CANCELLED = "cancelled", "Annulée"
        LAPSED = "lapsed", "Caduque"

    # Not the `public_id`: that one stands in the addresses of staff.
    token = models.CharField("clé du lien", max_length=43, unique=True, editable=False)
    wave = models.ForeignKey(
        Wave, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="pour la vague"
    )
    email = models.EmailField("adresse électronique")
    first_name = models.CharField("prénom", max_length=100, blank=True)
    last_name = models.CharField("nom", max_length=100)
    employer = models.CharField("organisme", max_length=200, blank=True)
    employer_siren = models.CharField("SIREN de l’organisme", max_length=9, blank=True)
    # What the check of the name found before sending, as it was shown to whoever sent it.
    checked = models.JSONField("liens trouvés avant l’envoi", default=list, blank=True)
    invited_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="invitée par")
    sent_at = models.DateTimeField("envoyée le", default=timezone.now)
    expires_at = models.DateTimeField("expire le", default=three_weeks_from_now)
    reminded_at = models.DateTimeField("rappelée le", null=True, blank=True)
    answer = models.CharField("réponse", max_length=9, choices=Answer, blank=True, default=Answer.NONE)
    answered_at = models.DateTimeField("répondu le", null=True, blank=True)
    reason = models.CharField("motif du refus", max_length=300, blank=True)
    user = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="compte ouvert"
    )
    # Asked instead of somebody who did not answer, or said no.
    replaces = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="à la place de"
    )

    class Meta:
        verbose_name = "invitation à évaluer"
        verbose_name_plural = "invitations à évaluer"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["email"],
                condition=Q(answer=""),
                name="reviewer_invitation_one_open",
                violation_error_message="Cette personne est déjà invitée et n’a pas encore répondu.",
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_at=None) | (~Q(answer="") & Q(answered_at__isnull=False)),
                name="reviewer_invitation_answer_is_dated",
            ),
            models.CheckConstraint(
                condition=~Q(answer="accepted") | Q(user__isnull=False), name="reviewer_invitation_accepted_has_user"
            ),
        ]
        indexes = [
            models.Index(fields=["expires_at"], name="reviewer_invitation_open", condition=Q(answer="")),
        ]

    def __str__(self):
        return f"{self.first_name} {self.last_name} ({self.email})".strip()

    @property
    def is_open(self):
        return self.answer == "" and self.expires_at > timezone.now()


class TermsAcceptance(models.Model):
    """A person accepted the rules of reviewing, word for word, on a date. Append-only."""

    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="personne")
    edition = models.CharField("édition", max_length=20)
    text = models.TextField("texte accepté")
    accepted_at = models.DateTimeField("accepté le", default=timezone.now)

    class Meta:
        verbose_name = "règles acceptées"
        verbose_name_plural = "règles acceptées"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["user", "edition"], name="terms_accepted_once")]

    def __str__(self):
        return f"{self.user}, règles de {self.edition}"
