"""The letters as files: pure, identical for identical facts, tagged, and saying what they must say."""

import hashlib
import io
import json
import os
import re
import subprocess
import sys

import pdfua
import pikepdf
import pypdf
import pypdfium2
import pytest
import zxingcpp
from django.template.loader import render_to_string

from documents import rendering
from documents.frozen import FactsError, from_json, to_json
from documents.rendering import as_html, no_break_spaces, render
from documents.templatetags.making import how_letters_are_made
from tests.documents.letters import AWARD, IMPRINT, LETTERS, frozen

KINDS = sorted(LETTERS)


@pytest.fixture(scope="module")
def letters():
    return {kind: render(kind, frozen(kind)) for kind in KINDS}


def text_of(pdf):
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))


def structure(pdf):
    """Every structure element of a tagged PDF, in reading order: (type, element)."""

    def walk(node):
        if "/S" in node:
            yield str(node.S), node
        children = node.get("/K", [])
        for child in children if isinstance(children, pikepdf.Array) else [children]:
            if isinstance(child, pikepdf.Dictionary):
                yield from walk(child)

    return list(walk(pdf.Root.StructTreeRoot))


@pytest.mark.parametrize("kind", KINDS)
def test_identical_facts_give_identical_bytes(letters, kind):
    assert render(kind, frozen(kind)) == letters[kind]


def test_another_code_gives_other_bytes(letters):
    assert render("receipt", frozen("receipt", code="AAAA-BBBB-CCCC")) != letters["receipt"]


@pytest.mark.parametrize("kind", KINDS)
def test_rendering_asks_no_database_and_no_network(kind, monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("rendering opened a connection")

    monkeypatch.setattr("socket.socket.connect", refuse)
    # No `db` fixture here: pytest-django makes any query fail.
    assert render(kind, frozen(kind)).startswith(b"%PDF-")


@pytest.mark.parametrize("address", ["http://example.org/x.png", "file:///etc/hostname", "https://example.org/x.png"])
def test_a_letter_reaches_nothing_outside_the_package(address):
    weasyprint = rendering._weasyprint()
    html = f'<img src="{address}" alt="x">'
    with pytest.raises(weasyprint.urls.FatalURLFetchingError):
        weasyprint.HTML(string=html, url_fetcher=rendering._fetcher()).write_pdf()


@pytest.mark.parametrize("path", ["../settings.py", "fonts/../../../../../x", "absent.svg"])
def test_resources_stay_in_the_package(path):
    with pytest.raises(OSError):
        rendering.resource(path)


@pytest.mark.parametrize("kind", KINDS)
def test_pdf_is_tagged_and_identified_as_pdf_ua(letters, kind):
    with pikepdf.open(io.BytesIO(letters[kind])) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang) == "fr"
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        metadata = pdf.open_metadata()
        assert metadata["pdfuaid:part"] == "1"
        assert "FT-2027-00147" in metadata["dc:title"]
        types = [kind for kind, _ in structure(pdf)]
        assert types.count("/H1") == 1
        assert "/H2" in types
        assert all(page.get("/Tabs") == "/S" for page in pdf.pages if "/Annots" in page)


@pytest.mark.parametrize("kind", KINDS)
def test_every_picture_has_a_text(letters, kind):
    with pikepdf.open(io.BytesIO(letters[kind])) as pdf:
        figures = [node for name, node in structure(pdf) if name == "/Figure"]
        assert len(figures) >= 2
        assert all(str(node.get("/Alt", "")) for node in figures)


def test_header_cells_keep_their_scope(letters):
    with pikepdf.open(io.BytesIO(letters["award_letter"])) as pdf:
        scopes = [str(node.A.Scope) for name, node in structure(pdf) if name == "/TH" for node in [with_scope(node)]]
    assert scopes == ["/Column"] * 6 + ["/Row"] * 4


def test_header_cells_of_the_receipt_are_row_headers(letters):
    with pikepdf.open(io.BytesIO(letters["receipt"])) as pdf:
        scopes = {str(with_scope(node).A.Scope) for name, node in structure(pdf) if name == "/TH"}
    assert scopes == {"/Row"}


def with_scope(node):
    if isinstance(node.A, pikepdf.Array):
        node = pikepdf.Dictionary(A=next(entry for entry in node.A if "/Scope" in entry))
    return node


@pytest.mark.parametrize("kind", KINDS)
def test_fonts_are_marianne_and_embedded(letters, kind):
    with pikepdf.open(io.BytesIO(letters[kind])) as pdf:
        fonts = [font for page in pdf.pages for font in page.Resources.Font.values()]
        assert fonts
        for font in fonts:
            descendant = font.DescendantFonts[0]
            assert "Marianne" in str(descendant.BaseFont)
            assert {"/FontFile2", "/FontFile3", "/FontFile"} & set(descendant.FontDescriptor.keys())


