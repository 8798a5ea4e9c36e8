"""Every figure of the pages of money is a link to its rows, which are those of the day of the page."""

import html
import re

import pytest
from django.urls import reverse

from tests import factories
from tests.funding.conftest import today
from tests.monitoring import town
from tests.monitoring.town import DAY, text_of

pytestmark = pytest.mark.django_db
CELL = re.compile(r'<td[^>]*class="[^"]*fab-num[^"]*"[^>]*>(.*?)</td>', re.DOTALL)
FIGURE = re.compile(r"[+−-]?\s*(?=.*[1-9])[\d .,]+(\s*(€|M€))?")


@pytest.fixture
def built(line):
    return town.build(line)


@pytest.fixture
def reader(client):
    client.force_login(factories.auditor())
    return client


def bare_figures(page):
    """The numbers of a page that open nothing."""
    cells = (cell for cell in CELL.findall(page.content.decode()) if "href=" not in cell)
    plain = (html.unescape(re.sub(r"<[^>]+>", " ", cell)).replace("\u00a0", " ").strip() for cell in cells)
    # A share (« 12 % de l’engagé ») says again what the figures of its row open.
    return [text for text in plain if FIGURE.fullmatch(text)]


@pytest.mark.parametrize(
    "name",
    ["monitoring:steering", "monitoring:board", "monitoring:forecasts", "funding:budget", "funding:remaining",
     "funding:outside", "funding:funds", "funding:imputation"],
)  # fmt: skip
def test_no_figure_of_a_board_is_without_its_rows(built, reader, name):
    page = reader.get(reverse(name))
    assert page.status_code == 200 and bare_figures(page) == []
    then = reader.get(reverse(name), {"au": (today() - DAY).isoformat(), "connu_au": (today() - DAY).isoformat()})
    assert then.status_code == 200 and bare_figures(then) == []


@pytest.mark.parametrize("days", [0, 1])
def test_the_counts_of_places_open_as_many_rows(built, reader, days):
    """Of a day, cumulated, by segment, by region: each link leads to as many places as it says."""
    then = {"au": today().isoformat(), "connu_au": (today() - days * DAY).isoformat()}
    page = reader.get(reverse("monitoring:steering"), then).content.decode()
    links = re.findall(r'<a href="(/pilotage/fabriques/\?[^"]*etape=[^"]*)">([\d\xa0\u202f]+)<', page)
    counted = [int(re.sub(r"\D", "", number)) for _, number in links]
    assert len(links) > 3
    assert counted == [rows_of(reader, html.unescape(url)) for url, _ in links]


def rows_of(reader, url):
    answer = reader.get(f"{url}&format=csv")
    return b"".join(answer).decode("utf-8-sig").strip().count("\n")


def test_what_was_due_since_the_origin_is_listed_as_it_stood(built, reader):
    programme, old, *_ = built
    asked = {"nature": "exigibles", "dispositif": programme.slug}
    page = text_of(reader.get(reverse("monitoring:waiting"), asked))
    assert old.fabrique.name in page and "50 000 €" in page
    first = old.instalments.get(number=1)
    before = {"au": (first.paid_on - DAY).isoformat()}
    page = text_of(reader.get(reverse("monitoring:waiting"), asked | before))
    assert old.fabrique.name in page and f"{first.paid_on:%d/%m/%Y}" not in page
    gone = {"au": (first.due_on - DAY).isoformat()}
    assert old.fabrique.name not in text_of(reader.get(reverse("monitoring:waiting"), asked | gone))


def test_the_covered_departements_open_their_fabriques_on_both_clocks(built, reader):
    page = reader.get(
        reverse("monitoring:steering"), {"au": today().isoformat(), "connu_au": (today() - DAY).isoformat()}
    )
    links = [html.unescape(one) for one in re.findall(r'href="(/pilotage/fabriques/[^"]*)"', page.content.decode())]
    assert links and all("connu_au=" in one for one in links if "dispositif=" in one)


def test_the_statements_of_a_past_day_go_out_as_a_file(built, reader):
    answer = reader.get(reverse("monitoring:statements"), {"format": "csv", "au": today().isoformat()})
    assert b"Dit le" in b"".join(answer)


def test_what_is_committed_on_one_category_opens_its_movements_alone(built, reader):
    page = reader.get(reverse("funding:imputation")).content.decode()
    links = [html.unescape(one) for one in re.findall(r'href="(/pilotage/budget/lignes/[^"]*)"', page)]
    assert links and all("categorie=" in one for one in links)
    assert any("150 000 €" in text_of(reader.get(one)) for one in links)


def test_the_need_of_a_line_opens_its_instalments_alone(built, reader, line):
    asked = {"ligne": str(line.public_id), "nature": "sans-cp"}
    assert built[1].fabrique.name in text_of(reader.get(reverse("monitoring:waiting"), asked))
    nowhere = {"ligne": "00000000-0000-0000-0000-000000000000"}
    assert built[1].fabrique.name not in text_of(reader.get(reverse("monitoring:waiting"), nowhere))


def test_the_pages_of_rows_ask_for_the_two_dates_and_keep_the_rest(built, reader):
    for name, asked in (
        ("monitoring:waiting", {"prevue_au": "2030-12-31"}), ("monitoring:movements", {"chiffre": "ae-engage"}),
        ("monitoring:places", {"etape": "standing"}), ("monitoring:payments", {}),
        ("funding:all_years", {"chiffre": "cp-paye"}),
    ):  # fmt: skip
        page = reader.get(reverse(name), asked).content.decode()
        assert 'name="au"' in page and 'name="connu_au"' in page
        for key, value in asked.items():
            assert f'<input type="hidden" name="{key}" value="{value}">' in page
