from celery import shared_task

from applications import silence


@shared_task(name="applications.sweep_clocks")
def sweep_clocks():
    silence.sweep()
