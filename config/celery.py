import os

from celery import Celery
from celery.signals import before_task_publish, task_prerun

from accounts import request_id

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("fabriques")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@before_task_publish.connect
def carry_request_id(headers=None, **kwargs):
    """The request that asked for the work is named in the worker's log lines."""
    headers.setdefault("request_id", request_id.current())


@task_prerun.connect
def adopt_request_id(task=None, **kwargs):
    request_id.adopt(getattr(task.request, "request_id", None))
