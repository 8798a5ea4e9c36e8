from celery import shared_task

from accounts import notify


@shared_task(name="accounts.send_message")
def send_message(message_id):
    notify.send(message_id)


@shared_task(name="accounts.sweep_mail")
def sweep_mail():
    notify.sweep()
