"""A request of pieces is a letter too: what is asked for, until when, what it does to the clock (CRPA L114-5)."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from applications.admissibility import request_correction
from applications.receipts import pieces_letter_of
from documents.production import produce
from documents.rendering import as_html
from tests import factories
from tests.documents.words_of_letters import words

pytestmark = pytest.mark.django_db


def asked(**fields):
    dossier, officer = factories.submitted(), factories.officer()
    due = timezone.now() + datetime.timedelta(days=15)
    request_correction(application=dossier, items="Les statuts signés\nLe bail", due_at=due, by=officer, **fields)
    return dossier, officer, pieces_letter_of(dossier)


@pytest.mark.parametrize(("suspends", "said"), [(True, "est arrêté"), (False, "n’arrêtent pas le délai")])
def test_the_letter_says_what_is_asked_for_and_what_becomes_of_the_clock(suspends, said):
    dossier, _, letter = asked(suspends_clock=suspends)
    text = words(as_html(letter.template, letter.facts))
    assert "Les statuts signés" in text
    assert "Le bail" in text
    assert said in text
    assert letter.released_at
    assert dossier.reference in text


def test_it_is_read_by_the_structure_and_the_team_on_paper_and_on_the_screen(client):
    dossier, officer, letter = asked()
    own = reverse("applications:pieces_letter", args=[dossier.public_id])
    client.force_login(dossier.submitted_by)
    assert client.get(own).status_code == 404
    produce(letter.pk)
    for person, page in (
        (dossier.submitted_by, own),
        (officer, reverse("applications:staff_pieces_letter", args=[dossier.public_id])),
    ):
        client.force_login(person)
        assert client.get(page).content.startswith(b"%PDF-")
        assert "Les statuts signés" in client.get(page, {"lire": ""}).content.decode()
    client.force_login(factories.applicant())
    assert client.get(own).status_code == 404


def test_where_nothing_was_asked_for_there_is_no_letter(client):
    dossier = factories.submitted()
    client.force_login(dossier.submitted_by)
    assert client.get(reverse("applications:pieces_letter", args=[dossier.public_id])).status_code == 404
