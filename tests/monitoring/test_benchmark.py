"""The measure itself: what it counts, what it tells, on which databases it refuses to run."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from documents.requests import take_number
from funding.models import Movement
from funding.reconciliation import differences
from monitoring import benchmark
from monitoring import benchmark_ledger as ledger
from monitoring import benchmark_letter as letters
from monitoring import benchmark_million as million
from monitoring.benchmark import BARS, Measure, shortfalls
from tests import factories

PAGES = {
    "list_first",
    "list_last",
    "list_sorted",
    "list_search",
    "detail",
    "dashboard",
    "board",
    "review_post",
    "autosave",
    "submit",
    "desk_facets",
    "export_csv",
    "export_xlsx",
    "export_ods",
    "assignment_200x40",
    "calibration_200x40",
    "ranking",
    "funding_line_edit",
    "propose_500",
    "as_of_million",
    "dashboard_million",
    "board_million",
    "letter",
    "letter_bare",
}
# Made by real workers on the database of the measure: `make bench` alone has them.
BY_WORKERS = {"letters_300"}
RATES = {"ledger_tps", "ledger_tps_raw"}


def test_the_pages_are_those_that_were_asked_for():
    assert set(BARS) == PAGES | BY_WORKERS
    assert benchmark.SIZES == (200, 2_000, 10_000)
    assert benchmark.RUNS == 20


def test_a_measure_is_written_as_asked():
    assert benchmark.as_json([Measure("detail", 200, 12.5, 9)]) == [
        {"page": "detail", "n": 200, "ms": 12.5, "queries": 9}
    ]


def test_what_falls_short_is_told():
    slow = [Measure("dashboard", 2_000, 40.0, 15), Measure("dashboard", 10_000, 90.0, 16)]
    sentences = list(shortfalls(slow))
    assert len(sentences) == 3
    assert "90.0 ms" in sentences[0]
    assert "16 requêtes" in sentences[1]
    assert "2.25 fois" in sentences[2]
    assert list(shortfalls([Measure("dashboard", 10_000, 60.0, 15)])) == []
    heavy = [Measure("export_csv", 2_000, 400.0, 10), Measure("export_csv", 10_000, 2_000.0, 30, 61.5)]
    assert list(shortfalls(heavy)) == ["export_csv : 61.5 Mo de plus, au lieu de 50 au plus"]


def test_a_ledger_below_two_thirds_of_raw_sql_is_told():
    rates = [Measure("ledger_tps", 8, 5.0, 5, tps=200.0), Measure("ledger_tps_raw", 8, 2.5, 5, tps=400.0)]
    (sentence,) = shortfalls(rates)
    assert "200.0 écritures par seconde à 8" in sentence
    assert list(shortfalls([Measure("ledger_tps", 8, 3.7, 5, tps=270.0), rates[1]])) == []


@pytest.mark.sqlite
def test_sqlite_is_not_measured(db):
    with pytest.raises(CommandError, match="PostgreSQL"):
        call_command("bench", sizes=[1])


def number_the_first_ones():
    """The counters of the year stand, as wherever a dossier was sent before."""
    with transaction.atomic():
        for series in ("DOS", "AR"):
            take_number(series=series, year=timezone.localdate().year)


# Outside any transaction of the test, which would turn each transaction of a page into a savepoint that counts.
@pytest.mark.reference
@pytest.mark.django_db(transaction=True)
def test_every_page_is_measured_with_its_queries(monkeypatch):
    """On a few dossiers, once each: the paths, the form of the sheet and the counts are right."""
    factories.communes()
    number_the_first_ones()
    monkeypatch.setattr(benchmark, "RUNS", 1)
    monkeypatch.setattr(million, "MOVEMENTS", 3_000)
    monkeypatch.setattr(ledger, "CLIENTS", (1, 3))
    monkeypatch.setattr(ledger, "SECONDS", 0.2)
    monkeypatch.setattr(letters, "RUNS", 2)
    monkeypatch.setattr(letters, "by_workers", tuple)
    measures = {one.page: one for one in benchmark.measure_all([120], seed=4)}
    assert set(measures) == PAGES | RATES
    assert all(measures.pop(rate).tps > 0 for rate in RATES)
    assert measures.pop("letter_bare").ms > 0
    assert Movement.objects.count() >= 3_000 and differences() == []
    for page, one in measures.items():
        assert 0 < one.queries <= BARS[page].queries, f"{page} on {connection.vendor}: {one.queries}"
    with pytest.raises(benchmark.TooManyDossiers, match="base vide"):
        next(benchmark.measure_all([60]))
