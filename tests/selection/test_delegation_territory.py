"""A delegation of signature limited to a territory: checked at each signature, said in words, recorded and listed."""

import pytest
from django.urls import reverse

from accounts.errors import Refusal
from accounts.models import JournalEntry
from funding.conventions.authority import authority_of, signatories
from funding.models import Award
from programme.models import Commune
from selection.decisions import sign_wave
from selection.delegations import NotDelegated, delegation_for, grant_delegation, territory_of
from selection.models import Decision, SignatureDelegation
from selection.outcomes import adopt
from selection.signing import to_sign
from tests import factories
from tests.selection.after import announced, today
from tests.selection.conftest import delegate, prepare_all

pytestmark = pytest.mark.django_db


@pytest.fixture
def adopted(panel):
    prepare_all(panel)
    adopt(wave=panel.wave, by=panel.officer)
    return panel


def place_of(panel):
    return panel.dossiers[0].fabrique.commune


def elsewhere(place):
    return Commune.objects.exclude(region=place.region).order_by("code").first()


def limit(panel, place, *, whole_region=False):
    territory = {"region": place.region, "departement": "" if whole_region else place.departement}
    SignatureDelegation.objects.filter(holder=panel.signatory).update(**territory)


@pytest.mark.parametrize("whole_region", [True, False])
def test_it_signs_for_the_places_of_its_territory(adopted, whole_region):
    limit(adopted, place_of(adopted), whole_region=whole_region)
    assert len(sign_wave(wave=adopted.wave, by=adopted.signatory)) == 4


def test_it_does_not_sign_for_another_and_the_sentence_says_where(adopted):
    other = elsewhere(place_of(adopted))
    limit(adopted, other)
    said = to_sign(adopted.wave, reader=adopted.signatory).blocked
    with pytest.raises(NotDelegated) as told:
        sign_wave(wave=adopted.wave, by=adopted.signatory)
    wanted = f"est limitée à : {other.region}, département {other.departement}. Ce lieu est à Thiers (63)."
    assert wanted in told.value.message and told.value.message == said
    assert not Decision.objects.exists()


def test_a_second_delegation_of_the_right_territory_signs(adopted):
    limit(adopted, elsewhere(place_of(adopted)))
    delegate(adopted.signatory, adopted.wave, region=place_of(adopted).region)
    assert len(sign_wave(wave=adopted.wave, by=adopted.signatory)) == 4


def test_a_place_that_is_not_known_is_of_no_territory(panel):
    limit(panel, place_of(panel), whole_region=True)
    held = list(SignatureDelegation.objects.all())
    asked = {"signatory": panel.signatory, "programme": panel.wave.call.programme, "delegations": held, "cents": 0}
    with pytest.raises(NotDelegated, match="pas connue"):
        delegation_for(**asked, act="award", on=today(), place=None)
    assert delegation_for(**asked, act="award", on=today(), place=place_of(panel)) == held[0]


def test_agreements_and_decisions_on_money_are_held_to_it_too():
    panel = announced()
    award = Award.objects.get(application=panel.dossiers[0])
    delegate(panel.signatory, panel.wave, acts=["agreement"], region=place_of(panel).region)
    assert signatories(award, today()) == [panel.signatory]
    assert authority_of(signatory=panel.signatory, award=award, cents=100, on=today()).act
    SignatureDelegation.objects.update(region=elsewhere(place_of(panel)).region)
    assert signatories(award, today()) == []
    with pytest.raises(NotDelegated, match="est limitée à"):
        authority_of(signatory=panel.signatory, award=award, cents=100, on=today())


@pytest.mark.parametrize(
    ("territory", "field"),
    [({"region": "Atlantide"}, "region"), ({"departement": "999"}, "departement")],
)
def test_a_territory_is_one_that_exists(panel, territory, field):
    with pytest.raises(Refusal) as told:
        delegate(panel.signatory, panel.wave, **territory)
    assert told.value.field == field


def test_a_departement_gives_its_region_and_no_other(panel):
    place, other = place_of(panel), elsewhere(place_of(panel))
    delegate(panel.signatory, panel.wave, departement=place.departement)
    found = SignatureDelegation.objects.get(departement=place.departement)
    assert (found.region, territory_of(found)) == (place.region, f"{place.region}, département {place.departement}")
    with pytest.raises(Refusal, match="est de la région"):
        delegate(panel.signatory, panel.wave, departement=place.departement, region=other.region)


def test_it_is_recorded_listed_and_journaled(client, panel):
    administrator, place = factories.administrator(), place_of(panel)
    client.force_login(administrator)
    typed = {
        "programme": str(panel.wave.call.programme.public_id), "holder": str(panel.signatory.public_id),
        "acts": ["award"], "ceiling_cents": "150 000", "region": "", "departement": place.departement,
        "starts_on": today().isoformat(), "ends_on": today().isoformat(), "authority": "la préfète",
        "published_act": "Arrêté n° 2027-12", "act_on": today().isoformat(), "published_on": today().isoformat(),
        "formula": "Pour la préfète et par délégation,\nle sous-préfet", "idempotency_key": "a" * 32,
    }  # fmt: skip
    assert client.post(reverse("selection:delegate"), typed).status_code == 302
    words = f"{place.region}, département {place.departement}"
    html = client.get(reverse("selection:delegations")).content.decode()
    assert words in html and "Tout le territoire" in html
    entry = JournalEntry.objects.filter(action="grant_delegation").order_by("-pk").first()
    assert entry.details["territory"] == words


def test_everywhere_is_the_rule_without_a_territory(panel):
    found = grant_delegation(
        programme=panel.wave.call.programme, holder=panel.signatory, acts=["award"], ceiling_cents=100,
        starts_on=today(), ends_on=today(), published_act="Arrêté", formula="Pour le ministre et par délégation,",
        by=None,
    )  # fmt: skip
    assert found.reaches(None) and territory_of(found) == "Tout le territoire"
