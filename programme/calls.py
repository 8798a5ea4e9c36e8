"""Publishing and closing a call. What was published is frozen: the database refuses to change it (triggers.py)."""

from django.db import transaction
from django.utils import timezone

from accounts import french
from accounts.errors import Refusal
from accounts.permissions import require
from programme.models import Call, Origin, Question, Wave
from programme.models.call import PUBLISH


class IncompleteCall(Refusal):
    """The call lacks something that the people who answer it need."""

    title = "Cet appel n’est pas complet"


def publish_call(*, call, by, version=None):
    """Publish a call: its last version is frozen, its planned waves that have a window open to deposit.

    Args:
        by: the acting `User`, or None for the system.
        version: the version that the page was made from, if any.

    Raises:
        NotAllowed: `by` may not publish.
        StalePage: the call is no longer a draft, or changed since the page.
        IncompleteCall: names everything that is missing.
    """
    require(by, PUBLISH)
    with transaction.atomic():
        call = Call.objects.select_for_update(of=("self",)).get(pk=call.pk)
        call.expect_version(version)
        refuse_incomplete(call)
        call.move("publish", by=by)
        freeze(call.versions.last(), call.published_at)
        for wave in lock_waves(call):
            if wave.has_window():
                wave.move("open_deposit", by=by)
    return call


def lock_waves(call):
    planned = call.waves.filter(state=Wave.State.PLANNED)
    return list(planned.select_for_update(of=("self",)).order_by("pk"))


def freeze(version, at):
    version.frozen_at = at
    version.save(update_fields=["frozen_at"])


def refuse_incomplete(call):
    if call.state == Call.State.DRAFT and (problems := publication_problems(call)):
        raise IncompleteCall("L’appel ne peut pas être publié. Il manque : " + " ; ".join(problems) + ".")


def publication_problems(call) -> list[str]:
    """What keeps a call from being published, each a few French words; empty when it may be.

    A reconstruction is recorded as its sources tell it: only a version is asked for.
    """
    version = call.versions.last()
    if version is None:
        return ["le texte de l’appel (aucune version)"]
    if call.origin == Origin.RECONSTRUCTION:
        return []
    return [*text_problems(version), *criteria_problems(version), *form_problems(version), *wave_problems(call)]


def text_problems(version):
    if not version.summary.strip():
        yield "le résumé"
    if not version.eligibility.strip():
        yield "qui peut répondre"
    if not version.bounds.exists():
        yield "les montants par segment"


def criteria_problems(version):
    criteria = list(version.criteria.prefetch_related("levels"))
    if not criteria:
        yield "les critères"
    for criterion in criteria:
        if len(criterion.levels.all()) < 2:
            yield f"les niveaux du critère « {criterion.label} » (deux au moins)"


def form_problems(version):
    sections = list(version.sections.prefetch_related("questions"))
    if not sections:
        yield "le formulaire (aucune section)"
    for section in sections:
        questions = section.questions.all()
        if not questions:
            yield f"les questions de la section « {section.title} »"
        for question in questions:
            if question.kind in Question.WITH_OPTIONS and len(question.options) < 2:
                yield f"les choix de la question « {question.label} » (deux au moins)"


def wave_problems(call):
    windows = [wave for wave in call.waves.all() if wave.has_window()]
    if not windows:
        yield "une vague avec l’ouverture et la clôture du dépôt"
    elif all(wave.closes_at <= timezone.now() for wave in windows):
        yield "une vague dont le dépôt n’est pas déjà clos"


def publication_consequences(call) -> list[str]:
    """What publishing will do, in numbers, for the page that asks."""
    version = call.versions.last()
    if version is None:
        return []
    questions = french.plural(Question.objects.filter(section__version=version).count(), "question")
    criteria = french.plural(version.criteria.count(), "critère")
    waves = [wave for wave in call.waves.all() if wave.has_window() and wave.state == Wave.State.PLANNED]
    deposits = french.plural(len(waves), "vague recevra des dossiers", "vagues recevront des dossiers")
    return [
        f"{questions} et {criteria} figés : ils ne pourront plus changer",
        f"{deposits}, aux dates prévues",
        "L’appel et tout son formulaire seront lisibles par tous, sans compte",
    ]


def close_call(*, call, by, version=None):
    """No further wave, no further deposit; dossiers in flight go on.

    Raises:
        NotAllowed, StalePage: see `publish_call`.
        Refusal: a wave still takes dossiers.
    """
    require(by, PUBLISH)
    with transaction.atomic():
        call = Call.objects.select_for_update(of=("self",)).get(pk=call.pk)
        call.expect_version(version)
        refuse_while_collecting(call)
        call.move("close", by=by)
    return call


def refuse_while_collecting(call):
    now = timezone.now()
    open_wave = next((w for w in call.waves.filter(state=Wave.State.COLLECTING) if w.closes_at > now), None)
    if open_wave is not None:
        raise Refusal(
            f"La vague {open_wave.number} reçoit encore des dossiers : attendez sa clôture, "
            "ou avancez-la par une modification motivée."
        )


def archive_call(*, call, by, version=None):
    """Keep a closed call to be read."""
    require(by, PUBLISH)
    with transaction.atomic():
        call = Call.objects.select_for_update(of=("self",)).get(pk=call.pk)
        call.expect_version(version)
        call.move("archive", by=by)
    return call
