"""Whoever is kept out of a dossier is not told of it by a number either; sums of money stay whole."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import jobs
from accounts.models import JobRow, Notification, Role
from accounts.notify import notify
from applications import bulk
from applications.evaluations import recusals
from applications.models import Application
from applications.silence import silence_of_wave
from monitoring.todo import to_do
from selection.progress import standing_of
from tests import factories
from tests.applications.test_desk import ids, some
from tests.applications.web import post, signed_in, text
from tests.built_once import stage

pytestmark = pytest.mark.django_db


@stage
def three(db):
    return some(3)


def keep_out(person, *dossiers):
    for dossier in dossiers:
        recusals.recuse(application=dossier, user=person, text="Une parente y travaille.", by=person)
    return type(person).objects.get(pk=person.pk)


def told(person, dossier, key):
    notify(
        "review", key=key, recipient=person, subject=f"Du nouveau sur {dossier.fabrique.name}",
        body=f"Bonjour,\n\nLe dossier {dossier.reference} a changé.\n",
    )  # fmt: skip


def queries_of(act):
    with CaptureQueriesContext(connection) as captured:
        act()
    return len(captured)


# --- Notifications and jobs ---------------------------------------------------------------------------------------


def test_the_unread_counter_leaves_out_what_is_closed(three):
    person = factories.user(Role.OFFICER, Role.PANEL_MEMBER)
    for number, dossier in enumerate(three):
        told(person, dossier, f"essai:{number}")
    assert type(person).objects.get(pk=person.pk).unread_count == 3
    person = keep_out(person, three[0])
    assert person.unread_count == 2
    page = text(signed_in(person).get("/notifications/"))
    assert "2 à lire" in page and "Lieu A" not in page and "Lieu B" in page
    closed = Notification.objects.get(user=person, subject__contains="Lieu A")
    assert post(signed_in(person), f"/notifications/{closed.public_id}/").status_code == 404


def test_the_counter_costs_nothing_to_whoever_has_read_everything_and_the_same_to_all_others(three):
    person = factories.user(Role.OFFICER, Role.PANEL_MEMBER)
    client = signed_in(person)
    nothing = queries_of(lambda: client.get("/pilotage/travaux/"))
    told(person, three[0], "essai:0")
    one = queries_of(lambda: client.get("/pilotage/travaux/"))
    for number, dossier in enumerate(three[1:]):
        told(person, dossier, f"encore:{number}")
    assert queries_of(lambda: client.get("/pilotage/travaux/")) == one
    assert one - nothing <= 2


def test_a_job_neither_shows_nor_counts_the_rows_that_closed_since(three):
    officer = factories.officer()
    found = bulk.preview(act=bulk.ACTS["recevable"], keys=ids(*three), by=officer)
    job = bulk.launch(act=bulk.ACTS["recevable"], keys=ids(*three), by=officer, data={}, digest=found.digest)
    jobs.run(job.pk)
    client, path = signed_in(officer), f"/pilotage/travaux/{job.public_id}/"
    whole = text(client.get(path))
    assert "3 lignes traitées sur 3" in whole and "Lieu A" in whole
    keep_out(officer, three[0])
    left = text(client.get(path))
    assert "2 lignes traitées sur 2" in left and "Lieu A" not in left and three[0].reference not in left
    assert "2 sur 2" in text(client.get("/pilotage/travaux/"))
    file = b"".join(client.get(f"{path}?format=csv").streaming_content).decode()
    assert "Lieu A" not in file and "Lieu B" in file
    assert JobRow.objects.filter(job=job).count() == 3


# --- The wave and the board ---------------------------------------------------------------------------------------


def test_a_wave_does_not_count_what_is_closed(three):
    wave, person = three[0].wave, factories.user(Role.OFFICER, Role.PANEL_MEMBER)
    Application.objects.filter(wave=wave).update(implied_rejection_on=timezone.localdate())
    assert (standing_of(wave, reader=person).sent, silence_of_wave(wave, reader=person).before) == (3, 3)
    person = keep_out(person, three[0])
    assert (standing_of(wave, reader=person).sent, silence_of_wave(wave, reader=person).before) == (2, 2)
    assert (standing_of(wave).sent, silence_of_wave(wave).before) == (3, 3)
    page = text(signed_in(person).get(f"/pilotage/vagues/{wave.public_id}/"))
    assert "2 dossiers reçus" in page and "3 dossiers" not in page
    file = b"".join(signed_in(person).get("/pilotage/vagues/?format=csv").streaming_content).decode()
    assert ";2;" in file and ";3;" not in file


def test_the_board_does_not_count_what_is_closed(three):
    programme, person = three[0].wave.call.programme, factories.user(Role.OFFICER, Role.PANEL_MEMBER)
    Application.objects.filter(wave=three[0].wave).update(implied_rejection_on=timezone.localdate())
    client = signed_in(person)
    assert to_do(programme).items[0].title == "3\u00a0dossiers de la vague 1"
    assert "3 dossiers de la vague 1" in text(client.get("/pilotage/"))
    keep_out(person, three[0])
    page = text(client.get("/pilotage/"))
    assert "2 dossiers de la vague 1" in page and "3 dossiers" not in page
    keep_out(person, three[1], three[2])
    assert "de la vague 1" not in text(client.get("/pilotage/"))


@pytest.mark.parametrize("path", ["/pilotage/", "/pilotage/vagues/", "wave"])
def test_the_cost_does_not_depend_on_what_is_closed(path, three):
    person = factories.user(Role.OFFICER, Role.PANEL_MEMBER)
    client = signed_in(person)
    path = f"/pilotage/vagues/{three[0].wave.public_id}/" if path == "wave" else path
    keep_out(person, three[0])
    client.get(path)
    one = queries_of(lambda: client.get(path))
    keep_out(person, *three[1:])
    assert queries_of(lambda: client.get(path)) == one
