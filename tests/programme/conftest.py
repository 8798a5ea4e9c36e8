import pytest

from tests import factories


@pytest.fixture
def administrator(db):
    return factories.administrator()


@pytest.fixture
def officer(db):
    return factories.officer()


@pytest.fixture
def auditor(db):
    return factories.auditor()


@pytest.fixture
def programme(db):
    return factories.programme()


@pytest.fixture
def draft_call(db):
    """The AMI with its whole form, without a wave."""
    return factories.draft_call()


@pytest.fixture
def wave(db):
    """A wave that takes dossiers, of a published call."""
    return factories.wave()
