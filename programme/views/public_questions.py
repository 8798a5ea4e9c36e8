"""Public questions: read, searched and asked by anybody; answered or set aside by the service."""

from allauth.account.adapter import get_adapter
from django import forms
from django.contrib import messages
from django.core.cache import cache
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from accounts.access import permission_required
from accounts.errors import Refusal
from accounts.forms import DsfrForm, attempt, status_of, version_of
from accounts.french import folded
from accounts.history import entries_of
from accounts.lists import ChoiceFilter, Column, ListPage
from programme import public_questions
from programme.models import Call, Criterion, PublicQuestion, Question
from programme.models.public_question import ANSWER
from programme.querysets import READ_ALL

PER_HOUR = 10
SHOWN = 20
State = PublicQuestion.State


class AskForm(DsfrForm):
    text = forms.CharField(
        label="Votre question",
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Elle sera publiée avec la réponse, sans votre nom : ne parlez pas de votre dossier en particulier.",
        error_messages={"required": "Écrivez votre question."},
    )
    email = forms.EmailField(
        label="Votre courriel, pour être prévenu de la réponse",
        required=False,
        error_messages={"invalid": "Ce courriel n’est pas complet, par exemple nom@exemple.fr."},
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    # People do not see it; machines fill it.
    site = forms.CharField(label="Laissez ce champ vide", required=False)


class AnswerForm(DsfrForm):
    public_text = forms.CharField(label="Question publiée", widget=forms.Textarea(attrs={"rows": 4}), required=False)
    answer = forms.CharField(label="Réponse officielle", widget=forms.Textarea(attrs={"rows": 8}), required=False)
    criterion: forms.ModelChoiceField = forms.ModelChoiceField(
        queryset=None, label="Montrer aussi à côté du critère", required=False, empty_label="Aucun"
    )
    question: forms.ModelChoiceField = forms.ModelChoiceField(
        queryset=None, label="Ou à côté de la question du formulaire", required=False, empty_label="Aucune"
    )

    def __init__(self, *args, asked, **kwargs):
        initial = {
            "public_text": asked.public_text or asked.text,
            "answer": asked.answer,
            "criterion": asked.criterion_id,
            "question": asked.question_id,
        }
        super().__init__(*args, initial=initial, **kwargs)
        version = asked.call.version_in_force()
        self.fields["criterion"].queryset = Criterion.objects.filter(version=version)
        self.fields["question"].queryset = Question.objects.filter(section__version=version)


class SetAsideForm(DsfrForm):
    reason = forms.CharField(label="Motif", max_length=200, required=False, help_text="Hors sujet, déjà posée…")


def too_many(request):
    key = f"questions:{get_adapter().get_client_ip(request)}"
    cache.add(key, 0, 3600)
    return cache.incr(key) > PER_HOUR


@require_http_methods(["GET", "HEAD", "POST"])
def questions(request, slug):
    """The answers, searched by `?q=`; a POST asks a new question."""
    call = get_object_or_404(Call.objects.visible_to(request.user).select_related("programme"), slug=slug)
    form = AskForm(request.POST or None)
    if request.method == "POST" and attempt(form, lambda data: receive(request, call, data)):
        messages.success(request, "Votre question est reçue. La réponse sera publiée sur cette page.")
        return redirect("programme:questions", slug)
    answered = PublicQuestion.objects.answered(call)
    query = request.GET.get("q", "").strip()[:100]
    for word in folded(query).split():
        answered = answered.filter(search_text__contains=word)
    page = Paginator(answered.select_related("criterion", "question"), SHOWN).get_page(request.GET.get("page"))
    context = {"call": call, "form": form, "query": query, "page": page, "trail": trail_of(call)}
    return render(request, "programme/questions.html", context, status=status_of(form))


def receive(request, call, data):
    if data["site"]:
        return None
    if too_many(request):
        raise Refusal("Beaucoup de questions viennent d’ici : réessayez dans une heure, ou écrivez au service.")
    return public_questions.ask(call=call, text=data["text"], email=data["email"])


def trail_of(call):
    return [("Appels", "/appels/"), (call.title, f"/appels/{call.slug}/")]


# --- The service -----------------------------------------------------------------------------------------------------


def staff_url(asked):
    return f"/pilotage/questions/{asked.public_id}/"


TONES = {State.RECEIVED: "new", State.ANSWERED: "success", State.SET_ASIDE: ""}


class QuestionList(ListPage):
    name = "questions"
    caption = "Questions du public"
    noun = ("question", "questions")
    default_sort = "-posee"
    search_field = "search_text"
    search_label = "Mots de la question ou de la réponse"
    columns = (
        Column("question", "Question", str, url=staff_url, header=True),
        Column("appel", "Appel", "call.title", sort="call_id"),
        Column("posee", "Posée le", "asked_at", kind="date", sort="asked_at"),
        Column(
            "etat", "État", lambda row: (row.get_state_display(), TONES[row.state]), kind="badge", sort="state"
        ),
        Column("repondue", "Répondue le", "answered_at", kind="date", sort="answered_at"),
    )  # fmt: skip
    filters = (ChoiceFilter("etat", "État", field="state", choices=State.choices),)
    empty_title = "Aucune question"
    empty_text = "Les questions posées sur la page publique d’un appel arrivent ici."

    def page_rows(self, ids):
        return PublicQuestion.objects.filter(pk__in=ids).select_related("call")


@require_http_methods(["GET", "HEAD"])
@permission_required(READ_ALL)
def manage_questions(request):
    listing = QuestionList(request, PublicQuestion.objects.visible_to(request.user))
    return listing.file() or render(request, "programme/manage_questions.html", {"listing": listing})


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(READ_ALL)
def manage_question(request, public_id):
    rows = PublicQuestion.objects.visible_to(request.user).select_related("call__programme")
    asked = get_object_or_404(rows, public_id=public_id)
    aside = "set_aside" in request.POST
    answering = AnswerForm(None if aside else request.POST or None, asked=asked)
    setting_aside = SetAsideForm(request.POST if aside else None)
    form = setting_aside if aside else answering
    if request.method == "POST" and attempt(form, lambda data: settle(request, asked, data, aside)):
        messages.success(request, "La question est écartée." if aside else "La réponse est publiée.")
        return redirect("programme:manage_questions")
    context = {
        "asked": asked,
        "tone": TONES[asked.state],
        "answering": answering,
        "setting_aside": setting_aside,
        "may_answer": request.user.has_perm(ANSWER) and asked.state != State.SET_ASIDE,
        "history": entries_of(asked),
    }
    return render(request, "programme/manage_question.html", context, status=status_of(form))


def settle(request, asked, data, aside):
    verb = public_questions.set_aside if aside else public_questions.answer
    return verb(asked=asked, by=request.user, version=version_of(request), **data)
