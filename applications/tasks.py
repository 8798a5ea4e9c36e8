from celery import shared_task

from applications import silence
from applications.evaluations import reminders


@shared_task(name="applications.sweep_clocks")
def sweep_clocks():
    silence.sweep()


@shared_task(name="applications.sweep_reviews")
def sweep_reviews():
    reminders.sweep()
