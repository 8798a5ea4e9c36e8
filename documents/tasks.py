from celery import shared_task

from documents import production, sweeper


@shared_task(name="documents.produce")
def produce(document_id):
    production.produce(document_id)


@shared_task(name="documents.sweep")
def sweep():
    sweeper.sweep()
