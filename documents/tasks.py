from celery import shared_task

from documents import notifying, previews, production, scanning, sweeper


@shared_task(name="documents.produce")
def produce(document_id):
    production.produce(document_id)


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


@shared_task(name="documents.sweep_previews")
def sweep_previews():
    previews.sweep()


@shared_task(name="documents.sweep_notifications")
def sweep_notifications():
    notifying.sweep()
