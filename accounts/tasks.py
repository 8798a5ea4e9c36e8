from celery import shared_task

from accounts import delivery, digests, housekeeping, jobs


@shared_task(name="accounts.send_message")
def send_message(message_id):
    delivery.send(message_id)


@shared_task(name="accounts.sweep_mail")
def sweep_mail():
    digests.sweep()
    delivery.sweep()


@shared_task(name="accounts.forget_old_keys")
def forget_old_keys():
    housekeeping.forget_old_keys()


@shared_task(name="accounts.run_job")
def run_job(job_id):
    jobs.run(job_id)


@shared_task(name="accounts.sweep_jobs")
def sweep_jobs():
    jobs.sweep()