def test_award_says_what_is_granted_and_how(letters):
    text = text_of(letters["award_letter"])
    for words in [
        "142 000 €",
        "cent quarante-deux mille euros, sur trois ans",
        "Vous aviez demandé 144 000 €",
        "Signer la convention avant le 31 octobre 2027",
        "50 000 € en 2027, 48 000 € en 2028, 44 000 € en 2029",
        "contrat d’engagement républicain que vous avez accepté le 12 novembre 2026",
        "« Fabrique de territoire » du 14 avril 2027 au 13 avril 2030",
        "Pour le ministre et par délégation",
        "Délégation du 4 janvier 2027, publiée le 8 janvier 2027",
        "Sophie Lambert",
    ]:
        assert words in text.replace("\u00a0", " "), words


def test_receipt_bears_the_mentions_of_the_law(letters):
    """CRPA R112-11-1: date of receipt, service, address, telephone, silence, its date, appeal routes and delays."""
    text = text_of(letters["receipt"]).replace("\u00a0", " ")
    for words in [
        "Reçu le 12 novembre 2026 à 10 h 42",
        "heure de Paris",
        "Service Fabriques des territoires, 20 avenue de l’Exemple, 75000 Paris",
        "01 00 00 00 00",
        "equipe@fabriques.example",
        "répondu le 12 janvier 2027, notre silence vaut refus",
        "article L. 231-4, 3°",
        "article L. 114-5",
        "deux mois",
        "recours gracieux",
        "recours hiérarchique",
        "tribunal administratif de Paris",
        "Évaluation par trois personnes",
    ]:
        assert words in text, words


def test_waitlist_says_rank_and_end(letters):
    text = text_of(letters["waitlist_letter"]).replace("\u00a0", " ")
    assert "Rang 3, jusqu’au 31 décembre 2027" in text
    assert "votre demande est refusée à cette date" in text


def test_deferral_says_what_is_expected(letters):
    text = text_of(letters["deferral_letter"]).replace("\u00a0", " ")
    assert "n’est ni retenue ni écartée" in text
    assert "Accord de la commune." in text
    assert "Délégation : arrêté du 4 janvier 2027" in text


def test_refusal_gives_every_ground(letters):
    text = text_of(letters["refusal_letter"]).replace("\u00a0", " ")
    assert "n’a pas été retenu" in text
    assert "Partenariats locaux." in text
    assert "Modèle économique." in text
    assert "recours contentieux" in text


def test_inadmissible_request_is_told_so():
    facts = frozen("refusal_letter")
    facts["letter"]["inadmissible"] = True
    assert "n’est pas recevable" in as_html("inadmissibility_letter", facts)


@pytest.mark.parametrize("kind", KINDS)
def test_number_code_and_specimen_are_on_every_page(letters, kind):
    pages = pypdf.PdfReader(io.BytesIO(letters[kind])).pages
    for number, page in enumerate(pages, start=1):
        text = page.extract_text().replace("\u00a0", " ")
        assert "FT-2027-00147" in text
        assert "K7QM-4TXR-9WHD" in text
        assert f"Page {number} sur {len(pages)}" in text
        assert "Spécimen, sans valeur juridique" in text
    plain = render(kind, frozen(kind, specimen=False))
    assert "Spécimen" not in text_of(plain)


def test_a_long_schedule_keeps_one_total():
    facts = frozen("award_letter")
    row = facts["letter"]["instalments"][0] | {"amount_cents": 100_000}
    facts["letter"]["instalments"] = [row | {"year": 2027 + n // 20} for n in range(60)]
    facts["letter"]["amount_cents"] = 6_000_000
    text = text_of(render("award_letter", facts))
    assert text.count("Total") == 1


def test_the_site_starts_without_the_layout_libraries():
    """WeasyPrint, and with it Pango, is loaded at the first letter only."""
    program = "import documents.rendering, sys; sys.exit('weasyprint' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@pytest.mark.parametrize("kind", KINDS)
def test_free_text_cannot_become_markup(kind):
    facts = frozen(kind)
    facts["letter"]["dossier"]["place"] = '<script>x</script><img src="http://example.org">'
    html = as_html(kind, facts)
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_no_break_spaces_touch_text_and_not_markup():
    html = no_break_spaces('<p title="a : b">Prix : 12 %, « oui » ; n° 3 !</p>')
    assert html == '<p title="a : b">Prix\u00a0: 12\u00a0%, «\u00a0oui\u00a0»\u00a0; n°\u00a03\u00a0!</p>'


@pytest.mark.parametrize("kind", KINDS)
def test_facts_survive_the_database(kind):
    facts = LETTERS[kind]
    assert from_json(type(facts), to_json(facts)) == facts


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"amount_cents": "14200000"}, "amount_cents"),
        ({"amount_cents": 14_200_000.0}, "amount_cents"),
        ({"amount_cents": True}, "amount_cents"),
        ({"amount_cents": 1}, "instalments"),
        ({"issued_on": "14/04/2027"}, "issued_on"),
        ({"service": None}, "service"),
        ({"unexpected": 1}, "unexpected"),
    ],
)
def test_ill_typed_facts_are_refused(change, message):
    with pytest.raises(FactsError, match=message):
        from_json(type(AWARD), to_json(AWARD) | change)


