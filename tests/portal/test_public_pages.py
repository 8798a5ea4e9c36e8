"""What anybody reads without an account."""

import pytest
from django.core import mail
from django.core.management import call_command
from django.utils import timezone

from accounts.models import OutboxMessage
from accounts.notify import notify
from monitoring import tiles
from tests import factories

PATHS = [
    "/", "/chiffres/", "/fabriques/", "/aide/", "/definitions/", "/accessibilite/", "/mentions-legales/",
    "/donnees-personnelles/",
]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_before_any_programme(client, db, path):
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.content.decode().count("<h1") == 1


@pytest.mark.parametrize("path", PATHS)
def test_with_an_open_wave(client, db, path):
    factories.wave()
    page = client.get(path).content.decode()
    assert page.count("<h1") == 1
    assert "style=" not in page.replace("data-style=", "")
    assert "onclick" not in page


def test_the_home_says_until_when(client, db):
    wave = factories.wave(closes_at=factories.days(10, hour=17))
    page = client.get("/").content.decode()
    assert f"/appels/{wave.call.slug}/" in page
    assert '<span class="fb-days">10</span>' in page
    assert "à 17\u00a0h" in page


def test_a_closed_window_is_not_announced_as_open(client, db):
    wave = factories.wave()
    type(wave).objects.filter(pk=wave.pk).update(closes_at=timezone.now() - timezone.timedelta(seconds=1))
    assert "Aucun appel ne reçoit de dossier" in client.get("/").content.decode()


def test_a_day_that_does_not_exist_is_said(client, db):
    answer = client.get("/chiffres/?au=31/02/2026")
    assert answer.status_code == 422
    assert "n’existe pas" in answer.content.decode()


def test_the_map_has_every_departement_once(db):
    drawn, width, height = tiles.drawn({"63": 3, "13": 11})
    assert len(drawn) == len({(tile.x, tile.y) for tile in drawn}) == 102
    shades = {tile.code: tile.shade for tile in drawn if tile.count}
    assert shades == {"63": "2", "13": "4"}
    assert width > 0 < height


def test_one_pass_of_the_sweep_sends_what_waits(db):
    notify("account", key="essai:1", recipient="a@exemple.test", subject="Bonjour", body="…")
    OutboxMessage.objects.update(created_at=timezone.now() - timezone.timedelta(minutes=1))
    call_command("sweep")
    assert len(mail.outbox) == 1
