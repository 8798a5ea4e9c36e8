import functools
import gc

from celery import shared_task

from documents import following, missing, notifying, previews, production, scanning, scans, sweeper


@shared_task(name="documents.produce")
def produce(document_id):
    production.produce(document_id)
    following.settle(document_id)
    _keep_what_is_loaded()


@functools.cache
def _keep_what_is_loaded():
    """Once a worker, after its first letter: code, fonts and styles stay, the collector leaves them alone."""
    gc.collect()
    gc.freeze()


@shared_task(name="documents.sweep")
def sweep():
    sweeper.sweep()


@shared_task(name="documents.scan")
def scan(file_id):
    scanning.scan(file_id)


@shared_task(name="documents.preview")
def preview(file_id):
    previews.draw(file_id)


@shared_task(name="documents.sweep_scans")
def sweep_scans():
    scanning.sweep()
    scans.sweep()


@shared_task(name="documents.sweep_previews")
def sweep_previews():
    previews.sweep()


@shared_task(name="documents.ask_missing")
def ask_missing():
    missing.ask_all()


@shared_task(name="documents.sweep_notifications")
def sweep_notifications():
    notifying.sweep()
