import uuid

import pytest

from accounts.models import Organisation
from accounts.organisations import create_organisation
from tests import factories


@pytest.fixture
def applicant(db):
    return factories.applicant()


@pytest.fixture
def organisation(applicant) -> Organisation:
    return create_organisation(by=applicant, name="La Halle aux Possibles", legal_form="association", siret="")


@pytest.fixture
def post(client):
    """Post a form as a page would: with a fresh idempotency key, unless one is given."""

    def send(path, data=None, *, key=None, **kwargs):
        return client.post(path, {"idempotency_key": key or uuid.uuid4().hex, **(data or {})}, **kwargs)

    return send
