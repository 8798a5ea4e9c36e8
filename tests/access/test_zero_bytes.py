"""The short form of the proof `conflict_zero_bytes`: lists, the dossier, the pages of its wave, the mail."""

import logging

import pytest
from django.db import transaction

from tests.access import marked

pytestmark = pytest.mark.django_db
DOORS = (
    "accounts:journal",
    "accounts:mail",
    "accounts:notifications",
    "applications:answer",
    "applications:assignment",
    "applications:assignment_matrix",
    "applications:calibration",
    "applications:desk",
    "applications:morning",
    "applications:piece",
    "applications:pool",
    "applications:register",
    "applications:review",
    "applications:staff_dossier",
    "applications:staff_list",
    "applications:staff_messages",
    "applications:staff_reviews",
    "monitoring:board",
    "selection:panel",
    "selection:progress",
    "selection:wave",
)


@pytest.fixture(scope="module")
def planted(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        logging.disable(logging.WARNING)
        marks, dossier, wave, _ = marked.plant()
        yield marks, dossier, wave, marked.keep_out(dossier)
        logging.disable(logging.NOTSET)
        transaction.set_rollback(True)


def test_no_door_gives_a_byte_away(planted):
    marks, dossier, wave, excluded = planted
    with transaction.atomic():
        told = marked.walk(dossier, marks, excluded, only=DOORS)
        assert told.leaks == []
        assert told.shown >= 8
        marked.deliberate(wave)
        told = marked.walk(dossier, marks, excluded, only=DOORS)
        assert told.leaks == []
        transaction.set_rollback(True)


def test_no_mail_gives_a_byte_away(planted):
    marks, dossier, _, excluded = planted
    with transaction.atomic():
        assert marked.mails_to(excluded, marks, dossier) == []
        transaction.set_rollback(True)
