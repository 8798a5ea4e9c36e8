"""How an act reaches its addressee: her consent to the electronic way, and the fact of the notification."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django_fsm import FSMField, transition

from accounts.models import Organisation, PublicIdModel, StatefulModel
from documents.formal_querysets import ConsentQuerySet, FormalNotificationQuerySet


def person(verbose_name, **fields):
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=verbose_name, **fields
    )


class ElectronicConsent(PublicIdModel):
    """A structure accepts to be notified in the service rather than by registered letter (CRPA L112-15).

    Who accepted, when, and the very words that were accepted are fixed by the database; it may be withdrawn, once.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="structure")
    given_by = person("donné par")
    given_at = models.DateTimeField("donné le", default=timezone.now)
    words = models.TextField("texte accepté")
    withdrawn_by = person("retiré par", null=True, blank=True)
    withdrawn_at = models.DateTimeField("retiré le", null=True, blank=True)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = "consentement à la notification électronique"
        verbose_name_plural = "consentements à la notification électronique"
        ordering = ["-given_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"],
                condition=Q(withdrawn_at=None),
                name="electronicconsent_one_in_force",
                violation_error_message="Votre structure a déjà accepté la notification électronique.",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | Q(withdrawn_at__gte=F("given_at"), withdrawn_by__isnull=False),
                name="electronicconsent_withdrawn_after",
            ),
            models.CheckConstraint(condition=~Q(words=""), name="electronicconsent_has_words"),
        ]

    def __str__(self):
        return f"{self.organisation}, {timezone.localdate(self.given_at):%d/%m/%Y}"


