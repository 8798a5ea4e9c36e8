"""Walking the pages of a dossier as a person would, through Django's test client."""

import html
import uuid

from django.test import Client

from tests import factories


def signed_in(person, **options):
    client = Client(**options)
    client.force_login(person)
    return client


def post(client, path, data=None, *, key=None, **kwargs):
    """Post a form with its idempotency key."""
    return client.post(path, {"idempotency_key": key or uuid.uuid4().hex, **(data or {})}, **kwargs)


def text(response):
    """The page as text: entities resolved, no-break spaces as spaces."""
    return html.unescape(response.content.decode()).replace("\u00a0", " ")


def url(application, tail=""):
    return f"/dossiers/{application.public_id}/{tail}"


def staff_url(application, tail=""):
    return f"/pilotage/dossiers/{application.public_id}/{tail}"


def plan_data(cells, **changes):
    """A plan as the form sends it: euros as text."""
    data = {f"{side}-{account}-{year}": f"{cents // 100}" for (side, account, year), cents in cells.items()}
    return {**data, **changes}


def answers_data(section):
    return {f"q{question.pk}": factories.answer_text(question) for question in section.questions.all()}
