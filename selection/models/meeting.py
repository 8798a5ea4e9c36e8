"""A meeting of the panel, as it happens: who sits, what is examined, who leaves, what is voted, what is noted."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.functional import cached_property
from django_fsm import FSMField, transition

from accounts.models import PublicIdModel, StatefulModel, User, VersionedModel
from applications.models import Application
from programme.models import CallVersion, Wave
from programme.panel_rules import PanelRules
from selection.models.outcome import Outcome

CONDUCT = "selection.prepare"
# What the panel says, in the words of an opinion: the outcome itself belongs to the authority.
OPINIONS = {
    Outcome.PROPOSED: "Favorable",
    Outcome.WAITLIST: "Réservé, liste complémentaire",
    Outcome.NOT_RETAINED: "Défavorable",
    Outcome.DEFERRED: "Réservé, à ajourner",
}


class PanelMeeting(PublicIdModel, StatefulModel):
    """One meeting of the panel on a wave (CRPA R133-3 to R133-15). It gives an opinion; the authority decides."""

    class State(models.TextChoices):
        PLANNED = "planned", "En préparation"
        CONVENED = "convened", "Convoquée"
        OPEN = "open", "En séance"
        CLOSED = "closed", "Levée"
        NO_QUORUM = "no_quorum", "Quorum non atteint"
        CANCELLED = "cancelled", "Annulée"

    # One at a time on a wave.
    UNDER_WAY = (State.PLANNED, State.CONVENED, State.OPEN)

    wave = models.ForeignKey(Wave, models.PROTECT, related_name="+", verbose_name="vague")
    state = FSMField("état", default=State.PLANNED, choices=State.choices, protected=True, max_length=10)
    meets_at = models.DateTimeField("se réunit le")
    place = models.CharField("lieu, ou lien de la visioconférence", max_length=200)
    chair = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="présidence")
    # A second call on the same agenda asks for no quorum (R133-10), unless the call says otherwise.
    second_call_of = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="second_call",
        verbose_name="seconde convocation de",
    )
    urgency_reason = models.CharField("motif de l’urgence", max_length=300, blank=True)
    convened_at = models.DateTimeField("convoquée le", null=True, blank=True)
    opened_at = models.DateTimeField("ouverte le", null=True, blank=True)
    closed_at = models.DateTimeField("levée le", null=True, blank=True)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="préparée par")

    class Meta:
        verbose_name = "réunion du comité"
        verbose_name_plural = "réunions du comité"
        ordering = ["-meets_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["wave"],
                condition=Q(state__in=["planned", "convened", "open"]),
                name="meeting_one_under_way",
                violation_error_message="Une réunion est déjà préparée pour cette vague.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["planned", "cancelled"]) | Q(convened_at__isnull=False),
                name="meeting_convened_before",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["open", "closed"]) | Q(opened_at__isnull=False), name="meeting_opened_before"
            ),
        ]

    def __str__(self):
        return f"Comité du {timezone.localtime(self.meets_at):%d/%m/%Y}, {self.wave}"

    @property
    def meets_on(self):
        return timezone.localdate(self.meets_at)

    @property
    def is_second_call(self):
        return self.second_call_of_id is not None

    @property
    def needs_quorum(self):
        return not (self.is_second_call and self.rules.second_call_free)

    @cached_property
    def rules(self):
        """The `PanelRules` of the latest version of the call that a dossier of the wave answers."""
        answered = Application.objects.filter(wave=self.wave_id).order_by().values("call_version")
        return PanelRules.of(CallVersion.objects.filter(pk__in=answered).order_by("-number").first())

    @transition(state, State.PLANNED, State.CONVENED, permission=CONDUCT)
    def convene(self, *, by, at, urgency_reason=""):
        self.convened_at, self.urgency_reason = at, urgency_reason

    @transition(state, State.CONVENED, State.OPEN, permission=CONDUCT)
    def open(self, *, by, at):
        self.opened_at = at

    @transition(state, State.CONVENED, State.NO_QUORUM, permission=CONDUCT)
    def adjourn(self, *, by, at):
        self.closed_at = at

    @transition(state, State.OPEN, State.CLOSED, permission=CONDUCT)
    def close(self, *, by, at):
        self.closed_at = at

    @transition(state, [State.PLANNED, State.CONVENED], State.CANCELLED, permission=CONDUCT)
    def cancel(self, *, by):
        """It will not be held: its reason is in the journal."""


class MeetingMember(PublicIdModel):
    """Somebody who composes the panel for one meeting. `quality` is what the minutes print beside the name."""

    meeting = models.ForeignKey(PanelMeeting, models.PROTECT, related_name="members", verbose_name="réunion")
    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="personne")
    quality = models.CharField("qualité", max_length=150, blank=True)
    has_vote = models.BooleanField("a voix délibérative", default=True)
    position = models.PositiveSmallIntegerField("ordre", default=0)

    class Meta:
        verbose_name = "membre convoqué"
        verbose_name_plural = "membres convoqués"
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "user"], name="member_once"),
        ]

    def __str__(self):
        return str(self.user)


class Attendance(models.Model):
    """From when to when a member sits, at a distance, or is represented by another who sits."""

    class How(models.TextChoices):
        PRESENT = "present", "Présent·e"
        REMOTE = "remote", "À distance"
        MANDATE = "mandate", "A donné mandat"

    member = models.ForeignKey(MeetingMember, models.PROTECT, related_name="attendances", verbose_name="membre")
    how = models.CharField("comment", max_length=8, choices=How)
    holder = models.ForeignKey(
        MeetingMember, models.PROTECT, null=True, blank=True, related_name="mandates", verbose_name="mandataire"
    )
    since = models.DateTimeField("depuis", default=timezone.now)
    until = models.DateTimeField("jusqu’à", null=True, blank=True)

    class Meta:
        verbose_name = "présence"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["member"], condition=Q(until=None), name="attendance_one_at_a_time"),
            # Nobody holds two mandates (R133-9).
            models.UniqueConstraint(
                fields=["holder"],
                condition=Q(until=None, how="mandate"),
                name="attendance_one_mandate_each",
                violation_error_message="Cette personne détient déjà un mandat.",
            ),
            models.CheckConstraint(
                condition=Q(how="mandate", holder__isnull=False) | (~Q(how="mandate") & Q(holder=None)),
                name="attendance_mandate_has_holder",
            ),
            models.CheckConstraint(condition=Q(holder=None) | ~Q(holder=F("member")), name="attendance_other_holder"),
        ]

    def __str__(self):
        return f"{self.member} : {self.get_how_display()}"


class AgendaItem(PublicIdModel, VersionedModel):
    """One point of the agenda: a dossier, or another subject. `opinion` is what the panel gave, once voted."""

    meeting = models.ForeignKey(PanelMeeting, models.PROTECT, related_name="items", verbose_name="réunion")
    application = models.ForeignKey(
        Application, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="dossier"
    )
    title = models.CharField("objet", max_length=200, blank=True)
    position = models.PositiveSmallIntegerField("ordre")
    opened_at = models.DateTimeField("ouvert le", null=True, blank=True)
    closed_at = models.DateTimeField("clos le", null=True, blank=True)
    # The chair, or who takes the chair while she is away or has left for a tie.
    presided_by = models.ForeignKey(
        MeetingMember, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="présidé par"
    )
    opinion = models.CharField("avis du comité", max_length=14, choices=Outcome, blank=True)
    opinion_cents = models.BigIntegerField("montant de l’avis (centimes)", null=True, blank=True)
    # The vote that gave it: its own, or one on several dossiers at once.
    given_with = models.ForeignKey(
        "Motion", models.PROTECT, null=True, blank=True, related_name="given", verbose_name="donné avec"
    )
    # The authority decides: when what it adopts is not the opinion, it says why.
    departure_reason = models.CharField("motif de l’écart à l’avis", max_length=500, blank=True)
    departure_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="écart motivé par"
    )
    departure_at = models.DateTimeField("écart motivé le", null=True, blank=True)

    class Meta:
        verbose_name = "point de l’ordre du jour"
        verbose_name_plural = "points de l’ordre du jour"
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "application"], name="item_dossier_once"),
            models.UniqueConstraint(
                fields=["meeting"],
                condition=Q(opened_at__isnull=False, closed_at=None),
                name="item_one_at_a_time",
                violation_error_message="Un autre point est en cours d’examen.",
            ),
            models.CheckConstraint(
                condition=Q(application__isnull=False) | ~Q(title=""), name="item_dossier_or_title"
            ),
        ]

    def __str__(self):
        return self.title or str(self.application)

    @property
    def is_under_way(self):
        return self.opened_at is not None and self.closed_at is None

    @property
    def opinion_label(self):
        return OPINIONS[Outcome(self.opinion)] if self.opinion else ""


class ItemRecusal(models.Model):
    """A member left for a point (R133-12). Written as the point opens, or live; the register keeps the tie itself."""

    item = models.ForeignKey(AgendaItem, models.PROTECT, related_name="recusals", verbose_name="point")
    member = models.ForeignKey(MeetingMember, models.PROTECT, related_name="recusals", verbose_name="membre")
    text = models.CharField("en quoi", max_length=500)
    is_live = models.BooleanField("déclaré en séance", default=False)
    at = models.DateTimeField("à", default=timezone.now)

    class Meta:
        verbose_name = "déport en séance"
        verbose_name_plural = "déports en séance"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["item", "member"], name="item_recusal_once")]

    def __str__(self):
        return f"{self.member}, {self.item}"


class Motion(PublicIdModel, models.Model):
    """What is put to the vote on a point; a rejected one stays, and another may follow."""

    class Result(models.TextChoices):
        ADOPTED = "adopted", "Adopté"
        CASTING = "casting", "Adopté, voix prépondérante de la présidence"
        REJECTED = "rejected", "Rejeté"
        CASTING_REJECTED = "casting_rej", "Rejeté, voix prépondérante de la présidence"
        TIED = "tied", "Partage égal des voix"

    CARRIED = (Result.ADOPTED, Result.CASTING)

    item = models.ForeignKey(AgendaItem, models.PROTECT, related_name="motions", verbose_name="point")
    outcome = models.CharField("avis proposé", max_length=14, choices=Outcome, blank=True)
    amount_cents = models.BigIntegerField("montant proposé (centimes)", null=True, blank=True)
    text = models.CharField("texte mis aux voix", max_length=500, blank=True)
    # What one vote gives several dossiers: [[key of the dossier, outcome, cents or null], …], fixed when it is put.
    covers = models.JSONField("dossiers visés", default=list, blank=True)
    put_at = models.DateTimeField("mis aux voix le", default=timezone.now)
    closed_at = models.DateTimeField("scrutin clos le", null=True, blank=True)
    result = models.CharField("résultat", max_length=12, choices=Result, blank=True)
    # What the vote was held with: members who could vote on it, and those who compose the panel.
    sitting = models.PositiveSmallIntegerField("présents ou représentés", default=0)
    composing = models.PositiveSmallIntegerField("membres composant le comité", default=0)

    class Meta:
        verbose_name = "mise aux voix"
        verbose_name_plural = "mises aux voix"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["item"], condition=Q(closed_at=None), name="motion_one_at_a_time"),
            models.CheckConstraint(condition=~Q(outcome="", text=""), name="motion_says_what"),
            models.CheckConstraint(
                condition=Q(closed_at=None, result="") | (Q(closed_at__isnull=False) & ~Q(result="")),
                name="motion_closed_has_result",
            ),
        ]

    def __str__(self):
        return self.text or OPINIONS[Outcome(self.outcome)]


class Vote(models.Model):
    """The ballot of one member on a motion, by herself or by the one who holds her mandate."""

    class Ballot(models.TextChoices):
        FOR = "for", "Pour"
        AGAINST = "against", "Contre"
        ABSTAIN = "abstain", "Abstention"

    motion = models.ForeignKey(Motion, models.PROTECT, related_name="votes", verbose_name="mise aux voix")
    member = models.ForeignKey(MeetingMember, models.PROTECT, related_name="votes", verbose_name="membre")
    ballot = models.CharField("vote", max_length=7, choices=Ballot)
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="noté par")
    at = models.DateTimeField("à", default=timezone.now)

    class Meta:
        verbose_name = "vote"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["motion", "member"], name="vote_once")]

    def __str__(self):
        return f"{self.member} : {self.get_ballot_display()}"


class ModeratedScore(models.Model):
    """The panel's own score beside the mean of the sheets, with its reason; append-only, the latest holds."""

    item = models.ForeignKey(AgendaItem, models.PROTECT, related_name="scores", verbose_name="point")
    before_hundredths = models.PositiveIntegerField("moyenne des évaluations (centièmes)", null=True)
    score_hundredths = models.PositiveIntegerField("note modérée (centièmes)")
    reason = models.CharField("motif", max_length=500)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="notée par")
    at = models.DateTimeField("à", default=timezone.now)

    class Meta:
        verbose_name = "note modérée"
        verbose_name_plural = "notes modérées"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(score_hundredths__lte=10_000), name="moderated_score_out_of_100"),
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="moderated_score_has_reason",
                violation_error_message="Donnez le motif de la note modérée.",
            ),
        ]

    def __str__(self):
        return f"{self.item} : {self.score_hundredths / 100}"


class MeetingNote(models.Model):
    """A note for the minutes, or the disagreement that a member asks to be mentioned (R133-13); append-only."""

    meeting = models.ForeignKey(PanelMeeting, models.PROTECT, related_name="notes", verbose_name="réunion")
    item = models.ForeignKey(
        AgendaItem, models.PROTECT, null=True, blank=True, related_name="notes", verbose_name="point"
    )
    # Whose disagreement it is.
    member = models.ForeignKey(
        MeetingMember, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="désaccord de"
    )
    text = models.TextField("note")
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="notée par")
    at = models.DateTimeField("à", default=timezone.now)

    class Meta:
        verbose_name = "note de séance"
        verbose_name_plural = "notes de séance"
        ordering = ["pk"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="meeting_note_says_something")]

    def __str__(self):
        return self.text[:60]
