"""The one way to hand work to Celery: a dead broker is a late task, never a failed act."""

import logging

from celery import current_app
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)


def enqueue(task_name, *args):
    """Send a task by name; True when the broker took it.

    The row that asks for the work is the outbox: when the broker is down, the sweep does the work later.
    """
    try:
        current_app.send_task(task_name, args=args, retry=False)
    except (OperationalError, OSError) as error:
        log.warning("broker unavailable, %s%s left to the sweep: %s", task_name, args, error)
        return False
    return True
