"""The short form of the proof `conflict_zero_bytes`: lists, the dossier, the pages of its wave, the mail."""

import logging
from itertools import islice

import pytest
from django.db import transaction

from tests.access import counted, marked, stages
from tests.access.resolver import patterns

pytestmark = [pytest.mark.django_db, pytest.mark.reference]
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
    "monitoring:places",
    "monitoring:steering",
    "selection:appeal",
    "selection:appeals",
    "selection:compare_scenarios",
    "selection:decisions",
    "selection:derogations",
    "selection:dossier",
    "selection:embargo",
    "selection:funding_line",
    "selection:letter",
    "selection:letters",
    "selection:meeting",
    "selection:minutes",
    "selection:minutes_pdf",
    "selection:notification",
    "selection:notifications",
    "selection:panel",
    "selection:sitting",
    "selection:wave",
)


COUNTING = (
    "applications:assignment",
    "applications:desk",
    "applications:morning",
    "applications:staff_list",
    "monitoring:steering",
    "selection:wave",
    "selection:waves",
)


@pytest.fixture(scope="module")
def planted(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        logging.disable(logging.WARNING)
        marks, dossier, wave, _ = marked.plant()
        yield marks, dossier, wave, marked.keep_out(dossier)
        logging.disable(logging.NOTSET)
        transaction.set_rollback(True)


def test_no_door_gives_a_byte_away_before_the_panel_nor_at_it(planted):
    marks, dossier, _, excluded = planted
    with transaction.atomic():
        # The proof goes on: signed, announced, contested.
        for stage in islice(stages.every(dossier, marks, excluded), 2):
            told = marked.walk(stage, marks, excluded, only=DOORS)
            assert told.leaks == []
            assert told.shown >= 8
        transaction.set_rollback(True)


def test_no_door_gives_a_byte_away_of_its_money(planted):
    marks, dossier, _, excluded = planted
    with transaction.atomic():
        for stage in stages.every(dossier, marks, excluded):
            last = stage
        told = marked.walk(last, marks, excluded, only=[name for name in patterns() if name.startswith("funding:")])
        assert told.leaks == []
        assert told.shown >= 20
        transaction.set_rollback(True)


def test_no_number_gives_it_away(planted):
    _, dossier, _, excluded = planted
    with transaction.atomic():
        told = counted.walk(dossier, excluded, only=COUNTING)
        assert told.leaks == []
        assert told.shown >= 5
        transaction.set_rollback(True)


def test_no_mail_gives_a_byte_away(planted):
    marks, dossier, _, excluded = planted
    with transaction.atomic():
        assert marked.mails_to(excluded, marks, dossier) == []
        transaction.set_rollback(True)
