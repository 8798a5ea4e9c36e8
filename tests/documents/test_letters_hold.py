"""Whatever people are called, a letter says it as text and keeps its page; the appeal routes are the addressee's."""

import re
import shutil
import subprocess
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from applications.distance import distance_months
from documents.facts import Appeal
from documents.frozen import to_json
from documents.rendering import as_html, render
from documents.wording.blocks import block
from documents.wording.catalogue import WORDINGS
from documents.wording.examples import EXAMPLES
from tests.documents.letters import IMPRINT
from tests.documents.words_of_letters import words

NAMES = {
    "script": '<script>alert("x")</script><img src=x onerror=alert(1)>',
    "template tag": "{% include 'x' %}{{ letter.service.phone }}{{ lieu }}",
    "field": "{{ montant }} **gras** __italique__ [si lieu] a | b",
    "address": "https://example.org/?a=1&b=2#c javascript:alert(1)",
    "entity": "&lt;b&gt;Nom&lt;/b&gt; &amp; fils",
    "long": "Associationtrèslongue" * 24,
    "long words": "Association de la très grande halle " * 14,
    "right to left": "جمعية القاعة",
    "override": "\u202eemon elliuorb\u202c",
    "emoji": "La Halle 🎉👩🏽‍🌾",
}
KINDS = sorted(WORDINGS)
# Isolates around a name that reads from right to left, and where an endless word may go on to the next line.
UNSEEN = re.compile("[\u2068\u2069\u200b]")


def named(kind, name):
    """The facts of a document whose place, structure and person bear a name."""
    letter = EXAMPLES[kind]
    parts = {part: put(letter, name) for part, put in PARTS if hasattr(letter, part)}
    return {"letter": to_json(replace(letter, **parts)), "imprint": to_json(IMPRINT)}


PARTS = (
    ("dossier", lambda letter, name: replace(letter.dossier, place=name)),
    ("addressee", lambda letter, name: replace(letter.addressee, organisation=name, person=name)),
    ("beneficiary", lambda letter, name: replace(letter.beneficiary, name=name, represented_by=name)),
    ("chair", lambda letter, name: name),
    ("ranking", lambda letter, name: tuple(replace(one, place=name) for one in letter.ranking)),
    ("settled", lambda letter, name: tuple(replace(one, place=name) for one in letter.settled)),
)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_name_is_text_in_every_letter(kind, name):
    html = as_html(kind, named(kind, name))
    assert markup(html) == markup(as_html(kind, named(kind, "Nom")))
    shown = " ".join(name.replace("\u00a0", " ").split())
    assert shown in " ".join(UNSEEN.sub("", words(html)).split())


class Markup(HTMLParser):
    """Every tag with the names of its attributes."""

    def __init__(self):
        super().__init__()
        self.found = set()

    def handle_starttag(self, tag, attrs):
        self.found.add((tag, tuple(name for name, _ in attrs)))


def markup(html):
    parser = Markup()
    parser.feed(html)
    return parser.found


def positions(pdf, path):
    """The words of the pages, with where they stand: (page width, [(left, right, text)])."""
    path.write_bytes(pdf)
    xml = subprocess.run(["pdftotext", "-bbox", path, "-"], capture_output=True, check=True, errors="replace").stdout
    pages = re.findall(r'<page width="([\d.]+)" height="[\d.]+">(.*?)</page>', xml, re.S)
    found = re.compile(r'<word xMin="([-\d.]+)" yMin="[-\d.]+" xMax="([-\d.]+)" yMax="[-\d.]+">(.*?)</word>')
    return [
        (float(width), [(float(a), float(b), text) for a, b, text in found.findall(body)]) for width, body in pages
    ]


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="pdftotext is not on this machine")
@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
@pytest.mark.parametrize("kind", ["award_letter", "receipt"])
def test_the_page_holds_whatever_the_name(kind, name, tmp_path):
    pages = positions(render(kind, named(kind, name)), tmp_path / "letter.pdf")
    assert len(pages) <= 6
    for width, found in pages:
        assert found
        assert all(left >= 0 and right <= width for left, right, _ in found)
    said = " ".join(text for _, found in pages for *_, text in found)
    assert "K7QM-4TXR-9WHD" in said


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="pdftotext is not on this machine")
def test_the_text_of_the_file_gives_the_name_back(tmp_path):
    path = tmp_path / "letter.pdf"
    for name in ("script", "template tag", "field", "address", "entity"):
        path.write_bytes(render("refusal_letter", named("refusal_letter", NAMES[name])))
        read = subprocess.run(["pdftotext", "-raw", path, "-"], capture_output=True, check=True, errors="replace")
        assert squeezed(NAMES[name]) in squeezed(read.stdout), name


def squeezed(text):
    return re.sub(r"[\s\u00a0\u2010\u00ad-]", "", text)


def test_what_the_staff_writes_is_text_too():
    blocks = [*WORDINGS["refusal_letter"].blocks, block("note", "<script>x</script> & **<b>gras</b>**")]
    html = as_html("refusal_letter", named("refusal_letter", "Nom") | {"wording": {"blocks": blocks}})
    assert "<script>" not in html
    assert "<b>&lt;b&gt;gras&lt;/b&gt;</b>" in html


# --- Appeal routes ---------------------------------------------------------------------------------------------------


def routes(months, kind="refusal_letter"):
    appeal = Appeal(
        court="tribunal administratif de Paris", hierarchical_authority="le préfet", distance_months=months
    )
    letter = replace(EXAMPLES[kind], appeal=appeal)
    return words(as_html(kind, {"letter": to_json(letter), "imprint": to_json(IMPRINT)}))


@pytest.mark.parametrize("kind", [kind for kind in KINDS if hasattr(EXAMPLES[kind], "appeal")])
def test_each_addressee_reads_the_delay_that_is_theirs(kind):
    here, overseas, abroad = (routes(months, kind) for months in (0, 1, 2))
    assert "mois de plus" not in here
    assert "trois mois au lieu de deux" in overseas
    assert "quatre mois au lieu de deux" in abroad
    assert "R. 421-7" not in here
    assert "R. 421-7" in overseas


def test_the_routes_name_court_and_authority():
    assert "devant le préfet (recours hiérarchique)" in routes(0)
    assert "saisir le tribunal administratif de Paris" in routes(0)


def test_an_addressee_whose_seat_is_not_known_reads_the_rule():
    assert "un mois de plus si vous demeurez outre-mer, deux mois de plus à l’étranger" in routes(None)


@pytest.mark.parametrize(
    ("postal_code", "country", "court", "months"),
    [
        ("63300", "", "tribunal administratif de Paris", 0),
        ("97300", "", "tribunal administratif de Paris", 1),
        ("97300", "", "tribunal administratif de la Guyane", 0),
        ("97200", "", "tribunal administratif de la Guyane", 1),
        ("63300", "", "tribunal administratif de la Guyane", 1),
        ("98000", "Monaco", "tribunal administratif de Paris", 2),
        ("1000", "Belgique", "tribunal administratif de Paris", 2),
        ("75001", "France", "tribunal administratif de Paris", 0),
    ],
)
def test_distance_is_counted_from_the_seat_to_the_court(postal_code, country, court, months):
    assert distance_months(postal_code=postal_code, country=country, court=court) == months
