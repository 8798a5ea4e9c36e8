"""« Suis-je éligible ? » : rules with their sources, an address that holds everything, nothing written."""

import datetime

import pytest

from accounts.models import JournalEntry
from programme import eligibility
from programme.eligibility import NATURAL_PERSON, Neighbourhood, Place, Profile, Verdict
from programme.models import Zoning, ZoningEdition
from tests import factories

pytestmark = pytest.mark.django_db
ASKED = {"total": "120 000", "annee": "45 000"}


@pytest.fixture
def version(wave):
    return wave.call.version_in_force()


def profile(zoning=None, **changes):
    known = {"on": "2026-11-22", "density": "Petites villes", "qpv": None, "sources": []} | (zoning or {})
    fields = {
        "bearer": "association",
        "commune": factories.commune(),
        "zoning": known,
        "neighbourhood": Neighbourhood.OUTSIDE,
        "place": Place.OPEN,
        "total_cents": 120_000_00,
        "year_cents": 45_000_00,
    }
    return Profile(**fields | changes)


def verdict(version, **changes):
    return eligibility.overall(eligibility.judge(version, profile(**changes)))


def test_a_small_town_and_an_association_are_eligible(version):
    assert verdict(version) == Verdict.MET


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"bearer": NATURAL_PERSON}, Verdict.NOT_MET),
        ({"place": Place.NONE}, Verdict.NOT_MET),
        ({"total_cents": 74_999_99}, Verdict.NOT_MET),
        ({"total_cents": 150_000_01}, Verdict.NOT_MET),
        ({"year_cents": 50_000_01}, Verdict.NOT_MET),
        ({"zoning": {"density": "Grands centres urbains"}}, Verdict.NOT_MET),
        ({"zoning": {"density": "Grands centres urbains"}, "neighbourhood": Neighbourhood.NEAR}, Verdict.MET),
        ({"zoning": {"density": "Grands centres urbains"}, "neighbourhood": Neighbourhood.UNKNOWN}, Verdict.TO_CHECK),
        # An unknown zone is "not known", never "no".
        ({"zoning": {"density": None}}, Verdict.TO_CHECK),
        ({"bearer": "association_forming"}, Verdict.MET),
    ],
)
def test_each_rule_gives_its_answer(version, changes, expected):
    assert verdict(version, **changes) == expected


def test_a_call_may_admit_some_legal_forms_only_and_ask_for_the_siret(version):
    version.eligible_legal_forms = ["association", "scic"]
    assert verdict(version, bearer="sas") == Verdict.NOT_MET
    version.eligible_legal_forms, version.siret_required_to_submit = [], True
    assert verdict(version, bearer="association_forming") == Verdict.TO_CHECK


def test_every_finding_names_the_rule_and_its_source(version):
    edition = ZoningEdition.objects.create(
        kind="density", valid_from=datetime.date(2024, 1, 1), source="INSEE, grille de densité 2024"
    )
    sources = [{"kind": "density", "label": "", "valid_from": "2024-01-01", "source": edition.source}]
    findings = eligibility.judge(version, profile(zoning={"sources": sources}))
    assert all(finding.rule and finding.source and finding.anchor for finding in findings)
    assert "INSEE, grille de densité 2024" in [finding.source for finding in findings]


def test_the_questions_come_one_by_one_and_the_answer_leads_to_a_dossier(client, wave):
    commune = factories.commune()
    edition = ZoningEdition.objects.create(
        kind="density", valid_from=datetime.date(2024, 1, 1), source="INSEE", lists_every_commune=True
    )
    Zoning.objects.create(edition=edition, commune=commune, value="Petites villes")
    path, known = f"/appels/{wave.call.slug}/eligibilite/", {}
    before = JournalEntry.objects.count()
    for title, answer in (
        ("Qui porte le projet", {"porteur": "association"}),
        ("Où est le lieu", {"commune": commune.code}),
        ("Le lieu est-il dans un quartier prioritaire", {"quartier": "dehors"}),
        ("Le lieu est-il déjà ouvert", {"lieu": "projet"}),
        ("Combien demanderiez-vous", ASKED),
    ):
        page = client.get(path, known).content.decode()
        assert title in page
        known |= answer
    page = client.get(path, known).content.decode()
    assert "Oui, vous pouvez déposer un dossier" in page
    assert "zone=outside_large_centres" in page and "forme=association" in page
    assert JournalEntry.objects.count() == before


def test_a_bad_answer_is_asked_again_in_words_and_keeps_the_others(client, wave):
    path = f"/appels/{wave.call.slug}/eligibilite/"
    page = client.get(path, {"porteur": "scic", "commune": "Nulleparty", "question": "commune"})
    text = page.content.decode()
    assert page.status_code == 422
    assert "Nulleparty" in text and 'name="porteur" value="scic"' in text


def test_a_year_above_the_total_is_refused_on_its_field(client, wave):
    known = {"porteur": "scic", "commune": factories.commune().code, "quartier": "pres", "lieu": "ouvert"}
    path = f"/appels/{wave.call.slug}/eligibilite/"
    page = client.get(path, {**known, "total": "80000", "annee": "90000", "question": "montants"})
    assert page.status_code == 422
    assert "Une seule année ne peut pas dépasser le total" in page.content.decode()


def test_the_new_dossier_takes_up_the_answers(client, wave):
    client.force_login(factories.applicant())
    page = client.get("/dossiers/nouveau/", {"appel": wave.call.slug, "commune": "63300 Thiers", "zone": "qpv"})
    text = page.content.decode()
    assert 'value="63300 Thiers"' in text
    assert 'value="qpv"' in text and "checked" in text
