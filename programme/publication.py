"""What keeps a call, or a new version of it, from being published: each problem with the page that solves it."""

from typing import NamedTuple

from django.urls import reverse
from django.utils import timezone

from accounts import french
from accounts.errors import Refusal
from programme.models import Origin, Question
from programme.openings import short_window
from programme.questionnaire import check_condition, check_formula


class IncompleteCall(Refusal):
    """The call lacks something that the people who answer it need."""

    title = "Cet appel n’est pas complet"


class Problem(NamedTuple):
    text: str
    """A few French words that follow « Il manque : »."""
    page: tuple = ()
    """(name, arguments) of the page where it is solved."""

    @property
    def url(self):
        return reverse(f"programme:{self.page[0]}", args=self.page[1]) if self.page else ""


def page(name, version, *args):
    return name, (version.call.slug, *args)


def call_problems(call) -> list[Problem]:
    """What keeps a draft call from being published; empty when it may be.

    A reconstruction is recorded as its sources tell it: only a version is asked for.
    """
    version = call.draft_version() or call.version_in_force()
    if version is None:
        return [Problem("le texte de l’appel (aucune version)")]
    if call.origin == Origin.RECONSTRUCTION:
        return []
    return [*version_problems(version), *wave_problems(call, version)]


def version_problems(version) -> list[Problem]:
    """What keeps a version from being published, its waves aside."""
    return [*text_problems(version), *criteria_problems(version), *form_problems(version)]


def text_problems(version):
    if not version.summary.strip():
        yield Problem("le résumé", page("edit_settings", version))
    if not version.eligibility.strip():
        yield Problem("qui peut répondre", page("edit_settings", version))
    if not version.bounds.exists():
        yield Problem("les montants par segment", page("edit_bounds", version))


def criteria_problems(version):
    criteria = list(version.criteria.prefetch_related("levels"))
    if not criteria:
        yield Problem("les critères", page("criteria", version))
    for criterion in criteria:
        if len(criterion.levels.all()) < 2:
            text = f"les niveaux du critère « {criterion.label} » (deux au moins)"
            yield Problem(text, page("edit_criterion", version, criterion.position))


def form_problems(version):
    sections = list(version.sections.prefetch_related("questions"))
    if not sections:
        yield Problem("le formulaire (aucune section)", page("form", version))
    for section in sections:
        if not section.questions.all():
            yield Problem(f"les questions de la section « {section.title} »", page("form", version))
        for question in section.questions.all():
            if question.kind in Question.WITH_OPTIONS and len(question.options) < 2:
                text = f"les choix de la question « {question.label} » (deux au moins)"
                yield Problem(text, page("edit_question", version, question.slug))
    for question, sentence in broken_questions(version):
        text = f"une correction de la question « {question.label} » ({sentence.rstrip('.')})"
        yield Problem(text, page("edit_question", version, question.slug))


def broken_questions(version):
    """[(question, sentence)] : those whose condition or formula names what no longer comes before it."""
    found, earlier = [], []
    for question in Question.objects.of_version(version):
        try:
            check_condition(question.condition or {}, earlier)
            if question.kind == Question.Kind.COMPUTED:
                check_formula(question.settings.get("formula", ""), earlier)
        except Refusal as refusal:
            found.append((question, refusal.message))
        earlier.append(question)
    return found


def wave_problems(call, version):
    windows = [wave for wave in call.waves.all() if wave.has_window()]
    if not windows:
        yield Problem("une vague avec l’ouverture et la clôture du dépôt", page("plan_wave", version))
    elif all(wave.closes_at <= timezone.now() for wave in windows):
        yield Problem("une vague dont le dépôt n’est pas déjà clos", page("plan_wave", version))
    for wave in windows:
        if (days := short_window(wave, version, at=timezone.now())) is not None:
            least = french.plural(version.minimum_opening_days, "jour")
            text = f"le motif d’une ouverture de {french.plural(days, 'jour')} ({wave} ; l’appel promet {least})"
            yield Problem(text, page("explain_window", version, wave.number))
