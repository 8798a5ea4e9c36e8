from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.text import Truncator
from django_fsm import FSMField, transition

from accounts.models import PublicIdModel, StatefulModel, User
from accounts.models.base import FoldedTextField
from programme.models.call import Call, Criterion
from programme.models.form import Question
from programme.querysets import PublicQuestionQuerySet

ANSWER = "programme.answer_question"


class PublicQuestion(PublicIdModel, StatefulModel):
    """What anybody asks about a call; the official answer is published for all, without the asker's name."""

    class State(models.TextChoices):
        RECEIVED = "received", "À traiter"
        ANSWERED = "answered", "Publiée"
        SET_ASIDE = "set_aside", "Écartée"

    call = models.ForeignKey(Call, models.PROTECT, related_name="public_questions", verbose_name="appel")
    state = FSMField("état", default=State.RECEIVED, choices=State.choices, protected=True, max_length=12)
    # As it came; never shown to the public.
    text = models.TextField("question reçue")
    asker_email = models.EmailField("courriel pour la réponse", blank=True)
    asked_at = models.DateTimeField("posée le", default=timezone.now)
    public_text = models.TextField("question publiée", blank=True)
    answer = models.TextField("réponse officielle", blank=True)
    answered_at = models.DateTimeField("répondue le", null=True, editable=False)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")
    set_aside_reason = models.CharField("motif", max_length=200, blank=True)
    criterion = models.ForeignKey(
        Criterion, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="critère concerné"
    )
    question = models.ForeignKey(
        Question, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="question du formulaire"
    )
    search_text = FoldedTextField(max_length=8000, sources=["public_text", "answer", "text"])

    objects = PublicQuestionQuerySet.as_manager()

    class Meta:
        verbose_name = "question du public"
        verbose_name_plural = "questions du public"
        ordering = ["-asked_at", "-pk"]
        indexes = [models.Index(fields=["call", "state"], name="publicquestion_call_state")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="answered") | (~Q(answer="") & ~Q(public_text="")),
                name="publicquestion_answered_says",
                violation_error_message="Une question publiée porte sa réponse.",
            ),
            models.CheckConstraint(
                condition=Q(criterion=None) | Q(question=None),
                name="publicquestion_one_pin",
                violation_error_message="Une réponse est attachée à un critère ou à une question, pas aux deux.",
            ),
        ]

    def __str__(self):
        return Truncator(self.public_text or self.text).chars(80)

    @transition(state, State.RECEIVED, State.ANSWERED, permission=ANSWER)
    def publish_answer(self, *, by):
        self.answered_at, self.answered_by = timezone.now(), by

    @transition(state, [State.RECEIVED, State.ANSWERED], State.SET_ASIDE, permission=ANSWER)
    def set_aside(self, *, by):
        """Out of the subject, or asked already: not shown, kept."""
