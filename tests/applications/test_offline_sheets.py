"""The spreadsheet of a reviewer: out, filled in elsewhere, back in; nothing is lost and every bad cell is named."""

import io
import zipfile

import pytest
from python_calamine import CalamineWorkbook
from xlsxwriter import Workbook

from accounts.errors import Refusal
from applications import reviewing
from applications.evaluations import giving, offline, workbook
from applications.models import Assignment, Review, ReviewDraft
from applications.sheets import criteria_of
from tests import factories
from tests.applications import review_steps as steps

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    """A reviewer with two accepted dossiers; (reviewer, assignments, criteria)."""
    reviewer = factories.reviewer()
    _, _ = steps.sent_dossier(reviewer, factories.reviewer(), dossiers=2)
    accepted = [steps.accept(steps.reload(one)) for one in Assignment.objects.filter(reviewer=reviewer).order_by("pk")]
    return reviewer, accepted, criteria_of(accepted[0].application.call_version)


class Filled:
    """The file as somebody fills it in with an office suite: read, changed, written anew."""

    def __init__(self, reviewer):
        data = workbook.written(offline.writable_of(reviewer))
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        self.sheets = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}

    def put(self, assignment, criterion, *, points=None, reason=None):
        heads = self.sheets["Notes"][0]
        for row in self.sheets["Notes"][1:]:
            if row[heads.index("fiche")] == str(assignment.public_id) and row[heads.index("champ")] == str(
                criterion.pk
            ):
                for head, value in (("Points", points), ("Raison", reason)):
                    if value is not None:
                        row[heads.index(head)] = value
        return self

    def fill(self, assignment, criteria, points=3, reason=steps.REASON):
        for criterion in criteria:
            self.put(assignment, criterion, points=points, reason=reason)
        return self

    def opinion(self, assignment, text, confidence=""):
        heads = self.sheets["Avis d’ensemble"][0]
        for row in self.sheets["Avis d’ensemble"][1:]:
            if row[heads.index("fiche")] == str(assignment.public_id):
                row[heads.index("Avis d’ensemble")], row[heads.index("Confiance (1 à 3)")] = text, confidence
        return self

    def data(self):
        file = io.BytesIO()
        book = Workbook(file, {"strings_to_formulas": False})
        for name, rows in self.sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
        book.close()
        return file.getvalue()


def test_the_file_goes_out_and_comes_back_filled_in(desk):
    reviewer, [one, two], criteria = desk
    filled = Filled(reviewer).fill(one, criteria).opinion(one, "Un projet solide.", 3).put(two, criteria[0], points=2)
    assert giving.take_in(data=filled.data(), by=reviewer) == [one, two]
    review = Review.objects.get(assignment=one)
    assert (review.comment, review.confidence, review.submitted_at) == ("Un projet solide.", 3, None)
    assert {score.points for score in review.scores.all()} == {3}
    assert {score.reason for score in review.scores.all()} == {steps.REASON}
    assert Review.objects.get(assignment=two).scores.get(criterion=criteria[0].pk).points == 2
    # The same file again changes nothing.
    assert giving.take_in(data=filled.data(), by=reviewer) == []
    assert Review.objects.get(assignment=one).version == review.version


def test_what_was_written_comes_out_and_an_empty_cell_erases_nothing(desk):
    reviewer, [one, _], criteria = desk
    reviewing.save_review(assignment=one, by=reviewer, version=None, **steps.full_sheet(one, 4, comment="Bien."))
    filled = Filled(reviewer)
    heads, first = filled.sheets["Notes"][:2]
    assert (first[heads.index("Points")], first[heads.index("Raison")]) == (4, steps.REASON)
    filled.put(one, criteria[0], points="", reason="").put(one, criteria[1], points=1)
    giving.take_in(data=filled.data(), by=reviewer)
    review = Review.objects.get(assignment=one)
    assert {score.criterion_id: score.points for score in review.scores.all()} == {
        c.pk: 1 if c == criteria[1] else 4 for c in criteria
    }
    assert review.comment == "Bien."
    [kept] = review.drafts.filter(why=ReviewDraft.Why.IMPORTED)
    assert kept.content[f"points_{criteria[1].pk}"] == "4"


def test_each_bad_cell_is_named_and_nothing_is_written(desk):
    reviewer, [one, two], criteria = desk
    filled = Filled(reviewer).fill(one, criteria).put(one, criteria[1], points=9).put(two, criteria[0], points="trois")
    filled.put(two, criteria[1], reason="a" * 5_001).opinion(two, "", 7)
    with pytest.raises(offline.BadCells) as refused:
        giving.take_in(data=filled.data(), by=reviewer)
    second = 2 + len(criteria)
    assert [(error.sheet, error.cell) for error in refused.value.errors] == [
        ("Notes", "E3"),
        ("Notes", f"E{second}"),
        ("Notes", f"F{second + 1}"),
        ("Avis d’ensemble", "D3"),
    ]
    assert "« 9 » n’est pas un niveau" in refused.value.errors[0].text.replace("\u00a0", " ")
    assert not any(review.scores.exists() for review in Review.objects.all())


def test_what_changed_in_both_places_is_nobodys(desk):
    reviewer, [one, _], criteria = desk
    filled = Filled(reviewer).fill(one, criteria, reason="Écrit dans le train.")
    reviewing.save_review(assignment=one, by=reviewer, version=None, **steps.full_sheet(one, 3, "Écrit au bureau."))
    with pytest.raises(offline.BadCells) as refused:
        giving.take_in(data=filled.data(), by=reviewer)
    # The levels are the same in both: only the reasons are told.
    assert [error.cell for error in refused.value.errors] == [f"F{line}" for line in range(2, 2 + len(criteria))]
    assert "Écrit au bureau." in refused.value.errors[0].text
    assert {score.reason for score in one.review.scores.all()} == {"Écrit au bureau."}


