"""One job that follows the letters asked for together: the workers make them, the job says how far they are."""

from django.db import transaction
from django.db.models import F

from accounts import jobs
from accounts.models import Job, JobRow
from documents.models import Document

KIND = "courriers"
Status = JobRow.Status


def register():
    jobs.register(
        jobs.Kind(key=KIND, label="Courriers d’une vague", home="/pilotage/courriers/", became=what_became_of)
    )


def what_became_of(document_ids):
    """{key of a document: (status, sentence)} of those at which no worker will look again by itself."""
    said = {}
    for document in Document.objects.filter(pk__in=document_ids).defer("facts"):
        if document.rendered_at:
            said[document.pk] = Status.DONE, f"{document.number} fabriqué."
        elif document.needs_person:
            said[document.pk] = Status.FAILED, document.last_error or "Le worker s’est arrêté sur ce courrier."
    return said


@transaction.atomic
def follow(subjects, *, scope, by):
    """Follow these letters: in a job of their own, or in the one that is under way for this scope.

    Args:
        subjects: `jobs.Subject`s whose keys are those of documents, asked for or asked for again.
        scope: what they have in common ("wave:12").
        by: the `User` who asked, None for the system.

    Returns:
        The `Job`, or None without any.
    """
    if not subjects:
        return None
    active = Job.objects.select_for_update(of=("self",)).filter(kind=KIND, scope=scope, status=Job.Status.RUNNING)
    job = active.first()
    if job is None:
        return jobs.follow(kind=KIND, scope=scope, subjects=subjects, by=by)
    again = JobRow.objects.filter(job=job, subject_id__in=[one.key for one in subjects])
    known = set(again.values_list("subject_id", flat=True))
    back = again.exclude(status=Status.WAITING).update(status=Status.WAITING, sentence="")
    new = [one for one in subjects if one.key not in known]
    Job.objects.filter(pk=job.pk).update(total=F("total") + len(new), done=F("done") - back)
    jobs.write_rows(job, new)
    return job


def settle(document_id):
    """Say in its job what became of a letter, as soon as it is known; a job that a worker left is swept."""
    waiting = JobRow.objects.filter(
        subject_id=document_id, status=Status.WAITING, job__kind=KIND, job__status=Job.Status.RUNNING
    )
    for job_id in list(waiting.values_list("job", flat=True)):
        jobs.catch_up(job_id, [document_id])
