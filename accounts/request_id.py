"""One identifier for a request, from the browser's POST to the worker's last log line."""

import logging
import uuid
from contextvars import ContextVar

_current: ContextVar[str] = ContextVar("request_id", default="-")


def current() -> str:
    return _current.get()


def adopt(value: str | None) -> str:
    """Take over `value`, or make a new identifier when there is none."""
    _current.set(value or uuid.uuid4().hex[:16])
    return _current.get()


class RequestIdFilter(logging.Filter):
    def filter(self, record):
        record.request_id = current()
        return True
