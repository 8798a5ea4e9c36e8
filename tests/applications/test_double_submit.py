"""The short form of the proof `double_submit`: the whole stack, real connections, no process killed."""

import itertools
import threading

import pytest
from django.db import connection

from tests.applications import double_submit, web

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("keys", [1, 12], ids=["one key", "twelve keys"])
def test_twelve_posts_at_once_send_once(keys):
    application = double_submit.ready()
    clients = [web.signed_in(application.created_by) for _ in range(12)]
    given = itertools.cycle(double_submit.fresh_keys(keys))
    chosen, lock = list(itertools.islice(given, 12)), threading.Lock()

    def press():
        with lock:
            client, key = clients.pop(), chosen.pop()
        try:
            return web.post(client, web.url(application, "envoyer/"), {"sincere": "on"}, key=key).status_code
        finally:
            connection.close()

    assert set(double_submit.at_once([press] * 12)) == {302}
    assert double_submit.faults(application) == [] and double_submit.number_faults() == []
