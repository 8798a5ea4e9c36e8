"""Publishing and closing a call. What was published is frozen: the database refuses to change it (triggers.py)."""

from django.db import transaction
from django.utils import timezone

from accounts import french
from accounts.errors import Refusal
from accounts.permissions import require
from programme.models import Call, CallVersion, Question, Wave
from programme.models.call import PUBLISH
from programme.publication import IncompleteCall, call_problems


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
        # Whoever is editing the version holds it: what is checked is what is frozen.
        prepared = CallVersion.objects.select_for_update(of=("self",)).filter(call=call, frozen_at=None).first()
        refuse_incomplete(call)
        call.move("publish", by=by)
        if prepared:
            freeze(prepared, call.published_at)
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
    """What keeps a call from being published, each a few French words; empty when it may be."""
    return [problem.text for problem in call_problems(call)]


def publication_consequences(call) -> list[str]:
    """What publishing will do, in numbers, for the page that asks."""
    version = call.draft_version()
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
