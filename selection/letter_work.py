"""The making of a wave's letters: followed by one job, held back and resumed by a person."""

from django.db import transaction
from django.urls import reverse

from accounts.errors import Refusal
from accounts.jobs import Subject
from accounts.models import Job, JournalEntry
from accounts.permissions import require
from documents import following, pausing
from documents.models import Document
from programme.models import Wave
from selection.models import Decision

FOLLOW = "selection.follow_letters"


def letters_of(decisions):
    """The documents of a queryset of decisions."""
    return Document.objects.filter(subject_type=Decision._meta.label, subject_id__in=decisions.values("pk"))


def letters_of_wave(wave):
    return letters_of(Decision.objects.filter(wave=wave))


def scope_of(wave):
    return f"wave:{wave.pk}"


def follow(wave, documents, *, by):
    """Follow these letters of a wave in its job, inside the transaction that asks for them; the `Job`."""
    return following.follow([subject_of(one) for one in documents], scope=scope_of(wave), by=by)


def subject_of(document):
    dossier = document.facts["letter"]["dossier"]
    label = f"{document.number}, {dossier['place']}, {dossier['commune']}"
    return Subject(key=document.pk, label=label, url=reverse("selection:letter", args=[document.public_id]))


def job_of(wave):
    """The last job of the letters of a wave, or None."""
    return Job.objects.filter(kind=following.KIND, scope=scope_of(wave)).first()


def paused_since(wave):
    """When the making of a wave's letters was held back; None when nothing is."""
    held = letters_of_wave(wave).filter(rendered_at=None, paused_at__isnull=False)
    return held.order_by("paused_at").values_list("paused_at", flat=True).first()


def pause(*, wave, by):
    """Hold back the letters of a wave that are not made: neither a worker nor the sweep takes them.

    Letters that a worker has in hand are still finished.

    Returns:
        How many are held back.

    Raises:
        NotAllowed: `by` does not follow letters. Refusal: none waits.
    """
    return held(wave, by, pausing.pause, "pause_letters", "Aucun courrier n’attend : il n’y a rien à suspendre.")


def resume(*, wave, by):
    """Let the workers go on with the letters of a wave; returns how many.

    Raises:
        NotAllowed: `by` does not follow letters. Refusal: none is held back.
    """
    return held(wave, by, pausing.resume, "resume_letters", "Aucun courrier n’est suspendu : la fabrication continue.")


def held(wave, by, act, action, otherwise):
    require(by, FOLLOW)
    with transaction.atomic():
        wave = Wave.objects.select_for_update(of=("self",), no_key=True).get(pk=wave.pk)
        done = act(documents=letters_of_wave(wave))
        if not done:
            raise Refusal(otherwise)
        JournalEntry.write(action=action, subject=wave, actor=by, details={"letters": done})
    return done
