"""What anybody reads before any account: the calls, and each with its whole form."""

from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from programme import panel_rules, tie_break
from programme.calendar import coming_wave, days_left, latest_wave, open_wave, overseas_hours, told, wave_steps
from programme.models import Call, PublicQuestion, WaveAmendment
from programme.questionnaire import told_condition

# The others are one click away, with a search.
SHOWN_ANSWERS = 5


@require_safe
def calls(request):
    now = timezone.now()
    offers = [offer_of(call, now) for call in Call.objects.visible_to(request.user).for_list()]
    offers = [offer for offer in offers if offer["call"].is_public]
    return render(request, "programme/calls.html", {"groups": grouped(offers)})


def grouped(offers):
    """[(title, offers)] : what can be answered first."""
    taking = [offer for offer in offers if offer["open"]]
    coming = [offer for offer in offers if offer["coming"] and not offer["open"]]
    past = [offer for offer in offers if not offer["open"] and not offer["coming"]]
    groups = [("Appels ouverts", taking), ("Appels à venir", coming), ("Appels passés", past)]
    return [(title, members) for title, members in groups if members]


def offer_of(call, now):
    """What a reader can do with a call today, for how much, and until when."""
    taking = open_wave(call, now)
    return {
        "call": call,
        "version": call.version_in_force(),
        "open": taking,
        "coming": coming_wave(call, now),
        "days_left": days_left(taking.closes_at, now) if taking else None,
    }


@require_safe
def call(request, slug):
    found = get_object_or_404(Call.objects.visible_to(request.user).for_list(), slug=slug)
    now = timezone.now()
    wave = latest_wave(found, now)
    offer = offer_of(found, now)
    content = content_of(offer["version"])
    answers = list(PublicQuestion.objects.answered(found).select_related("criterion", "question"))
    pin(answers, content)
    return render(
        request,
        "programme/call.html",
        {
            **offer,
            **content,
            "answers": answers[:SHOWN_ANSWERS],
            "answer_count": len(answers),
            "wave": wave,
            "steps": wave_steps(wave, now) if wave else [],
            "overseas": overseas_hours(offer["open"].closes_at) if offer["open"] else "",
            "amendments": amendments_of(found),
            "revisions": [one for one in found.versions.all() if one.frozen_at and one.change_note],
        },
    )


def pin(answers, content):
    """Give each criterion and question its official answers; they follow their label or slug into a later version."""
    for criterion in content["criteria"]:
        criterion.official_answers = [
            one for one in answers if one.criterion and one.criterion.label == criterion.label
        ]
    for question in (question for section in content["sections"] for question in section.questions.all()):
        question.official_answers = [one for one in answers if one.question and one.question.slug == question.slug]


def content_of(version):
    """Criteria with their levels and sections with their questions, in reading order: four queries."""
    if version is None:
        return {
            "criteria": [],
            "sections": [],
            "total_weight": 0,
            "question_count": 0,
            "tie_break": [],
            "panel_rules": [],
        }
    criteria = list(version.criteria.prefetch_related("levels"))
    sections = list(version.sections.prefetch_related("questions"))
    tell_conditions(sections)
    return {
        "criteria": criteria,
        "sections": sections,
        "total_weight": sum(criterion.weight for criterion in criteria),
        "question_count": sum(len(section.questions.all()) for section in sections),
        "tie_break": tie_break.told(version.tie_break),
        "panel_rules": panel_rules.PanelRules.of(version).sentences(),
    }


def tell_conditions(sections):
    """Give each question the French words of its condition, "" when it is asked of all."""
    questions = [question for section in sections for question in section.questions.all()]
    for question in questions:
        question.asked_when = told_condition(question.condition, questions)


def amendments_of(call):
    rows = WaveAmendment.objects.filter(wave__call=call).select_related("wave", "amended_by")
    return [told(amendment) for amendment in rows]