def test_missing_facts_are_named():
    data = to_json(AWARD)
    del data["imputation"], data["dossier"]["place"]
    with pytest.raises(FactsError, match="imputation"):
        from_json(type(AWARD), data)


def test_naive_instants_are_refused():
    data = to_json(AWARD)
    data["signature"]["signed_at"] = "2027-04-14T15:06:00"
    with pytest.raises(FactsError, match="fuseau"):
        from_json(type(AWARD), data)


def test_a_refusal_without_ground_is_refused():
    with pytest.raises(FactsError, match="motif"):
        from_json(type(LETTERS["refusal_letter"]), to_json(LETTERS["refusal_letter"]) | {"grounds": []})


@pytest.mark.parametrize("kind", KINDS)
def test_the_file_is_marked_as_an_archive_that_carries_its_facts(letters, kind):
    with pikepdf.open(io.BytesIO(letters[kind])) as pdf:
        metadata = pdf.open_metadata()
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("3", "A")
        # What PDF/A does not know must be described in the file itself.
        assert "pdfaSchema:prefix>pdfuaid" in bytes(pdf.Root.Metadata.read_bytes()).decode()
        for key, name in (("/Title", "dc:title"), ("/Subject", "dc:description"), ("/Producer", "pdf:Producer")):
            assert str(pdf.docinfo[key]) == metadata[name]
        (intent,) = pdf.Root.OutputIntents
        assert intent.S == "/GTS_PDFA1"
        assert intent.DestOutputProfile.read_bytes()[36:40] == b"acsp"
        (facts,) = pdf.Root.AF
        assert facts.AFRelationship == "/Data"
        assert facts.EF.F.Subtype == "/application/json"
        assert json.loads(facts.EF.F.read_bytes()) == {"template": kind, **frozen(kind)}
        assert list(pdf.attachments) == ["faits.json"]


@pytest.mark.parametrize("kind", KINDS)
def test_two_independent_readers_find_it_accessible(letters, kind, tmp_path, poppler):
    path = tmp_path / "x.pdf"
    path.write_bytes(letters[kind])
    assert pdfua.validate(str(path)).findings == ()
    said = poppler("pdfinfo", path)
    assert re.search(r"Tagged: +yes", said)
    assert re.search(r"JavaScript: +no", said)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_tagged_outside_the_tree(letters, kind):
    """Running feet are artifacts: what has a tag is reached from the root."""
    with pikepdf.open(io.BytesIO(letters[kind])) as pdf:
        reached = {element.objgen for _, element in structure(pdf)}
        nums = pdf.Root.StructTreeRoot.ParentTree.Nums
        for place in range(1, len(nums), 2):
            marked = [one for one in nums[place] if one is not None]
            assert all(one.objgen in reached for one in marked)
        for page in pdf.pages:
            content = page.Contents.read_bytes()
            assert content.count(b"BDC") + content.count(b"BMC") == content.count(b"EMC")


@pytest.mark.parametrize("kind", KINDS)
def test_each_page_bears_a_square_that_reads(letters, kind):
    drawn = pypdfium2.PdfDocument(letters[kind])
    for number, page in enumerate(drawn, start=1):
        (square,) = zxingcpp.read_barcodes(page.render(scale=150 / 72).to_pil())
        assert square.text == f"{IMPRINT.verify_url}&page={number}-{len(drawn)}"


def test_two_processes_give_the_same_bytes(letters):
    program = (
        "import django, hashlib; django.setup()\n"
        "from documents.rendering import render\nfrom tests.documents.letters import frozen\n"
        "print(hashlib.sha256(render('receipt', frozen('receipt'))).hexdigest())"
    )
    own = {"DJANGO_SETTINGS_MODULE": "config.settings", "PYTHONHASHSEED": "11"}
    done = subprocess.run([sys.executable, "-c", program], env=os.environ | own, capture_output=True, check=True)
    assert done.stdout.decode().strip() == hashlib.sha256(letters["receipt"]).hexdigest()


def test_a_machine_without_the_font_cutter_is_told(monkeypatch):
    monkeypatch.setattr(rendering, "SUBSET_LIBRARY", "libharfbuzz-subset-absent.so.0")
    rendering.subsetting_is_missing.cache_clear()
    try:
        assert rendering.subsetting_is_missing()
        assert "libharfbuzz-subset0" in render_to_string("documents/_making.html", how_letters_are_made())
    finally:
        rendering.subsetting_is_missing.cache_clear()
