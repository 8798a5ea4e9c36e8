from celery import shared_task

from selection import sweeping


@shared_task(name="selection.sweep_after")
def sweep_after():
    sweeping.sweep()
