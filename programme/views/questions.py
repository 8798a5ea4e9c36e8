"""The form of a call in preparation: sections and questions."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from accounts.access import permission_required
from accounts.forms import attempt, status_of, version_of
from programme import editing_form as verbs
from programme.builder_forms import SectionForm
from programme.models import FormSection, Question
from programme.models.call import EDIT
from programme.publication import broken_questions
from programme.question_forms import KindForm, QuestionForm
from programme.questionnaire import numbers_of, told_condition
from programme.views.builder import draft_of, page_of


def back_to(slug, anchor=""):
    response = redirect("programme:form", slug)
    response["Location"] += f"#{anchor}" if anchor else ""
    return response


@require_http_methods(["GET", "POST"])
@permission_required(EDIT)
def form(request, slug):
    """The whole form; a POST moves one section or one question up or down."""
    call, version = draft_of(request, slug)
    if request.method == "POST":
        return moved(request, slug, version)
    questions = list(Question.objects.of_version(version))
    broken = {question.pk: sentence for question, sentence in broken_questions(version)}
    rows = [(one, told_condition(one.condition, questions), broken.get(one.pk, "")) for one in questions]
    sections = [
        (section, [row for row in rows if row[0].section_id == section.pk])
        for section in version.sections.order_by("position", "pk")
    ]
    return page_of(
        request, "form", call, version, sections=sections, question_count=len(questions), broken_count=len(broken)
    )


def moved(request, slug, version):
    up, name = request.POST.get("to") == "up", request.POST.get("name", "")
    if request.POST.get("what") == "section":
        section = get_object_or_404(version.sections, slug=name)
        verbs.move_section(section=section, up=up, by=request.user)
        return back_to(slug, f"section-{name}")
    verbs.move_question(question=question_of(version, name), up=up, by=request.user)
    return back_to(slug, f"question-{name}")


def question_of(version, name):
    return get_object_or_404(Question.objects.of_version(version), slug=name)


@require_http_methods(["GET", "POST"])
@permission_required(EDIT)
def add_section(request, slug):
    call, version = draft_of(request, slug)
    page = SectionForm(request.POST or None)
    if request.method == "POST" and attempt(
        page, lambda data: verbs.add_section(version=version, by=request.user, **data)
    ):
        messages.success(request, f"La section « {page.result.title} » est ajoutée : donnez-lui ses questions.")
        return back_to(slug, f"section-{page.result.slug}")
    return page_of(request, "section", call, version, form=page, status=status_of(page))


@require_http_methods(["GET", "POST"])
@permission_required(EDIT)
def edit_section(request, slug, section):
    call, version = draft_of(request, slug)
    section = get_object_or_404(version.sections, slug=section)
    initial = {"title": section.title, "introduction": section.introduction}
    page = SectionForm(request.POST or None, initial=initial)
    if request.method == "POST" and attempt(
        page, lambda data: verbs.edit_section(section=section, by=request.user, edition=version_of(request), **data)
    ):
        messages.success(request, f"La section « {page.result.title} » est enregistrée.")
        return back_to(slug, f"section-{section.slug}")
    return page_of(
        request, "section", call, version, section=section, edition=section.edition, form=page,
        status=status_of(page),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@permission_required(EDIT)
def delete_section(request, slug, section):
    call, version = draft_of(request, slug)
    section = get_object_or_404(version.sections, slug=section)
    questions = list(section.questions.all())
    if request.method == "POST":
        verbs.delete_section(section=section, by=request.user, edition=version_of(request))
        messages.success(request, f"La section « {section.title} » est supprimée.")
        return back_to(slug)
    context = {"section": section, "questions": questions, "needed": verbs.dependants(version, questions)}
    return page_of(request, "delete", call, version, **context)


@require_http_methods(["GET", "POST"])
@permission_required(EDIT)
def add_question(request, slug, section):
    """First the type (`?type=`), then the question, which carries it."""
    call, version = draft_of(request, slug)
    section = get_object_or_404(version.sections, slug=section)
    told = next((data for data in (request.POST, request.GET) if "type" in data), None)
    kinds = KindForm(told)
    if not kinds.is_bound or not kinds.is_valid():
        return page_of(request, "kind", call, version, section=section, form=kinds, status=status_of(kinds))
    kind = kinds.cleaned_data["type"]
    everyone = list(Question.objects.of_version(version))
    page = QuestionForm(request.POST or None, kind=kind, earlier=verbs.before_the_end_of(section, everyone))
    if request.method == "POST" and attempt(
        page,
        lambda data: verbs.add_question(section=section, by=request.user, **page.fields_of_question()),
    ):
        messages.success(request, f"La question « {page.result.label} » est ajoutée.")
        return back_to(slug, f"question-{page.result.slug}")
    return question_page(request, call, version, page, section=section, kind=Question.Kind(kind))


def question_page(request, call, version, form, **context):
    names = numbers_of(form.earlier)
    usable = [f"sum({name})" if "." in name else name for name in names]
    return page_of(request, "question", call, version, form=form, usable=usable, status=status_of(form), **context)


@require_http_methods(["GET", "POST"])
@permission_required(EDIT)
def edit_question(request, slug, question):
    call, version = draft_of(request, slug)
    question = question_of(version, question)
    kind = asked_kind(request, question)
    page = QuestionForm(
        request.POST or None,
        kind=kind,
        earlier=verbs.preceding(question, list(Question.objects.of_version(version))),
        sections=version.sections.all(),
        question=question,
    )
    if request.method == "POST" and attempt(
        page,
        lambda data: verbs.edit_question(
            question=question, by=request.user, edition=version_of(request), section=section_of(version, data),
            **page.fields_of_question(),
        ),
    ):  # fmt: skip
        messages.success(request, f"La question « {page.result.label} » est enregistrée.")
        return back_to(slug, f"question-{page.result.slug}")
    return question_page(
        request, call, version, page, question=question, edition=question.edition, kind=Question.Kind(kind)
    )


def asked_kind(request, question):
    """The type that the page asks for: the fields of its settings are those of that type."""
    kind = request.POST.get("kind", "")
    return kind if kind in Question.Kind.values else question.kind


def section_of(version, data):
    return FormSection.objects.get(version=version, slug=data.pop("section"))


@require_http_methods(["GET", "POST"])
@permission_required(EDIT)
def delete_question(request, slug, question):
    call, version = draft_of(request, slug)
    question = question_of(version, question)
    if request.method == "POST":
        verbs.delete_question(question=question, by=request.user, edition=version_of(request))
        messages.success(request, f"La question « {question.label} » est supprimée.")
        return back_to(slug, f"section-{question.section.slug}")
    needed = verbs.dependants(version, [question])
    return page_of(request, "delete", call, version, question=question, questions=[question], needed=needed)
