"""Long work, row by row: asked for once, done once, whatever happens to the worker.

A kind of work is registered by the floor that knows it (`register`). `start` writes the job and its rows with the act
that asks for it; a worker runs it. Each row is done in its own transaction, together with the word that says so: a
worker that is killed leaves rows that are done and rows that wait, never one half done, and another worker goes on.
"""

import datetime
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, F, Q
from django.utils import timezone

from accounts.closed import names_closed_to, naming, readable
from accounts.digests import mail_group
from accounts.errors import Refusal
from accounts.models import Job, JobRow
from accounts.notify import together
from accounts.queueing import enqueue

log = logging.getLogger(__name__)
Status = JobRow.Status
# The texts of a row that its reader sees.
SAID = ("label", "sentence")
# A worker that gave no sign for so long is dead: a row takes well under a second.
SILENCE = datetime.timedelta(minutes=1)


@dataclass(frozen=True)
class Kind:
    """A kind of work.

    Args:
        key: French, short, stands in URLs.
        label: what it is, for the page of the job.
        perform: function of the row's `subject_id`, `version`, `by` and `arguments` (keywords); gives the sentence of
            what was done, raises `Refusal` when it may not be.
        became: in place of `perform`, of a work that others do and the job follows: function of keys of subjects,
            gives {key: (status, sentence)} of those that ended.
        home: path of the list that the job came from.
        listing: key of that list (`ListPage.key`), whose selection the rows came from.
    """

    key: str
    label: str
    perform: Callable[..., str] = str
    home: str = "/"
    listing: str = ""
    became: Callable[..., dict] | None = None

    @property
    def is_followed(self):
        return self.became is not None


KINDS: dict[str, Kind] = {}


def register(kind):
    """Make a kind of work known; call it in `AppConfig.ready`."""
    KINDS[kind.key] = kind


@dataclass(frozen=True)
class Subject:
    """One object of a job, as its page names it."""

    key: int
    label: str
    url: str = ""
    version: int | None = None


def start(*, kind, scope, subjects, by, arguments=None):
    """Ask for a work.

    Args:
        kind: key of a registered `Kind`.
        scope: what the work is on; one at a time of a kind and scope.
        subjects: `Subject`s, at least one.
        arguments: what `perform` wants besides, as JSON.

    Raises:
        Refusal: nothing to do, or the same work is under way.
    """
    if not subjects:
        raise Refusal("Il n’y a rien à faire : aucune ligne choisie ne peut l’être.")
    try:
        with transaction.atomic():
            job = Job.objects.create(
                kind=KINDS[kind].key, scope=scope, total=len(subjects), started_by=by, arguments=arguments or {}
            )
            write_rows(job, subjects)
            transaction.on_commit(lambda: enqueue("accounts.run_job", job.pk))
    except IntegrityError as error:
        raise Refusal("Ce travail est déjà en cours : attendez sa fin, puis recommencez.") from error
    return job


def write_rows(job, subjects):
    JobRow.objects.bulk_create(
        JobRow(job=job, subject_id=one.key, version=one.version, label=one.label[:300], url=one.url)
        for one in subjects
    )


def follow(*, kind, scope, subjects, by):
    """Write the job of a work that others do, inside the transaction that asks for it: see `Kind.became`.

    Returns:
        The `Job`, under way.
    """
    job = Job.objects.create(
        kind=KINDS[kind].key, scope=scope, total=len(subjects), started_by=by, status=Job.Status.RUNNING,
        beat_at=timezone.now(),
    )  # fmt: skip
    write_rows(job, subjects)
    return job


@transaction.atomic
def catch_up(job_id, keys=None):
    """Write in a job that is followed what became of its subjects; it ends when none waits.

    Args:
        keys: subjects to look at; all that wait when None.
    """
    job = Job.objects.select_for_update(of=("self",)).get(pk=job_id)
    waiting = JobRow.objects.filter(job=job, status=Status.WAITING)
    rows = waiting if keys is None else waiting.filter(subject_id__in=keys)
    found = {row.subject_id: row for row in rows}
    for key, (status, sentence) in became(job, list(found)).items():
        tell(job, found[key], status, sentence)
    if job.is_active and not waiting.all().exists():
        end(job, Job.Status.DONE)


def became(job, keys):
    kind = KINDS.get(job.kind)
    return kind.became(keys) if kind and kind.became and keys else {}