def test_what_the_file_did_not_change_never_comes_back(desk):
    reviewer, [one, _], _ = desk
    reviewing.save_review(assignment=one, by=reviewer, version=None, **steps.full_sheet(one, 2, "Ancienne raison."))
    filled = Filled(reviewer).opinion(one, "Un avis écrit dans le train.")
    reviewing.save_review(assignment=one, by=reviewer, version=None, **steps.full_sheet(one, 4, "Nouvelle raison."))
    giving.take_in(data=filled.data(), by=reviewer)
    review = Review.objects.get(assignment=one)
    assert review.comment == "Un avis écrit dans le train."
    assert {(score.points, score.reason) for score in review.scores.all()} == {(4, "Nouvelle raison.")}


def test_a_text_that_looks_like_a_formula_stays_a_text_both_ways(desk):
    reviewer, [one, _], criteria = desk
    nasty = '=HYPERLINK("http://exemple.test";"Gagné")'
    giving.take_in(data=Filled(reviewer).put(one, criteria[0], points=1, reason=nasty).data(), by=reviewer)
    assert one.review.scores.get(criterion=criteria[0].pk).reason == nasty
    data = workbook.written(offline.writable_of(reviewer))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheets = [archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
    assert not any(b"<f>" in sheet or b"<f " in sheet for sheet in sheets)


def test_a_file_touches_only_its_readers_open_sheets(desk):
    reviewer, [one, two], criteria = desk
    filled = Filled(reviewer).fill(one, criteria)
    steps.give(two, 4)
    # A given sheet that the file does not change is left alone; one that it changes is told.
    assert giving.take_in(data=filled.data(), by=reviewer) == [one]
    filled.put(two, criteria[0], points=1)
    with pytest.raises(offline.BadCells, match="Rien n’a été enregistré"):
        giving.take_in(data=filled.data(), by=reviewer)
    with pytest.raises(offline.BadCells):
        giving.take_in(data=filled.data(), by=factories.reviewer())
    assert Review.objects.get(assignment=two).score_hundredths == 10_000


def test_rows_may_be_sorted_and_never_doubled(desk):
    reviewer, [one, _], criteria = desk
    filled = Filled(reviewer).fill(one, criteria)
    rows = filled.sheets["Notes"]
    filled.sheets["Notes"] = [rows[0], *reversed(rows[1:])]
    assert giving.take_in(data=filled.data(), by=reviewer) == [one]
    filled.sheets["Notes"].append(rows[1])
    with pytest.raises(offline.BadCells) as refused:
        giving.take_in(data=filled.data(), by=reviewer)
    assert "double" in refused.value.errors[0].text


@pytest.mark.parametrize("cut", [0, 10, 500, 2_000])
def test_a_file_that_is_no_spreadsheet_is_refused_in_words(desk, cut):
    reviewer, _, _ = desk
    whole = workbook.written(offline.writable_of(reviewer))
    for data in (whole[:cut], whole[:cut] + b"\x00" * 40 + whole[cut + 40 :], b"%PDF-1.4 nothing"):
        try:
            giving.take_in(data=data, by=reviewer)
        except Refusal as refusal:
            assert refusal.message.endswith((".", "?"))


def test_titles_that_changed_and_files_that_unpack_to_too_much_are_refused(desk, monkeypatch):
    reviewer, _, _ = desk
    filled = Filled(reviewer)
    filled.sheets["Notes"][0][4] = "Note"
    with pytest.raises(Refusal, match="titres de colonnes") as refused:
        giving.take_in(data=filled.data(), by=reviewer)
    assert refused.value.field == "file"
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (workbook.MOST_UNPACKED + 1))
    with pytest.raises(Refusal, match="trop lourd"):
        giving.take_in(data=bomb.getvalue(), by=reviewer)
    with pytest.raises(Refusal, match="trop lourd"):
        giving.take_in(data=b"0" * (workbook.MOST_BYTES + 1), by=reviewer)


def test_the_page_names_the_cells_and_gives_the_file(desk, client):
    reviewer, [one, _], criteria = desk
    client.force_login(reviewer)
    assert "2 évaluations" in client.get("/evaluations/tableur/").content.decode().replace("\u00a0", " ")
    answer = client.get("/evaluations/tableur/fichier/")
    assert answer["Content-Type"].startswith("application/vnd.openxmlformats")
    bad = io.BytesIO(Filled(reviewer).put(one, criteria[0], points=9).data())
    bad.name = "evaluations.xlsx"
    answer = client.post("/evaluations/tableur/", {"file": bad, "idempotency_key": "a" * 32})
    assert answer.status_code == 422
    assert "E2" in answer.content.decode()
    good = io.BytesIO(Filled(reviewer).fill(one, criteria).data())
    good.name = "evaluations.xlsx"
    answer = client.post("/evaluations/tableur/", {"file": good, "idempotency_key": "b" * 32}, follow=True)
    assert "1 évaluation reprise" in answer.content.decode().replace("\u00a0", " ")


@pytest.mark.parametrize("count", [1, 3])
def test_the_file_of_three_dossiers_costs_the_queries_of_one(count, django_assert_num_queries):
    reviewer = factories.reviewer()
    steps.sent_dossier(reviewer, factories.reviewer(), dossiers=count)
    for one in Assignment.objects.filter(reviewer=reviewer):
        steps.accept(steps.reload(one))
    list(offline.note_lines(offline.writable_of(reviewer)))
    with django_assert_num_queries(3):
        workbook.written(offline.writable_of(reviewer))
