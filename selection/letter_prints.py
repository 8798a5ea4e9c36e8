"""One PDF of more letters than one can wait for: asked for, put together by a worker slice by slice, kept a while.

Each row of the job puts a slice of the letters together; the last one joins the slices and removes them.
"""

import datetime
import hashlib
import io
import json
import tempfile
from contextlib import ExitStack
from functools import partial

import pikepdf
from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from accounts import jobs
from accounts.errors import Refusal
from accounts.french import plural
from accounts.models import Job
from documents.models import Document
from selection.letter_files import bound
from selection.models import LetterPrint, LetterPrintPart
from selection.sending import visible_to

KIND = "courriers-a-imprimer"
SLICE = 100
# The row that joins the slices; they are named by their first letter, from 1.
JOINING = 0
KEPT_FOR = datetime.timedelta(days=7)
# A job that never ended leaves slices: nobody waits for them any more.
GIVEN_UP_AFTER = datetime.timedelta(days=1)
UNDER_WAY = (Job.Status.QUEUED, Job.Status.RUNNING)


def ask(*, letters, name, by, recto_verso=False):
    """Ask for one PDF of these letters; one that is under way for the same person is given again.

    Args:
        letters: queryset of `Document`s that `by` may read; those that are made are taken, by number.
        name: of the file, without its ending.
        recto_verso: each letter starts on a new sheet.

    Raises:
        Refusal: none is made.
    """
    made = list(letters.filter(rendered_at__isnull=False).order_by("number").values_list("pk", "number"))
    if not made:
        raise Refusal("Aucun de ces courriers n’est fabriqué : il n’y a rien à imprimer.")
    scope = scope_of(made, by, recto_verso)
    if found := LetterPrint.objects.filter(job__kind=KIND, job__scope=scope, job__status__in=UNDER_WAY).first():
        return found
    with transaction.atomic():
        one = LetterPrint(letters=[key for key, _ in made], recto_verso=recto_verso, name=name)
        job = jobs.start(
            kind=KIND, scope=scope, subjects=subjects_of(made, one), by=by, arguments={"print": str(one.public_id)}
        )
        one.job = job
        one.save()
    return one


def scope_of(made, by, recto_verso):
    asked = json.dumps([[key for key, _ in made], bool(recto_verso)])
    return f"{by.pk}:{hashlib.sha256(asked.encode()).hexdigest()[:32]}"


def subjects_of(made, one):
    numbers, found = [number for _, number in made], []
    for start in range(0, len(numbers), SLICE):
        part = numbers[start : start + SLICE]
        label = f"Courriers {part[0]} à {part[-1]}" if len(part) > 1 else f"Courrier {part[0]}"
        found.append(jobs.Subject(key=start + 1, label=label))
    return [*found, jobs.Subject(key=JOINING, label="Assemblage du PDF", url=one.get_absolute_url())]


def perform(*, subject_id, version, by, arguments):
    """One row of the job: put a slice together, or join them all.

    Raises:
        Refusal: a letter is altered, or a slice could not be made.
    """
    one = LetterPrint.objects.select_for_update(of=("self",)).get(public_id=arguments["print"])
    return join(one) if subject_id == JOINING else put_together(one, subject_id)


def put_together(one, first):
    keys = one.letters[first - 1 : first - 1 + SLICE]
    content, pages = bound(Document.objects.filter(pk__in=keys), recto_verso=one.recto_verso)
    part = LetterPrintPart(whole=one, first=first)
    part.file.save("part.pdf", ContentFile(content), save=True)
    return f"{plural(len(keys), 'courrier')}, {plural(pages, 'page')}."


def join(one):
    parts = list(one.parts.all())
    if len(parts) != -(-len(one.letters) // SLICE):
        raise Refusal("Une partie n’a pas pu être faite, voyez sa ligne : le PDF n’est pas assemblé.")
    with ExitStack() as opened:
        together = opened.enter_context(pikepdf.new())
        for part in parts:
            file = opened.enter_context(part.file.open("rb"))
            together.pages.extend(opened.enter_context(pikepdf.open(file)).pages)
        whole = opened.enter_context(tempfile.TemporaryFile())
        together.save(whole, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        one.pages = len(together.pages)
        keep(one, whole)
    remove_parts(one)
    return f"{plural(one.pages, 'page')}."


def keep(one, file):
    one.byte_size = file.seek(0, io.SEEK_END)
    file.seek(0)
    one.sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    one.made_at = timezone.now()
    one.file.save("whole.pdf", File(file), save=False)
    one.save(update_fields=["file", "pages", "byte_size", "sha256", "made_at"])


def remove_parts(one):
    for part in one.parts.all():
        transaction.on_commit(partial(default_storage.delete, part.file.name))
    one.parts.all().delete()


def readable(one, user):
    """Every letter of it is still open to this reader: a tie that was declared since closes the whole."""
    return visible_to(user).filter(pk__in=one.letters).count() == len(one.letters)


def sweep(now=None):
    """Remove the files that were kept long enough, and the slices of those that were never finished; how many."""
    now = now or timezone.now()
    old = LetterPrint.objects.filter(removed_at=None)
    over = old.filter(made_at__lt=now - KEPT_FOR) | old.filter(made_at=None, asked_at__lt=now - GIVEN_UP_AFTER)
    keys = list(over.exclude(job__status__in=UNDER_WAY).values_list("pk", flat=True))
    for key in keys:
        remove(key, now)
    return len(keys)


@transaction.atomic
def remove(key, now):
    one = LetterPrint.objects.select_for_update(of=("self",)).get(pk=key)
    remove_parts(one)
    if one.file:
        transaction.on_commit(partial(default_storage.delete, one.file.name))
    one.file, one.removed_at = "", now
    one.save(update_fields=["file", "removed_at"])


def register():
    jobs.register(jobs.Kind(key=KIND, label="Courriers en un seul PDF", perform=perform, home="/pilotage/courriers/"))
