import datetime

import pytest

from accounts import french

NBSP = "\u00a0"
PARIS_SUMMER = datetime.datetime(2026, 8, 1, 15, 5, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("cents", "text"),
    [
        (0, "0 €"),
        (15_000_000, "150 000 €"),
        (1_250, "12,50 €"),
        (-5, "−0,05 €"),
        (110_000_000_00, "110 000 000 €"),
        (None, "—"),
    ],
)
def test_euros(cents, text):
    assert french.euros(cents) == text.replace(" ", NBSP)


@pytest.mark.parametrize(("cents", "text"), [(396_000_000, "3,96 M€"), (0, "0,00 M€"), (-61_000_000, "−0,61 M€")])
def test_millions(cents, text):
    assert french.millions(cents) == text.replace(" ", NBSP)


def test_dates_and_hours_are_those_of_paris():
    assert french.long_date(datetime.date(2021, 8, 1)) == f"1er{NBSP}août{NBSP}2021"
    assert french.long_datetime(PARIS_SUMMER) == f"1er{NBSP}août{NBSP}2026 à 17{NBSP}h{NBSP}05"
    assert french.deadline(PARIS_SUMMER.replace(minute=0)) == f"samedi 1er{NBSP}août{NBSP}2026 à 17{NBSP}h"
    late = datetime.datetime(2026, 12, 31, 23, 30, tzinfo=datetime.UTC)
    assert french.long_date(late) == f"1er{NBSP}janvier{NBSP}2027"


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 dossier"), (1, "1 dossier"), (2, "2 dossiers"), (1200, "1 200 dossiers")]
)
def test_plural(count, text):
    assert french.plural(count, "dossier") == text.replace(" ", NBSP)


def test_folding():
    assert french.folded("Œuvre Été ÇA") == "oeuvre ete ca"


def test_siret():
    assert french.siret("91234567800017") == f"912{NBSP}345{NBSP}678{NBSP}00017"
    assert french.siret(None) == "—"
