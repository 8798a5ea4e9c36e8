"""The short form of the proof `hostile_files`: one hostile file of each kind, through the real site."""

import pytest

from scripts.clamd import own_clamd
from tests import factories
from tests.applications.web import signed_in
from tests.documents import hostile
from tests.documents.hostile_walk import try_one


@pytest.mark.clamd
@pytest.mark.proof
@pytest.mark.django_db
def test_no_hostile_file_is_ever_served_as_something_that_acts(settings):
    person = factories.applicant()
    client, dossier = signed_in(person), factories.draft(by=person)
    with own_clamd() as url:
        settings.CLAMD_URL = url
        outcomes = [try_one(client, dossier, sample) for sample in hostile.one_of_each_kind()]
    assert [(one.sample.name, one.faults) for one in outcomes if one.faults] == []
    assert {one.fate for one in outcomes} == {"refused", "infected", "stored"}