class FormalNotification(PublicIdModel, StatefulModel):
    """An act that a structure must be notified of, from the moment it is available to the day it reached her.

    One a document; an act that is read in the service without a letter has one too. Nothing but this row says that an
    act was notified: neither a mail nor a press announcement does. Its day is fixed by the database once it is known.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "À notifier"
        POSTED = "posted", "Recommandé envoyé"
        NOTIFIED = "notified", "Notifié"

    class Way(models.TextChoices):
        OPENED = "opened", "Ouvert en ligne"
        UNOPENED = "unopened", "Quinze jours sans ouverture"
        REGISTERED = "registered", "Lettre recommandée"

    class Kind(models.TextChoices):
        """Acts that decide something, or that a delay runs from; those with a letter are named as their document."""

        AWARD_LETTER = "award_letter", "Attribution"
        WAITLIST_LETTER = "waitlist_letter", "Liste complémentaire"
        REFUSAL_LETTER = "refusal_letter", "Refus"
        DEFERRAL_LETTER = "deferral_letter", "Ajournement"
        INADMISSIBILITY_LETTER = "inadmissibility_letter", "Irrecevabilité"
        FORMAL_NOTICE = "formal_notice", "Mise en demeure"
        HEARING_LETTER = "hearing_letter", "Lettre contradictoire"
        WITHDRAWAL_DECISION = "withdrawal_decision", "Retrait"
        WITHDRAWAL_UNDONE = "withdrawal_undone", "Annulation d’un retrait"
        REPAYMENT_REQUEST = "repayment_request", "Reversement"
        APPEAL_ANSWER = "appeal_answer", "Réponse à un recours"

    kind = models.CharField("acte", max_length=30, choices=Kind)
    subject_type = models.CharField("type d’objet", max_length=60)
    subject_id = models.BigIntegerField("clé de l’objet")
    document = models.OneToOneField(
        "documents.Document", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="courrier"
    )
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="structure")
    # What it is about, for the lists: number of the dossier, pages of the structure and of the staff.
    reference = models.CharField("dossier", max_length=40, blank=True)
    own_path = models.CharField("page de la structure", max_length=200)
    staff_path = models.CharField("page du service", max_length=200)
    state = FSMField("état", default=State.WAITING, choices=State.choices, protected=True, max_length=10)
    way = models.CharField("voie", max_length=12, choices=Way, blank=True)
    available_at = models.DateTimeField("mis à disposition à")
    available_on = models.DateField("mis à disposition le")
    # First opening in the service: the acknowledgement of reading, whether or not it notifies.
    opened_at = models.DateTimeField("ouvert le", null=True, blank=True)
    opened_by = person("ouvert par", null=True, blank=True)
    consent = models.ForeignKey(
        ElectronicConsent, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="consentement"
    )
    registered_number = models.CharField("numéro du recommandé", max_length=30, blank=True)
    posted_on = models.DateField("posté le", null=True, blank=True)
    presented_on = models.DateField("présenté le", null=True, blank=True)
    delivered_on = models.DateField("remis le", null=True, blank=True)
    proof = models.ForeignKey(
        "documents.StoredFile", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="preuve"
    )
    # The mail that said it was available came back: somebody made sure that the structure knows of it all the same.
    assured_at = models.DateTimeField("avis vérifié le", null=True, blank=True)
    assured_by = person("avis vérifié par", null=True, blank=True)
    assured_how = models.CharField("comment la structure est prévenue", max_length=300, blank=True)
    notified_on = models.DateField("notifié le", null=True, blank=True)
    recorded_on = models.DateField("enregistré le", null=True, blank=True)
    recorded_by = person("enregistré par", null=True, blank=True)

    objects = FormalNotificationQuerySet.as_manager()

    class Meta:
        verbose_name = "notification d’un acte"
        verbose_name_plural = "notifications d’actes"
        ordering = ["available_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["subject_type", "subject_id", "kind"],
                name="formal_once",
                violation_error_message="La notification de cet acte est déjà suivie.",
            ),
            models.CheckConstraint(
                condition=Q(state="notified", notified_on__isnull=False, recorded_on__isnull=False) & ~Q(way="")
                | (~Q(state="notified") & Q(notified_on=None, way="")),
                name="formal_notified_has_day_and_way",
            ),
            models.CheckConstraint(
                condition=Q(notified_on=None) | Q(notified_on__gte=F("available_on")),
                name="formal_not_before_available",
                violation_error_message="La notification ne précède pas la mise à disposition.",
            ),
            models.CheckConstraint(
                condition=Q(notified_on=None) | Q(notified_on__lte=F("recorded_on")),
                name="formal_not_in_the_future",
                violation_error_message="La notification n’est pas dans l’avenir.",
            ),
            models.CheckConstraint(
                condition=~Q(way="opened")
                | Q(consent__isnull=False, opened_at__isnull=False, opened_by__isnull=False),
                name="formal_opening_has_consent",
                violation_error_message="Une ouverture ne notifie qu’avec le consentement de la structure.",
            ),
            models.CheckConstraint(
                condition=~Q(way="unopened") | Q(consent__isnull=False, notified_on=F("available_on")),
                name="formal_unopened_has_consent",
            ),
            models.CheckConstraint(
                condition=(~Q(way="registered") & ~Q(state="posted"))
                | (~Q(registered_number="") & Q(posted_on__isnull=False)),
                name="formal_registered_has_number",
                violation_error_message="Un recommandé a un numéro et un jour de dépôt.",
            ),
            models.CheckConstraint(
                condition=~Q(way="registered")
                | Q(presented_on__isnull=False, presented_on__gte=F("posted_on"), recorded_by__isnull=False),
                name="formal_registered_was_presented",
            ),
            models.CheckConstraint(
                condition=Q(assured_at=None, assured_by=None, assured_how="")
                | (Q(assured_at__isnull=False, assured_by__isnull=False) & ~Q(assured_how="")),
                name="formal_assured_says_how",
                violation_error_message="Dites qui a prévenu la structure, et comment.",
            ),
            models.CheckConstraint(
                condition=Q(delivered_on=None) | Q(delivered_on__gte=F("presented_on")),
                name="formal_delivered_after_presented",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation"], name="formal_organisation"),
            models.Index(fields=["available_on"], name="formal_waiting", condition=~Q(state="notified")),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.reference}".strip()

    @property
    def is_notified(self):
        return self.state == self.State.NOTIFIED

    @transition(state, [State.WAITING, State.POSTED], State.NOTIFIED)
    def notify_online(self, *, by, way, on, consent):
        """Opened, or left unopened for fifteen days, by a structure that accepted it (CRPA R112-20)."""
        self.way, self.consent = way, consent
        self._date(on, by)

    @transition(state, [State.WAITING, State.POSTED], State.POSTED, permission="documents.notify_by_post")
    def post(self, *, by, number, posted_on):
        self.registered_number, self.posted_on = number, posted_on

    @transition(state, State.POSTED, State.NOTIFIED, permission="documents.notify_by_post")
    def present(self, *, by, presented_on, delivered_on, proof):
        """The post handed it over, or nobody fetched it: the day it was presented."""
        self.presented_on, self.delivered_on, self.proof = presented_on, delivered_on, proof
        self.way = self.Way.REGISTERED
        self._date(delivered_on or presented_on, by)

    def _date(self, on, by):
        self.notified_on, self.recorded_on, self.recorded_by = on, timezone.localdate(), by
