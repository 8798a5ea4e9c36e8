"""The dossier that tests fill in at once is the one that its pages would have written."""

import pytest

from tests import factories

pytestmark = pytest.mark.django_db
OWN = ("id", "public_id", "application_id", "file_id", "added_at", "saved_at", "page")


def rows_of(application, relation):
    rows = getattr(application, relation).order_by("pk").values()
    return [{name: value for name, value in row.items() if name not in OWN} for row in rows]


def test_a_dossier_filled_in_at_once_is_the_one_that_the_pages_write():
    wave, owner = factories.wave(), factories.applicant()
    filled = factories.fill(factories.draft(wave_=wave, by=owner))
    typed = factories.typed(factories.draft(wave_=wave, by=owner))
    for relation in ("answers", "budget", "saved_sections", "attachments"):
        assert rows_of(filled, relation) == rows_of(typed, relation) != []
    assert filled.requested_cents == typed.requested_cents
    assert filled.saved_at >= filled.created_at
