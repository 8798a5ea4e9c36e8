import shutil
import subprocess

import pytest

from accounts.models import User
from documents import requests
from tests.documents.letters import LETTERS


def asked(subject_id=1, kind="award_letter", **kwargs):
    """A document about an invented decision: `asked(7)`, `asked(7, kind="receipt")`."""
    return requests.request(
        **{"kind": kind, "subject_type": "tests.Decision", "subject_id": subject_id, "facts": LETTERS[kind]}
        | {"by": None}
        | kwargs
    )


@pytest.fixture
def ask():
    return asked


@pytest.fixture
def officer(db):
    return User.objects.create(email="officer@fabriques.example", first_name="Hélène", last_name="Martin")


@pytest.fixture
def poppler():
    """What a program of poppler says of a file: `poppler("pdfsig", path)`."""

    def say(program, path):
        if not shutil.which(program):
            pytest.skip(f"{program} (poppler-utils) is not installed: the second opinion is missing")
        return subprocess.run([program, path], capture_output=True, text=True, check=False).stdout

    return say