def run(job_id):
    """Do what is left of a job, unless another worker is on it; one that is followed has no work of its own."""
    if not claimed(job_id):
        return
    job = Job.objects.select_related("started_by").get(pk=job_id)
    kind = KINDS.get(job.kind)
    if kind is None:
        log.error("job %s: nobody knows the kind %s", job_id, job.kind)
        end(job, Job.Status.FAILED)
        return
    waiting = JobRow.objects.filter(job=job, status=Status.WAITING).order_by("pk").values_list("pk", flat=True)
    for row_id in list(waiting):
        do_row(job, kind, row_id)
    mail_group(f"job:{job.pk}")
    end(job, Job.Status.DONE)


def claimed(job_id):
    now = timezone.now()
    free = Q(status=Job.Status.QUEUED) | Q(status=Job.Status.RUNNING, beat_at__lt=now - SILENCE)
    followed = [key for key, kind in KINDS.items() if kind.is_followed]
    return (
        Job.objects.filter(free, pk=job_id).exclude(kind__in=followed).update(status=Job.Status.RUNNING, beat_at=now)
    )


def do_row(job, kind, row_id):
    """One row: the deed and what is said of it stand or fall together."""
    try:
        with transaction.atomic():
            row = JobRow.objects.select_for_update().get(pk=row_id)
            if row.status == Status.WAITING:
                with together(f"job:{job.pk}"):
                    sentence = kind.perform(
                        subject_id=row.subject_id, version=row.version, by=job.started_by, arguments=job.arguments
                    )
                tell(job, row, Status.DONE, sentence or "")
    except Refusal as refusal:
        settle(job, row_id, Status.REFUSED, refusal.message)
    except Exception:
        log.exception("job %s, row %s", job.pk, row_id)
        settle(job, row_id, Status.FAILED, "Erreur inattendue : rien n’a été fait. L’équipe technique est prévenue.")


def settle(job, row_id, status, sentence):
    with transaction.atomic():
        row = JobRow.objects.select_for_update().get(pk=row_id)
        if row.status == Status.WAITING:
            tell(job, row, status, sentence)


def tell(job, row, status, sentence):
    row.status, row.sentence = status, sentence[:500]
    row.save(update_fields=["status", "sentence"])
    Job.objects.filter(pk=job.pk).update(done=F("done") + 1, beat_at=timezone.now())


def end(job, status):
    rows = JobRow.objects.filter(job=job, status__in=[Status.REFUSED, Status.FAILED])
    errors: list[Any] = [{"label": row.label, "sentence": row.sentence} for row in rows[:100]]
    Job.objects.filter(pk=job.pk).update(status=status, ended_at=timezone.now(), errors=errors)


def sweep():
    """Take up the jobs that the broker forgot or that a killed worker left; returns how many."""
    now = timezone.now()
    followed = [key for key, kind in KINDS.items() if kind.is_followed]
    for job_id in list(Job.objects.filter(kind__in=followed, status=Job.Status.RUNNING).values_list("pk", flat=True)):
        catch_up(job_id)
    forgotten = Q(status=Job.Status.QUEUED, created_at__lt=now - datetime.timedelta(seconds=10))
    left = Q(status=Job.Status.RUNNING, beat_at__lt=now - SILENCE)
    # Other kinds of jobs have workers of their own.
    mine = [key for key, kind in KINDS.items() if not kind.is_followed]
    ids = list(Job.objects.filter(forgotten | left, kind__in=mine).order_by("pk").values_list("pk", flat=True)[:20])
    for job_id in ids:
        run(job_id)
    return len(ids)


def rows_of(job, *, reader):
    """The rows of a job, but those that name what is closed to `reader`."""
    return readable(JobRow.objects.filter(job=job), reader, *SAID)


def outcomes(rows):
    """{status: how many} of these rows; one query."""
    return dict(rows.order_by().values_list("status").annotate(how_many=Count("pk")))


def not_told(jobs, reader):
    """{job id: (rows, rows treated)} that name what is closed to `reader`; no query when nothing is."""
    closed = naming(names_closed_to(reader), *SAID)
    if not closed:
        return {}
    treated = Count("pk", filter=~Q(status=Status.WAITING))
    found = JobRow.objects.filter(closed, job__in=jobs).order_by().values_list("job")
    return {job: (rows, done) for job, rows, done in found.annotate(rows=Count("pk"), done=treated)}


def undone(job):
    """Keys of the objects to which nothing was done, though the worker came to them."""
    rows = JobRow.objects.filter(job=job, status__in=[Status.REFUSED, Status.FAILED])
    return list(rows.values_list("subject_id", flat=True))
