"""The import of the published laureates: real file where it is, small files for what goes wrong."""

import csv
import datetime
import io
from pathlib import Path

import pytest
from django.core.management import call_command

from applications.models import Fabrique
from funding import budgets
from funding.ledger import InsufficientFunds
from funding.models import Award, Line, Movement, Posting
from monitoring.figures import compute
from monitoring.laureates import ANNOUNCED_ON, import_laureates
from monitoring.reconciliation import differences
from programme.communes import load_communes

pytestmark = pytest.mark.django_db
EXTRACT = Path(__file__).parents[1] / "data" / "communes_extract.csv"

COLUMNS = ["name", "commune", "departement_code", "region", "wave", "category", "anct_id", "insee_com"]
GOOD = {
    "name": "La  Fabrique\tinventée",
    "commune": "Thiers",
    "departement_code": "63",
    "region": "Auvergne-Rhône-Alpes",
    "wave": "1",
    "category": "QPV - fabrique numérique",
    "anct_id": "essai-1",
    "insee_com": "63430",
}
UNTOLD = "non précisé (QPV ou hors grands centres urbains)"


@pytest.fixture
def few_communes(db):
    load_communes(EXTRACT)


def file_of(*rows):
    stream = io.StringIO()
    writer = csv.DictWriter(stream, COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    stream.seek(0)
    return stream


def row(**changes):
    return GOOD | changes


def test_a_good_row_is_committed_through_the_ledger_at_its_announcement(few_communes):
    report = import_laureates(file_of(row()))
    assert (report.imported, report.known, report.errors) == (1, 0, [])
    award = Award.objects.get()
    assert (award.state, award.total_cents, award.committed_on) == ("committed", 15_000_000, ANNOUNCED_ON[1])
    assert award.fabrique.name == "La Fabrique inventée"
    assert award.origin == award.fabrique.origin == "reconstruction"
    assert {posting.effective_on for posting in Posting.objects.filter(kind="commit")} == {ANNOUNCED_ON[1]}


def test_every_line_ends_at_zero_and_one_euro_more_is_refused(few_communes):
    import_laureates(file_of(row(), row(anct_id="essai-2", wave="9")))
    figures = compute()
    assert figures["left_cents"] == 0
    assert [(line["fiscal_year"], line["opened_cents"]) for line in figures["lines"]] == [
        (2020, 15_000_000),
        (2023, 5_000_000),
    ]
    with pytest.raises(InsufficientFunds, match="il manque"):
        budgets.freeze(
            axis="ae",
            line=Line.objects.get(),
            fiscal_year=2020,
            cents=100,
            effective_on=ANNOUNCED_ON[1],
            act="un euro de trop",
            by=None,
            key="one-euro-more",
        )


def test_a_second_run_changes_nothing(few_communes):
    import_laureates(file_of(row()))
    before = Movement.objects.count(), compute()
    report = import_laureates(file_of(row()))
    assert (report.imported, report.known) == (0, 1)
    assert (Movement.objects.count(), compute()) == before


def test_a_corrected_file_brings_in_what_was_missing(few_communes):
    import_laureates(file_of(row(), row(anct_id="essai-2", insee_com="00000")))
    report = import_laureates(file_of(row(), row(anct_id="essai-2")))
    assert (report.imported, report.known) == (1, 1)
    assert compute()["left_cents"] == 0
    assert differences() == []


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"insee_com": "99999"}, "n’existe pas"),
        ({"name": "  "}, "nom manque"),
        ({"wave": "12"}, "vague « 12 »"),
        ({"wave": "un"}, "vague « un »"),
        ({"anct_id": ""}, "identifiant"),
        ({"anct_id": "essai-1"}, "déjà plus haut"),
    ],
)
def test_a_bad_row_is_told_with_its_line_and_the_good_ones_go_in(few_communes, changes, reason):
    report = import_laureates(file_of(row(), row(**{"anct_id": "essai-2", **changes})))
    assert report.imported == 1
    [(line, sentence)] = report.errors
    assert line == 3
    assert reason in sentence


def test_the_command_ends_with_one_when_a_row_is_bad(few_communes, tmp_path, capsys):
    path = tmp_path / "laureats.csv"
    path.write_text(file_of(row(), row(anct_id="essai-2", name="")).getvalue(), encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        call_command("import_laureates", str(path))
    assert ended.value.code == 1
    assert "ligne 3" in capsys.readouterr().err


def test_segments_are_never_guessed(few_communes):
    import_laureates(
        file_of(row(), row(anct_id="2", category="QPV - fabrique de territoire"), row(anct_id="3", category=UNTOLD))
    )
    segments = compute()["fabriques"]["by_segment"]
    assert segments == {"qpv": 1, "qpv_digital": 1, "outside_large_centres": 0, "unknown": 1}


@pytest.mark.shared
def test_the_whole_real_file(shared_data):
    with (shared_data / "real_laureates.csv").open(encoding="utf-8-sig", newline="") as stream:
        report = import_laureates(stream)
    assert (report.imported, report.errors) == (382, [])
    figures = compute()
    assert figures["opened_cents"] == figures["committed_cents"] == 4_910_000_000
    assert figures["announced_cents"] == 11_000_000_000
    assert [(line["fiscal_year"], line["opened_cents"], line["left_cents"]) for line in figures["lines"]] == [
        (2020, 2_625_000_000, 0),
        (2021, 1_590_000_000, 0),
        (2022, 285_000_000, 0),
        (2023, 410_000_000, 0),
    ]
    counts = figures["fabriques"]
    assert counts["by_state"]["laureate"] == 382
    assert [counts["by_wave"][str(wave)] for wave in range(1, 10)] == [80, 49, 46, 12, 29, 36, 29, 19, 82]
    assert counts["by_region"]["Auvergne-Rhône-Alpes"] == 48
    assert counts["target"] == 300
    assert differences() == []
    moved = Fabrique.objects.get(anct_id="fabt-379")
    assert moved.commune_code_received in ("", "49069")
    assert Fabrique.objects.filter(commune=None).count() == 0


@pytest.mark.shared
def test_as_of_figures_use_dated_facts_on_both_clocks(shared_data):
    with (shared_data / "real_laureates.csv").open(encoding="utf-8-sig", newline="") as stream:
        import_laureates(stream)
    at_end_of_2020 = compute(as_of=datetime.date(2020, 12, 31))
    assert at_end_of_2020["committed_cents"] == 2_625_000_000
    assert at_end_of_2020["fabriques"]["laureates"] == 175
    known_then = compute(known_on=datetime.date(2020, 12, 31))
    assert known_then["committed_cents"] == 0
    assert known_then["fabriques"]["laureates"] == 0
